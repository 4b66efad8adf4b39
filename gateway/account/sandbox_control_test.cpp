#include "gateway/account/world_json.hpp"
#include "gateway/tests/support/sandbox_bench.hpp"

#include <boost/asio/co_spawn.hpp>

#include <string>
#include <vector>

namespace cqhttp::account {
using protocol::ActionReply;
using protocol::Json;
using protocol::ProfileId;
using test::Bench;

namespace {

constexpr const char* hello =
    R"({"event":{"post_type":"message","message_type":"private","user_id":10001,"message":"hi"}})";
constexpr const char* upload =
    R"({"event":{"post_type":"notice","notice_type":"group_upload","group_id":20001,)"
    R"("user_id":10001,"file":{"name":"a"}}})";
constexpr const char* join =
    R"({"event":{"post_type":"notice","notice_type":"group_increase","group_id":20001,)"
    R"("user_id":4711}})";
constexpr const char* newcomer = R"({"group_id":20001,"user_id":4711})";

using Strings = std::vector<std::string>;

SandboxOptions with_control(SandboxControl control) {
    SandboxOptions options;
    options.control = control;
    return options;
}

// Answers in the order they are awaited, one after the other.
asio::awaitable<void> collect(std::vector<Answer> answers, std::vector<ActionReply>& replies) {
    for (Answer& answer : answers) {
        if (answer.ready()) {
            replies.push_back(answer.take());
        } else {
            auto later = answer.later();
            replies.push_back(co_await std::move(later));
        }
    }
}

}  // namespace

TEST_CASE("sandbox control: its actions exist for those who are allowed", "[sandbox][control]") {
    for (const char* action : {".sandbox_effects", ".sandbox_inject", ".sandbox_requests",
                               ".sandbox_state", ".sandbox_reset"}) {
        INFO(action);
        for (const ProfileId id :
             {ProfileId::cqhttp_4_0, ProfileId::cqhttp_4_15, ProfileId::onebot_11}) {
            Bench local(Bench::Kind::ephemeral, {.profile = id});
            CHECK(local.reply(action, hello, true).ok());
            CHECK(local.reply(action, hello, false).retcode == 1404);
        }
        Bench all(Bench::Kind::ephemeral, with_control(SandboxControl::all));
        CHECK(all.reply(action, hello, false).ok());
        Bench off(Bench::Kind::ephemeral, with_control(SandboxControl::off));
        CHECK(off.reply(action, hello, true).retcode == 1404);
        const auto& spec = *protocol::find_action(action, ProfileId::cqhttp_4_0);
        CHECK(all.sandbox->offers(spec, {.loopback = false}));
        CHECK_FALSE(off.sandbox->offers(spec, {.loopback = true}));
    }
}

TEST_CASE("sandbox control: a stimulus is answered with the event as it is sent",
          "[sandbox][control][PIPE-008]") {
    Bench bench;
    bench.events.written.message_array = true;
    bench.start();
    const Json event = bench.data(".sandbox_inject", hello);
    CHECK(event.at("message") == Json::parse(R"([{"type":"text","data":{"text":"hi"}}])"));
    CHECK(bench.events.seen == Strings{"message/private"});
    CHECK(bench.effects() == "[]");
}

TEST_CASE("sandbox control: an event leaves when its change is safe", "[sandbox][control]") {
    Bench bench(Bench::Kind::fake_store);
    bench.start();
    Answer answer = bench.call(".sandbox_inject", join);
    CHECK_FALSE(answer.ready());
    CHECK(bench.events.seen.empty());
    CHECK(bench.wait(std::move(answer)).ok());
    CHECK(bench.events.seen == Strings{"group_increase/approve"});
    CHECK(bench.kept.commits == 1);

    bench.kept.failing_commits = 1;
    CHECK(bench.reply(".sandbox_inject", hello).retcode == 103);
    CHECK(bench.events.seen.size() == 1);
    CHECK(bench.data(".sandbox_inject", hello).at("message_id") == 8);
}

TEST_CASE("sandbox control: events keep the order of their stimuli",
          "[sandbox][control][PIPE-010]") {
    Bench bench(Bench::Kind::fake_store);
    bench.start();
    // A file changes nothing in the world and need not be kept, but comes after what does.
    std::vector<Answer> answers;
    for (const char* event : {hello, upload, join, upload}) {
        answers.push_back(bench.call(".sandbox_inject", event));
    }
    std::vector<ActionReply> replies;
    cqhttp::test::run_coro(bench.context, collect(std::move(answers), replies));
    CHECK(bench.events.seen ==
          Strings{"message/private", "group_upload", "group_increase/approve", "group_upload"});
    CHECK(bench.kept.commits == 1);
}

TEST_CASE("sandbox control: stimuli wait in order for receivers that are slow",
          "[sandbox][control][PIPE-011]") {
    for (const auto kind : {Bench::Kind::ephemeral, Bench::Kind::fake_store}) {
        Bench bench(kind);
        bench.start();
        bench.events.places = 1;
        std::vector<Answer> answers;
        for (const char* event : {hello, upload, join}) {
            answers.push_back(bench.call(".sandbox_inject", event));
        }
        std::vector<ActionReply> replies;
        auto done = [](std::exception_ptr) {};
        asio::co_spawn(bench.context, collect(std::move(answers), replies), done);
        while (replies.empty()) {
            bench.context.run_one();
        }
        CHECK(bench.events.seen == Strings{"message/private"});
        bench.events.places = 5;
        // Who comes now does not overtake those who wait.
        Answer last = bench.call(".sandbox_inject", hello);
        CHECK_FALSE(last.ready());
        while (replies.size() < 3) {
            bench.context.run_one();
        }
        CHECK(bench.wait(std::move(last)).ok());
        CHECK(bench.events.seen == Strings{"message/private", "group_upload",
                                           "group_increase/approve", "message/private"});
        for (const ActionReply& reply : replies) {
            CHECK(reply.ok());
        }
    }
}

TEST_CASE("sandbox control: a stimulus that waits gives up when the account ends",
          "[sandbox][control]") {
    Bench bench;
    bench.start();
    bench.events.places = 0;
    Answer answer = bench.call(".sandbox_inject", join);
    bench.sandbox->stop();
    const ActionReply reply = bench.wait(std::move(answer));
    // Its run has ended or not: nothing hangs.
    CHECK((reply.ok() || reply.wording == "too many events wait for receivers"));
}

TEST_CASE("sandbox control: a reset brings the beginning back", "[sandbox][control]") {
    for (const auto kind : {Bench::Kind::ephemeral, Bench::Kind::fake_store}) {
        Bench bench(kind);
        const Json before = bench.data(".sandbox_state", "{}");
        bench.data(".sandbox_inject", join);
        bench.data(".sandbox_inject", hello);
        bench.data("send_private_msg", R"({"user_id":10001,"message":"hi"})");
        CHECK(bench.data(".sandbox_state", "{}") != before);
        CHECK(bench.reply(".sandbox_reset", "{}").ok());
        CHECK(bench.data(".sandbox_state", "{}") == before);
        CHECK(bench.effects() == "[]");
        CHECK(bench.reply("get_group_member_info", newcomer).retcode == 102);
        if (kind == Bench::Kind::fake_store) {
            CHECK(world_to_json(*bench.kept.world) == before);
        }
        // And it goes on from there.
        CHECK(bench.data(".sandbox_inject", hello).at("message_id") == 8);
        CHECK(bench.effects() == "[]");
        bench.data("send_private_msg", R"({"user_id":10001,"message":"hi"})");
        CHECK(Json::parse(bench.effects()).at(0).at("number") == 2);
    }
}

TEST_CASE("sandbox control: a reset that is not kept changes nothing", "[sandbox][control]") {
    Bench bench(Bench::Kind::fake_store);
    bench.data(".sandbox_inject", join);
    bench.kept.failing_resets = 1;
    const ActionReply reply = bench.reply(".sandbox_reset", "{}");
    CHECK(reply.retcode == 103);
    CHECK(reply.wording == "cannot write the fake store");
    CHECK(bench.reply("get_group_member_info", newcomer).ok());
}

TEST_CASE("sandbox control: a reset with a broken seed says what is wrong", "[sandbox][control]") {
    test::TemporaryFolder folder;
    SandboxOptions options;
    options.seed = folder.write("world.json", R"({"users":[{"id":1}]})");
    Bench bench(Bench::Kind::ephemeral, options);
    CHECK(bench.data(".sandbox_state", "{}").at("users").size() == 1);
    folder.write("world.json", R"({"users":[{"id":0}]})");
    const ActionReply reply = bench.reply(".sandbox_reset", "{}");
    CHECK(reply.retcode == 103);
    CHECK(reply.wording.find("users[0].id: must be an integer") != std::string::npos);
    folder.write("world.json", R"({"users":[{"id":1},{"id":2}]})");
    CHECK(bench.reply(".sandbox_reset", "{}").ok());
    CHECK(bench.data(".sandbox_state", "{}").at("users").size() == 2);
}

TEST_CASE("sandbox control: the state is a seed whatever has happened", "[sandbox][control]") {
    Bench bench;
    const auto inject = [&](const Json& event) {
        bench.data(".sandbox_inject", Json{{"event", event}}.dump().c_str());
    };
    inject({{"post_type", "request"},
            {"request_type", "group"},
            {"sub_type", "invite"},
            {"group_id", 29999},
            {"user_id", 10001}});
    inject({{"post_type", "message"},
            {"message_type", "group"},
            {"sub_type", "notice"},
            {"group_id", 20001},
            {"message", "a hint"}});
    inject({{"post_type", "message"},
            {"message_type", "group"},
            {"sub_type", "anonymous"},
            {"group_id", 20001},
            {"user_id", 10001},
            {"message", "[CQ:emoji,id=9728]"}});
    bench.data("set_group_kick", R"({"group_id":20001,"user_id":10006,"reject_add_request":true})");
    inject({{"post_type", "notice"},
            {"notice_type", "group_increase"},
            {"group_id", 20001},
            {"user_id", 10006}});
    bench.data("set_group_leave", R"({"group_id":20001,"is_dismiss":true})");
    const Json state = bench.data(".sandbox_state", "{}");
    const auto again = parse_world(state.dump(), 10086001);
    INFO((again ? std::string() : again.error().detail));
    REQUIRE(again.has_value());
    CHECK(world_to_json(*again) == state);
}

TEST_CASE("sandbox control: who waits for a decision is listed", "[sandbox][control][EVT-032]") {
    Bench bench;
    const Json open = bench.data(".sandbox_requests", "{}");
    REQUIRE(open.size() == 3);
    CHECK(open[1] == Json{{"flag", "add-20001-10009"},
                          {"request_type", "group"},
                          {"sub_type", "add"},
                          {"group_id", 20001},
                          {"user_id", 10009},
                          {"comment", "let me in"},
                          {"time", 1699991000},
                          {"state", "open"},
                          {"answer", ""}});
    CHECK_FALSE(open[0].contains("group_id"));
    bench.data("set_group_add_request",
               R"({"flag":"add-20001-10009","type":"add","approve":false,"reason":"no"})");
    CHECK(bench.data(".sandbox_requests", "{}").size() == 2);
    const Json all = bench.data(".sandbox_requests", R"({"all":true})");
    REQUIRE(all.size() == 3);
    CHECK(all[1].at("state") == "rejected");
    CHECK(all[1].at("answer") == "no");
}

TEST_CASE("sandbox control: a blocked event is among the effects", "[sandbox][control][QOP-038]") {
    Bench bench;
    bench.start();
    const protocol::Event event{5, protocol::FriendAddEvent{10001}};
    bench.sandbox->block(event);
    CHECK(bench.effects() ==
          R"([{"number":1,"time":1700000000,"action":"block","params":{"event":{"time":5,)"
          R"("self_id":10086001,"post_type":"notice","notice_type":"friend_add",)"
          R"("user_id":10001}}}])");
    Bench off(Bench::Kind::ephemeral, with_control(SandboxControl::off));
    off.sandbox->block(event);
}

}  // namespace cqhttp::account
