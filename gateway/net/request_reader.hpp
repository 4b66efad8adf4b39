#pragma once

#include "gateway/net/http_message.hpp"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string_view>

namespace cqhttp::net {

// Finds the requests in the bytes of one connection, whatever their segmentation (HTTP-006,
// HTTP-007). No sockets and no time: bytes in, requests out. A request that arrives whole is read
// where it lies; one that arrives in pieces is gathered in memory of the reader's own.
class RequestReader {
public:
    struct Bounds {
        std::size_t head;  // request line and headers; also trailers and one chunk's size line
        std::size_t body;
    };

    enum class Found : std::uint8_t {
        nothing,  // all bytes are used and the request is not complete
        head,     // the head of the next request; nothing of its body has been looked at
        request,  // that request is complete
        error,    // not a request this server takes; nothing can be read any more
    };

    // `peer` must outlive the reader.
    RequestReader(Bounds bounds, std::string_view peer, bool loopback);
    ~RequestReader();
    RequestReader(const RequestReader&) = delete;
    RequestReader& operator=(const RequestReader&) = delete;

    // Reads from the front of `data` and takes away what it used. The bytes of `data` must stay in
    // place until `nothing` was found or, if a request was, until the call after it.
    Found next(std::string_view& data);

    // The request whose head was found; its body is empty until the request was found.
    const HttpRequest& request() const noexcept;
    bool keep_alive() const noexcept;  // the client wants the connection to stay
    bool http_1_0() const noexcept;
    bool expects_continue() const noexcept;  // and has a body to send
    bool has_body() const noexcept;
    // Nothing for a chunked body.
    std::optional<std::uint64_t> content_length() const noexcept;

    // After a head: the body is read and thrown away, and is an error when longer than `bound`.
    void skip_body(std::size_t bound);

    // Bytes of a request have come that is not complete: of its head, or all of its head.
    bool in_head() const noexcept;
    bool in_body() const noexcept;

    // After an error: the status to answer with.
    unsigned error_status() const noexcept;

private:
    class Impl;
    std::unique_ptr<Impl> impl_;
};

}  // namespace cqhttp::net
