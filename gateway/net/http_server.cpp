#include "gateway/net/http_server.hpp"

#include "gateway/base/ensure.hpp"
#include "gateway/net/http_connection.hpp"
#include "gateway/net/listener.hpp"
#include "gateway/net/poller.hpp"
#include "gateway/net/task_group.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/deferred.hpp>
#include <boost/asio/error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>

#include <algorithm>
#include <utility>

namespace cqhttp::net {
namespace {

using std::chrono_literals::operator""ms;
using asio::ip::tcp;
using boost::system::error_code;

constexpr auto as_result = asio::as_tuple(asio::deferred);

// So many connections over the limit are told so; others are closed without a word.
constexpr std::size_t turned_away_bound = 64;
constexpr auto pause_after_failure = 100ms;

std::chrono::milliseconds sweep_period(const Limits& limits) {
    const auto smallest = std::min(
        {limits.http_header_read, limits.http_body_read, limits.http_idle, limits.http_write});
    return std::clamp<std::chrono::milliseconds>(smallest / 4, 1ms, 250ms);
}

}  // namespace

class HttpServer::Impl {
public:
    Impl(asio::io_context& io_context, HttpHandler& handler, const Limits& server_limits, Log log)
        : context(io_context),
          limits(server_limits),
          state{handler, limits, log, connections},
          connections(context.get_executor(), log),
          turned_away(context.get_executor(), log),
          helpers(context.get_executor(), log),
          sweep_timer(context),
          pause_timer(context) {
        asio::use_service<Poller>(context);  // now: later there may be no descriptor left for it
    }

    asio::awaitable<void> run() {
        co_await asio::this_coro::throw_if_cancelled(false);
        helpers.spawn("http sweeper", sweep());
        co_await accept_until_stopped();
        co_await connections.join();
        co_await turned_away.join();
        ended = true;
        sweep_timer.cancel();
        co_await helpers.join();
    }

    void stop() {
        if (std::exchange(state.stopping, true)) {
            return;
        }
        if (acceptor) {
            error_code ignored;
            acceptor->close(ignored);
        }
        pause_timer.cancel();
        for (HttpConnection* connection : state.connections) {
            connection->stop();
        }
    }

    void abort() {
        stop();
        for (HttpConnection* connection : state.connections) {
            connection->cut();
        }
        connections.cancel();
        turned_away.cancel();
    }

    asio::io_context& context;
    Limits limits;
    HttpServerState state;
    std::optional<Acceptor> acceptor;
    tcp::endpoint local;
    TaskGroup connections, turned_away, helpers;

private:
    asio::awaitable<void> accept_until_stopped() {
        while (!state.stopping) {
            tcp::endpoint peer;
            auto [error, socket] = co_await acceptor->async_accept(peer, as_result);
            const auto cancellation = co_await asio::this_coro::cancellation_state;
            if (cancellation.cancelled() != asio::cancellation_type::none) {
                abort();
            } else if (error && !state.stopping) {
                co_await pause(error);
            } else if (!error && !state.stopping) {
                admit(std::move(socket), peer);
            }
        }
    }

    // Waiting connections keep the acceptor ready: without a pause it would fail all the time.
    asio::awaitable<void> pause(error_code error) {
        if (error == asio::error::connection_aborted) {
            co_return;  // that peer has gone
        }
        if (failures++ == 0) {
            state.log.warn("cannot accept connections address={} reason=\"{}\"", to_text(local),
                           error.message());
        }
        pause_timer.expires_after(pause_after_failure);
        co_await pause_timer.async_wait(as_result);
    }

    void admit(ServerSocket socket, const tcp::endpoint& peer) {
        if (std::exchange(failures, 0) > 0) {
            state.log.info("accepting connections again address={}", to_text(local));
        }
        const std::size_t open = connections.size();
        if (open >= limits.connections) {
            refuse(std::move(socket), peer);
            return;
        }
        // The spell ends when there is room again, not each time when one connection leaves.
        if (refused > 0 && open < limits.connections - limits.connections / 8) {
            state.log.info("connections below the limit again refused={}",
                           std::exchange(refused, 0));
        }
        connections.spawn("http connection", serve(std::move(socket), peer));
    }

    void refuse(ServerSocket socket, const tcp::endpoint& peer) {
        if (refused++ == 0) {
            state.log.warn("too many connections, refusing more limit={}", limits.connections);
        }
        if (turned_away.size() < turned_away_bound) {
            turned_away.spawn("http connection", turn_away(std::move(socket), peer));
        }
    }

    asio::awaitable<void> serve(ServerSocket socket, tcp::endpoint peer) {
        HttpConnection connection(state, std::move(socket), peer);
        co_await connection.run();
    }

    asio::awaitable<void> turn_away(ServerSocket socket, tcp::endpoint peer) {
        HttpConnection connection(state, std::move(socket), peer);
        co_await connection.turn_away();
    }

    // One timer for all deadlines: connections look at the clock when they begin to wait, and here.
    asio::awaitable<void> sweep() {
        const auto period = sweep_period(limits);
        while (!ended) {
            sweep_timer.expires_after(period);
            co_await sweep_timer.async_wait(as_result);
            const auto now = HttpConnection::Clock::now();
            for (HttpConnection* connection : state.connections) {
                connection->check(now);
            }
        }
    }

    asio::steady_timer sweep_timer, pause_timer;
    std::uint64_t failures = 0, refused = 0;
    bool ended = false;
};

HttpServer::HttpServer(asio::io_context& context, HttpHandler& handler, const Limits& limits,
                       Log log)
    : impl_(std::make_unique<Impl>(context, handler, limits, std::move(log))) {}

HttpServer::~HttpServer() = default;

Result<void> HttpServer::listen(const std::string& host, std::uint16_t port) {
    ensure(!impl_->acceptor, "a server listens once");
    auto acceptor = listen_on(impl_->context, host, port);
    if (!acceptor) {
        return acceptor.error();
    }
    impl_->acceptor.emplace(std::move(*acceptor));
    impl_->local = impl_->acceptor->local_endpoint();
    return {};
}

std::uint16_t HttpServer::port() const noexcept {
    return impl_->local.port();
}

std::string HttpServer::address() const {
    return to_text(impl_->local);
}

asio::awaitable<void> HttpServer::run() {
    ensure(impl_->acceptor.has_value(), "a server listens before it runs");
    return impl_->run();
}

void HttpServer::stop() {
    impl_->stop();
}

void HttpServer::abort() {
    impl_->abort();
}

std::size_t HttpServer::connections() const noexcept {
    return impl_->connections.size();
}

}  // namespace cqhttp::net
