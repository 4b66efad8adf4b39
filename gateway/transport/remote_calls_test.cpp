#include "gateway/transport/remote_calls.hpp"

#include "gateway/tests/support/catch.hpp"
#include "gateway/tests/support/recording_log.hpp"
#include "gateway/tests/support/run_coro.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <algorithm>
#include <atomic>
#include <memory>
#include <string>
#include <thread>
#include <vector>

namespace cqhttp::transport {
namespace {

using account::Answer;
using protocol::ActionReply;
using protocol::ActionRequest;

// Answers with the name of the action; "later" ones when the test says so. Told what it did, it
// tells the other loop, as events do.
class Desk final : public action::Calls {
public:
    Desk(asio::io_context& home, net::Loop& loop) : loop_(loop), gate_(home) {
        gate_.expires_at(asio::steady_timer::time_point::max());
    }

    Answer call(ActionRequest&& request) override {
        thread = std::this_thread::get_id();
        called.push_back(request.action);
        loop_.from_home().post([this, action = request.action] { seen.push_back("e:" + action); });
        if (request.action.starts_with("work")) {
            return work(request.action);
        }
        if (request.action.starts_with("later")) {
            return wait(request.action);
        }
        return ActionReply{0, request.action};
    }

    void open() {
        open_ = true;
        gate_.cancel();
    }

    std::thread::id thread;           // of the last call
    std::vector<std::string> called;  // at home
    std::vector<std::string> seen;    // on the other loop
    int most = 0;                     // answers that were worked on at once

private:
    asio::awaitable<ActionReply> wait(std::string action) {
        if (!open_) {
            co_await gate_.async_wait(asio::as_tuple(asio::use_awaitable));
        }
        co_return ActionReply{0, action};
    }

    asio::awaitable<ActionReply> work(std::string action) {
        const auto executor = co_await asio::this_coro::executor;
        most = std::max(most, ++running_);
        called.push_back("begun " + action);
        for (int turn = 0; turn < 5; ++turn) {
            co_await asio::post(executor, asio::use_awaitable);
        }
        --running_;
        co_return ActionReply{0, action};
    }

    int running_ = 0;
    net::Loop& loop_;
    asio::steady_timer gate_;
    bool open_ = false;
};

// A home loop, which is the test's thread, and another one.
class Fixture {
public:
    // Runs `work` on the other loop until it has ended, and home meanwhile.
    void on_loop(asio::awaitable<void> work) {
        bool ended = false;
        auto done = [&](std::exception_ptr error) {
            if (error) {
                std::terminate();
            }
            loop.to_home().post([&ended] { ended = true; });
        };
        asio::co_spawn(loop.context(), std::move(work), done);
        run_until(ended);
    }
    void run_until(const bool& ended) {
        home.restart();
        const auto deadline = std::chrono::steady_clock::now() + std::chrono::minutes(1);
        while (!ended && std::chrono::steady_clock::now() < deadline) {
            home.run_one_for(std::chrono::seconds(1));
            home.restart();
        }
        REQUIRE(ended);
    }
    void finish() {
        cqhttp::test::run_coro(home, calls.join());
        cqhttp::test::run_coro(home, loop.round_trip());
    }

