#include "gateway/action/paced_calls.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <string>
#include <utility>

namespace cqhttp::action {
namespace {

constexpr auto as_values = asio::as_tuple(asio::use_awaitable);

// Holds a flag as long as it lives, however its scope ends.
class Raised {
public:
    explicit Raised(bool& flag) : flag_(flag) { flag_ = true; }
    ~Raised() { flag_ = false; }
    Raised(const Raised&) = delete;
    Raised& operator=(const Raised&) = delete;

private:
    bool& flag_;
};

// Lends a timer out as long as it lives.
class Lent {
public:
    Lent(asio::steady_timer& timer, asio::steady_timer*& to) : to_(to) { to_ = &timer; }
    ~Lent() { to_ = nullptr; }
    Lent(const Lent&) = delete;
    Lent& operator=(const Lent&) = delete;

private:
    asio::steady_timer*& to_;
};

}  // namespace

PacedCalls::PacedCalls(Options options, CarryOut carry_out, Spawn spawn, Log log)
    : options_(options),
      carry_out_(std::move(carry_out)),
      spawn_(std::move(spawn)),
      log_(std::move(log)) {}

bool PacedCalls::push(protocol::ActionRequest request) {
    if (stopped_) {
        return false;
    }
    if (size() >= options_.waiting) {
        log_.warn("rate limited call refused, too many are waiting action={} waiting={}",
                  request.action, waiting_.size());
        return false;
    }
    waiting_.push_back(std::move(request));
    if (!working_) {
        working_ = true;
        spawn_("rate limited calls", work());
    }
    return true;
}

void PacedCalls::stop() {
    if (!stopped_ && !waiting_.empty()) {
        log_.warn("rate limited calls dropped waiting={}", waiting_.size());
    }
    stopped_ = true;
    waiting_.clear();
    if (timer_ != nullptr) {
        timer_->cancel();
    }
}

asio::awaitable<void> PacedCalls::work() {
    const Raised working(working_);
    const auto executor = co_await asio::this_coro::executor;
    while (!waiting_.empty()) {
        if (Clock::now() < next_turn_) {
            asio::steady_timer timer(executor, next_turn_);
            const Lent lent(timer, timer_);
            co_await timer.async_wait(as_values);
            continue;  // stopped meanwhile, or not quite there
        }
        co_await carry_out_next();
        next_turn_ = Clock::now() + options_.pause;
    }
}

asio::awaitable<void> PacedCalls::carry_out_next() {
    const Raised calling(calling_);
    protocol::ActionRequest request = std::move(waiting_.front());
    waiting_.pop_front();
    const std::string action = request.action;
    account::Answer answer = carry_out_(std::move(request));
    protocol::ActionReply reply;
    if (answer.ready()) {
        reply = answer.take();
    } else {
        reply = co_await answer.later();
    }
    log_.debug("rate limited call done action={} retcode={}", action, reply.retcode);
}

}  // namespace cqhttp::action
