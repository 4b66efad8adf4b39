#include "gateway/event/meta_events.hpp"

#include "gateway/tests/support/catch.hpp"
#include "gateway/tests/support/fake_backend.hpp"
#include "gateway/tests/support/fake_clock.hpp"
#include "gateway/tests/support/fake_system.hpp"
#include "gateway/tests/support/recording_log.hpp"
#include "gateway/tests/support/run_coro.hpp"

#include <boost/asio/awaitable.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>

#include <chrono>
#include <exception>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace cqhttp::event {
namespace {

using protocol::Json;
using protocol::ProfileId;
using std::chrono::milliseconds;

// "lifecycle/enable", "heartbeat", "message": what an event is.
std::string word_of(const Json& event) {
    if (event.at("post_type") != "meta_event") {
        return event.at("post_type");
    }
    const std::string type = event.at("meta_event_type");
    return type == "heartbeat" ? type : type + "/" + event.at("sub_type").get<std::string>();
}

class Listener final : public Subscriber {
public:
    bool wants_events() const override { return true; }
    void offer(const SharedText& text) override {
        events.push_back(Json::parse(*text));
        if (heard) {
            heard();
        }
    }
    std::vector<Json> events;
    std::function<void()> heard;
};

class Poster final : public Reporter {
public:
    boost::asio::awaitable<std::optional<std::string>> report(SharedText text,
                                                              milliseconds at_most) override {
        events.push_back(Json::parse(*text));
        bounds.push_back(at_most);
        co_return R"({"reply":"hello?","block":true})";
    }
    std::vector<Json> events;
    std::vector<milliseconds> bounds;
};

struct Fixture {
    explicit Fixture(ProfileId id = ProfileId::cqhttp_4_15, HeartbeatOptions heartbeat = {},
                     std::size_t queue = 8192)
        : profile(protocol::profile(id)),
          system(backend, status, restarter, profile, "/srv/bot"),
          dispatcher(
              backend, system, profile, {},
              [](const std::string&, const boost::asio::awaitable<void>&) {}, Log(log, "action")),
          pipeline(context.get_executor(), {10086001, {}, queue}, profile, dispatcher, hub, &poster,
                   Log(log, "event")),
          meta(context.get_executor(), heartbeat, profile, pipeline, clock,
               [this] { return system.status(); }) {
        hub.add(listener, {});
    }

    // Stops in the order the gateway does and carries through what is queued.
    void end() {
        meta.stop();
        pipeline.stop();
        test::run_coro(context, pipeline.run());
    }

    std::vector<std::string> posted() const { return words(poster.events); }
    std::vector<std::string> pushed() const { return words(listener.events); }
    static std::vector<std::string> words(const std::vector<Json>& events) {
        std::vector<std::string> list;
        for (const Json& event : events) {
            list.push_back(word_of(event));
        }
        return list;
    }

