#pragma once

#include "gateway/base/limits.hpp"
#include "gateway/base/log.hpp"
#include "gateway/net/http_server.hpp"
#include "gateway/net/polled_socket.hpp"
#include "gateway/net/request_reader.hpp"
#include "gateway/net/task_group.hpp"
#include "gateway/net/workspace.hpp"

#include <boost/asio/awaitable.hpp>
#include <boost/asio/basic_stream_socket.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace cqhttp::net {

// As accepted.
using ServerSocket = asio::basic_stream_socket<asio::ip::tcp, asio::io_context::executor_type>;

class HttpConnection;

// What the connections of one server share. Lives on the server's loop, longer than they do.
struct HttpServerState {
    HttpHandler& handler;
    const Limits& limits;
    Log log;
    TaskGroup& tasks;  // one for each connection, upgraded ones included
    WorkspacePool workspaces = {};
    std::vector<HttpConnection*> connections = {};  // each knows its place
    bool stopping = false;
};

// One accepted connection: reads requests, asks the handler, writes the answers in request order.
// A local of the coroutine that runs it; listed in the server's state as long as it lives.
class HttpConnection {
public:
    using Clock = std::chrono::steady_clock;

    HttpConnection(HttpServerState& server, ServerSocket socket,
                   const asio::ip::tcp::endpoint& peer);
    ~HttpConnection();
    HttpConnection(const HttpConnection&) = delete;
    HttpConnection& operator=(const HttpConnection&) = delete;

    // Serves until either side ends the connection.
    asio::awaitable<void> run();

    // Answers 503 and ends: for a connection too many.
    asio::awaitable<void> turn_away();

    // The server is stopping: ends when nothing is in flight.
    void stop();
    // Ends at once.
    void cut();
    // Acts if the deadline of what the connection waits for has passed.
    void check(Clock::time_point now);

private:
    // What the connection waits for; decides which limit holds and what happens when it is reached.
    enum class Wait : std::uint8_t { nothing, request, head, body, writing, lingering };
    // What to do next; run() and step() do what has to be awaited.
    enum class Step : std::uint8_t { read, serve, flush, answer, file, end };

    Step receive();
    Step receive_end();
    Step serve();
    void take_head();
    Step take_request();
    Step take_upgrade(HttpUpgrade upgrade);
    void take_error();
    Step accept(HttpResponse& response);
    void refuse(HttpResponse response);
    void answer(const HttpResponse& response);
    void close_with(unsigned status);
    Step write_out();
    bool write_some();

    bool idle() const noexcept { return !reader_.in_head() && !reader_.in_body(); }
    void expect_input();
    void wait_for(Wait wait, std::chrono::milliseconds limit);

    asio::awaitable<Step> step(Step next);
    asio::awaitable<void> flush();
    asio::awaitable<void> send_file();
    asio::awaitable<void> linger();
    void hand_over();

    HttpServerState& server_;
    std::size_t place_;
    PolledSocket socket_;
    std::string peer_;
    RequestReader reader_;
    WorkspacePool::Lease workspace_;  // between reading and having written
    std::string_view input_;          // received, not yet looked at
    std::size_t written_ = 0;         // of the workspace's output
    std::optional<asio::awaitable<HttpResponse>> pending_;
    std::optional<FileBody> file_;
    std::optional<HttpUpgrade> upgrade_;
    std::string early_;  // received behind the request that upgrades
    Clock::time_point deadline_ = Clock::time_point::max();
    Wait wait_ = Wait::nothing;
    bool served_ = true;      // a request has begun since the last wait for input
    bool refused_ = false;    // the current request has its answer; its body is skipped
    bool timed_out_ = false;  // what was waited for did not arrive in time
    bool ending_ = false;     // close after what is gathered was written
    bool unread_ = false;     // the peer may still be sending when that happens
    bool broken_ = false;     // nothing can be written or read any more
};

}  // namespace cqhttp::net
