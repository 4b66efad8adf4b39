#pragma once

#include "conformance/json.hpp"
#include "conformance/wire.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace cqhttp::conformance {

using Headers = std::vector<std::pair<std::string, std::string>>;

// The first header of that name, in any case; nothing without one.
std::optional<std::string> find_header(const Headers& headers, std::string_view name);

// A request to be sent as it is written here, built in one expression:
//     get("/get_login_info").anonymous().header("Authorization", "token abc")
class Request {
public:
    Request(std::string method, std::string target)
        : method_(std::move(method)), target_(std::move(target)) {}

    Request header(std::string name, std::string value) &&;
    // With Content-Type: application/json.
    Request json(std::string body) &&;
    Request json(const Json& body) &&;
    // With Content-Type: application/x-www-form-urlencoded.
    Request form(std::string body) &&;
    // Without a Content-Type of its own.
    Request body(std::string body) &&;
    // Without the access token, which is sent by default where the target has one.
    Request anonymous() &&;

    const std::string& method() const noexcept { return method_; }
    bool wants_token() const noexcept { return wants_token_; }
    // Host and, where there is a body or the method is POST, Content-Length are added.
    std::string bytes(std::string_view host) const;

private:
    std::string method_, target_;
    Headers headers_;
    std::optional<std::string> body_;
    bool wants_token_ = true;
};

inline Request get(std::string target) {
    return Request("GET", std::move(target));
}
inline Request post(std::string target) {
    return Request("POST", std::move(target));
}

// An answer, or what came instead of one.
struct HttpReply {
    int status = 0;  // 0: none came, see trouble
    Headers headers;
    std::string body;
    std::string
        trouble;  // "the connection was closed"; also when the body is not what was announced
    bool timed_out = false;

    std::optional<std::string> header(std::string_view name) const {
        return find_header(headers, name);
    }
    // The body as JSON; a discarded value if it is none.
    Json json() const;
    // "HTTP 404", "no answer: the connection was closed": for messages.
    std::string text() const;
};

// Reads the next answer. `method` is that of the request, since HEAD has no body.
asio::awaitable<HttpReply> read_reply(Wire& wire, std::string method);

// What came up to the first empty line, which is removed from the buffer with it; nothing if the
// connection ends first or the head is longer than 64 KiB.
asio::awaitable<std::optional<std::string>> read_head(Wire& wire);
// The header lines of a head, its first line aside.
Headers parse_headers(std::string_view head);

}  // namespace cqhttp::conformance
