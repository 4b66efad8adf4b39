#include "gateway/tests/support/sandbox_bench.hpp"

#include <boost/asio/detached.hpp>

#include <stdexcept>
#include <string>
#include <vector>

namespace cqhttp::account {
using protocol::ActionReply;
using protocol::ProfileId;
using test::Bench;
using test::FakeFetcher;
using test::TemporaryFolder;

namespace {

constexpr const char* card = R"({"group_id":20001,"user_id":10004,"card":"new"})";
constexpr const char* member = R"({"group_id":20001,"user_id":10004})";

struct ThrowingFetcher final : Fetcher {
    asio::awaitable<Result<std::string>> fetch(FetchRequest) override {
        throw std::runtime_error("a broken part");
    }
};

// A sandbox over a real file; closed and opened again by making another one.
Result<std::unique_ptr<Sandbox>> open_file(Bench& bench, std::filesystem::path seed = {}) {
    SandboxOptions options = bench.options;
    options.database = bench.folder.path() / "data" / "10086001" / "sandbox.db";
    options.seed = std::move(seed);
    return Sandbox::open(bench.context.get_executor(), options, bench.clock, bench.fetcher,
                         bench.limits, Log(bench.log, "sandbox"));
}

}  // namespace

TEST_CASE("sandbox: every profile has a handler for each action of the account",
          "[sandbox][ACT-001]") {
    for (const ProfileId profile :
         {ProfileId::cqhttp_4_0, ProfileId::cqhttp_4_15, ProfileId::onebot_11}) {
        Bench bench(Bench::Kind::ephemeral, {.profile = profile});
        CHECK(bench.sandbox->online());
    }
}

TEST_CASE("sandbox: an action of another profile is unknown", "[sandbox][ACT-001]") {
    Bench bench;
    const auto* spec = protocol::find_action("get_friend_list", ProfileId::onebot_11);
    auto arguments = protocol::bind_arguments(*spec, {}, protocol::profile(ProfileId::onebot_11));
    const ActionReply reply = bench.wait(bench.sandbox->call({*spec, std::move(*arguments), {}}));
    CHECK(reply.retcode == 1404);
}

TEST_CASE("sandbox: it is who the world says", "[sandbox][ACT-016]") {
    Bench bench;
    CHECK(bench.sandbox->self().user_id == 10086001);
    CHECK(bench.sandbox->self().nickname == "小测 Testa");
    CHECK(bench.data("get_login_info", "{}")["user_id"] == 10086001);
}

TEST_CASE("sandbox: in memory an answer is there at once and the next shows it",
          "[sandbox][SBX-002]") {
    Bench bench;
    Answer answer = bench.call("set_group_card", card);
    REQUIRE(answer.ready());
    CHECK(answer.take().ok());
    CHECK(bench.data("get_group_member_info", member)["card"] == "new");
}

TEST_CASE("sandbox: events of an action leave after it", "[sandbox][SBX-003]") {
    Bench bench;
    bench.reply("set_group_kick", R"({"group_id":20001,"user_id":10006})");
    CHECK(bench.events.seen.empty());  // nobody listens yet
    bench.start();
    bench.reply("set_group_kick", R"({"group_id":20001,"user_id":10004})");
    CHECK(bench.events.seen == std::vector<std::string>{"group_decrease/kick"});
    bench.reply("set_group_kick", R"({"group_id":20001,"user_id":10004})");  // not there any more
    CHECK(bench.events.seen.size() == 1);
    bench.sandbox->stop();
    bench.turn();
    CHECK_FALSE(bench.running);
}

TEST_CASE("sandbox: with a store the calls of one turn are one transaction", "[sandbox]") {
    Bench bench(Bench::Kind::fake_store);
    bench.start();
    Answer first = bench.call("set_group_card", card);
    Answer second = bench.call("set_group_kick", R"({"group_id":20001,"user_id":10005})");
    Answer asked = bench.call("get_group_member_info", member);
    CHECK_FALSE(first.ready());
    CHECK_FALSE(second.ready());
    CHECK(asked.ready());
    CHECK(bench.kept.commits == 0);
    CHECK(bench.events.seen.empty());
    CHECK(bench.wait(std::move(first)).ok());
    CHECK(bench.wait(std::move(second)).ok());
    CHECK(bench.kept.commits == 1);
    CHECK(bench.events.seen == std::vector<std::string>{"group_decrease/kick"});
    bench.sandbox->stop();
    bench.turn();
}

TEST_CASE("sandbox: a call that changes nothing needs no transaction", "[sandbox]") {
    Bench bench(Bench::Kind::fake_store);
    CHECK(bench.call("get_group_list", "{}").ready());
    CHECK(bench.call("set_group_kick", R"({"group_id":20003,"user_id":10004})").ready());
    bench.turn();
    CHECK(bench.kept.commits == 0);
}

TEST_CASE("sandbox: a failing store gives 103 and nothing has happened", "[sandbox][RET-003]") {
    Bench bench(Bench::Kind::fake_store);
    bench.start();
    bench.kept.failing_commits = 1;
    Answer first = bench.call("set_group_card", card);
    Answer second = bench.call("set_group_kick", R"({"group_id":20001,"user_id":10005})");
    CHECK(bench.wait(std::move(first)).retcode == 103);
    CHECK(bench.wait(std::move(second)).retcode == 103);
    CHECK(bench.data("get_group_member_info", member)["card"] == "");
    CHECK(bench.data("get_group_member_list", R"({"group_id":20001})").size() == 8);
    CHECK(bench.events.seen.empty());
    CHECK(bench.effects() == "[]");
    CHECK(bench.log.count(LogLevel::error, "the fake store is full") == 1);

    CHECK(bench.reply("set_group_card", card).ok());
    CHECK(bench.data("get_group_member_info", member)["card"] == "new");
    bench.sandbox->stop();
    bench.turn();
}

TEST_CASE("sandbox: while memory may differ from the store every call is refused",
          "[sandbox][RET-003]") {
    Bench bench(Bench::Kind::fake_store);
    bench.kept.failing_commits = 1;
    bench.kept.failing_loads = 3;
    CHECK(bench.reply("set_group_card", card).retcode == 103);
    CHECK(bench.reply("get_group_member_info", member).retcode == 103);
    CHECK(bench.reply("set_group_card", card).retcode == 103);
    CHECK(bench.data("get_group_member_info", member)["card"] == "");
}

TEST_CASE("sandbox: what was answered survives a restart", "[sandbox][ACT-105]") {
    Bench bench;
    std::int64_t message_id = 0;
    {
        auto sandbox = open_file(bench);
        REQUIRE(sandbox.has_value());
        bench.sandbox = std::move(*sandbox);
        REQUIRE(bench.reply("set_group_card", card).ok());
        message_id =
            bench.data("send_group_msg", R"({"group_id":20001,"message":"hi"})")["message_id"];
    }
    bench.sandbox.reset();
    auto again = open_file(bench);
    REQUIRE(again.has_value());
    bench.sandbox = std::move(*again);
    CHECK(bench.data("get_group_member_info", member)["card"] == "new");
    const std::string known = R"({"message_id":)" + std::to_string(message_id) + "}";
    CHECK(bench.reply("delete_msg", known.c_str()).ok());
    const std::int64_t next =
        bench.data("send_group_msg", R"({"group_id":20001,"message":"hi"})")["message_id"];
    CHECK(next == message_id + 1);
}

TEST_CASE("sandbox: a second one on the same file is refused", "[sandbox]") {
    Bench bench;
    const auto first = open_file(bench);
    REQUIRE(first.has_value());
    const auto second = open_file(bench);
    REQUIRE_FALSE(second.has_value());
    CHECK(second.error().detail.find("in use by another gateway") != std::string::npos);
}

TEST_CASE("sandbox: a seed makes the first world and is not read again", "[sandbox]") {
    Bench bench;
    const auto seed =
        bench.folder.write("seed.json", R"({"self":{"nickname":"seeded"},"users":[{"id":1}]})");
    {
        const auto sandbox = open_file(bench, seed);
        REQUIRE(sandbox.has_value());
        CHECK((*sandbox)->self().nickname == "seeded");
    }
    bench.folder.write("seed.json", "{}");
    const auto again = open_file(bench, seed);
    REQUIRE(again.has_value());
    CHECK((*again)->self().nickname == "seeded");
    CHECK(bench.log.count(LogLevel::info, "its seed is not read") == 1);
}

TEST_CASE("sandbox: a seed with a mistake is refused and leaves no world", "[sandbox]") {
    Bench bench;
    const auto seed = bench.folder.write("seed.json", R"({"users":[{"id":0}]})");
    const auto refused = open_file(bench, seed);
    REQUIRE_FALSE(refused.has_value());
    CHECK(refused.error().detail == "the world file " + seed.string() +
                                        " has mistakes: users[0].id: must be an integer from 1 to "
                                        "9007199254740992");
    const auto missing = open_file(bench, bench.folder.path() / "none.json");
    REQUIRE_FALSE(missing.has_value());
    CHECK(missing.error().detail.starts_with("cannot read the world file "));
    const auto after = open_file(bench);
    REQUIRE(after.has_value());
    CHECK((*after)->self().nickname == "小测 Testa");
}

TEST_CASE("sandbox: control actions are unknown to whom they are not allowed", "[sandbox]") {
    Bench local;
    CHECK(local.reply(".sandbox_effects", "{}", true).ok());
    CHECK(local.reply(".sandbox_effects", "{}", false).retcode == 1404);
    Bench all(Bench::Kind::ephemeral, {.control = SandboxControl::all});
    CHECK(all.reply(".sandbox_effects", "{}", false).ok());
    Bench off(Bench::Kind::ephemeral, {.control = SandboxControl::off});
    CHECK(off.reply(".sandbox_effects", "{}", true).retcode == 1404);
}

TEST_CASE("sandbox: effects are the successful calls that do something", "[sandbox]") {
    Bench bench(Bench::Kind::fake_store);
    bench.reply("get_login_info", "{}");
    bench.reply("send_private_msg", R"({"user_id":"1234567","message":"hello"})");
    bench.reply("send_private_msg", R"({"user_id":10011,"message":"no relation"})");
    bench.reply("set_group_card", card);
    CHECK(bench.effects() == R"([{"number":1,"time":1700000000,"action":"send_private_msg",)"
                             R"("params":{"user_id":"1234567","message":"hello"},"message_id":8},)"
                             R"({"number":2,"time":1700000000,"action":"set_group_card",)"
                             R"("params":{"group_id":20001,"user_id":10004,"card":"new"}}])");
    CHECK(bench.reply(".sandbox_effects", R"({"since":2})").data == "[]");
}

TEST_CASE("sandbox: a message with something to download takes its time", "[sandbox][ENH-001]") {
    constexpr const char* image =
        R"({"user_id":10001,"message":"[CQ:image,file=http://127.0.0.1/a.png]"})";
    for (const auto kind : {Bench::Kind::ephemeral, Bench::Kind::fake_store}) {
        Bench bench(kind);
        bench.fetcher.bodies["http://127.0.0.1/a.png"] = "png";
        Answer slow = bench.call("send_private_msg", image);
        CHECK_FALSE(slow.ready());
        const ActionReply fast = bench.reply("set_group_card", card);
        CHECK(fast.ok());
        const ActionReply sent = bench.wait(std::move(slow));
        CHECK(sent.data_text() == R"({"message_id":8})");
        CHECK(bench.fetcher.requests.size() == 1);
        CHECK(bench.effects().find(R"("action":"send_private_msg")") != std::string::npos);
    }
}

TEST_CASE("sandbox: an exception in an action is a failed answer and an error in the log",
          "[sandbox][RET-004]") {
    Bench bench;
    ThrowingFetcher broken;
    auto opened = Sandbox::open(bench.context.get_executor(), bench.options, nullptr, bench.clock,
                                broken, bench.limits, Log(bench.log, "sandbox"));
    REQUIRE(opened.has_value());
    bench.sandbox = std::move(*opened);
    const ActionReply reply = bench.reply(
        "send_private_msg", R"({"user_id":10001,"message":"[CQ:image,file=http://127.0.0.1/a]"})");
    CHECK(reply.retcode == 103);
    CHECK(bench.log.count(LogLevel::error,
                          "internal error action=send_private_msg what=a broken part") == 1);
    CHECK(bench.reply("get_login_info", "{}").ok());
}

TEST_CASE("sandbox: it is offline for a moment when it restarts", "[sandbox][ACT-044]") {
    Bench bench;
    CHECK(bench.sandbox->restart(false).ok());
    CHECK_FALSE(bench.sandbox->online());
    bench.clock.advance(std::chrono::seconds(1));
    CHECK(bench.sandbox->online());
    bench.sandbox->restart(false);
    bench.clock.advance(std::chrono::seconds(-3600));  // somebody sets the clock
    CHECK(bench.sandbox->online());
}

TEST_CASE("sandbox: a restart empties the cache on demand", "[sandbox][ACT-044]") {
    Bench bench;
    CHECK(bench.sandbox->restart(true).ok());  // there is none
    bench.folder.write("data/cache/a.tmp", "a");
    bench.folder.write("data/cache/deeper/b.tmp", "b");
    bench.folder.write("data/image/c.png", "c");
    CHECK(bench.sandbox->restart(false).ok());
    CHECK(bench.folder.list("data/cache").size() == 2);
    CHECK(bench.sandbox->restart(true).ok());
    CHECK(bench.folder.list("data/cache").empty());
    CHECK(bench.folder.read("data/image/c.png") == "c");
}

TEST_CASE("sandbox: what is open when it stops is kept before run returns", "[sandbox]") {
    Bench bench(Bench::Kind::fake_store);
    bench.start();
    Answer answer = bench.call("set_group_kick", R"({"group_id":20001,"user_id":10004})");
    bench.sandbox->stop();
    bench.sandbox->stop();
    bench.turn();
    CHECK_FALSE(bench.running);
    CHECK(bench.kept.commits == 1);
    CHECK(bench.kept.checkpoints >= 1);
    CHECK(bench.events.seen.size() == 1);
    CHECK(bench.wait(std::move(answer)).ok());
}

TEST_CASE("sandbox: stopped before it runs it ends at once", "[sandbox]") {
    Bench bench(Bench::Kind::fake_store);
    bench.sandbox->stop();
    cqhttp::test::run_coro(bench.context, bench.sandbox->run(bench.events));
    CHECK(bench.kept.checkpoints == 1);
}

}  // namespace cqhttp::account
