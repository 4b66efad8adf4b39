#include "gateway/event/post_lane.hpp"

#include "gateway/event/pipeline.hpp"
#include "gateway/tests/support/catch.hpp"
#include "gateway/tests/support/fake_backend.hpp"
#include "gateway/tests/support/fake_system.hpp"
#include "gateway/tests/support/recording_log.hpp"
#include "gateway/tests/support/run_coro.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <chrono>
#include <optional>
#include <string>
#include <vector>

namespace cqhttp::event {
namespace {

using protocol::Json;

// An address that answers at once, or not before it is released.
class Address final : public Reporter {
public:
    explicit Address(asio::io_context& context) : released_(context) {
        released_.expires_at(asio::steady_timer::time_point::max());
    }

    asio::awaitable<std::optional<std::string>> report(SharedText text,
                                                       std::chrono::milliseconds) override {
        texts.push_back(text);
        if (hangs) {
            co_await released_.async_wait(asio::as_tuple(asio::use_awaitable));
        }
        co_return answer;
    }

    void release() {
        hangs = false;
        released_.cancel();
    }
    std::vector<int> ids() const {
        std::vector<int> found;
        for (const SharedText& text : texts) {
            found.push_back(Json::parse(*text).at("message_id").get<int>());
        }
        return found;
    }

    bool hangs = false;
    std::optional<std::string> answer = "";
    std::vector<SharedText> texts;

private:
    asio::steady_timer released_;
};

class Listener final : public Subscriber {
public:
    bool wants_events() const override { return true; }
    void offer(const SharedText& text) override { texts.push_back(text); }

    std::vector<SharedText> texts;
};

protocol::Event message(std::int32_t id) {
    protocol::MessageEvent said;
    said.message_type = "private";
    said.sub_type = "friend";
    said.message_id = id;
    said.user_id = 10001;
    said.message = {protocol::Segment::text("hi")};
    said.raw_message = "hi";
    return {1'700'000'000, said};
}

// Three addresses: the leading one, which comes before the pushes, and two of their own.
struct Fixture {
    explicit Fixture(std::size_t queue = 100, bool with_leading = false)
        : profile(protocol::profile(protocol::ProfileId::cqhttp_4_15)),
          system(backend, status, restarter, profile, "/srv/bot"),
          dispatcher(
              backend, system, profile, {}, [](const std::string&, const asio::awaitable<void>&) {},
              Log(log, "action")),
          answers(dispatcher, profile),
          leading(context),
          first(context),
          second(context),
          pipeline(context.get_executor(), {10086001, {}, 8192}, profile, dispatcher, hub,
                   with_leading ? &leading : nullptr, Log(log, "event")),
          one(context.get_executor(), {}, queue, first, answers, Log(log, "http_post post.1")),
          two(context.get_executor(), {Filters::of_account, {.message_array = true}}, queue, second,
              answers, Log(log, "http_post post.2")) {
        hub.add(listener, {});
        pipeline.add_lane(one);
        pipeline.add_lane(two);
    }

    void start() {
        const auto ended = [this](std::exception_ptr) { ++ends; };
        asio::co_spawn(context, pipeline.run(), ended);
        asio::co_spawn(context, one.run(), ended);
        asio::co_spawn(context, two.run(), ended);
    }
    // Everything that can happen without anybody's help.
    void settle() {
        context.restart();
        context.poll();
    }
    void stop() {
        pipeline.stop();
        one.stop();
        two.stop();
        settle();
    }

