#include "gateway/net/interruption.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/deferred.hpp>
#include <boost/asio/steady_timer.hpp>

#include <utility>

namespace cqhttp::net {

struct Interruption::State {
    explicit State(const asio::any_io_executor& executor) : deadline(executor), wake(executor) {
        wake.expires_at(TimePoint::max());
    }

    asio::steady_timer deadline;
    asio::steady_timer wake;  // never expires; cancelled to end a wait
    asio::ip::tcp::socket* socket = nullptr;
    Cause cause = Cause::none;
    std::uint64_t deadlines = 0;  // so that a replaced one that has run out already does nothing
};

Interruption::Interruption(const asio::any_io_executor& executor)
    : state_(std::make_shared<State>(executor)) {}
Interruption::~Interruption() = default;
Interruption::Interruption(Interruption&&) noexcept = default;
Interruption& Interruption::operator=(Interruption&&) noexcept = default;

void Interruption::reset() {
    ++state_->deadlines;
    state_->deadline.cancel();
    if (state_->cause == Cause::time) {
        state_->cause = Cause::none;
    }
}

void Interruption::set_deadline(TimePoint deadline) {
    const std::uint64_t number = ++state_->deadlines;
    state_->deadline.expires_at(deadline);
    auto expired = [number, weak = std::weak_ptr<State>(state_)](boost::system::error_code error) {
        const auto state = weak.lock();
        if (!error && state && state->deadlines == number) {
            interrupt(*state, Cause::time);
        }
    };
    state_->deadline.async_wait(std::move(expired));
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
        boost::system::error_code ignored;
        socket.close(ignored);
    }
    return Watch(state_);
}

Interruption::Watch::Watch(std::shared_ptr<State> state) : state_(std::move(state)) {}
Interruption::Watch::~Watch() {
    state_->socket = nullptr;
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
    state.wake.cancel();
    if (state.socket != nullptr) {
        boost::system::error_code ignored;
        state.socket->close(ignored);
    }
}

}  // namespace cqhttp::net
