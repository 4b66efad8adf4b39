#include "gateway/account/group_commit.hpp"

#include "gateway/account/fake_store.hpp"
#include "gateway/tests/support/catch.hpp"
#include "gateway/tests/support/recording_log.hpp"
#include "gateway/tests/support/run_coro.hpp"

#include <boost/asio/detached.hpp>

#include <limits>
#include <map>
#include <string>

namespace cqhttp::account {
using protocol::ActionReply;

namespace {

constexpr std::size_t recent = 100;

// A world with one user, kept by a fake store, and a commit group over both.
struct Bench {
    explicit Bench() {
        kept.world = WorldData{.self = {.id = 900}, .users = {{.id = 1, .nickname = "before"}}};
        kept.world = World(*kept.world, recent).snapshot();
    }

    // Renames the user and asks for the answer; `name` identifies the call.
    void rename(const std::string& name) {
        world.put(User{.id = 1, .nickname = name});
        Consequences consequences;
        consequences.effect = Effect{.action = "rename", .params = name};
        await(name, commit.keep(ActionReply{0, name}, std::move(consequences)));
    }

    void await(const std::string& name, Answer answer) {
        REQUIRE_FALSE(answer.ready());
        auto wait = [](Bench& bench, std::string who,
                       asio::awaitable<ActionReply> later) -> asio::awaitable<void> {
            ActionReply reply = co_await std::move(later);
            bench.order.push_back("answer " + who);
            bench.replies[who] = std::move(reply);
        };
        asio::co_spawn(context, wait(*this, name, answer.later()), asio::detached);
    }

    void run() {
        context.restart();
        context.run();
    }

    const std::string& nickname() const { return world.user(1)->nickname; }
    const std::string& kept_nickname() const { return kept.world->users.front().nickname; }

