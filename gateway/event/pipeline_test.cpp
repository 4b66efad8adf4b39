#include "gateway/event/pipeline.hpp"

#include "gateway/tests/support/catch.hpp"
#include "gateway/tests/support/fake_backend.hpp"
#include "gateway/tests/support/fake_system.hpp"
#include "gateway/tests/support/recording_log.hpp"
#include "gateway/tests/support/run_coro.hpp"

#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <chrono>
#include <memory>
#include <string>
#include <vector>

namespace cqhttp::event {
namespace {

using protocol::Json;
using protocol::ProfileId;

// Everything that happens, in order, as one list of words.
struct Story {
    std::vector<std::string> words;
};

class Listener final : public Subscriber {
public:
    explicit Listener(Story& story) : story_(story) {}
    bool wants_events() const override { return wants; }
    void offer(const SharedText& text) override {
        story_.words.push_back("push");
        texts.push_back(Json::parse(*text));
    }

    bool has_room() const override { return texts.size() < room || ++looks > 2; }

    bool wants = true;
    std::size_t room = 1'000'000;
    mutable int looks = 0;  // without room; at the third there is some again
    std::vector<Json> texts;

private:
    Story& story_;
};

class Poster final : public Reporter {
public:
    explicit Poster(Story& story) : story_(story) {}
    boost::asio::awaitable<std::optional<std::string>> report(SharedText text,
                                                              std::chrono::milliseconds) override {
        story_.words.push_back("post");
        texts.push_back(Json::parse(*text));
        co_return answer;
    }

    std::optional<std::string> answer;
    std::vector<Json> texts;

private:
    Story& story_;
};

struct Fixture {
    explicit Fixture(bool with_post = false, PipelineOptions options = {10086001, {}, 8192})
        : profile(protocol::profile(ProfileId::cqhttp_4_0)),
          system(backend, status, restarter, profile, "/srv/bot"),
          dispatcher(
              backend, system, profile, {},
              [](const std::string&, const boost::asio::awaitable<void>&) {}, Log(log, "action")),
          listener(story),
          poster(story),
          pipeline(context.get_executor(), options, profile, dispatcher, hub,
                   with_post ? &poster : nullptr, Log(log, "event")) {
        hub.add(listener, {Filters::of_account, options.form});
    }

    // Carries through everything that was submitted.
    void carry() {
        pipeline.stop();
        test::run_coro(context, pipeline.run());
    }

