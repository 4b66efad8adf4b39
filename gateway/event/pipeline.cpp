#include "gateway/event/pipeline.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <utility>

namespace cqhttp::event {
namespace {

constexpr auto as_values = asio::as_tuple(asio::use_awaitable);
constexpr std::chrono::milliseconds no_bound{0};
// Nobody who stops the gateway waits longer for its last event (META-006).
constexpr std::chrono::milliseconds farewell_bound{2'000};

std::chrono::milliseconds bound_of(protocol::MetaKind kind) noexcept {
    return kind == protocol::MetaKind::disable ? farewell_bound : no_bound;
}

}  // namespace

Pipeline::Pipeline(asio::any_io_executor executor, PipelineOptions options,
                   const protocol::Profile& profile, action::Dispatcher& dispatcher, Hub& hub,
                   Reporter* reporter, Log log)
    : options_(options),
      around_{options.self_id, profile, filters_},
      hub_(hub),
      reporter_(reporter),
      reporter_wish_{Filters::of_account, options.form},
      log_(std::move(log)),
      answers_(dispatcher, profile),
      wake_(executor) {}

void Pipeline::submit(protocol::Event event) {
    ++counters_.submitted;
    if (stopped_) {
        return;
    }
    Findings findings;
    if (!lanes_.empty()) {
        feed_lanes(event, findings);
    }
    if (queue_.size() >= options_.queue) {
        ++counters_.dropped;
        if (!dropping_) {
            dropping_ = true;
            log_.warn("event queue full, newest events are dropped waiting={} kind={}",
                      queue_.size(), protocol::describe(event));
        }
        return;
    }
    queue_.push_back(Waiting{std::move(event), std::move(findings)});
    wake_.cancel();
}

// At once, not when the reporter's turn has come: a POST that hangs must not keep an event from the
// other addresses.
void Pipeline::feed_lanes(const protocol::Event& event, Findings& findings) {
    Delivery delivery(event, findings, around_, delivery_counters_);
    std::shared_ptr<const protocol::Event> shared;
    for (PostLane* lane : lanes_) {
        if (delivery.passes(lane->wish().filter)) {
            if (!shared) {
                shared = std::make_shared<const protocol::Event>(event);
            }
            lane->offer(shared, delivery.text(lane->wish().form));
        }
    }
}

void Pipeline::submit(const protocol::MetaEvent& event) {
    const bool heartbeat = event.kind == protocol::MetaKind::heartbeat;
    if (stopped_ || (heartbeat && (heartbeat_waits_ || room() == 0))) {
        return;
    }
    WaitingMeta waiting{event.kind, {}};
    Delivery delivery(
        std::make_shared<const std::string>(protocol::render_meta_event(event, options_.self_id)),
        waiting.findings, around_, delivery_counters_);
    for (PostLane* lane : lanes_) {
        if (delivery.passes(lane->wish().filter)) {
            lane->offer(delivery.text(lane->wish().form), bound_of(event.kind));
        }
    }
    heartbeat_waits_ = heartbeat_waits_ || heartbeat;
    queue_.push_back(std::move(waiting));
    wake_.cancel();
}

SharedText Pipeline::pass(const protocol::MetaEvent& event, std::size_t filter) const {
    Findings findings;
    Delivery::Counters not_counted;  // nothing is changed here
    Delivery delivery(
        std::make_shared<const std::string>(protocol::render_meta_event(event, options_.self_id)),
        findings, around_, not_counted);
    return delivery.passes(filter) ? delivery.text(options_.form) : nullptr;
}

asio::awaitable<void> Pipeline::run() {
    while (true) {
        while (!queue_.empty()) {
            if (!hub_.has_room()) {
                co_await wait_for_room();
                continue;
            }
            std::variant<Waiting, WaitingMeta> next = std::move(queue_.front());
            queue_.pop_front();
            if (auto* const event = std::get_if<Waiting>(&next)) {
                co_await carry(std::move(*event));
            } else {
                co_await carry(std::get<WaitingMeta>(std::move(next)));
            }
        }
        if (dropping_) {
            dropping_ = false;
            log_.warn("event queue has room again dropped={}", counters_.dropped);
        }
        if (stopped_) {
            co_return;
        }
        wake_.expires_at(asio::steady_timer::time_point::max());
        co_await wake_.async_wait(as_values);
    }
}

// Subscribers on other loops are behind. It happens when events come faster than they can be sent,
// so nobody is told when it is over: a look now and then is enough.
asio::awaitable<void> Pipeline::wait_for_room() {
    asio::steady_timer next_look(wake_.get_executor(), std::chrono::milliseconds(1));
    co_await next_look.async_wait(as_values);
}

void Pipeline::stop() {
    stopped_ = true;
    wake_.cancel();
}

void Pipeline::abort() {
    queue_.clear();
    stop();
}

// One event, the whole way. Nothing is rendered for nobody.
asio::awaitable<void> Pipeline::carry(Waiting waiting) {
    if (reporter_ == nullptr && !hub_.wants_events()) {
        co_return;
    }
    Delivery delivery(waiting.event, waiting.findings, around_, delivery_counters_);
    if (log_.enabled(LogLevel::debug)) {
        log_.debug("event kind={}", protocol::describe(waiting.event));
    }
    if (reporter_ != nullptr && delivery.passes(reporter_wish_.filter)) {
        const SharedText text = delivery.text(reporter_wish_.form);
        const std::optional<std::string> answer = co_await reporter_->report(text, no_bound);
        if (answer) {
            ++counters_.posted;
            if (!answer->empty()) {  // nothing asks for nothing (QOP-002)
                // The push comes after the last of them (QOP-010).
                co_await answers_.execute(waiting.event, *answer);
            }
        } else {
            ++counters_.failed;
        }
    }
    hub_.publish(delivery);
}

// The answer means nothing (META-011).
asio::awaitable<void> Pipeline::carry(WaitingMeta waiting) {
    const bool heartbeat = waiting.kind == protocol::MetaKind::heartbeat;
    heartbeat_waits_ = heartbeat_waits_ && !heartbeat;
    log_.debug("event kind={}", protocol::describe(waiting.kind));
    const SharedText text = waiting.findings.texts.front();
    Delivery delivery(text, waiting.findings, around_, delivery_counters_);
    if (reporter_ != nullptr && delivery.passes(reporter_wish_.filter)) {
        const auto answer = co_await reporter_->report(text, bound_of(waiting.kind));
        ++(answer ? counters_.posted : counters_.failed);
    }
    if (heartbeat) {
        hub_.publish(delivery);
    }
}

Pipeline::Counters Pipeline::counters() const noexcept {
    Counters counters = counters_;
    counters.filtered = delivery_counters_.filtered;
    counters.rendered = delivery_counters_.rendered;
    return counters;
}

}  // namespace cqhttp::event
