#pragma once

#include "gateway/base/log.hpp"

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>

#include <atomic>
#include <cstddef>
#include <memory>
#include <string>
#include <utility>

namespace cqhttp::net {

namespace asio = boost::asio;

// Owns coroutines: what is spawned here has ended when join() returns, and nothing outlives the
// group. An exception that escapes a task is a bug of ours: it is logged and ends that task alone.
// One executor, not thread-safe.
class TaskGroup {
public:
    // `total` counts tasks of several groups, for whoever looks from another thread.
    TaskGroup(asio::any_io_executor executor, Log log, std::atomic<std::size_t>* total = nullptr);
    ~TaskGroup();  // every task must have ended
    TaskGroup(const TaskGroup&) = delete;
    TaskGroup& operator=(const TaskGroup&) = delete;

    // Starts `task` soon; `name` appears in the log if it throws.
    void spawn(std::string name, asio::awaitable<void> task);

    // Does `work` at once, like a task that takes no time: false if it ended by an exception.
    template <class Work>
    bool attempt(const char* name, Work work) noexcept {
        auto call = [](void* what) { (*static_cast<Work*>(what))(); };
        return attempt(name, call, &work);
    }

    // Asks every task to stop with a terminal cancellation signal: the last resort after the parts
    // have been told to stop().
    void cancel();

    // Returns when no task is left. One caller at a time.
    asio::awaitable<void> join();

    std::size_t size() const noexcept;

    // Counts as a task until it goes, for what lives here without a coroutine: join() waits for it.
    // cancel() does not reach it. The group outlives it.
    class Place;
    [[nodiscard]] Place place();

private:
    class Impl;
    bool attempt(const char* name, void (*call)(void* work), void* work) const noexcept;
    std::shared_ptr<Impl> impl_;
};

class TaskGroup::Place {
public:
    explicit Place(Impl& group) noexcept;
    Place(Place&& other) noexcept : group_(std::exchange(other.group_, nullptr)) {}
    Place& operator=(Place&&) = delete;
    ~Place();

private:
    Impl* group_;
};

}  // namespace cqhttp::net
