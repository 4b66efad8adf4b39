#pragma once

#include "gateway/base/result.hpp"
#include "gateway/base/url.hpp"
#include "gateway/net/tls.hpp"

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace cqhttp::net {

namespace asio = boost::asio;

struct ClientRequest {
    std::string method = "GET";
    Url url;
    std::vector<std::pair<std::string, std::string>> headers;  // besides Host and Content-Length
    std::string body;
};

// A request that is written already, for who sends nearly the same one again and again. What it
// refers to outlives the sending.
struct WrittenRequest {
    const Url& url;
    std::string_view method;
    std::string_view head;  // all of it, with the empty line
    std::string_view body;
    bool headers = true;  // false: those of a success are not looked at and may be left out
};

struct ClientResponse {
    unsigned status = 0;
    std::vector<std::pair<std::string, std::string>> headers;
    std::string body;

    // The first header of that name, in any case; empty without one.
    std::string header(std::string_view name) const;
};

struct ClientLimits {
    std::chrono::milliseconds connect{10'000};  // resolve, connect and TLS handshake together
    std::chrono::milliseconds total{0};         // from the start to the last byte; 0: no bound
    // How long a kept connection may have been idle to be used again. Servers close idle ones after
    // 2 s and more; a request that crosses such an end is lost, since it must not be sent twice.
    std::chrono::milliseconds reuse{1'000};
    std::size_t head = 64 * 1024;
    std::size_t body = 64 * 1024 * 1024;
};

// Where a request failed, for messages that tell people what to look at.
enum class ClientStage : std::uint8_t { resolve, connect, tls, send, receive };

// One request at a time over one connection, which is kept and used again for the same origin; a
// kept connection that the peer has closed meanwhile is replaced once, silently, when nothing of
// the answer has arrived and the request could not have been processed. No redirects, no cookies,
// no proxy. Errors say the stage, the address and the cause. Lives on one executor.
class HttpClient {
public:
    HttpClient(asio::any_io_executor executor, TlsContext& tls);
    ~HttpClient();
    HttpClient(HttpClient&&) noexcept;
    HttpClient& operator=(HttpClient&&) noexcept;

    asio::awaitable<Result<ClientResponse>> send(ClientRequest request, ClientLimits limits);
    asio::awaitable<Result<ClientResponse>> send(WrittenRequest request, ClientLimits limits);

    // How far the last send() came.
    ClientStage stage() const noexcept;

    // Ends a send() under way, which returns an error soon after, and every later one. Idempotent.
    void stop();

private:
    class Impl;
    std::unique_ptr<Impl> impl_;
};

}  // namespace cqhttp::net
