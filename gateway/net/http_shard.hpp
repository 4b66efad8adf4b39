#pragma once

#include "gateway/base/limits.hpp"
#include "gateway/base/log.hpp"
#include "gateway/net/http_connection.hpp"
#include "gateway/net/http_server.hpp"
#include "gateway/net/task_group.hpp"

#include <boost/asio/awaitable.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/steady_timer.hpp>

#include <atomic>
#include <cstddef>

namespace cqhttp::net {

// The connections of one server on one event loop, and the timer that looks after their deadlines.
// Lives on that loop; limits outlive it.
class HttpShard {
public:
    // `open` counts the connections of all shards of a server.
    HttpShard(asio::io_context& context, HttpHandler& handler, const Limits& limits, const Log& log,
              std::atomic<std::size_t>& open);

    // Before the first connection.
    void start();
    // The socket belongs to this shard's context. It counts as open already.
    void serve(ServerSocket socket, const asio::ip::tcp::endpoint& peer);
    // For a connection too many, which is told so if there are not too many of those.
    void turn_away(ServerSocket socket, const asio::ip::tcp::endpoint& peer);

    // Closes idle connections; the others end with the next answer. No connection comes after it.
    void stop();
    bool stopping() const noexcept { return state_.stopping; }
    // Cuts what is left.
    void abort();
    // After stop(): returns when the last connection has ended.
    asio::awaitable<void> join();

private:
    asio::awaitable<void> run(ServerSocket socket, asio::ip::tcp::endpoint peer);
    asio::awaitable<void> say_no(ServerSocket socket, asio::ip::tcp::endpoint peer);
    asio::awaitable<void> sweep();

    const Limits& limits_;
    std::atomic<std::size_t>& open_;
    HttpServerState state_;
    TaskGroup connections_, turned_away_, helpers_;
    asio::steady_timer sweep_timer_;
    bool ended_ = false;
};

}  // namespace cqhttp::net
