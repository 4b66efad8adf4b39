#pragma once

#include "gateway/account/backend.hpp"
#include "gateway/action/calls.hpp"
#include "gateway/action/paced_calls.hpp"
#include "gateway/action/spawn.hpp"
#include "gateway/action/system_actions.hpp"
#include "gateway/base/log.hpp"
#include "gateway/protocol/action_request.hpp"
#include "gateway/protocol/profile.hpp"
#include "gateway/protocol/quick_operation.hpp"

#include <boost/asio/awaitable.hpp>

#include <chrono>
#include <cstddef>
#include <deque>

namespace cqhttp::action {

struct BackgroundLimits {
    std::size_t at_once = 4;    // thread_pool_size
    std::size_t waiting = 256;  // gateway.max_background_calls
    bool rate_limited = false;  // enable_rate_limited_actions
    std::chrono::milliseconds rate_limit_interval{500};
};

// Takes every call of every transport: suffix, lookup, parameters, then the gateway's own actions
// or the account (chapter 06). Lives on the account's loop.
class Dispatcher final : public Calls {
public:
    Dispatcher(account::Backend& backend, SystemActions& system, const protocol::Profile& profile,
               BackgroundLimits limits, Spawn spawn, Log log);

    account::Answer call(protocol::ActionRequest&& request) override;

    // An event is to be handed to nobody after us: the account remembers it (QOP-038).
    void block(const protocol::Event& event) { backend_.block(event); }

    // Carries out a quick operation, one ordinary call after another; one that fails does not stop
    // the next (QOP-009).
    asio::awaitable<void> carry_out(protocol::QuickOperation operation);

    // From now on `_async` and `_rate_limited` calls are refused with 201 (ASYNC-008). Asynchronous
    // calls that were accepted are carried out; what becomes of the others says PacedCalls::stop().
    void stop();

    // Calls accepted but not finished.
    std::size_t background_calls() const noexcept {
        return waiting_.size() + running_ + paced_.size();
    }

private:
    protocol::ActionReply call_later(protocol::ActionRequest&& request);
    protocol::ActionReply call_in_turn(protocol::ActionRequest&& request);
    account::Answer call_unlisted(protocol::ActionRequest&& request);
    account::Answer handle_quick_operation(const protocol::Arguments& arguments);
    asio::awaitable<protocol::ActionReply> carry_out_and_answer(protocol::QuickOperation operation);
    asio::awaitable<void> work();

    account::Backend& backend_;
    SystemActions& system_;
    const protocol::Profile& profile_;
    BackgroundLimits limits_;
    Spawn spawn_;
    Log log_;
    std::deque<protocol::ActionRequest> waiting_;
    std::size_t running_ = 0;  // workers
    PacedCalls paced_;
    bool stopped_ = false;
};

}  // namespace cqhttp::action
