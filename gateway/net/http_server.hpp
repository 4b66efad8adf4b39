#pragma once

#include "gateway/base/limits.hpp"
#include "gateway/base/log.hpp"
#include "gateway/base/result.hpp"
#include "gateway/net/http_message.hpp"
#include "gateway/net/task_group.hpp"

#include <boost/asio/awaitable.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <variant>

namespace cqhttp::net {

namespace asio = boost::asio;

// An answer that makes the connection something else: the server writes `answer` behind whatever it
// owes and hands over the socket with the bytes that came behind the request. The server's stop()
// and abort() no longer reach it, but it counts as one of the server's connections until it ends.
struct HttpUpgrade {
    std::string answer;
    // Serves in a task of its own; abort() cancels it.
    std::function<asio::awaitable<void>(asio::ip::tcp::socket socket, std::string early)> serve;
    // Instead of serve: takes the connection over and returns; it ends when the place goes.
    std::function<void(asio::ip::tcp::socket socket, std::string early, TaskGroup::Place place)>
        take;
};

// An answer that is there, or one that takes time. Most are there: they cost no coroutine.
using HttpAnswer = std::variant<HttpResponse, asio::awaitable<HttpResponse>, HttpUpgrade>;

class Loop;

// What serves the requests of one server on one loop.
class HttpHandler {
public:
    virtual ~HttpHandler() = default;

    // Asked once the head is read and before any of the body is: an answer here refuses the
    // request, so that nobody without a token makes the gateway read 32 MiB (HTTP-020 steps 1 and
    // 2). A short body is then skipped and the connection stays; a long one closes it.
    virtual std::optional<HttpResponse> refuse(const HttpRequest& head) = 0;

    // Asked with the whole body. Must not throw.
    virtual HttpAnswer handle(const HttpRequest& request) = 0;
};

// An HTTP/1.1 server on one address: keep-alive, pipelining (answers in request order), chunked
// bodies, HTTP/1.0, 100-continue; every wait and size bounded by Limits. What is not HTTP gets 400,
// an over-long head 431, an over-long body 413, a stalled one 408, each followed by a close.
// Lives on one event loop, its home; its connections may be spread over others. A connection that
// fails ends alone.
class HttpServer {
public:
    HttpServer(asio::io_context& context, HttpHandler& handler, const Limits& limits, Log log);
    ~HttpServer();  // run() must have ended

    // Binds and listens; afterwards connections queue up. Port 0 chooses one (CFG-037). The error
    // names address and port (CFG-034).
    Result<void> listen(const std::string& host, std::uint16_t port);
    std::uint16_t port() const noexcept;
    // "127.0.0.1:5700", "[::1]:5700".
    std::string address() const;

    // Before run(): from now on `loop` takes its share of the connections, one in turn like home,
    // and `handler` serves those; with many loops home takes none. Both outlive run(). What bounds
    // connections is one bound for all loops.
    void spread(Loop& loop, HttpHandler& handler);

    // Accepts and serves until stop() and the end of the last connection.
    asio::awaitable<void> run();

    // Closes the listener and idle connections; requests in flight are answered with
    // "Connection: close". Idempotent, does not wait.
    void stop();
    // Cuts what is left. For the end of the drain time.
    void abort();

    std::size_t connections() const noexcept;

private:
    class Impl;
    std::unique_ptr<Impl> impl_;
};

}  // namespace cqhttp::net
