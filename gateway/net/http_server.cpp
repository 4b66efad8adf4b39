#include "gateway/net/http_server.hpp"

#include "gateway/base/ensure.hpp"
#include "gateway/net/http_shard.hpp"
#include "gateway/net/listener.hpp"
#include "gateway/net/loop.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/deferred.hpp>
#include <boost/asio/error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>

#include <utility>
#include <vector>

namespace cqhttp::net {
namespace {

using std::chrono_literals::operator""ms;
using asio::ip::tcp;
using boost::system::error_code;

constexpr auto as_result = asio::as_tuple(asio::deferred);

constexpr auto pause_after_failure = 100ms;
// With more loops than this the home loop, which works for all of them, takes no connections.
constexpr std::size_t loops_that_share = 3;

}  // namespace

class HttpServer::Impl {
public:
    Impl(asio::io_context& io_context, HttpHandler& handler, const Limits& server_limits,
         Log server_log)
        : context(io_context),
          limits(server_limits),
          log(std::move(server_log)),
          pause_timer(context) {
        add(context, nullptr, handler);
    }

    void add(asio::io_context& shard_context, Loop* loop, HttpHandler& handler) {
        places.push_back(
            {loop, std::make_unique<HttpShard>(shard_context, handler, limits, log, open)});
    }

    asio::awaitable<void> run() {
        co_await asio::this_coro::throw_if_cancelled(false);
        for_each([](HttpShard& shard) { shard.start(); });
        co_await accept_until_stopped();
        co_await places.front().shard->join();
        for (const Place& place : places) {
            if (place.loop != nullptr) {
                std::function<asio::awaitable<void>()> join = [shard = place.shard.get()] {
                    return shard->join();
                };
                co_await place.loop->run(std::move(join));
                co_await place.loop->round_trip();
            }
        }
    }

    void stop() {
        if (std::exchange(stopping, true)) {
            return;
        }
        if (acceptor) {
            error_code ignored;
            acceptor->close(ignored);
        }
        pause_timer.cancel();
        for_each([](HttpShard& shard) { shard.stop(); });
    }

    void abort() {
        stop();
        for_each([](HttpShard& shard) { shard.abort(); });
    }

    asio::io_context& context;
    Limits limits;
    Log log;
    std::atomic<std::size_t> open = 0;
    std::optional<Acceptor> acceptor;
    tcp::endpoint local;

private:
    // A part of the server and where it lives; the first one at home, where the acceptor is.
    struct Place {
        Loop* loop;
        std::unique_ptr<HttpShard> shard;

        asio::io_context& context(asio::io_context& home) const {
            return loop == nullptr ? home : loop->context();
        }
        // Calls a function of the shard on its loop.
        template <class Work>
        void tell(Work work) const {
            if (loop == nullptr) {
                work(*shard);
                return;
            }
            auto errand = [shard = shard.get(), work = std::move(work)]() mutable { work(*shard); };
            loop->from_home().post(std::move(errand));
        }
    };

    template <class Work>
    void for_each(Work work) {
        for (const Place& place : places) {
            place.tell(work);
        }
    }

    asio::awaitable<void> accept_until_stopped() {
        while (!stopping) {
            tcp::endpoint peer;
            const Place& place = places[next];
            asio::io_context& its_context = place.context(context);
            auto [error, socket] = co_await acceptor->async_accept(its_context, peer, as_result);
            const auto cancellation = co_await asio::this_coro::cancellation_state;
            if (cancellation.cancelled() != asio::cancellation_type::none) {
                abort();
            } else if (error && !stopping) {
                co_await pause(error);
            } else if (!error && !stopping) {
                admit(place, std::move(socket), peer);
            }
        }
    }

    // Waiting connections keep the acceptor ready: without a pause it would fail all the time.
    asio::awaitable<void> pause(error_code error) {
        if (error == asio::error::connection_aborted) {
            co_return;  // that peer has gone
        }
        if (failures++ == 0) {
            log.warn("cannot accept connections address={} reason=\"{}\"", to_text(local),
                     error.message());
        }
        pause_timer.expires_after(pause_after_failure);
        co_await pause_timer.async_wait(as_result);
    }

    void admit(const Place& place, ServerSocket socket, const tcp::endpoint& peer) {
        if (std::exchange(failures, 0) > 0) {
            log.info("accepting connections again address={}", to_text(local));
        }
        const std::size_t count = open;
        if (count >= limits.connections) {
            refuse(place, std::move(socket), peer);
            return;
        }
        // The spell ends when there is room again, not each time when one connection leaves.
        if (refused > 0 && count < limits.connections - limits.connections / 8) {
            log.info("connections below the limit again refused={}", std::exchange(refused, 0));
        }
        ++open;
        place.tell([kept = std::move(socket), peer](HttpShard& shard) mutable {
            shard.serve(std::move(kept), peer);
        });
        choose_next();
    }

    void refuse(const Place& place, ServerSocket socket, const tcp::endpoint& peer) {
        if (refused++ == 0) {
            log.warn("too many connections, refusing more limit={}", limits.connections);
        }
        place.tell([kept = std::move(socket), peer](HttpShard& shard) mutable {
            shard.turn_away(std::move(kept), peer);
        });
    }

    void choose_next() noexcept {
        if (++next == places.size()) {
            next = places.size() > loops_that_share ? 1 : 0;
        }
    }

    std::vector<Place> places;
    std::size_t next = 0;  // takes the next connection
    asio::steady_timer pause_timer;
    std::uint64_t failures = 0, refused = 0;
    bool stopping = false;
};

HttpServer::HttpServer(asio::io_context& context, HttpHandler& handler, const Limits& limits,
                       Log log)
    : impl_(std::make_unique<Impl>(context, handler, limits, std::move(log))) {}

HttpServer::~HttpServer() = default;

void HttpServer::spread(Loop& loop, HttpHandler& handler) {
    impl_->add(loop.context(), &loop, handler);
}

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
    return impl_->open;
}

}  // namespace cqhttp::net