    boost::asio::io_context context;
    test::RecordingLog log;
    test::FakeBackend backend;
    test::FakeStatus status;
    test::FakeRestarter restarter;
    test::FakeClock clock;
    const protocol::Profile& profile;
    action::SystemActions system;
    action::Dispatcher dispatcher;
    Listener listener;
    Poster poster;
    Hub hub;
    Pipeline pipeline;
    MetaEvents meta;
};

protocol::Event friend_added() {
    return {1'700'000'000, protocol::FriendAddEvent{10001}};
}

using Words = std::vector<std::string>;

}  // namespace

TEST_CASE("meta events: enable comes first and disable last and only by POST",
          "[META-002][META-006][POST-020]") {
    for (const ProfileId id : {ProfileId::cqhttp_4_15, ProfileId::onebot_11}) {
        Fixture fixture(id);
        fixture.meta.announce_start();
        fixture.pipeline.submit(friend_added());
        fixture.end();
        CHECK(fixture.posted() == Words{"lifecycle/enable", "notice", "lifecycle/disable"});
        CHECK(fixture.pushed() == Words{"notice"});
        CHECK(fixture.poster.events[0].at("time") == 1'700'000'000);
        CHECK(fixture.poster.events[0].at("self_id") == 10086001);
    }
}

TEST_CASE("meta events: the end does not wait longer than two seconds for disable", "[META-006]") {
    Fixture fixture;
    fixture.meta.announce_start();
    fixture.end();
    REQUIRE(fixture.poster.bounds.size() == 2);
    CHECK(fixture.poster.bounds[0] == milliseconds(0));
    CHECK(fixture.poster.bounds[1] == milliseconds(2'000));
}

TEST_CASE("meta events: disable finds a place in a full queue", "[META-006][PIPE-011]") {
    Fixture fixture(ProfileId::cqhttp_4_15, {}, 1);
    fixture.meta.announce_start();
    fixture.pipeline.submit(friend_added());
    fixture.end();
    CHECK(fixture.posted().back() == "lifecycle/disable");
}

TEST_CASE("meta events: what never started does not say that it ends", "[META-006]") {
    Fixture fixture;
    fixture.end();
    CHECK(fixture.posted().empty());
}

TEST_CASE("meta events: the answer to one has no effect", "[META-011]") {
    Fixture fixture;
    fixture.meta.announce_start();
    fixture.end();
    CHECK(fixture.backend.calls.empty());
    CHECK(fixture.backend.blocked.empty());
}

TEST_CASE("meta events: a connection is greeted with connect", "[META-001][META-003]") {
    Fixture fixture;
    fixture.clock.advance(std::chrono::seconds(5));
    const SharedText text = fixture.meta.greeting(Filters::of_account);
    REQUIRE(text != nullptr);
    CHECK(word_of(Json::parse(*text)) == "lifecycle/connect");
    CHECK(Json::parse(*text).at("time") == 1'700'000'005);
}

TEST_CASE("meta events: the filter holds for them as for all others",
          "[META-010][FLT-014][FLT-004]") {
    Fixture fixture;
    auto filter = protocol::EventFilter::parse(R"({"message_type":"group"})");
    REQUIRE(filter.has_value());
    fixture.pipeline.set_filter(std::move(*filter));
    fixture.meta.announce_start();
    fixture.end();
    CHECK(fixture.posted().empty());
    CHECK(fixture.meta.greeting(Filters::of_account) == nullptr);

    Fixture chosen;
    filter = protocol::EventFilter::parse(R"({"sub_type":{".neq":"enable"}})");
    REQUIRE(filter.has_value());
    chosen.pipeline.set_filter(std::move(*filter));
    chosen.meta.announce_start();
    chosen.end();
    CHECK(chosen.posted() == Words{"lifecycle/disable"});
    CHECK(chosen.meta.greeting(Filters::of_account) != nullptr);

    Fixture broken;
    broken.pipeline.hold_all();
    broken.meta.announce_start();
    broken.end();
    CHECK(broken.posted().empty());
    CHECK(broken.meta.greeting(Filters::of_account) == nullptr);
}

TEST_CASE("meta events: there are none in cqhttp-4-0", "[META-013][WS-064]") {
    Fixture fixture(ProfileId::cqhttp_4_0, {true, milliseconds(1)});
    fixture.meta.announce_start();
    test::run_coro(fixture.context, fixture.meta.run());  // ends by itself
    CHECK(fixture.meta.greeting(Filters::of_account) == nullptr);
    fixture.end();
    CHECK(fixture.posted().empty());
    CHECK(fixture.pushed().empty());
}

TEST_CASE("meta events: there are no heartbeats unless they are asked for", "[META-007]") {
    Fixture fixture;
    test::run_coro(fixture.context, fixture.meta.run());
    fixture.end();
    CHECK(fixture.posted().empty());
}

TEST_CASE("meta events: heartbeats go to POST and to all connections",
          "[META-007][META-008][META-009]") {
    Fixture fixture(ProfileId::onebot_11, {true, milliseconds(20)});
    const auto begin = std::chrono::steady_clock::now();
    fixture.listener.heard = [&fixture] {
        if (fixture.listener.events.size() == 3) {
            fixture.meta.stop();
            fixture.pipeline.stop();
        }
    };
    bool ended = false;
    const auto note = [&ended](std::exception_ptr) { ended = true; };
    boost::asio::co_spawn(fixture.context, fixture.pipeline.run(), note);
    test::run_coro(fixture.context, fixture.meta.run());
    fixture.context.restart();
    fixture.context.poll();
    CHECK(ended);
    CHECK(std::chrono::steady_clock::now() - begin >= milliseconds(40));
    CHECK(fixture.pushed() == Words{"heartbeat", "heartbeat", "heartbeat"});
    CHECK(fixture.poster.events == fixture.listener.events);
    const Json& beat = fixture.listener.events[0];
    CHECK(beat.at("interval") == 20);
    CHECK(beat.at("status") == Json{{"online", true}, {"good", true}});
}

TEST_CASE("meta events: heartbeats do not pile up behind a POST that waits", "[META-007]") {
    Fixture fixture;
    for (int count = 0; count < 5; ++count) {
        protocol::MetaEvent beat;
        beat.status = "{}";
        fixture.pipeline.submit(beat);
    }
    fixture.end();
    CHECK(fixture.pushed() == Words{"heartbeat"});
}

}  // namespace cqhttp::event
