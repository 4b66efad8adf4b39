#include "gateway/event/meta_events.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <algorithm>
#include <utility>

namespace cqhttp::event {
namespace {

using protocol::MetaKind;

constexpr auto as_values = asio::as_tuple(asio::use_awaitable);

}  // namespace

MetaEvents::MetaEvents(asio::any_io_executor executor, HeartbeatOptions heartbeat,
                       const protocol::Profile& profile, Pipeline& pipeline, const Clock& clock,
                       std::function<std::string()> status)
    : heartbeat_(heartbeat),
      profile_(profile),
      pipeline_(pipeline),
      clock_(clock),
      status_(std::move(status)),
      next_(std::move(executor)) {}

protocol::MetaEvent MetaEvents::made(MetaKind kind) const {
    protocol::MetaEvent event;
    event.kind = kind;
    event.time = clock_.seconds();
    return event;
}

void MetaEvents::announce_start() {
    if (profile_.meta_events && !stopped_) {
        announced_ = true;
        pipeline_.submit(made(MetaKind::enable));
    }
}

asio::awaitable<void> MetaEvents::run() {
    if (!profile_.meta_events || !heartbeat_.enabled) {
        co_return;
    }
    auto due = std::chrono::steady_clock::now();
    while (!stopped_) {
        protocol::MetaEvent event = made(MetaKind::heartbeat);
        event.status = status_();
        event.interval = heartbeat_.interval;
        pipeline_.submit(event);
        // From due time to due time, so that delays do not add up; a gap is not made up for.
        due = std::max(due + heartbeat_.interval, std::chrono::steady_clock::now());
        next_.expires_at(due);
        co_await next_.async_wait(as_values);
    }
}

void MetaEvents::stop() {
    if (stopped_) {
        return;
    }
    stopped_ = true;
    next_.cancel();
    if (announced_) {
        pipeline_.submit(made(MetaKind::disable));
    }
}

SharedText MetaEvents::greeting(std::size_t filter) const {
    return profile_.meta_events ? pipeline_.pass(made(MetaKind::connect), filter) : nullptr;
}

}  // namespace cqhttp::event
