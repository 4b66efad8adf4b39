#pragma once

#include <boost/asio/awaitable.hpp>
#include <boost/asio/io_context.hpp>

#include <functional>

namespace cqhttp::cli {

// Runs a command that lives for a while: one event loop, on the thread that calls, until the
// command's coroutine has ended. Ctrl-C (SIGINT), SIGTERM and SIGHUP ask it to end; a second one
// ends the program at once. Make one at a time: signals belong to the process.
class Loop {
public:
    boost::asio::io_context& context() noexcept { return context_; }

    // `work` returns the exit code of the program. `stop` is called in the loop, at most once, and
    // makes `work` come to its end soon. Returns what `work` returned, or exit_code::interrupted if
    // a signal asked for the end. What `work` throws is thrown here, once the loop has run empty.
    int run(boost::asio::awaitable<int> work, std::function<void()> stop);

private:
    boost::asio::io_context context_{1};
};

}  // namespace cqhttp::cli
