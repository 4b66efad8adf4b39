#include "gateway/action/dispatcher.hpp"

#include "gateway/protocol/event_json.hpp"
#include "gateway/protocol/json.hpp"

#include <string>
#include <string_view>
#include <utility>

namespace cqhttp::action {
namespace {

constexpr std::string_view async_suffix = "_async";
constexpr std::string_view rate_limited_suffix = "_rate_limited";

bool strip_suffix(std::string& name, std::string_view suffix) {
    if (name.size() <= suffix.size() || !name.ends_with(suffix)) {
        return false;
    }
    name.resize(name.size() - suffix.size());
    return true;
}

}  // namespace

using account::Answer;
using protocol::ActionReply;
namespace retcode = protocol::retcode;

Dispatcher::Dispatcher(account::Backend& backend, SystemActions& system,
                       const protocol::Profile& profile, BackgroundLimits limits, Spawn spawn,
                       Log log)
    : backend_(backend),
      system_(system),
      profile_(profile),
      limits_(limits),
      spawn_(std::move(spawn)),
      log_(std::move(log)),
      paced_(
          {limits.rate_limit_interval, limits.waiting},
          [this](protocol::ActionRequest request) { return call(std::move(request)); }, spawn_,
          log_) {}

Answer Dispatcher::call(protocol::ActionRequest&& request) {
    const protocol::ActionSpec* spec = protocol::find_action(request.action, profile_.id);
    if (spec != nullptr && spec->owner == protocol::ActionOwner::sandbox &&
        !backend_.offers(*spec, request.caller)) {
        spec = nullptr;
    }
    if (spec == nullptr) {
        return call_unlisted(std::move(request));
    }
    auto arguments = protocol::bind_arguments(*spec, std::move(request.params), profile_);
    if (!arguments) {
        return ActionReply::failure(retcode::bad_params);
    }
    if (spec->name == ".handle_quick_operation") {
        return handle_quick_operation(*arguments);
    }
    if (spec->owner == protocol::ActionOwner::gateway) {
        return system_.call(*spec, *arguments);
    }
    return backend_.call({*spec, std::move(*arguments), request.caller});
}

void Dispatcher::stop() {
    stopped_ = true;
    paced_.stop();
}

// No action of that name: it may be one with a suffix.
Answer Dispatcher::call_unlisted(protocol::ActionRequest&& request) {
    if (strip_suffix(request.action, async_suffix)) {
        return call_later(std::move(request));
    }
    const bool paced = limits_.rate_limited && profile_.rate_limited_suffix;
    if (paced && strip_suffix(request.action, rate_limited_suffix)) {
        return call_in_turn(std::move(request));
    }
    return ActionReply::failure(retcode::unknown_action);
}

// As call_later, in a queue that all such calls share.
ActionReply Dispatcher::call_in_turn(protocol::ActionRequest&& request) {
    if (request.action.ends_with(rate_limited_suffix)) {
        return ActionReply::failure(retcode::unknown_action);  // RATE-005
    }
    const bool accepted = paced_.push(std::move(request));
    return accepted ? ActionReply::asynchronous() : ActionReply::failure(retcode::no_worker);
}

// `request.action` has lost its suffix. Neither name nor parameters are looked at before the answer
// (ASYNC-004, ASYNC-005); a second suffix is no action (ASYNC-006).
ActionReply Dispatcher::call_later(protocol::ActionRequest&& request) {
    if (request.action.ends_with(async_suffix)) {
        return ActionReply::failure(retcode::unknown_action);
    }
    if (stopped_) {
        return ActionReply::failure(retcode::no_worker);
    }
    if (running_ >= limits_.at_once && waiting_.size() >= limits_.waiting) {
        log_.warn("async call refused, too many are waiting action={} waiting={}", request.action,
                  waiting_.size());
        return ActionReply::failure(retcode::no_worker);
    }
    waiting_.push_back(std::move(request));
    if (running_ < limits_.at_once) {
        ++running_;
        spawn_("async calls", work());
    }
    return ActionReply::asynchronous();
}

asio::awaitable<void> Dispatcher::work() {
    struct Running {
        std::size_t& count;
        ~Running() { --count; }
    };
    const Running running{running_};
    while (!waiting_.empty()) {
        protocol::ActionRequest request = std::move(waiting_.front());
        waiting_.pop_front();
        const std::string action = request.action;
        Answer answer = call(std::move(request));
        ActionReply reply;
        if (answer.ready()) {
            reply = answer.take();
        } else {
            reply = co_await answer.later();
        }
        log_.debug("async call done action={} retcode={}", action, reply.retcode);
    }
}

asio::awaitable<void> Dispatcher::carry_out(protocol::QuickOperation operation) {
    for (protocol::ActionRequest& request : operation.calls) {
        const std::string action = request.action;
        Answer answer = call(std::move(request));
        ActionReply reply;
        if (answer.ready()) {
            reply = answer.take();
        } else {
            reply = co_await answer.later();
        }
        log_.debug("quick operation action={} retcode={}", action, reply.retcode);
    }
}

// ACT-018: `ok` whatever becomes of the calls. `block` is for the answer to an event POST alone, as
// the account is done with this event.
Answer Dispatcher::handle_quick_operation(const protocol::Arguments& arguments) {
    const Result<protocol::Json> context = protocol::parse_json(arguments.object("context"));
    if (!context) {
        return ActionReply::failure(retcode::bad_params);
    }
    const auto type = context->find("post_type");
    if (profile_.meta_events && type != context->end() && *type == "meta_event") {
        return ActionReply{};  // there is nothing to answer
    }
    const auto event = protocol::parse_event(*context, profile_, protocol::EventExtent::context);
    if (!event) {
        log_.debug("quick operation refused, its context is no event: {}", event.error().detail);
        return ActionReply::failure(retcode::bad_params);
    }
    return carry_out_and_answer(
        protocol::read_quick_operation(*event, arguments.object("operation"), profile_));
}

asio::awaitable<ActionReply> Dispatcher::carry_out_and_answer(protocol::QuickOperation operation) {
    co_await carry_out(std::move(operation));
    co_return ActionReply{};
}

}  // namespace cqhttp::action
