#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace cqhttp::net {

struct HeaderView {
    std::string_view name, value;
};

// A request as a handler sees it. Every view points into the connection's buffers and is valid
// until the handler has answered, also when it answers later.
struct HttpRequest {
    std::string_view method;
    std::string_view path;   // raw, up to the first '?' (HTTP-015)
    std::string_view query;  // raw, after it; empty without one
    std::span<const HeaderView> headers;
    std::string_view body;  // whole, de-chunked
    std::string_view peer;  // "127.0.0.1:40000"
    bool loopback = false;  // the peer is on this machine

    // The first header of that name, in any case (AUTH-022).
    std::optional<std::string_view> header(std::string_view name) const noexcept;
};

// An open file that becomes a body; closed when the last owner lets go.
class FileBody {
public:
    // Takes over the descriptor. `size` is what Content-Length will say.
    FileBody(int descriptor, std::uint64_t size);
    ~FileBody();
    FileBody(FileBody&& other) noexcept;
    FileBody& operator=(FileBody&& other) noexcept;
    FileBody(const FileBody&) = delete;
    FileBody& operator=(const FileBody&) = delete;

    int descriptor() const noexcept { return descriptor_; }
    std::uint64_t size() const noexcept { return size_; }

private:
    int descriptor_;
    std::uint64_t size_;
};

// What a handler answers. Content-Length, Connection and Date (none) are the server's business.
struct HttpResponse {
    unsigned status = 200;
    std::string_view content_type = {};  // a constant; empty: no Content-Type header
    std::string body = {};
    std::string_view lent_body = {};  // behind it: what the handler keeps until it is asked again
    std::vector<std::pair<std::string, std::string>> headers = {};
    std::optional<FileBody> file = std::nullopt;  // instead of body
    bool close = false;                           // end the connection after it

    static HttpResponse empty(unsigned status) { return HttpResponse{.status = status}; }
};

// "OK", "Not Found": the reason phrase of a status this program uses.
std::string_view reason_phrase(unsigned status) noexcept;

}  // namespace cqhttp::net
