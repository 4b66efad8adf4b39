#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <chrono>
#include <deque>
#include <optional>
#include <utility>

namespace cqhttp::conformance {

namespace asio = boost::asio;

// Things that arrived and wait for the case that asks for them. One executor, one reader.
template <class T>
class Mailbox {
public:
    explicit Mailbox(const asio::any_io_executor& executor) : came_(executor) {}

    void push(T item) {
        items_.push_back(std::move(item));
        came_.cancel();
    }

    // The next one; nothing if none comes in time.
    asio::awaitable<std::optional<T>> next(std::chrono::milliseconds patience) {
        const auto deadline = std::chrono::steady_clock::now() + patience;
        while (items_.empty() && std::chrono::steady_clock::now() < deadline) {
            came_.expires_at(deadline);
            constexpr auto token = asio::as_tuple(asio::use_awaitable);
            co_await came_.async_wait(token);
        }
        if (items_.empty()) {
            co_return std::nullopt;
        }
        std::optional<T> item(std::move(items_.front()));
        items_.pop_front();
        co_return item;
    }

    bool empty() const noexcept { return items_.empty(); }
    std::size_t size() const noexcept { return items_.size(); }
    void clear() { items_.clear(); }
    std::deque<T>& items() noexcept { return items_; }

private:
    std::deque<T> items_;
    asio::steady_timer came_;
};

}  // namespace cqhttp::conformance
