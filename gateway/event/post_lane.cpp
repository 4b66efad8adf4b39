#include "gateway/event/post_lane.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <optional>
#include <string>
#include <utility>

namespace cqhttp::event {
namespace {

constexpr auto as_values = asio::as_tuple(asio::use_awaitable);
constexpr std::chrono::milliseconds no_bound{0};
constexpr std::size_t late_from = 64;  // events that wait: worth a line in the log

}  // namespace

PostLane::PostLane(asio::any_io_executor executor, Wish wish, std::size_t queue, Reporter& reporter,
                   QuickAnswers& answers, Log log)
    : wish_(wish),
      most_(queue),
      reporter_(reporter),
      answers_(answers),
      log_(std::move(log)),
      wake_(std::move(executor)) {}

void PostLane::offer(std::shared_ptr<const protocol::Event> event, SharedText text) {
    if (stopped_) {
        return;
    }
    if (queue_.size() >= most_) {
        ++counters_.dropped;
        if (counters_.dropped == dropped_before_ + 1) {
            log_.warn("queue full, newest events are dropped for this address waiting={}",
                      queue_.size());
        }
        return;
    }
    queue_.push_back({std::move(event), std::move(text), no_bound});
    note_fill();
    wake_.cancel();
}

void PostLane::offer(SharedText text, std::chrono::milliseconds at_most) {
    if (!stopped_) {
        queue_.push_back({nullptr, std::move(text), at_most});
        wake_.cancel();
    }
}

asio::awaitable<void> PostLane::run() {
    while (true) {
        while (!queue_.empty()) {
            const Waiting next = std::move(queue_.front());
            queue_.pop_front();
            const std::optional<std::string> answer =
                co_await reporter_.report(next.text, next.at_most);
            if (answer) {
                ++counters_.posted;
                if (next.event && !answer->empty()) {  // nothing asks for nothing (QOP-002)
                    co_await answers_.execute(*next.event, *answer);
                }
            } else {
                ++counters_.failed;
            }
        }
        note_empty();
        if (stopped_) {
            log_.info("ended posted={} failed={} dropped={}", counters_.posted, counters_.failed,
                      counters_.dropped);
            co_return;
        }
        wake_.expires_at(asio::steady_timer::time_point::max());
        co_await wake_.async_wait(as_values);
    }
}

void PostLane::note_fill() {
    if (!late_ && queue_.size() >= late_from) {
        late_ = true;
        log_.warn("answers come slowly, events wait for them waiting={}", queue_.size());
    }
}

void PostLane::note_empty() {
    if (late_ || counters_.dropped != dropped_before_) {
        log_.info("no event waits any more dropped={}", counters_.dropped - dropped_before_);
        dropped_before_ = counters_.dropped;
        late_ = false;
    }
}

void PostLane::stop() {
    stopped_ = true;
    wake_.cancel();
}

void PostLane::abort() {
    counters_.dropped += queue_.size();
    queue_.clear();
    stop();
}

}  // namespace cqhttp::event
