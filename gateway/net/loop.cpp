#include "gateway/net/loop.hpp"

#include "gateway/net/poller.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <fmt/format.h>

#include <csignal>
#include <exception>
#include <pthread.h>
#include <string>
#include <system_error>
#include <utility>

namespace cqhttp::net {
namespace {

constexpr auto as_values = asio::as_tuple(asio::use_awaitable);

// Signals are for the home loop. A thread inherits what is blocked where it is made.
class SignalsBlocked {
public:
    SignalsBlocked() {
        sigset_t all;
        sigfillset(&all);
        ::pthread_sigmask(SIG_SETMASK, &all, &before_);
    }
    ~SignalsBlocked() { ::pthread_sigmask(SIG_SETMASK, &before_, nullptr); }
    SignalsBlocked(const SignalsBlocked&) = delete;
    SignalsBlocked& operator=(const SignalsBlocked&) = delete;

private:
    sigset_t before_{};
};

}  // namespace

Result<std::unique_ptr<Loop>> Loop::start(asio::io_context& home, std::size_t number) {
    try {
        return std::make_unique<Loop>(home, number);
    } catch (const std::system_error& error) {
        return failure(
            fmt::format("cannot start thread {} of gateway.threads: {}", number, error.what()));
    }
}

Loop::Loop(asio::io_context& home, std::size_t number)
    : home_(home),
      context_(1),
      work_(context_.get_executor()),
      from_home_(home_, context_),
      to_home_(context_, home_) {
    asio::use_service<Poller>(context_);  // while nobody else uses the context
    const SignalsBlocked signals_blocked;
    thread_ = std::thread([this] { context_.run(); });
    const std::string name = "loop " + std::to_string(number);
    ::pthread_setname_np(thread_.native_handle(), name.c_str());
}

Loop::~Loop() {
    context_.stop();
    thread_.join();
}

asio::awaitable<void> Loop::run(std::function<asio::awaitable<void>()> make) {
    asio::steady_timer back(home_, asio::steady_timer::time_point::max());
    bool done = false;
    from_home_.post([this, &make, &back, &done] {
        auto ended = [this, &back, &done](std::exception_ptr error) {
            if (error) {
                std::rethrow_exception(error);
            }
            to_home_.post([&back, &done] {
                done = true;
                back.cancel();
            });
        };
        asio::co_spawn(context_, make(), std::move(ended));
    });
    while (!done) {
        co_await back.async_wait(as_values);
    }
}

asio::awaitable<void> Loop::round_trip() {
    asio::steady_timer back(home_, asio::steady_timer::time_point::max());
    bool done = false;
    from_home_.post([this, &back, &done] {
        // Behind what the loop has posted to itself by now.
        asio::post(context_, [this, &back, &done] {
            to_home_.post([&back, &done] {
                done = true;
                back.cancel();
            });
        });
    });
    while (!done) {
        co_await back.async_wait(as_values);
    }
}

}  // namespace cqhttp::net
