#pragma once

#include <boost/asio/awaitable.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>

#include <chrono>
#include <exception>
#include <optional>
#include <stdexcept>

namespace cqhttp::test {

// Runs one coroutine to its end on `context` and returns its value; what it throws is rethrown
// here, in the test's thread. A coroutine that has not ended after `limit` fails the test.
template <class T>
T run_coro(boost::asio::io_context& context, boost::asio::awaitable<T> work,
           std::chrono::seconds limit = std::chrono::seconds(60)) {
    std::optional<T> result;
    std::exception_ptr error;
    auto done = [&](std::exception_ptr thrown, T value) {
        error = thrown;
        result.emplace(std::move(value));
        context.stop();
    };
    boost::asio::co_spawn(context, std::move(work), done);
    context.restart();
    context.run_for(limit);
    if (error) {
        std::rethrow_exception(error);
    }
    if (!result) {
        throw std::runtime_error("the coroutine did not end in time");
    }
    return std::move(*result);
}

inline void run_coro(boost::asio::io_context& context, boost::asio::awaitable<void> work,
                     std::chrono::seconds limit = std::chrono::seconds(60)) {
    bool ended = false;
    std::exception_ptr error;
    auto done = [&](std::exception_ptr thrown) {
        error = thrown;
        ended = true;
        context.stop();
    };
    boost::asio::co_spawn(context, std::move(work), done);
    context.restart();
    context.run_for(limit);
    if (error) {
        std::rethrow_exception(error);
    }
    if (!ended) {
        throw std::runtime_error("the coroutine did not end in time");
    }
}

}  // namespace cqhttp::test