    boost::asio::io_context context;
    test::RecordingLog log;
    test::FakeBackend backend;
    test::FakeStatus status;
    test::FakeRestarter restarter;
    const protocol::Profile& profile;
    action::SystemActions system;
    action::Dispatcher dispatcher;
    Story story;
    Listener listener;
    Poster poster;
    Hub hub;
    Pipeline pipeline;
};

protocol::Event message(std::int32_t id) {
    protocol::MessageEvent said;
    said.message_type = "group";
    said.sub_type = "normal";
    said.message_id = id;
    said.group_id = 20001;
    said.user_id = 10001;
    said.message = {protocol::Segment::text("hi")};
    said.raw_message = "hi";
    return {1'700'000'000, said};
}

}  // namespace

TEST_CASE("pipeline: events are pushed in the order they happened", "[PIPE-010][WS-060]") {
    Fixture fixture;
    for (int id = 1; id <= 5; ++id) {
        fixture.pipeline.submit(message(id));
    }
    fixture.carry();
    REQUIRE(fixture.listener.texts.size() == 5);
    for (int id = 1; id <= 5; ++id) {
        CHECK(fixture.listener.texts[static_cast<std::size_t>(id - 1)].at("message_id") == id);
    }
    CHECK(fixture.listener.texts[0].at("self_id") == 10086001);
}

TEST_CASE("pipeline: the POST and its quick operations come before the push",
          "[PIPE-007][QOP-009][QOP-010][QOP-038][WS-055][WS-057]") {
    Fixture fixture(true);
    fixture.poster.answer = R"({"reply":"yes","delete":true,"block":true})";
    fixture.pipeline.submit(message(1));
    fixture.carry();
    CHECK(fixture.story.words == std::vector<std::string>{"post", "push"});
    CHECK(fixture.poster.texts == fixture.listener.texts);
    CHECK(fixture.backend.blocked == std::vector<std::string>{"message/group"});
    REQUIRE(fixture.backend.calls.size() == 2);
    CHECK(fixture.backend.calls[0].action == "send_group_msg");
    CHECK(fixture.backend.calls[1].action == "delete_msg");
}

TEST_CASE("pipeline: a failed quick operation does not stop the next", "[QOP-009]") {
    Fixture fixture(true);
    fixture.backend.answer = protocol::ActionReply::failure(-34);
    fixture.backend.later = true;
    fixture.poster.answer = R"({"reply":"yes","delete":true,"kick":true})";
    fixture.pipeline.submit(message(1));
    fixture.carry();
    CHECK(fixture.backend.calls.size() == 3);
    CHECK(fixture.listener.texts.size() == 1);
}

TEST_CASE("pipeline: a failed POST does not prevent the push", "[WS-056]") {
    Fixture fixture(true);
    fixture.pipeline.submit(message(1));
    fixture.carry();
    CHECK(fixture.story.words == std::vector<std::string>{"post", "push"});
    CHECK(fixture.backend.calls.empty());
}

TEST_CASE("pipeline: a rejected event goes nowhere", "[PIPE-004][FLT-010][FLT-011]") {
    Fixture fixture(true);
    auto filter = protocol::EventFilter::parse(R"({"message_id":{".in":[2]}})");
    REQUIRE(filter.has_value());
    fixture.pipeline.set_filter(std::move(*filter));
    for (int id = 1; id <= 3; ++id) {
        fixture.pipeline.submit(message(id));
    }
    fixture.carry();
    REQUIRE(fixture.poster.texts.size() == 1);
    CHECK(fixture.poster.texts[0].at("message_id") == 2);
    CHECK(fixture.listener.texts.size() == 1);
    CHECK(fixture.pipeline.counters().filtered == 2);
}

TEST_CASE("pipeline: a broken filter holds everything back", "[FLT-004]") {
    Fixture fixture(true);
    fixture.pipeline.hold_all();
    fixture.pipeline.submit(message(1));
    fixture.carry();
    CHECK(fixture.story.words.empty());
}

TEST_CASE("pipeline: nothing is rendered for nobody", "[event]") {
    Fixture fixture;
    fixture.listener.wants = false;
    for (int id = 1; id <= 100; ++id) {
        fixture.pipeline.submit(message(id));
    }
    fixture.carry();
    CHECK(fixture.pipeline.counters().rendered == 0);
}

TEST_CASE("pipeline: a full queue drops the newest and says so once", "[PIPE-011]") {
    Fixture fixture(false, {10086001, {}, 3});
    for (int id = 1; id <= 10; ++id) {
        fixture.pipeline.submit(message(id));
    }
    CHECK(fixture.pipeline.counters().dropped == 7);
    CHECK(fixture.log.count(LogLevel::warn, "event queue full") == 1);
    fixture.carry();
    REQUIRE(fixture.listener.texts.size() == 3);
    CHECK(fixture.listener.texts[2].at("message_id") == 3);
    CHECK(fixture.log.count(LogLevel::warn, "dropped=7") == 1);
}

TEST_CASE("pipeline: a subscriber that is behind is waited for and misses nothing",
          "[PIPE-010][PIPE-011]") {
    Fixture fixture(false, {10086001, {}, 3});
    fixture.listener.room = 2;
    for (int id = 1; id <= 4; ++id) {
        fixture.pipeline.submit(message(id));
    }
    fixture.carry();
    REQUIRE(fixture.listener.texts.size() == 3);
    CHECK(fixture.listener.texts[2].at("message_id") == 3);
    CHECK(fixture.listener.looks == 3);
    CHECK(fixture.pipeline.counters().dropped == 1);
}

TEST_CASE("pipeline: abort does not wait for a subscriber that is behind", "[PIPE-011]") {
    Fixture fixture;
    fixture.listener.room = 0;
    fixture.listener.looks = -1'000'000;
    fixture.pipeline.submit(message(1));
    boost::asio::post(fixture.context, [&] { fixture.pipeline.abort(); });
    test::run_coro(fixture.context, fixture.pipeline.run());
    CHECK(fixture.listener.texts.empty());
}

TEST_CASE("pipeline: it tells how much room there is", "[PIPE-011]") {
    Fixture fixture(false, {10086001, {.message_array = true}, 2});
    CHECK(fixture.pipeline.form().message_array);
    CHECK(fixture.pipeline.room() == 2);
    fixture.pipeline.submit(message(1));
    CHECK(fixture.pipeline.room() == 1);
    fixture.pipeline.submit(message(2));
    fixture.pipeline.submit(message(3));
    CHECK(fixture.pipeline.room() == 0);
    fixture.carry();
    CHECK(fixture.pipeline.room() == 2);
    CHECK(fixture.backend.blocked.empty());
}

TEST_CASE("pipeline: the form of the configuration holds for every transport",
          "[PIPE-006][PIPE-008][MSG-060]") {
    Fixture fixture(true, {10086001, {.message_array = true}, 10});
    fixture.pipeline.submit(message(1));
    fixture.carry();
    REQUIRE(fixture.listener.texts.size() == 1);
    CHECK(fixture.listener.texts[0].at("message").is_array());
    CHECK(fixture.poster.texts == fixture.listener.texts);
}

}  // namespace cqhttp::event
