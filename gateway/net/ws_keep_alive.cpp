#include "gateway/net/ws_keep_alive.hpp"

#include "gateway/base/ensure.hpp"
#include "gateway/net/poller.hpp"
#include "gateway/net/websocket.hpp"
#include "gateway/net/ws_connection.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/deferred.hpp>

#include <algorithm>
#include <cstring>
#include <random>

namespace cqhttp::net {
namespace {

std::uint64_t random_seed() {
    std::random_device device;
    return static_cast<std::uint64_t>(device()) << 32U | device();
}

}  // namespace

WsLoop::WsLoop(asio::io_context& context, const Limits& limits)
    : timer_(context), ping_(limits.ws_ping), random_(random_seed()) {
    asio::use_service<Poller>(context);  // now: later there may be no descriptor left for it
}

WsLoop::~WsLoop() {
    ensure(connections_.empty(), "the keep-alive outlives its connections");
}

asio::awaitable<void> WsLoop::run() {
    // A connection is looked at four times per interval: silence is noticed at most a quarter late.
    constexpr std::chrono::milliseconds shortest(5);
    const bool off = ping_ <= std::chrono::milliseconds::zero();
    const auto interval = std::max(ping_ / 4, shortest);
    constexpr auto token = asio::as_tuple(asio::deferred);
    while (!stopped_) {
        timer_.expires_at(off ? Clock::time_point::max() : Clock::now() + interval);
        auto [error] = co_await timer_.async_wait(token);
        if (error) {
            break;
        }
        check_all();
    }
}

void WsLoop::stop() {
    stopped_ = true;
    timer_.cancel();
}

std::size_t WsLoop::add(WsConnection& connection) {
    connections_.push_back(&connection);
    return connections_.size() - 1;
}

void WsLoop::remove(std::size_t place) noexcept {
    connections_[place] = connections_.back();
    connections_[place]->moved_to(place);
    connections_.pop_back();
}

void WsLoop::check_all() {
    const auto now = Clock::now();
    // From the end: a connection that ends now leaves its place to the last one, which was checked.
    for (std::size_t i = connections_.size(); i-- > 0;) {
        connections_[i]->check(now);
    }
}

// splitmix64. RFC 6455 wants masks that whoever writes the payload cannot foresee, so that scripts
// in a browser cannot compose what a proxy would take for HTTP. Here the gateway itself writes the
// payload; a seed from the system and a fast generator are enough.
std::array<char, 4> WsLoop::make_mask() noexcept {
    random_ += 0x9E3779B97F4A7C15U;
    std::uint64_t mixed = random_;
    mixed = (mixed ^ mixed >> 30U) * 0xBF58476D1CE4E5B9U;
    mixed = (mixed ^ mixed >> 27U) * 0x94D049BB133111EBU;
    mixed ^= mixed >> 31U;
    std::array<char, 4> mask{};
    std::memcpy(mask.data(), &mixed, mask.size());
    return mask;
}

WsKeepAlive::WsKeepAlive(asio::io_context& context, const Limits& limits)
    : loop_(std::make_unique<WsLoop>(context, limits)) {}
WsKeepAlive::~WsKeepAlive() = default;

asio::awaitable<void> WsKeepAlive::run() {
    return loop_->run();
}
void WsKeepAlive::stop() {
    loop_->stop();
}

}  // namespace cqhttp::net
