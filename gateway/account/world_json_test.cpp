#include "gateway/account/world_json.hpp"

#include "gateway/account/world.hpp"
#include "gateway/tests/support/catch.hpp"
#include "gateway/tests/support/fixture.hpp"

#include <utility>

namespace cqhttp::account {
using cqhttp::test::fixture_text;
using cqhttp::test::load_fixture;

namespace {

constexpr std::int64_t self_id = 10086001;

WorldData tiny() {
    auto world = parse_world(fixture_text("world/tiny.json"), self_id);
    if (!world) {
        FAIL(world.error().detail);
    }
    return *world;
}

std::string error_of(std::string_view text) {
    const auto world = parse_world(text, self_id);
    return world ? std::string() : world.error().detail;
}

}  // namespace

TEST_CASE("world json: a small seed gives its rows with their defaults", "[world_json]") {
    const WorldData world = tiny();
    CHECK(world.self == User{.id = self_id, .nickname = "bot"});
    REQUIRE(world.users.size() == 3);
    CHECK(world.users[1] == User{.id = 2, .nickname = "two"});
    REQUIRE(world.categories.size() == 1);
    CHECK(world.categories[0] == FriendCategory{0, "我的好友"});
    REQUIRE(world.friends.size() == 1);
    CHECK(world.friends[0] == Friend{.user_id = 1});
    REQUIRE(world.groups.size() == 1);
    CHECK(world.groups[0] == Group{.id = 10, .name = "ten"});
    REQUIRE(world.members.size() == 3);
    CHECK(world.members[0] == Member{.group_id = 10, .user_id = 1, .role = "admin"});
    CHECK(world.members[1] == Member{.group_id = 10, .user_id = 2});
    CHECK(world.members[2] == Member{.group_id = 10, .user_id = self_id, .role = "owner"});
    REQUIRE(world.discusses.size() == 1);
    CHECK(world.discusses[0] == Discuss{20, "twenty", {self_id, 1}});
    REQUIRE(world.requests.size() == 2);
    CHECK(world.requests[0] == Request{.flag = "f", .type = "friend", .user_id = 3});
    CHECK(world.requests[1] ==
          Request{.flag = "g", .type = "group", .sub_type = "add", .user_id = 3, .group_id = 10});
    REQUIRE(world.recent_messages.size() == 1);
    CHECK(world.recent_messages[0] ==
          StoredMessage{.id = 1, .type = "group", .target = 10, .sender = 1, .content = "hi"});
    CHECK(world.last_message_id == 1);
}

TEST_CASE("world json: an empty object is a world with nobody else in it", "[world_json]") {
    const auto world = parse_world("{}", 5);
    REQUIRE(world.has_value());
    CHECK(world->self.id == 5);
    CHECK(world->users.empty());
    CHECK(world->last_message_id == 0);
}

TEST_CASE("world json: numbers up to 2 to the 53rd are kept", "[world_json][PAR-018]") {
    const auto world = parse_world(R"({"users":[{"id":9007199254740992}]})", self_id);
    REQUIRE(world.has_value());
    CHECK(world->users[0].id == 9007199254740992);
}

TEST_CASE("world json: mistakes are named by their path", "[world_json]") {
    for (const char* file :
         {"not_an_object", "unknown_member", "wrong_type", "number_out_of_range", "duplicate",
          "unknown_user", "unknown_place", "missing_member", "unknown_word", "wrong_person"}) {
        for (const auto& c : load_fixture(std::string("world/invalid/") + file + ".json")) {
            INFO(file << ": " << c.name);
            CHECK(error_of(c.input.dump()) == c.expect);
        }
    }
}

TEST_CASE("world json: text that is not JSON is refused with its place", "[world_json]") {
    CHECK(error_of("{\"users\": [}").starts_with("not JSON: line 1, column 12"));
    CHECK(error_of("").starts_with("not JSON: "));
}

TEST_CASE("world json: all mistakes are told at once and twenty at most", "[world_json]") {
    CHECK(error_of(R"({"users":[{"id":0}],"friends":[{"user":1}],"x":1})") ==
          "users[0].id: must be an integer from 1 to 9007199254740992; "
          "friends[0].user: no user 1; x: unknown member");
    std::string many = R"({"friends":[{"user":1})";
    for (int i = 2; i <= 25; ++i) {
        many += R"(,{"user":)" + std::to_string(i) + "}";
    }
    many += "]}";
    CHECK(error_of(many).ends_with("friends[19].user: no user 20; and 5 more"));
}

TEST_CASE("world json: what is written reads back as the same rows", "[world_json]") {
    World world(tiny(), 100);
    world.put(AnonymousMember{
        .id = 80000001, .group_id = 10, .user_id = 2, .name = "x", .flag = "y", .banned_until = 5});
    world.put(Notice{
        .id = 5, .group_id = 10, .sender = self_id, .time = 6, .title = "t", .content = "c"});
    world.put(Rejection{10, 3});
    world.put(LikeCount{1, 19000, 10});
    Member member = *world.member(10, 2);
    member.card = "card \"quoted\" ☀";
    member.title = "title";
    member.title_expires = 77;
    member.banned_until = 78;
    member.unfriendly = true;
    world.put(member);
    Request handled = *world.request("g");
    handled.state = "rejected";
    handled.answer = "no";
    world.put(handled);
    StoredMessage recalled = *world.message(1);
    recalled.recalled = true;
    world.put(std::move(recalled));
    world.next_message_id();
    const WorldData before = world.snapshot();
    const auto after = parse_world(cqhttp::protocol::dump_json(world_to_json(before)), self_id);
    REQUIRE(after.has_value());
    CHECK(*after == before);
}

TEST_CASE("world json: a written world may be read for another account", "[world_json]") {
    const auto moved = parse_world(cqhttp::protocol::dump_json(world_to_json(tiny())), 777);
    REQUIRE(moved.has_value());
    CHECK(moved->self.id == 777);
    CHECK(moved->discusses[0].members == std::vector<std::int64_t>{777, 1});
}

}  // namespace cqhttp::account
