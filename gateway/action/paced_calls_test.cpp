#include "gateway/action/paced_calls.hpp"

#include "gateway/tests/support/catch.hpp"
#include "gateway/tests/support/recording_log.hpp"
#include "gateway/tests/support/run_coro.hpp"

#include <boost/asio/steady_timer.hpp>

#include <chrono>
#include <string>
#include <utility>
#include <vector>

namespace cqhttp {
namespace {

using Clock = std::chrono::steady_clock;
using std::chrono::milliseconds;

struct Done {
    std::string action;
    Clock::time_point at;
};

struct Fixture {
    explicit Fixture(action::PacedCalls::Options options)
        : calls(
              options, [this](protocol::ActionRequest request) { return carry_out(request); },
              [this](std::string, boost::asio::awaitable<void> task) {
                  tasks.push_back(std::move(task));
              },
              Log(log, "action")) {}

    account::Answer carry_out(const protocol::ActionRequest& request) {
        done.push_back({request.action, Clock::now()});
        return protocol::ActionReply::failure(-20);
    }

    bool push(const std::string& action) {
        protocol::ActionRequest request;
        request.action = action;
        return calls.push(std::move(request));
    }

    void run_tasks() {
        for (auto& task : std::exchange(tasks, {})) {
            test::run_coro(context, std::move(task));
        }
    }

    std::string actions() const {
        std::string names;
        for (const Done& one : done) {
            names += one.action + " ";
        }
        return names;
    }

    boost::asio::io_context context;
    test::RecordingLog log;
    std::vector<boost::asio::awaitable<void>> tasks;
    std::vector<Done> done;
    action::PacedCalls calls;
};

}  // namespace

TEST_CASE("paced calls: calls are carried out in order with a pause after each",
          "[RATE-003][RATE-004]") {
    constexpr milliseconds pause(30);
    Fixture fixture({pause, 10});
    for (const char* action : {"send_group_msg", "get_status", "send_group_msg"}) {
        CHECK(fixture.push(action));
    }
    CHECK(fixture.done.empty());  // nothing happens before the answer
    CHECK(fixture.tasks.size() == 1);
    fixture.run_tasks();
    REQUIRE(fixture.actions() == "send_group_msg get_status send_group_msg ");
    CHECK(fixture.done[1].at - fixture.done[0].at >= pause);
    CHECK(fixture.done[2].at - fixture.done[1].at >= pause);
    CHECK(fixture.calls.size() == 0);
}

TEST_CASE("paced calls: the pause also lies before a call that finds the queue empty",
          "[RATE-003]") {
    constexpr milliseconds pause(30);
    Fixture fixture({pause, 10});
    for (const char* action : {"first", "second"}) {
        CHECK(fixture.push(action));
        fixture.run_tasks();
    }
    REQUIRE(fixture.actions() == "first second ");
    CHECK(fixture.done[1].at - fixture.done[0].at >= pause);
}

TEST_CASE("paced calls: a full queue refuses the next call and says so once for each",
          "[RATE-002]") {
    Fixture fixture({milliseconds(0), 2});
    CHECK(fixture.push("one"));
    CHECK(fixture.push("two"));
    CHECK_FALSE(fixture.push("three"));
    CHECK(fixture.log.count(LogLevel::warn, "rate limited call refused") == 1);
    fixture.run_tasks();
    CHECK(fixture.actions() == "one two ");
    CHECK(fixture.push("four"));
}

TEST_CASE("paced calls: a stop drops what waits and ends the pause", "[RATE-003]") {
    Fixture fixture({std::chrono::hours(1), 10});
    CHECK(fixture.push("first"));
    CHECK(fixture.push("second"));
    boost::asio::steady_timer soon(fixture.context, milliseconds(20));
    soon.async_wait([&fixture](boost::system::error_code) { fixture.calls.stop(); });
    fixture.run_tasks();
    CHECK(fixture.actions() == "first ");
    CHECK(fixture.calls.size() == 0);
    CHECK(fixture.log.count(LogLevel::warn, "rate limited calls dropped waiting=1") == 1);
    CHECK_FALSE(fixture.push("third"));
}

}  // namespace cqhttp