    asio::io_context context;
    cqhttp::test::RecordingLog log;
    FakeStore::Kept kept;
    FakeStore store{kept};
    World world{WorldData{.self = {.id = 900}, .users = {{.id = 1, .nickname = "before"}}}, recent};
    std::vector<std::string> order;
    std::map<std::string, ActionReply> replies;
    GroupCommit commit{context.get_executor(),
                       world,
                       store,
                       recent,
                       [this](Consequences c) { order.push_back("event " + c.effect->params); },
                       Log(log, "sandbox")};
};

}  // namespace

TEST_CASE("group commit: the calls of one turn are one transaction", "[group_commit]") {
    Bench bench;
    bench.rename("a");
    bench.rename("b");
    bench.rename("c");
    CHECK(bench.kept.commits == 0);
    bench.run();
    CHECK(bench.kept.commits == 1);
    CHECK(bench.kept.sizes == std::vector<std::size_t>{3});
    CHECK(bench.kept_nickname() == "c");
    CHECK(bench.replies["a"].data == "a");
    CHECK(bench.replies["c"].data == "c");
}

TEST_CASE("group commit: the next turn is a transaction of its own", "[group_commit]") {
    Bench bench;
    bench.rename("a");
    bench.run();
    bench.rename("b");
    bench.run();
    CHECK(bench.kept.sizes == std::vector<std::size_t>{1, 1});
}

TEST_CASE("group commit: events leave after the commit and before the answers", "[group_commit]") {
    Bench bench;
    bench.rename("a");
    bench.rename("b");
    CHECK(bench.order.empty());
    bench.run();
    CHECK(bench.order == std::vector<std::string>{"event a", "event b", "answer a", "answer b"});
}

TEST_CASE("group commit: a failing store turns the answers of its turn into 103",
          "[group_commit][RET-003]") {
    Bench bench;
    bench.kept.failing_commits = 1;
    bench.rename("a");
    bench.rename("b");
    bench.run();
    CHECK(bench.replies["a"].retcode == 103);
    CHECK(bench.replies["b"].retcode == 103);
    CHECK(bench.replies["a"].data == "null");
    CHECK(bench.nickname() == "before");
    CHECK(bench.kept_nickname() == "before");
    CHECK(bench.order == std::vector<std::string>{"answer a", "answer b"});
    CHECK(bench.log.count(LogLevel::error, "the fake store is full failures=1") == 1);
}

TEST_CASE("group commit: after a failure the next call works", "[group_commit][RET-003]") {
    Bench bench;
    bench.kept.failing_commits = 1;
    bench.rename("a");
    bench.run();
    CHECK(bench.commit.usable());
    bench.rename("b");
    bench.run();
    CHECK(bench.replies["b"].ok());
    CHECK(bench.nickname() == "b");
    CHECK(bench.kept_nickname() == "b");
    CHECK(bench.log.count(LogLevel::info, "changes are kept again failures=1") == 1);
}

TEST_CASE("group commit: repeated failures are counted in the log", "[group_commit]") {
    Bench bench;
    bench.kept.failing_commits = 9;
    for (int i = 0; i < 9; ++i) {
        bench.rename("a");
        bench.run();
    }
    CHECK(bench.log.count(LogLevel::error, "failures=") == 4);  // 1, 2, 4, 8
    CHECK(bench.log.count(LogLevel::error, "failures=8") == 1);
}

TEST_CASE("group commit: memory that cannot be read back is not used", "[group_commit][RET-003]") {
    Bench bench;
    bench.kept.failing_commits = 1;
    bench.kept.failing_loads = 2;
    bench.rename("a");
    bench.run();
    CHECK(bench.replies["a"].retcode == 103);
    CHECK_FALSE(bench.commit.usable());
    CHECK(bench.commit.usable());
    CHECK(bench.nickname() == "before");
}

TEST_CASE("group commit: what a broken call has changed is taken back", "[group_commit][RET-003]") {
    Bench bench;
    bench.rename("good");
    const std::size_t noted = bench.world.change_count();
    bench.world.put(User{.id = 1, .nickname = "broken"});
    bench.commit.take_back(noted);
    bench.run();
    CHECK(bench.replies["good"].ok());
    CHECK(bench.nickname() == "good");
    CHECK(bench.kept_nickname() == "good");
    CHECK(bench.kept.sizes == std::vector<std::size_t>{1});
}

TEST_CASE("group commit: taking back the only changes commits nothing", "[group_commit]") {
    Bench bench;
    bench.world.put(User{.id = 1, .nickname = "broken"});
    bench.commit.take_back(0);
    CHECK(bench.commit.usable());
    bench.run();
    CHECK(bench.kept.commits == 0);
    CHECK(bench.nickname() == "before");
}

TEST_CASE("group commit: a flush ends the turn at once", "[group_commit]") {
    Bench bench;
    bench.rename("a");
    bench.commit.flush();
    CHECK(bench.kept_nickname() == "a");
    bench.commit.flush();
    bench.run();
    CHECK(bench.kept.commits == 1);
    CHECK(bench.replies["a"].ok());
}

TEST_CASE("group commit: an answer asked for after its turn is there at once", "[group_commit]") {
    Bench bench;
    bench.world.put(User{.id = 1, .nickname = "a"});
    Answer late = bench.commit.keep(ActionReply{0, "late"}, {.effect = Effect{}});
    bench.run();
    CHECK(bench.kept.commits == 1);
    const ActionReply reply = cqhttp::test::run_coro(bench.context, late.later());
    CHECK(reply.data == "late");
}

TEST_CASE("group commit: the answers of one turn become ready together and not before its end",
          "[group_commit][RET-003]") {
    for (const bool fails : {false, true}) {
        INFO("the store fails: " << fails);
        Bench bench;
        bench.kept.failing_commits = fails ? 1 : 0;
        bench.world.put(User{.id = 1, .nickname = "a"});
        Answer first = bench.commit.keep(ActionReply{0, "1"}, {.effect = Effect{}});
        Answer second = bench.commit.keep(ActionReply{0, "2"}, {.effect = Effect{}});
        CHECK_FALSE(first.ready());
        CHECK_FALSE(second.ready());
        bench.run();
        REQUIRE(first.ready());
        REQUIRE(second.ready());
        const ActionReply replies[] = {first.take(), second.take()};
        for (const ActionReply& reply : replies) {
            CHECK(reply.retcode == (fails ? protocol::retcode::failed : protocol::retcode::ok));
        }
        CHECK(replies[1].data == (fails ? "null" : "2"));
    }
}

TEST_CASE("group commit: what is open when it ends is kept and answered", "[group_commit]") {
    asio::io_context context;
    cqhttp::test::RecordingLog log;
    FakeStore::Kept kept;
    kept.world = WorldData{.self = {.id = 900}};
    FakeStore store(kept);
    World world(*kept.world, recent);
    bool published = false;
    std::optional<GroupCommit> commit;
    commit.emplace(
        context.get_executor(), world, store, recent, [&](Consequences) { published = true; },
        Log(log, "sandbox"));
    world.put(User{.id = 1, .nickname = "last"});
    Answer answer = commit->keep(ActionReply{0, "kept"}, {});
    commit.reset();
    CHECK(kept.world->users.size() == 1);
    const ActionReply reply = cqhttp::test::run_coro(context, answer.later());
    CHECK(reply.data == "kept");
    CHECK_FALSE(published);
}

}  // namespace cqhttp::account
