#include "gateway/tests/support/action_desk.hpp"
#include "gateway/tests/support/catch.hpp"

#include <string>
#include <vector>

namespace cqhttp::account::test {
namespace {

// The parameter that names the kind of a group request: `type` in 4.0, `sub_type` since.
std::string group_answer(ProfileId profile, const char* flag, const char* sub_type,
                         const char* more = "") {
    const std::string name = profile == ProfileId::cqhttp_4_0 ? "type" : "sub_type";
    return R"({"flag":")" + std::string(flag) + R"(",")" + name + R"(":")" + sub_type + "\"" +
           more + "}";
}

}  // namespace

TEST_CASE("actions request: an accepted friend is a friend",
          "[ACT-117][ACT-012][SBX-002][SBX-003]") {
    Desk desk;
    CHECK(desk.code("set_friend_add_request", R"({"flag":"f-1","remark":"Evi","approve":true})") ==
          0);
    const auto groups = desk.data("_get_friend_list");
    CHECK(groups.at(0).at("friends").at(1) ==
          protocol::Json({{"user_id", 10009}, {"nickname", "Eve"}, {"remark", "Evi"}}));
    CHECK(desk.world.request("f-1")->state == "approved");
    CHECK(desk.world.request("f-1")->answer == "Evi");
    CHECK(desk.only_event<protocol::FriendAddEvent>().user_id == 10009);
    CHECK(desk.events.front().time == desk.clock.seconds());
    CHECK(desk.code("send_private_msg", R"({"user_id":10009,"message":"x"})") == 0);
}

TEST_CASE("actions request: a rejected friend is none", "[ACT-117][ACT-012]") {
    Desk desk;
    CHECK(desk.code("set_friend_add_request", R"({"flag":"f-1","remark":"Evi","approve":false})") ==
          0);
    CHECK(desk.world.friend_of(10009) == nullptr);
    CHECK(desk.world.request("f-1")->state == "rejected");
    CHECK(desk.world.request("f-1")->answer.empty());
    CHECK(desk.events.empty());
}

TEST_CASE("actions request: accepting is the default and makes strangers known", "[ACT-117]") {
    Desk desk;
    Request request = *desk.world.request("f-1");
    request.user_id = 10777;
    desk.world.put(request);
    CHECK(desk.code("set_friend_add_request", R"({"flag":"f-1"})") == 0);
    CHECK(desk.data("get_stranger_info", R"({"user_id":10777})").at("nickname") == "10777");
}

TEST_CASE("actions request: flags that answer nothing", "[SBX-001][ACT-009][ACT-117][ACT-118]") {
    struct Row {
        const char* name;
        const char* action;
        const char* params;
        std::int32_t code;
    };
    const std::vector<Row> rows{
        {"unknown", "set_friend_add_request", R"({"flag":"nope"})", -20},
        {"of a group request", "set_friend_add_request", R"({"flag":"g-1"})", -20},
        {"empty", "set_friend_add_request", R"({"flag":""})", 100},
        {"missing", "set_friend_add_request", "{}", 100},
        {"unknown", "set_group_add_request", R"({"flag":"nope","type":"add"})", -20},
        {"of a friend request", "set_group_add_request", R"({"flag":"f-1","type":"add"})", -20},
        {"invite for add", "set_group_add_request", R"({"flag":"g-1","type":"invite"})", -20},
        {"add for invite", "set_group_add_request", R"({"flag":"g-2","type":"add"})", -20},
        {"empty flag", "set_group_add_request", R"({"flag":"","type":"add"})", 100},
        {"no type", "set_group_add_request", R"({"flag":"g-1"})", 100},
        {"another type", "set_group_add_request", R"({"flag":"g-1","type":"join"})", 100},
    };
    Desk desk;
    for (const Row& row : rows) {
        INFO(row.action << ": " << row.name);
        CHECK(desk.code(row.action, row.params) == row.code);
    }
    CHECK_FALSE(desk.world.snapshot().requests.empty());
    for (const Request& request : desk.world.snapshot().requests) {
        CHECK(request.state == "open");
    }
    CHECK(desk.events.empty());
}

TEST_CASE("actions request: a handled request is handled", "[SBX-001][SBX-002]") {
    Desk desk;
    CHECK(desk.code("set_friend_add_request", R"({"flag":"f-1","approve":false})") == 0);
    CHECK(desk.code("set_friend_add_request", R"({"flag":"f-1"})") == -20);
    CHECK(desk.code("set_group_add_request", R"({"flag":"g-1","type":"add"})") == 0);
    CHECK(desk.code("set_group_add_request", R"({"flag":"g-1","type":"add"})") == -20);
    CHECK(desk.events.size() == 1);
}

