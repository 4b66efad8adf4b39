#include "gateway/net/interruption.hpp"

#include "gateway/net/polled_socket.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/deferred.hpp>
#include <boost/asio/steady_timer.hpp>

#include <utility>

namespace cqhttp::net {

struct Interruption::State {
    explicit State(const asio::any_io_executor& executor) : timer(executor), wake(executor) {
        wake.expires_at(TimePoint::max());
    }

    void close_socket() {
        if (polled != nullptr) {
            polled->close();
        }
        if (socket != nullptr) {
            boost::system::error_code ignored;
            socket->close(ignored);
        }
    }

    void disarm() {
        if (armed_for != TimePoint::max()) {
            ++timers;
            timer.cancel();
            armed_for = TimePoint::max();
        }
    }

    TimePoint deadline = TimePoint::max();
    TimePoint armed_for = TimePoint::max();  // when the timer goes off; never later than `deadline`
    asio::steady_timer timer;
    std::uint64_t timers = 0;  // so that a replaced one that has run out already does nothing
    asio::steady_timer wake;   // never expires; cancelled to end a wait
    asio::ip::tcp::socket* socket = nullptr;
    PolledSocket* polled = nullptr;
    Cause cause = Cause::none;
};

Interruption::Interruption(const asio::any_io_executor& executor)
    : state_(std::make_shared<State>(executor)) {}
Interruption::~Interruption() = default;
Interruption::Interruption(Interruption&&) noexcept = default;
Interruption& Interruption::operator=(Interruption&&) noexcept = default;

void Interruption::reset() {
    rest();
    state_->disarm();
}

void Interruption::rest() {
    state_->deadline = TimePoint::max();
    if (state_->cause == Cause::time) {
        state_->cause = Cause::none;
    }
}

void Interruption::set_deadline(TimePoint deadline) {
    state_->deadline = deadline;
    if (deadline < state_->armed_for) {
        arm(state_);
    }
}

void Interruption::arm(const std::shared_ptr<State>& state) {
    const std::uint64_t number = ++state->timers;
    state->armed_for = state->deadline;
    state->timer.expires_at(state->deadline);
    auto expired = [number, weak = std::weak_ptr<State>(state)](boost::system::error_code error) {
        const auto its_state = weak.lock();
        if (error || !its_state || its_state->timers != number) {
            return;
        }
        const TimePoint went_off = std::exchange(its_state->armed_for, TimePoint::max());
        if (its_state->deadline <= went_off) {
            interrupt(*its_state, Cause::time);
        } else if (its_state->deadline != TimePoint::max()) {
            arm(its_state);
        }
    };
    state->timer.async_wait(std::move(expired));
}

void Interruption::stop() {
    interrupt(*state_, Cause::stop);
}

Interruption::Cause Interruption::cause() const noexcept {
    return state_->cause;
}

Interruption::Watch Interruption::watch(asio::ip::tcp::socket& socket) {
    state_->socket = &socket;
    if (state_->cause != Cause::none) {
        state_->close_socket();
    }
    return Watch(state_);
}

Interruption::Watch Interruption::watch(PolledSocket& socket) {
    state_->polled = &socket;
    if (state_->cause != Cause::none) {
        state_->close_socket();
    }
    return Watch(state_);
}

Interruption::Watch::Watch(std::shared_ptr<State> state) : state_(std::move(state)) {}
Interruption::Watch::~Watch() {
    state_->socket = nullptr;
    state_->polled = nullptr;
}

asio::awaitable<void> Interruption::wait() {
    const auto state = state_;
    if (state->cause == Cause::none) {
        constexpr auto token = asio::as_tuple(asio::deferred);
        co_await state->wake.async_wait(token);
    }
}

void Interruption::wake(const std::shared_ptr<State>& state) {
    if (state) {
        state->wake.cancel();
    }
}

void Interruption::interrupt(State& state, Cause cause) {
    if (state.cause != Cause::stop) {
        state.cause = cause;
    }
    state.disarm();
    state.wake.cancel();
    state.close_socket();
}

}  // namespace cqhttp::net
