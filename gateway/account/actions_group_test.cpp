#include "gateway/tests/support/action_desk.hpp"
#include "gateway/tests/support/catch.hpp"

#include <string>
#include <vector>

namespace cqhttp::account::test {
namespace {

struct Row {
    const char* name;
    const char* action;
    const char* params;
    std::int32_t code;
};

void check(Desk& desk, const std::vector<Row>& rows) {
    for (const Row& row : rows) {
        INFO(row.action << ": " << row.name);
        CHECK(desk.code(row.action, row.params) == row.code);
    }
}

protocol::Json member_of(Desk& desk, const char* params) {
    return desk.data("get_group_member_info", params);
}

}  // namespace

TEST_CASE("actions group: what the account may not do to members",
          "[SBX-001][RET-003][ACT-107][ACT-108][ACT-111][ACT-113][ACT-115]") {
    Desk desk;
    desk.world.take_changes();
    check(
        desk,
        {
            {"as member", "set_group_kick", R"({"group_id":20003,"user_id":10005})", -39},
            {"foreign group", "set_group_kick", R"({"group_id":20004,"user_id":10003})", -39},
            {"no such group", "set_group_kick", R"({"group_id":29999,"user_id":10003})", -39},
            {"not a member", "set_group_kick", R"({"group_id":20001,"user_id":10009})", -10},
            {"another admin", "set_group_kick", R"({"group_id":20001,"user_id":10004})", -39},
            {"the owner", "set_group_kick", R"({"group_id":20001,"user_id":10003})", -39},
            {"itself", "set_group_kick", R"({"group_id":20001,"user_id":10001})", -39},
            {"no user", "set_group_kick", R"({"group_id":20001})", 100},
            {"as member", "set_group_ban", R"({"group_id":20003,"user_id":10005})", -39},
            {"not a member", "set_group_ban", R"({"group_id":20001,"user_id":10009})", -10},
            {"another admin", "set_group_ban", R"({"group_id":20001,"user_id":10004})", -39},
            {"negative", "set_group_ban", R"({"group_id":20001,"user_id":10005,"duration":-1})",
             100},
            {"as admin", "set_group_admin", R"({"group_id":20001,"user_id":10005})", -39},
            {"not a member", "set_group_admin", R"({"group_id":20002,"user_id":10009})", -10},
            {"itself", "set_group_admin", R"({"group_id":20002,"user_id":10001,"enable":false})",
             -39},
            {"as member", "set_group_card", R"({"group_id":20003,"user_id":10005,"card":"x"})",
             -39},
            {"the owner", "set_group_card", R"({"group_id":20001,"user_id":10003,"card":"x"})",
             -39},
            {"not a member", "set_group_card", R"({"group_id":20001,"user_id":10009,"card":"x"})",
             -10},
            {"own, foreign group", "set_group_card", R"({"group_id":20004,"user_id":10001})", -39},
            {"as admin", "set_group_special_title", R"({"group_id":20001,"user_id":10005})", -39},
            {"not a member", "set_group_special_title", R"({"group_id":20002,"user_id":10009})",
             -10},
        });
    CHECK_FALSE(desk.world.changed());
    CHECK(desk.events.empty());
}

TEST_CASE("actions group: what the account may not do to groups", "[SBX-001][RET-003]") {
    Desk desk;
    desk.world.take_changes();
    check(
        desk,
        {
            {"as member", "set_group_whole_ban", R"({"group_id":20003})", -39},
            {"foreign group", "set_group_whole_ban", R"({"group_id":20004})", -39},
            {"no group", "set_group_whole_ban", "{}", 100},
            {"as member", "set_group_anonymous", R"({"group_id":20003})", -39},
            {"no such group", "set_group_anonymous", R"({"group_id":29999})", -39},
            {"not a member", "set_group_leave", R"({"group_id":20004})", -16},
            {"no such group", "set_group_leave", R"({"group_id":29999,"is_dismiss":true})", -16},
            {"owner", "set_group_leave", R"({"group_id":20002})", -17},
            {"dismiss as admin", "set_group_leave", R"({"group_id":20001,"is_dismiss":true})", -18},
            {"dismiss as member", "set_group_leave", R"({"group_id":20003,"is_dismiss":true})",
             -18},
            {"not in it", "set_discuss_leave", R"({"discuss_id":30002})", -16},
            {"no such discuss", "set_discuss_leave", R"({"discuss_id":39999})", -16},
            {"flag of another group", "set_group_anonymous_ban",
             R"({"group_id":20002,"flag":"anon-1"})", -13},
            {"unknown flag", "set_group_anonymous_ban", R"({"group_id":20001,"flag":"x"})", -13},
            {"no duration", "set_group_anonymous_ban",
             R"({"group_id":20001,"flag":"anon-1","duration":0})", -12},
            {"as member", "set_group_anonymous_ban", R"({"group_id":20003,"flag":"anon-3"})", -39},
            {"no flag", "set_group_anonymous_ban", R"({"group_id":20001})", 100},
            {"negative", "set_group_anonymous_ban",
             R"({"group_id":20001,"flag":"anon-1","duration":-1})", 100},
        });
    CHECK_FALSE(desk.world.changed());
    CHECK(desk.events.empty());
}

TEST_CASE("actions group: a kicked member is gone", "[ACT-107][SBX-002][SBX-003][EVT-024]") {
    Desk desk;
    CHECK(desk.code("set_group_kick", R"({"group_id":20001,"user_id":10005})") == 0);
    CHECK(desk.code("get_group_member_info", R"({"group_id":20001,"user_id":10005})") == 102);
    CHECK_FALSE(desk.world.rejects(20001, 10005));
    const auto event = desk.only_event<protocol::GroupDecreaseEvent>();
    CHECK(event.sub_type == "kick");
    CHECK(event.group_id == 20001);
    CHECK(event.operator_id == 10001);
    CHECK(event.user_id == 10005);
    CHECK(desk.events.front().time == desk.clock.seconds());
    CHECK(desk.code("set_group_kick", R"({"group_id":20001,"user_id":10005})") == -10);
}

TEST_CASE("actions group: a kicked member may be kept out", "[ACT-107]") {
    Desk desk;
    CHECK(desk.code("set_group_kick",
                    R"({"group_id":20001,"user_id":10005,"reject_add_request":true})") == 0);
    CHECK(desk.world.rejects(20001, 10005));
}

TEST_CASE("actions group: an owner kicks admins", "[ACT-107]") {
    Desk desk;
    CHECK(desk.code("set_group_kick", R"({"group_id":20002,"user_id":10004})") == 0);
    CHECK(desk.world.member(20002, 10004) == nullptr);
}

TEST_CASE("actions group: a ban lasts and is lifted", "[ACT-108][SBX-002]") {
    Desk desk;
    CHECK(desk.code("set_group_ban", R"({"group_id":20001,"user_id":10005})") == 0);
    CHECK(desk.world.member(20001, 10005)->banned_until == desk.clock.seconds() + 1800);
    CHECK(desk.code("set_group_ban", R"({"group_id":20001,"user_id":10005,"duration":60})") == 0);
    CHECK(desk.world.member(20001, 10005)->banned_until == desk.clock.seconds() + 60);
    CHECK(desk.code("set_group_ban", R"({"group_id":20001,"user_id":10005,"duration":0})") == 0);
    CHECK(desk.world.member(20001, 10005)->banned_until == 0);
    CHECK(desk.code("set_group_ban",
                    R"({"group_id":20001,"user_id":10005,"duration":9223372036854775807})") == 0);
    CHECK(desk.world.member(20001, 10005)->banned_until > desk.clock.seconds());
    CHECK(desk.events.empty());  // EVT-028
}

TEST_CASE("actions group: bans are events since 4-15", "[SBX-003][EVT-027][EVT-028]") {
    Desk desk(ProfileId::cqhttp_4_15);
    CHECK(desk.code("set_group_ban", R"({"group_id":20001,"user_id":10005,"duration":60})") == 0);
    const auto ban = desk.only_event<protocol::GroupBanEvent>();
    CHECK(ban.sub_type == "ban");
    CHECK(ban.group_id == 20001);
    CHECK(ban.operator_id == 10001);
    CHECK(ban.user_id == 10005);
    CHECK(ban.duration == 60);

    desk.events.clear();
    CHECK(desk.code("set_group_ban", R"({"group_id":20001,"user_id":10005,"duration":0})") == 0);
    const auto lift = desk.only_event<protocol::GroupBanEvent>();
    CHECK(lift.sub_type == "lift_ban");
    CHECK(lift.duration == 0);

    desk.events.clear();
    CHECK(desk.code("set_group_ban", R"({"group_id":20001,"user_id":10005,"duration":0})") == 0);
    CHECK(desk.events.empty());
}

TEST_CASE("actions group: a whole ban silences members", "[ACT-110][SBX-002][SBX-003]") {
    Desk desk(ProfileId::cqhttp_4_15);
    CHECK(desk.code("set_group_whole_ban", R"({"group_id":20001})") == 0);
    CHECK(desk.world.group(20001)->whole_ban);
    const auto ban = desk.only_event<protocol::GroupBanEvent>();
    CHECK(ban.sub_type == "ban");
    CHECK(ban.user_id == 0);
    desk.events.clear();
    CHECK(desk.code("set_group_whole_ban", R"({"group_id":20001,"enable":true})") == 0);
    CHECK(desk.events.empty());
    CHECK(desk.code("set_group_whole_ban", R"({"group_id":20001,"enable":false})") == 0);
    CHECK_FALSE(desk.world.group(20001)->whole_ban);
    CHECK(desk.only_event<protocol::GroupBanEvent>().sub_type == "lift_ban");
}

TEST_CASE("actions group: a whole ban is no event in 4-0", "[EVT-028][ACT-110]") {
    Desk desk;
    CHECK(desk.code("set_group_whole_ban", R"({"group_id":20001})") == 0);
    CHECK(desk.world.group(20001)->whole_ban);
    CHECK(desk.events.empty());
}

TEST_CASE("actions group: an anonymous member is banned by flag", "[ACT-109][ACT-011]") {
    const auto banned_until = [](Desk& desk) {
        return desk.world.anonymous(20001, "anon-1")->banned_until;
    };
    Desk old;
    CHECK(old.code("set_group_anonymous_ban", R"({"group_id":20001,"flag":"anon-1"})") == 0);
    CHECK(banned_until(old) == old.clock.seconds() + 1800);

    const std::vector<Row> rows{
        {"object", "set_group_anonymous_ban",
         R"({"group_id":20001,"anonymous":{"id":1,"name":"Fox","flag":"anon-1"},"duration":5})", 0},
        {"object wins", "set_group_anonymous_ban",
         R"({"group_id":20001,"anonymous":{"id":1,"name":"Fox","flag":"anon-1"},"flag":"x",)"
         R"("duration":5})",
         0},
        {"flag", "set_group_anonymous_ban", R"({"group_id":20001,"flag":"anon-1","duration":5})",
         0},
        {"anonymous_flag", "set_group_anonymous_ban",
         R"({"group_id":20001,"anonymous_flag":"anon-1","duration":5})", 0},
        {"flag wins over anonymous_flag", "set_group_anonymous_ban",
         R"({"group_id":20001,"flag":"anon-1","anonymous_flag":"x","duration":5})", 0},
        {"object without flag", "set_group_anonymous_ban",
         R"({"group_id":20001,"anonymous":{"id":1},"flag":"anon-1","duration":5})", 0},
    };
    for (const ProfileId profile : {ProfileId::cqhttp_4_15, ProfileId::onebot_11}) {
        for (const Row& row : rows) {
            INFO(row.name);
            Desk desk(profile);
            CHECK(desk.code(row.action, row.params) == row.code);
            CHECK(banned_until(desk) == desk.clock.seconds() + 5);
        }
    }
    Desk nothing(ProfileId::cqhttp_4_15);
    CHECK(nothing.code("set_group_anonymous_ban", R"({"group_id":20001,"anonymous":{"flag":1}})") ==
          100);
}

TEST_CASE("actions group: admins are made and unmade", "[ACT-111][SBX-002][SBX-003][EVT-021]") {
    Desk desk;
    CHECK(desk.code("set_group_admin", R"({"group_id":20002,"user_id":10005})") == 0);
    CHECK(member_of(desk, R"({"group_id":20002,"user_id":10005})").at("role") == "admin");
    const auto set = desk.only_event<protocol::GroupAdminEvent>();
    CHECK(set.sub_type == "set");
    CHECK(set.group_id == 20002);
    CHECK(set.user_id == 10005);
    desk.events.clear();
    CHECK(desk.code("set_group_admin", R"({"group_id":20002,"user_id":10005,"enable":true})") == 0);
    CHECK(desk.events.empty());
    CHECK(desk.code("set_group_admin", R"({"group_id":20002,"user_id":10005,"enable":false})") ==
          0);
    CHECK(member_of(desk, R"({"group_id":20002,"user_id":10005})").at("role") == "member");
    CHECK(desk.only_event<protocol::GroupAdminEvent>().sub_type == "unset");
}

TEST_CASE("actions group: anonymity is switched", "[ACT-112][SBX-002]") {
    Desk desk;
    CHECK(desk.code("set_group_anonymous", R"({"group_id":20001,"enable":false})") == 0);
    CHECK(desk.code("send_group_msg", R"({"group_id":20001,"message":"[CQ:anonymous]x"})") == -15);
    CHECK(desk.code("set_group_anonymous", R"({"group_id":20001})") == 0);
    CHECK(desk.code("send_group_msg", R"({"group_id":20001,"message":"[CQ:anonymous]x"})") == 0);
}

TEST_CASE("actions group: cards are set and removed", "[ACT-113][SBX-002]") {
    Desk desk;
    const char* dora = R"({"group_id":20001,"user_id":10005})";
    CHECK(desk.code("set_group_card", R"({"group_id":20001,"user_id":10005,"card":"小D"})") == 0);
    CHECK(member_of(desk, dora).at("card") == "小D");
    CHECK(desk.code("set_group_card", dora) == 0);
    CHECK(member_of(desk, dora).at("card") == "");
}

TEST_CASE("actions group: the own card is always free", "[ACT-113]") {
    Desk desk;
    CHECK(desk.code("set_group_card", R"({"group_id":20003,"user_id":10001,"card":"me"})") == 0);
    const auto self = member_of(desk, R"({"group_id":20003,"user_id":10001})");
    CHECK(self.at("card") == "me");
    CHECK(self.at("card_changeable") == true);
}

TEST_CASE("actions group: leaving is seen", "[ACT-114][SBX-002][SBX-003][EVT-023]") {
    Desk desk;
    CHECK(desk.code("set_group_leave", R"({"group_id":20001,"is_dismiss":false})") == 0);
    CHECK(desk.data("get_group_list").size() == 2);
    CHECK(desk.code("get_group_member_list", R"({"group_id":20001})") == 102);
    CHECK(desk.code("send_group_msg", R"({"group_id":20001,"message":"x"})") == -38);
    CHECK(desk.world.group(20001) != nullptr);
    const auto event = desk.only_event<protocol::GroupDecreaseEvent>();
    CHECK(event.sub_type == "leave");
    CHECK(event.group_id == 20001);
    CHECK(event.operator_id == 10001);
    CHECK(event.user_id == 10001);
}

TEST_CASE("actions group: a dissolved group is gone", "[ACT-114][SBX-002]") {
    Desk desk;
    CHECK(desk.code("set_group_leave", R"({"group_id":20002,"is_dismiss":true})") == 0);
    CHECK(desk.world.group(20002) == nullptr);
    CHECK(desk.world.members(20002).empty());
    CHECK(desk.only_event<protocol::GroupDecreaseEvent>().sub_type == "leave");
}

TEST_CASE("actions group: titles last as long as they should", "[ACT-115][SBX-002]") {
    Desk desk;
    const char* dora = R"({"group_id":20002,"user_id":10005})";
    CHECK(desk.code("set_group_special_title",
                    R"({"group_id":20002,"user_id":10005,"special_title":"Poet"})") == 0);
    CHECK(member_of(desk, dora).at("title") == "Poet");
    CHECK(member_of(desk, dora).at("title_expire_time") == -1);

    CHECK(desk.code("set_group_special_title",
                    R"({"group_id":20002,"user_id":10005,"special_title":"Bard","duration":60})") ==
          0);
    CHECK(member_of(desk, dora).at("title") == "Bard");
    CHECK(member_of(desk, dora).at("title_expire_time") == desk.clock.seconds() + 60);
    desk.clock.advance(std::chrono::seconds(60));
    CHECK(member_of(desk, dora).at("title") == "");

    CHECK(desk.code("set_group_special_title", dora) == 0);
    CHECK(desk.world.member(20002, 10005)->title.empty());
    CHECK(desk.code("set_group_special_title",
                    R"({"group_id":20002,"user_id":10001,"special_title":"Own"})") == 0);
}

TEST_CASE("actions group: a left discuss group is left", "[ACT-116][SBX-002]") {
    Desk desk;
    desk.world.remove_member(20001, 10005);
    desk.world.remove_member(20002, 10005);
    desk.world.remove_member(20003, 10005);
    CHECK(desk.code("send_private_msg", R"({"user_id":10005,"message":"x"})") == 0);
    CHECK(desk.code("set_discuss_leave", R"({"discuss_id":30001})") == 0);
    CHECK(desk.code("send_discuss_msg", R"({"discuss_id":30001,"message":"x"})") == -38);
    CHECK(desk.code("send_private_msg", R"({"user_id":10005,"message":"x"})") == -23);
    CHECK(desk.code("set_discuss_leave", R"({"discuss_id":30001})") == -16);
    CHECK(desk.events.empty());
}

TEST_CASE("actions group: groups are renamed", "[ACT-172][SBX-002]") {
    Desk desk(ProfileId::onebot_11);
    CHECK(desk.code("set_group_name", R"({"group_id":20001,"group_name":"Poets"})") == 0);
    CHECK(desk.data("get_group_info", R"({"group_id":20001})").at("group_name") == "Poets");
    CHECK(desk.code("set_group_name", R"({"group_id":20003,"group_name":"x"})") == -39);
    CHECK(desk.code("set_group_name", R"({"group_id":20001,"group_name":""})") == 100);
}

}  // namespace cqhttp::account::test
