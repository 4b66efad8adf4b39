#include "cli/loop.hpp"

#include "cli/console.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/signal_set.hpp>

#include <csignal>
#include <exception>
#include <unistd.h>
#include <utility>

namespace cqhttp::cli {

int Loop::run(boost::asio::awaitable<int> work, std::function<void()> stop) {
    boost::asio::signal_set signals(context_, SIGINT, SIGTERM, SIGHUP);
    std::exception_ptr thrown;
    int code = exit_code::no_answer;
    bool interrupted = false;
    std::function<void()> watch = [&] {
        signals.async_wait([&](const boost::system::error_code& error, int signal) {
            if (error) {
                return;  // the work has ended
            }
            if (interrupted) {
                ::_exit(128 + signal);
            }
            interrupted = true;
            stop();
            watch();
        });
    };
    watch();
    const auto ended = [&](const std::exception_ptr& error, int result) {
        thrown = error;
        code = result;
        signals.cancel();
    };
    boost::asio::co_spawn(context_, std::move(work), ended);
    context_.restart();
    context_.run();
    if (thrown) {
        std::rethrow_exception(thrown);
    }
    return interrupted ? exit_code::interrupted : code;
}

}  // namespace cqhttp::cli
