#pragma once

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/deferred.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>

namespace cqhttp::cli {

// Where a coroutine of one loop waits for another to change something: wait() returns after the
// next open(), so look again afterwards.
class Gate {
public:
    explicit Gate(boost::asio::io_context& context) : timer_(context) {
        timer_.expires_at(boost::asio::steady_timer::time_point::max());
    }
    boost::asio::awaitable<void> wait() {
        co_await timer_.async_wait(boost::asio::as_tuple(boost::asio::deferred));
    }
    void open() { timer_.cancel(); }

private:
    boost::asio::steady_timer timer_;
};

}  // namespace cqhttp::cli
