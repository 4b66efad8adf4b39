#include "cli/loop.hpp"

#include "cli/console.hpp"
#include "gateway/tests/support/catch.hpp"

#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <chrono>
#include <csignal>
#include <stdexcept>
#include <unistd.h>

namespace asio = boost::asio;
namespace cli = cqhttp::cli;

namespace {

asio::awaitable<int> return_code(int code) {
    co_return code;
}

asio::awaitable<int> throw_error() {
    throw std::runtime_error("a bug");
    co_return 0;
}

// Waits until it is cancelled, and raises a signal first.
asio::awaitable<int> signal_and_wait(asio::steady_timer& timer, int signal) {
    timer.expires_after(std::chrono::minutes(1));
    ::kill(::getpid(), signal);
    boost::system::error_code ignored;
    auto token = asio::redirect_error(asio::use_awaitable, ignored);
    co_await timer.async_wait(token);
    co_return 0;
}

}  // namespace

TEST_CASE("loop: returns what the command returned", "[cli]") {
    cli::Loop loop;
    bool stopped = false;
    REQUIRE(loop.run(return_code(7), [&stopped] { stopped = true; }) == 7);
    REQUIRE_FALSE(stopped);
    REQUIRE(loop.run(return_code(0), [] {}) == 0);
}

TEST_CASE("loop: a signal asks the command to end", "[cli]") {
    for (const int signal : {SIGINT, SIGTERM, SIGHUP}) {
        INFO(signal);
        cli::Loop loop;
        asio::steady_timer timer(loop.context());
        int stops = 0;
        const auto stop = [&] {
            ++stops;
            timer.cancel();
        };
        REQUIRE(loop.run(signal_and_wait(timer, signal), stop) == cli::exit_code::interrupted);
        REQUIRE(stops == 1);
    }
}

TEST_CASE("loop: what the command throws comes out", "[cli]") {
    cli::Loop loop;
    REQUIRE_THROWS_AS(loop.run(throw_error(), [] {}), std::runtime_error);
}