    test::RecordingLog log;
    asio::io_context home{1};
    net::Loop loop{home, 2};
    Desk desk{home, loop};
    RemoteCalls calls{loop, desk, home, Log(log, "action")};
};

ActionRequest request(std::string action) {
    ActionRequest made;
    made.action = std::move(action);
    return made;
}

asio::awaitable<void> note(Desk& desk, Answer answer) {
    const ActionReply reply = co_await answer.later();
    desk.seen.push_back("r:" + reply.data + (reply.ok() ? "" : " failed"));
}

TEST_CASE("remote calls: a call is carried out at home and answered on its loop", "[transport]") {
    Fixture fixture;
    auto work = [](Fixture& f) -> asio::awaitable<void> {
        co_await note(f.desk, f.calls.call(request("one")));
    };
    fixture.on_loop(work(fixture));
    fixture.finish();
    CHECK(fixture.desk.thread == std::this_thread::get_id());
    CHECK(fixture.desk.called == std::vector<std::string>{"one"});
    CHECK(fixture.desk.seen == std::vector<std::string>{"e:one", "r:one"});
}

TEST_CASE("remote calls: calls and answers keep their order among what home sends", "[transport]") {
    Fixture fixture;
    constexpr int count = 2'000;
    auto work = [](Fixture& f) -> asio::awaitable<void> {
        std::vector<Answer> answers;
        for (int i = 0; i < count; ++i) {
            answers.push_back(f.calls.call(request(std::to_string(i))));
        }
        for (Answer& answer : answers) {
            co_await note(f.desk, std::move(answer));
        }
    };
    fixture.on_loop(work(fixture));
    fixture.finish();
    REQUIRE(fixture.desk.called.size() == count);
    REQUIRE(fixture.desk.seen.size() == 2 * count);
    for (std::size_t i = 0; i < count; ++i) {
        const std::string number = std::to_string(i);
        REQUIRE(fixture.desk.called[i] == number);
        REQUIRE(fixture.desk.seen[2 * i] == "e:" + number);
        REQUIRE(fixture.desk.seen[2 * i + 1] == "r:" + number);
    }
}

TEST_CASE("remote calls: an answer that takes time keeps later ones waiting and loses none",
          "[transport]") {
    Fixture fixture;
    auto work = [](Fixture& f) -> asio::awaitable<void> {
        Answer slow = f.calls.call(request("later"));
        Answer quick = f.calls.call(request("quick"));
        f.loop.to_home().post([&f] { f.desk.open(); });
        co_await note(f.desk, std::move(slow));
        co_await note(f.desk, std::move(quick));
    };
    fixture.on_loop(work(fixture));
    fixture.finish();
    CHECK(fixture.desk.seen ==
          std::vector<std::string>{"e:later", "e:quick", "r:later", "r:quick"});
}

TEST_CASE("remote calls: work that takes time begins when its answer is awaited", "[transport]") {
    Fixture fixture;
    auto work = [](Fixture& f) -> asio::awaitable<void> {
        std::vector<Answer> answers;
        for (int i = 0; i < 20; ++i) {
            answers.push_back(f.calls.call(request("work " + std::to_string(i))));
        }
        for (Answer& answer : answers) {
            co_await note(f.desk, std::move(answer));
        }
    };
    fixture.on_loop(work(fixture));
    fixture.finish();
    CHECK(fixture.desk.most == 1);
    REQUIRE(fixture.desk.called.size() == 40);
    std::vector<std::string> begun;
    for (const std::string& word : fixture.desk.called) {
        if (word.starts_with("begun")) {
            begun.push_back(word);
        }
    }
    REQUIRE(begun.size() == 20);
    for (std::size_t i = 0; i < 20; ++i) {
        CHECK(begun[i] == "begun work " + std::to_string(i));
    }
}

TEST_CASE("remote calls: a call whose caller has gone is carried out", "[transport]") {
    Fixture fixture;
    auto work = [](Fixture& f) -> asio::awaitable<void> {
        { const Answer forgotten = f.calls.call(request("forgotten")); }
        co_await note(f.desk, f.calls.call(request("kept")));
    };
    fixture.on_loop(work(fixture));
    fixture.finish();
    CHECK(fixture.desk.called == std::vector<std::string>{"forgotten", "kept"});
    CHECK(fixture.desk.seen == std::vector<std::string>{"e:forgotten", "e:kept", "r:kept"});
}

TEST_CASE("remote calls: abort ends the wait for an answer that takes time", "[transport]") {
    Fixture fixture;
    auto work = [](Fixture& f) -> asio::awaitable<void> {
        Answer answer = f.calls.call(request("later"));
        f.loop.to_home().post([&f] { f.calls.abort(); });
        co_await note(f.desk, std::move(answer));
    };
    fixture.on_loop(work(fixture));
    fixture.finish();
    CHECK(fixture.desk.seen.size() == 2);
    CHECK(fixture.desk.seen.back().starts_with("r:"));
}

}  // namespace
}  // namespace cqhttp::transport
