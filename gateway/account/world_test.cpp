#include "gateway/account/world.hpp"

#include "gateway/tests/support/catch.hpp"

#include <limits>
#include <utility>

namespace cqhttp::account {

namespace {

constexpr std::int64_t self_id = 900;

// The account 900, a friend, a group with both and a stranger, a group without the account.
WorldData small_world() {
    WorldData data;
    data.self = {.id = self_id, .nickname = "bot"};
    data.users = {{.id = 1, .nickname = "one"},
                  {.id = 2, .nickname = "two"},
                  {.id = 3, .nickname = "three"},
                  {.id = 4, .nickname = "four"}};
    data.categories = {{0, "friends"}};
    data.friends = {{.user_id = 1, .remark = "first"}};
    data.groups = {{.id = 10, .name = "ten"}, {.id = 11, .name = "eleven"}};
    data.members = {{.group_id = 10, .user_id = 2},
                    {.group_id = 10, .user_id = self_id, .role = "owner"},
                    {.group_id = 11, .user_id = 3, .role = "owner"}};
    data.discusses = {{.id = 20, .name = "twenty", .members = {self_id, 4}},
                      {.id = 21, .name = "foreign", .members = {3}}};
    return data;
}

StoredMessage message(std::int32_t id, std::string content = "hi") {
    return {.id = id, .type = "group", .target = 10, .sender = 2, .content = std::move(content)};
}

}  // namespace

TEST_CASE("world: what is not there is null", "[world]") {
    const World world(small_world(), 10);
    CHECK(world.user(99) == nullptr);
    CHECK(world.friend_of(2) == nullptr);
    CHECK(world.group(99) == nullptr);
    CHECK(world.member(10, 1) == nullptr);
    CHECK(world.self_member(11) == nullptr);
    CHECK(world.discuss(99) == nullptr);
    CHECK(world.anonymous(10, "x") == nullptr);
    CHECK(world.request("x") == nullptr);
    CHECK(world.message(1) == nullptr);
    CHECK(world.message(0) == nullptr);
    CHECK(world.message(-1) == nullptr);
    CHECK_FALSE(world.rejects(10, 1));
    CHECK(world.likes(1, 5) == 0);
}

TEST_CASE("world: loading notes no changes", "[world]") {
    const World world(small_world(), 10);
    CHECK_FALSE(world.changed());
    CHECK(world.user(self_id)->nickname == "bot");
}

TEST_CASE("world: only groups of the account are listed in ascending order", "[world]") {
    World world(small_world(), 10);
    world.put(Group{.id = 5, .name = "five"});
    world.put(Member{.group_id = 5, .user_id = self_id});
    REQUIRE(world.groups().size() == 2);
    CHECK(world.groups()[0]->id == 5);
    CHECK(world.groups()[1]->id == 10);
    CHECK(world.group(11) != nullptr);  // it exists all the same
}

TEST_CASE("world: members of one group do not leak into the next", "[world]") {
    const World world(small_world(), 10);
    REQUIRE(world.members(10).size() == 2);
    CHECK(world.members(10)[0]->user_id == 2);
    CHECK(world.members(11).size() == 1);
    CHECK(world.members(12).empty());
}

TEST_CASE("world: friends and members of common groups are related", "[world]") {
    const World world(small_world(), 10);
    CHECK(world.related(1));        // friend
    CHECK(world.related(2));        // same group
    CHECK(world.related(4));        // same discuss group
    CHECK_FALSE(world.related(3));  // only in places the account is not in
    CHECK_FALSE(world.related(99));
}

TEST_CASE("world: a put replaces the row and is noted", "[world][SBX-002]") {
    World world(small_world(), 10);
    Member row = *world.member(10, 2);
    row.card = "new card";
    world.put(row);
    CHECK(world.member(10, 2)->card == "new card");
    CHECK(world.members(10).size() == 2);
    const auto changes = world.take_changes();
    REQUIRE(changes.size() == 1);
    CHECK(std::get<Member>(changes[0]) == row);
    CHECK_FALSE(world.changed());
}

TEST_CASE("world: the account is a user that can be changed", "[world]") {
    World world(small_world(), 10);
    world.put(User{.id = self_id, .nickname = "renamed"});
    CHECK(world.self().nickname == "renamed");
    CHECK(world.users().size() == 4);
}

TEST_CASE("world: changes keep their order with removed rows among them", "[world]") {
    World world(small_world(), 10);
    world.put(Rejection{10, 2});
    world.remove_member(10, 2);
    world.remove_friend(1);
    const auto changes = world.take_changes();
    REQUIRE(changes.size() == 3);
    CHECK(std::get<Rejection>(changes[0]) == Rejection{10, 2});
    CHECK(std::get<MemberGone>(changes[1]) == MemberGone{10, 2});
    CHECK(std::get<FriendGone>(changes[2]) == FriendGone{1});
    CHECK(world.rejects(10, 2));
    CHECK(world.member(10, 2) == nullptr);
    CHECK(world.friend_of(1) == nullptr);
}

TEST_CASE("world: removing what is not there changes nothing", "[world]") {
    World world(small_world(), 10);
    world.remove_user(99);
    world.remove_friend(99);
    world.remove_member(10, 99);
    world.remove_group(99);
    world.remove_discuss(99);
    CHECK_FALSE(world.changed());
}

TEST_CASE("world: a removed group takes everything in it along", "[world]") {
    World world(small_world(), 10);
    world.put(AnonymousMember{.id = 1, .group_id = 10, .user_id = 2, .name = "a", .flag = "x"});
    world.put(Rejection{10, 3});
    world.put(Notice{.id = 1, .group_id = 10, .content = "n"});
    world.put(Notice{.id = 2, .group_id = 11, .content = "n"});
    world.remove_group(10);
    CHECK(world.notices(10).empty());
    CHECK(world.notices(11).size() == 1);
    CHECK(world.group(10) == nullptr);
    CHECK(world.members(10).empty());
    CHECK(world.anonymous(10, "x") == nullptr);
    CHECK_FALSE(world.rejects(10, 3));
    CHECK_FALSE(world.related(2));
    CHECK(world.member(11, 3) != nullptr);
}

TEST_CASE("world: a flag names an anonymous member in its own group only", "[world]") {
    World world(small_world(), 10);
    world.put(AnonymousMember{.id = 1, .group_id = 10, .user_id = 2, .name = "a", .flag = "x"});
    world.put(AnonymousMember{.id = 2, .group_id = 11, .user_id = 3, .name = "b", .flag = "x"});
    CHECK(world.anonymous(10, "x")->name == "a");
    CHECK(world.anonymous(11, "x")->name == "b");
}

TEST_CASE("world: requests keep the order in which they arrived", "[world]") {
    World world(small_world(), 10);
    world.put(Request{.flag = "b", .type = "friend", .user_id = 3});
    world.put(Request{.flag = "a", .type = "friend", .user_id = 4});
    Request handled = *world.request("b");
    handled.state = "approved";
    world.put(handled);
    REQUIRE(world.requests().size() == 2);
    CHECK(world.requests()[0]->flag == "b");
    CHECK(world.requests()[0]->state == "approved");
    CHECK(world.requests()[1]->flag == "a");
}

TEST_CASE("world: old handled requests are forgotten and open ones are not", "[world]") {
    World world(small_world(), 10);
    world.put(Request{.flag = "open", .type = "friend"});
    for (int i = 0; i < 1500; ++i) {
        world.put(Request{.flag = std::to_string(i), .type = "friend", .state = "rejected"});
    }
    CHECK(world.requests().size() == 1001);
    CHECK(world.request("open") != nullptr);
    CHECK(world.request("0") == nullptr);
    CHECK(world.request("1499") != nullptr);
}

TEST_CASE("world: of very many open requests the oldest expires", "[world]") {
    World world(small_world(), 10);
    constexpr int most = 10'000;
    for (int i = 0; i < most; ++i) {
        world.put(Request{.flag = std::to_string(i), .type = "friend", .user_id = i % 7});
    }
    world.take_changes();
    CHECK(world.open_requests(0, 0).front()->flag == "0");
    world.put(Request{.flag = "new", .type = "friend", .user_id = 8});
    CHECK(world.request("0")->state == "expired");
    CHECK(world.request("1")->state == "open");
    CHECK(world.open_requests(0, 0).front()->flag == "7");
    CHECK(world.open_requests(0, 8).size() == 1);
    CHECK(world.open_requests(5, 8).empty());
    const auto changes = world.take_changes();
    REQUIRE(changes.size() == 2);
    CHECK(std::get<Request>(changes[1]).state == "expired");
}

TEST_CASE("world: likes count by user and day and old days are forgotten", "[world][SBX-004]") {
    World world(small_world(), 10);
    world.put(LikeCount{1, 100, 9});
    world.put(LikeCount{1, 100, 10});
    world.put(LikeCount{2, 101, 3});
    CHECK(world.likes(1, 100) == 10);
    CHECK(world.likes(1, 101) == 0);
    CHECK(world.likes(2, 101) == 3);
    world.put(LikeCount{1, 102, 1});
    CHECK(world.likes(1, 100) == 0);
    CHECK(world.likes(2, 101) == 3);
}

TEST_CASE("world: notices are numbered and the oldest are forgotten", "[world]") {
    World world(small_world(), 10);
    for (int i = 0; i < 1001; ++i) {
        world.put(Notice{.id = world.next_notice_id(), .group_id = 10, .content = "n"});
    }
    REQUIRE(world.notices(10).size() == 1000);
    CHECK(world.notices(10).front()->id == 2);
    CHECK(world.next_notice_id() == 1002);
}

TEST_CASE("world: message ids start at 1 and are never given twice", "[world][ACT-003]") {
    World world(small_world(), 10);
    CHECK(world.next_message_id() == 1);
    CHECK(world.next_message_id() == 2);
    world.put(message(50));
    CHECK(world.next_message_id() == 51);
}

TEST_CASE("world: message ids continue where the kept world ended", "[world][ACT-003]") {
    WorldData data = small_world();
    data.recent_messages = {message(7)};
    data.last_message_id = 9;
    World world(std::move(data), 10);
    CHECK(world.next_message_id() == 10);
}

TEST_CASE("world: message ids start again after the largest int32", "[world][ACT-003]") {
    constexpr std::int32_t largest = std::numeric_limits<std::int32_t>::max();
    WorldData data = small_world();
    data.recent_messages = {message(largest - 1)};
    World world(std::move(data), 10);
    CHECK(world.next_message_id() == largest);
    world.put(message(largest));
    const std::int32_t again = world.next_message_id();
    CHECK(again == 1);
    world.put(message(again));
    CHECK(world.message(largest - 1) != nullptr);
    CHECK(world.message(largest) != nullptr);
    CHECK(world.message(1) != nullptr);
    CHECK(world.message(2) == nullptr);
}

TEST_CASE("world: only the newest messages stay in memory", "[world]") {
    World world(small_world(), 3);
    for (std::int32_t id = 1; id <= 5; ++id) {
        world.put(message(id));
    }
    CHECK(world.message(2) == nullptr);
    CHECK(world.message(3) != nullptr);
    CHECK(world.message(5) != nullptr);
    CHECK(world.snapshot().recent_messages.size() == 3);
}

TEST_CASE("world: a recalled message is replaced in place", "[world]") {
    World world(small_world(), 3);
    world.put(message(1));
    world.put(message(2));
    StoredMessage recalled = *world.message(1);
    recalled.recalled = true;
    world.put(std::move(recalled));
    CHECK(world.message(1)->recalled);
    CHECK_FALSE(world.message(2)->recalled);
    CHECK(world.next_message_id() == 3);
}

TEST_CASE("world: changing a forgotten message is only noted", "[world]") {
    World world(small_world(), 2);
    for (std::int32_t id = 1; id <= 4; ++id) {
        world.put(message(id));
    }
    world.take_changes();
    world.put(message(1, "recalled"));
    CHECK(world.message(1) == nullptr);
    CHECK(world.message(4) != nullptr);
    CHECK(world.change_count() == 1);
    CHECK(world.next_message_id() == 5);
}

TEST_CASE("world: messages may be put in another order than their ids were given", "[world]") {
    World world(small_world(), 10);
    const std::int32_t slow = world.next_message_id();
    const std::int32_t fast = world.next_message_id();
    world.put(message(fast, "fast"));
    CHECK(world.next_message_id() == 3);
    world.put(message(slow, "slow"));
    CHECK(world.message(fast)->content == "fast");
    CHECK(world.message(slow)->content == "slow");
    world.put(message(5));
    world.put(message(4));
    CHECK(world.message(4) != nullptr);
    CHECK(world.message(5) != nullptr);
    CHECK(world.next_message_id() == 6);
}

TEST_CASE("world: without a store nothing is noted", "[world]") {
    World world(small_world(), 10);
    world.note_changes(false);
    world.put(User{.id = 1, .nickname = "x"});
    CHECK(world.user(1)->nickname == "x");
    CHECK_FALSE(world.changed());
}

TEST_CASE("world: the newest changes can be dropped", "[world]") {
    World world(small_world(), 10);
    world.put(Rejection{10, 1});
    world.put(Rejection{10, 2});
    world.put(Rejection{10, 3});
    world.drop_changes(1);
    world.drop_changes(5);
    const auto changes = world.take_changes();
    REQUIRE(changes.size() == 1);
    CHECK(std::get<Rejection>(changes[0]) == Rejection{10, 1});
}

TEST_CASE("world: a snapshot makes the same world again", "[world]") {
    World world(small_world(), 10);
    world.put(Request{.flag = "b", .type = "friend", .user_id = 3});
    world.put(AnonymousMember{.id = 1, .group_id = 10, .user_id = 2, .name = "a", .flag = "x"});
    world.put(LikeCount{1, 100, 9});
    world.put(Rejection{10, 3});
    world.put(message(world.next_message_id()));
    const WorldData data = world.snapshot();
    CHECK(World(data, 10).snapshot() == data);
    CHECK(data.members.size() == 3);
    CHECK(data.last_message_id == 1);
}

}  // namespace cqhttp::account