TEST_CASE("actions request: an accepted applicant is a member", "[ACT-118][SBX-002][SBX-003]") {
    for (const ProfileId profile :
         {ProfileId::cqhttp_4_0, ProfileId::cqhttp_4_15, ProfileId::onebot_11}) {
        Desk desk(profile);
        const auto params = group_answer(profile, "g-1", "add", R"(,"reason":"unused")");
        CHECK(desk.code("set_group_add_request", params) == 0);
        const auto member =
            desk.data("get_group_member_info", R"({"group_id":20001,"user_id":10009})");
        CHECK(member.at("role") == "member");
        CHECK(member.at("join_time") == desk.clock.seconds());
        CHECK(desk.world.request("g-1")->answer.empty());
        const auto event = desk.only_event<protocol::GroupIncreaseEvent>();
        CHECK(event.sub_type == "approve");
        CHECK(event.group_id == 20001);
        CHECK(event.operator_id == 10001);
        CHECK(event.user_id == 10009);
    }
}

TEST_CASE("actions request: sub type wins over type", "[ACT-010]") {
    Desk desk(ProfileId::cqhttp_4_15);
    CHECK(desk.code("set_group_add_request",
                    R"({"flag":"g-1","sub_type":"invite","type":"add"})") == -20);
    CHECK(desk.code("set_group_add_request",
                    R"({"flag":"g-1","sub_type":"add","type":"invite"})") == 0);
    CHECK(desk.code("set_group_add_request", R"({"flag":"g-2","type":"invite"})") == 0);
}

TEST_CASE("actions request: a rejected applicant learns why", "[ACT-118][ACT-012]") {
    Desk desk;
    CHECK(desk.code("set_group_add_request",
                    R"({"flag":"g-1","type":"add","approve":false,"reason":"full"})") == 0);
    CHECK(desk.world.member(20001, 10009) == nullptr);
    CHECK(desk.world.request("g-1")->state == "rejected");
    CHECK(desk.world.request("g-1")->answer == "full");
    CHECK(desk.events.empty());
}

TEST_CASE("actions request: members do not decide who joins", "[SBX-001]") {
    Desk desk;
    CHECK(desk.code("set_group_add_request", R"({"flag":"g-4","type":"add"})") == -39);
    CHECK(desk.world.request("g-4")->state == "open");
    CHECK(desk.world.member(20003, 10009) == nullptr);
}

TEST_CASE("actions request: an accepted invitation brings the account in", "[ACT-118][SBX-003]") {
    Desk desk;
    CHECK(desk.code("get_group_member_list", R"({"group_id":20004})") == 102);
    CHECK(desk.code("set_group_add_request", R"({"flag":"g-2","type":"invite"})") == 0);
    CHECK(desk.data("get_group_member_list", R"({"group_id":20004})").size() == 2);
    const auto event = desk.only_event<protocol::GroupIncreaseEvent>();
    CHECK(event.sub_type == "invite");
    CHECK(event.group_id == 20004);
    CHECK(event.operator_id == 10003);
    CHECK(event.user_id == 10001);
}

TEST_CASE("actions request: an invitation to a group nobody has heard of", "[ACT-118]") {
    Desk desk;
    CHECK(desk.code("set_group_add_request", R"({"flag":"g-3","type":"invite"})") == 0);
    const auto members = desk.data("get_group_member_list", R"({"group_id":20005})");
    REQUIRE(members.size() == 2);
    CHECK(members.at(0).at("user_id") == 10001);
    CHECK(members.at(0).at("role") == "member");
    CHECK(members.at(1).at("user_id") == 10002);
    CHECK(members.at(1).at("role") == "owner");
    CHECK(desk.code("send_group_msg", R"({"group_id":20005,"message":"x"})") == 0);
}

TEST_CASE("actions request: a declined invitation changes nothing", "[ACT-118]") {
    Desk desk;
    CHECK(desk.code("set_group_add_request",
                    R"({"flag":"g-2","type":"invite","approve":false,"reason":"no"})") == 0);
    CHECK(desk.world.self_member(20004) == nullptr);
    CHECK(desk.world.request("g-2")->answer == "no");
    CHECK(desk.events.empty());
}

}  // namespace cqhttp::account::test