    asio::io_context context;
    test::RecordingLog log;
    test::FakeBackend backend;
    test::FakeStatus status;
    test::FakeRestarter restarter;
    const protocol::Profile& profile;
    action::SystemActions system;
    action::Dispatcher dispatcher;
    QuickAnswers answers;
    Address leading, first, second;
    Listener listener;
    Hub hub;
    Pipeline pipeline;
    PostLane one, two;
    int ends = 0;
};

}  // namespace

TEST_CASE("post lane: an address that hangs keeps nothing from the others or the pushes",
          "[PIPE-010][PIPE-011][POST-018]") {
    Fixture fixture;
    fixture.first.hangs = true;
    fixture.start();
    for (int id = 1; id <= 3; ++id) {
        fixture.pipeline.submit(message(id));
        fixture.settle();
    }
    CHECK(fixture.first.ids() == std::vector<int>{1});
    CHECK(fixture.second.ids() == std::vector<int>{1, 2, 3});
    CHECK(fixture.listener.texts.size() == 3);
    CHECK(fixture.one.waiting() == 2);
    fixture.first.release();
    fixture.settle();
    CHECK(fixture.first.ids() == std::vector<int>{1, 2, 3});
    CHECK(fixture.one.counters().posted == 3);
    fixture.stop();
    CHECK(fixture.ends == 3);
    CHECK(fixture.log.count(LogLevel::info, "ended posted=3 failed=0 dropped=0") == 2);
}

TEST_CASE("post lane: the address before the pushes keeps nothing from the others",
          "[PIPE-007][PIPE-011]") {
    Fixture fixture(100, true);
    fixture.leading.hangs = true;
    fixture.start();
    for (int id = 1; id <= 3; ++id) {
        fixture.pipeline.submit(message(id));
    }
    fixture.settle();
    CHECK(fixture.leading.ids() == std::vector<int>{1});
    CHECK(fixture.listener.texts.empty());
    CHECK(fixture.first.ids() == std::vector<int>{1, 2, 3});
    CHECK(fixture.second.ids() == std::vector<int>{1, 2, 3});
    fixture.leading.release();
    fixture.settle();
    CHECK(fixture.leading.ids() == std::vector<int>{1, 2, 3});
    CHECK(fixture.listener.texts.size() == 3);
    CHECK(fixture.pipeline.counters().posted == 3);
    fixture.stop();
}

TEST_CASE("post lane: an event is rendered once for each form", "[PIPE-008]") {
    Fixture fixture(100, true);
    fixture.start();
    fixture.pipeline.submit(message(1));
    fixture.settle();
    CHECK(fixture.pipeline.counters().rendered == 2);
    REQUIRE(fixture.listener.texts.size() == 1);
    CHECK(fixture.first.texts.at(0) == fixture.listener.texts[0]);
    CHECK(fixture.first.texts.at(0) == fixture.leading.texts.at(0));
    CHECK(Json::parse(*fixture.second.texts.at(0)).at("message").is_array());
    fixture.stop();
}

TEST_CASE("post lane: the answers of every address are carried out", "[QOP-001][QOP-009]") {
    Fixture fixture;
    fixture.first.answer = R"({"reply":"one"})";
    fixture.second.answer = R"({"reply":"two","block":true})";
    fixture.start();
    fixture.pipeline.submit(message(1));
    fixture.settle();
    CHECK(fixture.backend.calls.size() == 2);
    CHECK(fixture.backend.blocked == std::vector<std::string>{"message/private"});
    fixture.stop();
}

TEST_CASE("post lane: a full queue drops the newest of this address alone and says so once",
          "[PIPE-011]") {
    Fixture fixture(70);
    fixture.first.hangs = true;
    fixture.first.answer = std::nullopt;
    fixture.start();
    for (int id = 1; id <= 100; ++id) {
        fixture.pipeline.submit(message(id));
        fixture.settle();
    }
    CHECK(fixture.second.texts.size() == 100);
    CHECK(fixture.two.counters().dropped == 0);
    CHECK(fixture.one.counters().dropped == 29);  // one is under way, 70 wait
    CHECK(fixture.log.count(LogLevel::warn, "answers come slowly") == 1);
    CHECK(fixture.log.count(LogLevel::warn, "queue full") == 1);
    fixture.first.release();
    fixture.settle();
    CHECK(fixture.first.texts.size() == 71);
    CHECK(fixture.first.ids().back() == 71);
    CHECK(fixture.one.counters().failed == 71);
    CHECK(fixture.log.count(LogLevel::info, "no event waits any more dropped=29") == 1);

    fixture.first.hangs = true;  // a second spell is said again
    for (int id = 1; id <= 80; ++id) {
        fixture.pipeline.submit(message(id));
        fixture.settle();
    }
    CHECK(fixture.log.count(LogLevel::warn, "queue full") == 2);
    const std::uint64_t dropped = fixture.one.counters().dropped;
    fixture.one.abort();
    CHECK(fixture.one.counters().dropped == dropped + 70);  // what waited counts, too
    fixture.first.release();
    fixture.stop();
    CHECK(fixture.ends == 3);
}

TEST_CASE("post lane: what waits at the end is still posted", "[POST-018]") {
    Fixture fixture;
    fixture.start();
    fixture.pipeline.submit(message(1));
    fixture.pipeline.submit(message(2));
    fixture.stop();
    CHECK(fixture.ends == 3);
    CHECK(fixture.first.ids() == std::vector<int>{1, 2});
    fixture.pipeline.submit(message(3));
    CHECK(fixture.one.waiting() == 0);
}

}  // namespace cqhttp::event
