#include "gateway/account/default_world.hpp"

#include "gateway/account/world.hpp"
#include "gateway/tests/support/catch.hpp"
#include "gateway/tests/support/fixture.hpp"

#include <algorithm>

namespace cqhttp::account {

TEST_CASE("default world: it is the fixture that people read", "[default_world]") {
    CHECK(default_world_text() == cqhttp::test::fixture_text("world/default.json"));
}

TEST_CASE("default world: it offers something for every action", "[default_world]") {
    const World world(default_world(default_self_id), 4096);
    CHECK(world.self_id() == 10086001);
    CHECK_FALSE(world.self().nickname.empty());
    for (const std::int64_t id : {10001, 10002, 123456, 1234567, 10086002}) {
        INFO(id);
        CHECK(world.friend_of(id) != nullptr);
    }
    CHECK(world.categories().size() == 3);
    CHECK(world.self_member(20001)->role == "owner");
    CHECK(world.self_member(20002)->role == "admin");
    CHECK(world.self_member(20003)->role == "member");
    CHECK(world.self_member(20086000)->role == "admin");
    CHECK(world.member(20086000, 10086002)->role == "member");
    CHECK(world.member(20086000, 10086003)->role == "owner");
    CHECK_FALSE(world.group(20004)->anonymity);
    CHECK(world.group(20006)->whole_ban);
    CHECK(world.group(20005) != nullptr);
    CHECK(world.self_member(20005) == nullptr);
    CHECK(world.anonymous(20001, "anonymous-20001-1") != nullptr);
    CHECK(world.user(10011) != nullptr);
    CHECK_FALSE(world.related(10011));
    CHECK(world.discuss(30001) != nullptr);
    CHECK(world.requests().size() == 3);
    CHECK(world.snapshot().recent_messages.size() == 7);
}

TEST_CASE("default world: the account may have any number", "[default_world]") {
    const WorldData original = default_world(default_self_id);
    const World moved(default_world(42), 4096);
    CHECK(moved.self_id() == 42);
    CHECK(moved.user(default_self_id) == nullptr);
    CHECK(moved.self_member(20001)->role == "owner");
    CHECK(moved.users().size() == original.users.size());
}

TEST_CASE("default world: a user whose number the account takes gets another", "[default_world]") {
    const World world(default_world(10001), 4096);
    CHECK(world.self_id() == 10001);
    CHECK(world.self().nickname == default_world(default_self_id).self.nickname);
    REQUIRE(world.user(default_self_id) != nullptr);
    CHECK(world.user(default_self_id)->nickname == "安然 Ann");
    CHECK(world.friend_of(default_self_id)->remark == "安安");
    CHECK(world.member(20001, default_self_id)->role == "admin");
    CHECK(world.self_member(20001)->role == "owner");
    const StoredMessage* first = world.message(1);
    CHECK(first->sender == default_self_id);
    CHECK(first->target == 10001);
    const auto users = world.users();
    CHECK(std::is_sorted(users.begin(), users.end(),
                         [](const User* a, const User* b) { return a->id < b->id; }));
}

}  // namespace cqhttp::account
