#include "gateway/net/task_group.hpp"

#include "gateway/base/ensure.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/system/system_error.hpp>

#include <exception>
#include <list>
#include <string_view>
#include <utility>
#include <vector>

namespace cqhttp::net {
namespace {

// Cancelling makes tasks throw this from inside Asio: no bug, but what was asked for.
bool is_cancellation(const std::exception& error) {
    const auto* failed = dynamic_cast<const boost::system::system_error*>(&error);
    return failed != nullptr && failed->code() == asio::error::operation_aborted;
}

}  // namespace

class TaskGroup::Impl {
public:
    struct Task {
        std::string name;
        bool cancelled = false;
        asio::cancellation_signal signal;
    };
    using Tasks = std::list<std::shared_ptr<Task>>;

    Impl(asio::any_io_executor task_executor, Log task_log, std::atomic<std::size_t>* total_tasks)
        : executor(std::move(task_executor)),
          log(std::move(task_log)),
          total(total_tasks),
          ended(executor) {
        ended.expires_at(asio::steady_timer::time_point::max());
    }

    void finish(Tasks::iterator task, const std::exception_ptr& error) {
        if (error) {
            report((*task)->name, error, (*task)->cancelled);
        }
        tasks.erase(task);
        one_less();
    }

    bool empty() const noexcept { return tasks.empty() && places == 0; }
    void one_more() noexcept {
        if (total != nullptr) {
            ++*total;
        }
    }
    void one_less() {
        if (total != nullptr) {
            --*total;
        }
        if (empty()) {
            ended.cancel();
        }
    }

    void report(std::string_view name, const std::exception_ptr& error, bool cancelled) const {
        try {
            std::rethrow_exception(error);
        } catch (const std::exception& thrown) {
            if (!cancelled || !is_cancellation(thrown)) {
                log.error("task ended by an exception name=\"{}\" what=\"{}\"", name,
                          thrown.what());
            }
        } catch (...) {
            log.error("task ended by an unknown exception name=\"{}\"", name);
        }
    }

    asio::any_io_executor executor;
    Log log;
    std::atomic<std::size_t>* total;  // may be null
    Tasks tasks;
    std::size_t places = 0;    // what lives here without a coroutine
    asio::steady_timer ended;  // never expires; cancelled when nothing is left
};

TaskGroup::TaskGroup(asio::any_io_executor executor, Log log, std::atomic<std::size_t>* total)
    : impl_(std::make_shared<Impl>(std::move(executor), std::move(log), total)) {}

TaskGroup::~TaskGroup() {
    ensure(impl_->empty(), "a task group is joined before it ends");
}

void TaskGroup::spawn(std::string name, asio::awaitable<void> task) {
    auto entry = std::make_shared<Impl::Task>();
    entry->name = std::move(name);
    const auto place = impl_->tasks.insert(impl_->tasks.end(), entry);
    impl_->one_more();
    // The handler holds the state: a context that is destroyed with tasks in it destroys handlers.
    auto ended = [impl = impl_, place](std::exception_ptr error) { impl->finish(place, error); };
    asio::co_spawn(impl_->executor, std::move(task),
                   asio::bind_cancellation_slot(entry->signal.slot(), std::move(ended)));
}

void TaskGroup::cancel() {
    // A task may end while it is being cancelled, and change the list.
    const std::vector<std::shared_ptr<Impl::Task>> tasks(impl_->tasks.begin(), impl_->tasks.end());
    for (const auto& task : tasks) {
        task->cancelled = true;
        task->signal.emit(asio::cancellation_type::terminal);
    }
}

asio::awaitable<void> TaskGroup::join() {
    // A joiner that is cancelled still waits: nothing may outlive the group.
    co_await asio::this_coro::reset_cancellation_state(asio::disable_cancellation());
    const auto impl = impl_;
    constexpr auto token = asio::as_tuple(asio::use_awaitable);
    while (!impl->empty()) {
        co_await impl->ended.async_wait(token);
    }
}

std::size_t TaskGroup::size() const noexcept {
    return impl_->tasks.size() + impl_->places;
}

bool TaskGroup::attempt(const char* name, void (*call)(void* work), void* work) const noexcept {
    try {
        call(work);
        return true;
    } catch (...) {
        impl_->report(name, std::current_exception(), false);
        return false;
    }
}

TaskGroup::Place TaskGroup::place() {
    return Place(*impl_);
}

TaskGroup::Place::Place(Impl& group) noexcept : group_(&group) {
    ++group.places;
    group.one_more();
}

TaskGroup::Place::~Place() {
    if (group_ != nullptr) {
        --group_->places;
        group_->one_less();
    }
}

}  // namespace cqhttp::net
