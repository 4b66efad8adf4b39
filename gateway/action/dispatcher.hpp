#pragma once

#include "gateway/account/backend.hpp"
#include "gateway/action/system_actions.hpp"
#include "gateway/base/limits.hpp"
#include "gateway/base/log.hpp"
#include "gateway/protocol/action_request.hpp"
#include "gateway/protocol/profile.hpp"

#include <boost/asio/awaitable.hpp>

#include <cstddef>
#include <deque>
#include <functional>
#include <string>

namespace cqhttp::action {

namespace asio = boost::asio;

// Starts a coroutine that somebody else owns and awaits; the name appears in the log if it throws.
using Spawn = std::function<void(std::string name, asio::awaitable<void> task)>;

struct BackgroundLimits {
    std::size_t at_once = 4;    // thread_pool_size
    std::size_t waiting = 256;  // gateway.max_background_calls
};

// Takes every call of every transport: suffix, lookup, parameters, then the gateway's own actions
// or the account (chapter 06). Lives on the account's loop.
class Dispatcher {
public:
    Dispatcher(account::Backend& backend, SystemActions& system, const protocol::Profile& profile,
               BackgroundLimits limits, Spawn spawn, Log log);

    // Never throws. An unknown action answers retcode 1404, which HTTP turns into status 404.
    account::Answer call(protocol::ActionRequest request);

    // An event is to be handed to nobody after us: the account remembers it (QOP-038).
    void block(const protocol::Event& event) { backend_.block(event); }

    // From now on `_async` calls are refused with 201 (ASYNC-008); those accepted are carried out.
    void stop() noexcept { stopped_ = true; }

    // Calls accepted but not finished.
    std::size_t background_calls() const noexcept { return waiting_.size() + running_; }

private:
    protocol::ActionReply call_later(protocol::ActionRequest request);
    asio::awaitable<void> work();

    account::Backend& backend_;
    SystemActions& system_;
    const protocol::Profile& profile_;
    BackgroundLimits limits_;
    Spawn spawn_;
    Log log_;
    std::deque<protocol::ActionRequest> waiting_;
    std::size_t running_ = 0;  // workers
    bool stopped_ = false;
};

}  // namespace cqhttp::action
