#include "gateway/net/task_group.hpp"

#include "gateway/tests/support/catch.hpp"
#include "gateway/tests/support/recording_log.hpp"
#include "gateway/tests/support/run_coro.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <optional>
#include <stdexcept>
#include <vector>

namespace cqhttp::net {
namespace {

using cqhttp::test::RecordingLog;
using cqhttp::test::run_coro;

struct Fixture {
    asio::io_context context;
    RecordingLog log;
    TaskGroup group{context.get_executor(), Log(log, "tasks")};
};

asio::awaitable<void> append(std::vector<int>& list, int number, int turns) {
    const auto executor = co_await asio::this_coro::executor;
    for (int turn = 0; turn < turns; ++turn) {
        co_await asio::post(executor, asio::use_awaitable);
    }
    list.push_back(number);
}

asio::awaitable<void> fail_with(std::string words) {
    throw std::runtime_error(words);
    co_return;
}

asio::awaitable<void> throw_number() {
    throw 7;
    co_return;
}

asio::awaitable<void> wait_for_ever(bool& unwound) {
    struct Mark {
        bool& flag;
        ~Mark() { flag = true; }
    };
    const Mark mark{unwound};
    asio::steady_timer timer(co_await asio::this_coro::executor);
    timer.expires_at(asio::steady_timer::time_point::max());
    co_await timer.async_wait(asio::use_awaitable);
}

asio::awaitable<void> cancel_then_join(TaskGroup& group) {
    const auto executor = co_await asio::this_coro::executor;
    co_await asio::post(executor, asio::use_awaitable);
    group.cancel();
    co_await group.join();
}

asio::awaitable<void> spawn_another(TaskGroup& group, std::vector<int>& list) {
    group.spawn("second", append(list, 2, 3));
    list.push_back(1);
    co_return;
}

}  // namespace

TEST_CASE("task group: join waits for every task", "[net][task-group]") {
    Fixture fixture;
    std::vector<int> ended;
    fixture.group.spawn("slow", append(ended, 1, 20));
    fixture.group.spawn("fast", append(ended, 2, 1));
    REQUIRE(fixture.group.size() == 2);
    run_coro(fixture.context, fixture.group.join());
    REQUIRE(ended == std::vector<int>{2, 1});
    REQUIRE(fixture.group.size() == 0);
}

TEST_CASE("task group: join of an empty group returns at once", "[net][task-group]") {
    Fixture fixture;
    run_coro(fixture.context, fixture.group.join());
    REQUIRE(fixture.log.lines().empty());
}

TEST_CASE("task group: a task may start another one while the group is joined",
          "[net][task-group]") {
    Fixture fixture;
    std::vector<int> ended;
    fixture.group.spawn("first", spawn_another(fixture.group, ended));
    run_coro(fixture.context, fixture.group.join());
    REQUIRE(ended == std::vector<int>{1, 2});
}

TEST_CASE("task group: a group is used again after a join", "[net][task-group]") {
    Fixture fixture;
    std::vector<int> ended;
    fixture.group.spawn("first", append(ended, 1, 1));
    run_coro(fixture.context, fixture.group.join());
    fixture.group.spawn("second", append(ended, 2, 1));
    run_coro(fixture.context, fixture.group.join());
    REQUIRE(ended == std::vector<int>{1, 2});
}

TEST_CASE("task group: an exception is logged by name and ends its task alone",
          "[net][task-group]") {
    Fixture fixture;
    std::vector<int> ended;
    fixture.group.spawn("broken part", fail_with("no such thing"));
    fixture.group.spawn("odd part", throw_number());
    fixture.group.spawn("good part", append(ended, 1, 5));
    run_coro(fixture.context, fixture.group.join());
    REQUIRE(ended == std::vector<int>{1});
    REQUIRE(fixture.log.count(LogLevel::error, "no such thing") == 1);
    REQUIRE(fixture.log.count(LogLevel::error, "broken part") == 1);
    REQUIRE(fixture.log.count(LogLevel::error, "odd part") == 1);
    REQUIRE(fixture.log.lines().size() == 2);
}

TEST_CASE("task group: cancel ends tasks that wait and is no error", "[net][task-group]") {
    Fixture fixture;
    bool first = false;
    bool second = false;
    fixture.group.spawn("first", wait_for_ever(first));
    fixture.group.spawn("second", wait_for_ever(second));
    run_coro(fixture.context, cancel_then_join(fixture.group));
    REQUIRE(first);
    REQUIRE(second);
    REQUIRE(fixture.log.lines().empty());
}

TEST_CASE("task group: cancel before a task has started ends it too", "[net][task-group]") {
    Fixture fixture;
    bool unwound = false;
    fixture.group.spawn("late", wait_for_ever(unwound));
    fixture.group.cancel();
    run_coro(fixture.context, fixture.group.join());
    REQUIRE(fixture.group.size() == 0);
    REQUIRE(fixture.log.lines().empty());
}

TEST_CASE("task group: an exception after cancel that is no cancellation is logged",
          "[net][task-group]") {
    Fixture fixture;
    fixture.group.spawn("broken part", fail_with("no such thing"));
    fixture.group.cancel();
    run_coro(fixture.context, fixture.group.join());
    REQUIRE(fixture.group.size() == 0);
    REQUIRE(fixture.log.count(LogLevel::error, "broken part") <= 1);
}

TEST_CASE("task group: who has a place is waited for like a task", "[net][task-group]") {
    Fixture fixture;
    std::optional<TaskGroup::Place> first(fixture.group.place());
    std::optional<TaskGroup::Place> second(fixture.group.place());
    std::optional<TaskGroup::Place> moved(std::move(*first));
    first.reset();
    REQUIRE(fixture.group.size() == 2);
    bool joined = false;
    const auto join = [&]() -> asio::awaitable<void> {
        co_await fixture.group.join();
        joined = true;
    };
    asio::co_spawn(fixture.context, join(), asio::detached);
    fixture.group.cancel();
    second.reset();
    fixture.context.poll();
    REQUIRE_FALSE(joined);
    REQUIRE(fixture.group.size() == 1);
    moved.reset();
    fixture.context.restart();
    fixture.context.poll();
    REQUIRE(joined);
    REQUIRE(fixture.group.size() == 0);
}

TEST_CASE("task group: an exception out of an attempt is logged and ends there",
          "[net][task-group]") {
    Fixture fixture;
    int done = 0;
    REQUIRE(fixture.group.attempt("good", [&] { ++done; }));
    REQUIRE_FALSE(fixture.group.attempt("bad", [] { throw std::runtime_error("no such thing"); }));
    REQUIRE(done == 1);
    REQUIRE(fixture.log.count(LogLevel::error, "name=\"bad\" what=\"no such thing\"") == 1);
}

TEST_CASE("task group: tasks left in a destroyed context do not touch the group",
          "[net][task-group]") {
    RecordingLog log;
    bool unwound = false;
    {
        auto context = std::make_unique<asio::io_context>();
        TaskGroup group(context->get_executor(), Log(log, "tasks"));
        group.spawn("left", wait_for_ever(unwound));
        context->poll();
        REQUIRE_FALSE(unwound);
        group.cancel();
        context->restart();
        context->poll();
        REQUIRE(group.size() == 0);
    }
    REQUIRE(unwound);
}

}  // namespace cqhttp::net
