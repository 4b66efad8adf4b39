#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/ip/tcp.hpp>

#include <chrono>
#include <cstdint>
#include <memory>

namespace cqhttp::net {

namespace asio = boost::asio;

class PolledSocket;

// Ends what a client awaits, when its time is up or when it is told to stop: closes the socket in
// use and wakes a wait(). One timer serves every stage. Lives on the client's executor.
class Interruption {
public:
    enum class Cause : std::uint8_t { none, time, stop };
    using TimePoint = std::chrono::steady_clock::time_point;

    explicit Interruption(const asio::any_io_executor& executor);
    ~Interruption();
    Interruption(Interruption&&) noexcept;
    Interruption& operator=(Interruption&&) noexcept;

    // Forgets an interruption and its deadline. After stop() it does nothing.
    void reset();
    // The same, but the timer may run on for nothing: for who soon sets the next deadline. A timer
    // that is armed already then serves that one too.
    void rest();
    // Interrupts at that time; replaces an earlier deadline. Never: time_point::max().
    void set_deadline(TimePoint deadline);
    void stop();
    Cause cause() const noexcept;

    // Names the socket to close as long as it lives; one at a time.
    class Watch;
    // Closes the socket at once if the interruption has happened already.
    [[nodiscard]] Watch watch(asio::ip::tcp::socket& socket);
    [[nodiscard]] Watch watch(PolledSocket& socket);

    // Returns when wake() is called or the interruption happens.
    asio::awaitable<void> wait();
    // A function that ends wait(), harmless when nobody waits or this object has gone.
    auto waker() const {
        return [state = std::weak_ptr<State>(state_)] { wake(state.lock()); };
    }

private:
    struct State;
    static void wake(const std::shared_ptr<State>& state);
    static void interrupt(State& state, Cause cause);
    static void arm(const std::shared_ptr<State>& state);

    std::shared_ptr<State> state_;
};

class Interruption::Watch {
public:
    explicit Watch(std::shared_ptr<State> state);
    ~Watch();
    Watch(const Watch&) = delete;
    Watch& operator=(const Watch&) = delete;

private:
    std::shared_ptr<State> state_;
};

}  // namespace cqhttp::net
