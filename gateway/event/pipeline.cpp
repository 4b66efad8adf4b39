#include "gateway/event/pipeline.hpp"

#include "gateway/protocol/quick_operation.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <memory>
#include <string>
#include <utility>

namespace cqhttp::event {
namespace {

constexpr auto as_values = asio::as_tuple(asio::use_awaitable);

}  // namespace

Pipeline::Pipeline(asio::any_io_executor executor, PipelineOptions options,
                   const protocol::Profile& profile, action::Dispatcher& dispatcher, Hub& hub,
                   Reporter* reporter, Log log)
    : options_(options),
      profile_(profile),
      dispatcher_(dispatcher),
      hub_(hub),
      reporter_(reporter),
      log_(std::move(log)),
      wake_(executor) {}

void Pipeline::submit(protocol::Event event) {
    ++counters_.submitted;
    if (stopped_) {
        return;
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
    queue_.push_back(std::move(event));
    wake_.cancel();
}

asio::awaitable<void> Pipeline::run() {
    while (true) {
        while (!queue_.empty()) {
            protocol::Event event = std::move(queue_.front());
            queue_.pop_front();
            co_await carry(std::move(event));
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

void Pipeline::stop() {
    stopped_ = true;
    wake_.cancel();
}

void Pipeline::abort() {
    queue_.clear();
    stop();
}

// One event, the whole way. Nothing is rendered for nobody.
asio::awaitable<void> Pipeline::carry(protocol::Event event) {
    if (hold_all_ || (reporter_ == nullptr && !hub_.wants_events())) {
        co_return;
    }
    if (filter_ && !filter_->passes(protocol::canonical_event(event, options_.self_id, profile_))) {
        ++counters_.filtered;
        co_return;
    }
    ++counters_.rendered;
    const SharedText text = std::make_shared<const std::string>(
        protocol::render_event(event, options_.self_id, options_.form, profile_));
    log_.debug("event kind={} bytes={}", protocol::describe(event), text->size());
    if (reporter_ != nullptr) {
        const std::optional<std::string> answer = co_await reporter_->report(text);
        if (answer) {
            co_await execute(event, *answer);
        }
    }
    hub_.publish(text);
}

// Quick operations are ordinary calls; a failed one does not stop the next (QOP-009), and the push
// comes after the last (QOP-010).
asio::awaitable<void> Pipeline::execute(const protocol::Event& event, const std::string& answer) {
    protocol::QuickOperation operation = protocol::read_quick_operation(event, answer, profile_);
    if (operation.block) {
        dispatcher_.block(event);
    }
    for (protocol::ActionRequest& request : operation.calls) {
        const std::string action = request.action;
        account::Answer reply = dispatcher_.call(std::move(request));
        protocol::ActionReply done;
        if (reply.ready()) {
            done = reply.take();
        } else {
            done = co_await reply.later();
        }
        log_.debug("quick operation action={} retcode={}", action, done.retcode);
    }
}

}  // namespace cqhttp::event
