#pragma once

#include "gateway/account/backend.hpp"
#include "gateway/action/spawn.hpp"
#include "gateway/base/log.hpp"
#include "gateway/protocol/action_request.hpp"

#include <boost/asio/awaitable.hpp>
#include <boost/asio/steady_timer.hpp>

#include <chrono>
#include <cstddef>
#include <deque>
#include <functional>

namespace cqhttp::action {

// Calls that wait for their turn: carried out one after another in the order in which they came,
// with a pause after each (RATE-003), whatever their action and their transport (RATE-004). Belongs
// to the dispatcher and lives on its loop.
class PacedCalls {
public:
    struct Options {
        std::chrono::milliseconds pause{500};  // rate_limit_interval
        std::size_t waiting = 256;             // gateway.max_background_calls
    };
    using CarryOut = std::function<account::Answer(protocol::ActionRequest request)>;

    PacedCalls(Options options, CarryOut carry_out, Spawn spawn, Log log);

    // False where the queue is full or stopped: the call is not going to happen.
    bool push(protocol::ActionRequest request);

    // The call under way is carried out. Those that wait would have to wait for longer than a
    // shutdown or a restart may take: they are dropped, which the log says.
    void stop();

    // Calls accepted but not finished.
    std::size_t size() const noexcept { return waiting_.size() + (calling_ ? 1 : 0); }

private:
    using Clock = std::chrono::steady_clock;

    asio::awaitable<void> work();
    asio::awaitable<void> carry_out_next();

    Options options_;
    CarryOut carry_out_;
    Spawn spawn_;
    Log log_;
    std::deque<protocol::ActionRequest> waiting_;
    Clock::time_point next_turn_{};
    asio::steady_timer* timer_ = nullptr;  // of the pause under way
    bool working_ = false;
    bool calling_ = false;
    bool stopped_ = false;
};

}  // namespace cqhttp::action
