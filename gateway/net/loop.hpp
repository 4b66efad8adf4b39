#pragma once

#include "gateway/base/result.hpp"
#include "gateway/net/mailbox.hpp"

#include <boost/asio/awaitable.hpp>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>

#include <cstddef>
#include <functional>
#include <memory>
#include <thread>
#include <vector>

namespace cqhttp::net {

namespace asio = boost::asio;

// An event loop with a thread of its own beside the home loop, and the ways between the two. What
// lives on a loop is used on its thread only; the home loop makes it before its first errand and
// destroys it after round_trip(). Owned by the home loop.
class Loop {
public:
    // `number` tells threads apart in the system's tools. Fails where the system has no thread or
    // no descriptor left.
    static Result<std::unique_ptr<Loop>> start(asio::io_context& home, std::size_t number);
    Loop(asio::io_context& home, std::size_t number);
    // Everything that lived on it has ended. Waits for the thread.
    ~Loop();
    Loop(const Loop&) = delete;
    Loop& operator=(const Loop&) = delete;

    asio::io_context& context() noexcept { return context_; }
    Mailbox& from_home() noexcept { return from_home_; }  // for the home loop
    Mailbox& to_home() noexcept { return to_home_; }      // for this loop

    // On the home loop: starts the coroutine that `make` makes, on this loop, and returns when it
    // has ended. It must not throw.
    asio::awaitable<void> run(std::function<asio::awaitable<void>()> make);

    // On the home loop: returns when everything that was sent and posted to this loop before has
    // run, and everything it had sent home by then.
    asio::awaitable<void> round_trip();

private:
    asio::io_context& home_;
    asio::io_context context_;
    asio::executor_work_guard<asio::io_context::executor_type> work_;
    Mailbox from_home_, to_home_;
    std::thread thread_;
};

using Loops = std::vector<std::unique_ptr<Loop>>;

}  // namespace cqhttp::net
