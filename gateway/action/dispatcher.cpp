#include "gateway/action/dispatcher.hpp"

#include <string_view>
#include <utility>

namespace cqhttp::action {
namespace {

constexpr std::string_view async_suffix = "_async";

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
      log_(std::move(log)) {}

Answer Dispatcher::call(protocol::ActionRequest request) {
    const protocol::ActionSpec* spec = protocol::find_action(request.action, profile_.id);
    if (spec != nullptr && spec->owner == protocol::ActionOwner::sandbox &&
        !backend_.offers(*spec, request.caller)) {
        spec = nullptr;
    }
    if (spec == nullptr) {
        if (strip_suffix(request.action, async_suffix)) {
            return call_later(std::move(request));
        }
        return ActionReply::failure(retcode::unknown_action);
    }
    auto arguments = protocol::bind_arguments(*spec, std::move(request.params), profile_);
    if (!arguments) {
        return ActionReply::failure(retcode::bad_params);
    }
    if (spec->owner == protocol::ActionOwner::gateway) {
        return system_.call(*spec, *arguments);
    }
    account::Call call{*spec, std::move(*arguments), request.caller};
    return backend_.call(std::move(call));
}

// `request.action` has lost its suffix. Neither name nor parameters are looked at before the answer
// (ASYNC-004, ASYNC-005); a second suffix is no action (ASYNC-006).
ActionReply Dispatcher::call_later(protocol::ActionRequest request) {
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

}  // namespace cqhttp::action
