#pragma once

#include "gateway/base/log.hpp"
#include "gateway/event/delivery.hpp"
#include "gateway/event/quick_answers.hpp"
#include "gateway/event/reporter.hpp"

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/steady_timer.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <memory>

namespace cqhttp::event {

namespace asio = boost::asio;

// One of several addresses events are posted to. Its events go out one after another in the order
// they happened, and each answer is carried out before the next event is posted; nobody else waits
// for that, neither the pushes nor the other addresses. The queue is bounded: the newest event is
// dropped for this address, counted, and said in the log once per spell. Lives on the account's
// loop; what it is given outlives it.
class PostLane {
public:
    PostLane(asio::any_io_executor executor, Wish wish, std::size_t queue, Reporter& reporter,
             QuickAnswers& answers, Log log);

    const Wish& wish() const noexcept { return wish_; }
    void offer(std::shared_ptr<const protocol::Event> event, SharedText text);
    // An event that no answer means anything for and that always finds a place; `at_most` bounds
    // its POST, zero leaves that to the settings.
    void offer(SharedText text, std::chrono::milliseconds at_most);

    // Until stop(): what is queued then is still posted.
    asio::awaitable<void> run();
    void stop();
    // Drops what is queued.
    void abort();

    struct Counters {
        std::uint64_t posted = 0, failed = 0, dropped = 0;
    };
    const Counters& counters() const noexcept { return counters_; }
    std::size_t waiting() const noexcept { return queue_.size(); }

private:
    struct Waiting {
        std::shared_ptr<const protocol::Event> event;  // null: the answer means nothing
        SharedText text;
        std::chrono::milliseconds at_most;
    };

    void note_fill();
    void note_empty();

    Wish wish_;
    std::size_t most_;
    Reporter& reporter_;
    QuickAnswers& answers_;
    Log log_;
    std::deque<Waiting> queue_;
    asio::steady_timer wake_;
    bool stopped_ = false;
    bool late_ = false;
    std::uint64_t dropped_before_ = 0;  // this spell
    Counters counters_;
};

}  // namespace cqhttp::event
