#include "gateway/net/http_shard.hpp"

#include "gateway/net/poller.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/deferred.hpp>

#include <algorithm>
#include <utility>

namespace cqhttp::net {
namespace {

using std::chrono_literals::operator""ms;
using asio::ip::tcp;

constexpr auto as_result = asio::as_tuple(asio::deferred);

// So many connections over the limit are told so; others are closed without a word.
constexpr std::size_t turned_away_bound = 64;

std::chrono::milliseconds sweep_period(const Limits& limits) {
    const auto smallest = std::min(
        {limits.http_header_read, limits.http_body_read, limits.http_idle, limits.http_write});
    return std::clamp<std::chrono::milliseconds>(smallest / 4, 1ms, 250ms);
}

}  // namespace

HttpShard::HttpShard(asio::io_context& context, HttpHandler& handler, const Limits& limits,
                     const Log& log, std::atomic<std::size_t>& open)
    : limits_(limits),
      open_(open),
      state_{handler, limits, log, connections_},
      connections_(context.get_executor(), log, &open),
      turned_away_(context.get_executor(), log),
      helpers_(context.get_executor(), log),
      sweep_timer_(context) {
    asio::use_service<Poller>(context);  // now: later there may be no descriptor left for it
}

void HttpShard::start() {
    helpers_.spawn("http sweeper", sweep());
}

void HttpShard::serve(ServerSocket socket, const tcp::endpoint& peer) {
    connections_.spawn("http connection", run(std::move(socket), peer));
    --open_;  // the group has counted it, too
}

void HttpShard::turn_away(ServerSocket socket, const tcp::endpoint& peer) {
    if (turned_away_.size() < turned_away_bound) {
        turned_away_.spawn("http connection", say_no(std::move(socket), peer));
    }
}

void HttpShard::stop() {
    if (std::exchange(state_.stopping, true)) {
        return;
    }
    for (HttpConnection* connection : state_.connections) {
        connection->stop();
    }
}

void HttpShard::abort() {
    stop();
    for (HttpConnection* connection : state_.connections) {
        connection->cut();
    }
    connections_.cancel();
    turned_away_.cancel();
}

asio::awaitable<void> HttpShard::join() {
    co_await connections_.join();
    co_await turned_away_.join();
    ended_ = true;
    sweep_timer_.cancel();
    co_await helpers_.join();
}

asio::awaitable<void> HttpShard::run(ServerSocket socket, tcp::endpoint peer) {
    HttpConnection connection(state_, std::move(socket), peer);
    co_await connection.run();
}

asio::awaitable<void> HttpShard::say_no(ServerSocket socket, tcp::endpoint peer) {
    HttpConnection connection(state_, std::move(socket), peer);
    co_await connection.turn_away();
}

// One timer for all deadlines: connections look at the clock when they begin to wait, and here.
asio::awaitable<void> HttpShard::sweep() {
    const auto period = sweep_period(limits_);
    while (!ended_) {
        sweep_timer_.expires_after(period);
        co_await sweep_timer_.async_wait(as_result);
        const auto now = HttpConnection::Clock::now();
        for (HttpConnection* connection : state_.connections) {
            connection->check(now);
        }
    }
}

}  // namespace cqhttp::net
