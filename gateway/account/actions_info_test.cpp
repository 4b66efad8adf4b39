#include "gateway/tests/support/action_desk.hpp"
#include "gateway/tests/support/catch.hpp"

#include <algorithm>
#include <set>
#include <string>
#include <vector>

namespace cqhttp::account::test {
namespace {

using protocol::Json;

std::set<std::string> names_of(const Json& object) {
    std::set<std::string> names;
    for (const auto& [name, value] : object.items()) {
        names.insert(name);
    }
    return names;
}

}  // namespace

TEST_CASE("actions info: the account itself", "[ACT-119][ACT-016]") {
    Desk desk;
    CHECK(desk.data("get_login_info") == Json({{"user_id", 10001}, {"nickname", "Robot"}}));
}

TEST_CASE("actions info: people", "[ACT-120][ACT-022]") {
    Desk desk;
    CHECK(desk.data("get_stranger_info", R"({"user_id":10002,"no_cache":true})") ==
          Json({{"user_id", 10002}, {"nickname", "Ann"}, {"sex", "female"}, {"age", 23}}));
    CHECK(desk.data("get_stranger_info", R"({"user_id":10001})").at("nickname") == "Robot");
    CHECK(desk.data("get_stranger_info", R"({"user_id":10009})").at("sex") == "unknown");
}

TEST_CASE("actions info: what is unknown", "[SBX-001][PAR-016][PAR-017][R-15]") {
    struct Row {
        const char* name;
        const char* action;
        const char* params;
        std::int32_t code;
    };
    const std::vector<Row> rows{
        {"nobody", "get_stranger_info", R"({"user_id":10008})", 102},
        {"no id", "get_stranger_info", "{}", 100},
        {"zero", "get_stranger_info", R"({"user_id":0})", 100},
        {"negative", "get_stranger_info", R"({"user_id":-10002})", 100},
        {"not a member", "get_group_member_info", R"({"group_id":20001,"user_id":10009})", 102},
        {"foreign group", "get_group_member_info", R"({"group_id":20004,"user_id":10003})", 102},
        {"no group", "get_group_member_info", R"({"group_id":29999,"user_id":10003})", 102},
        {"no id", "get_group_member_info", R"({"group_id":20001})", 100},
        {"foreign group", "get_group_member_list", R"({"group_id":20004})", 102},
        {"no group", "get_group_member_list", R"({"group_id":29999})", 102},
        {"no id", "get_group_member_list", "{}", 100},
        {"foreign group", "_get_group_info", R"({"group_id":20004})", 102},
        {"no group", "_get_group_info", R"({"group_id":29999})", 102},
        {"no id", "_get_group_info", "{}", 100},
    };
    Desk desk;
    for (const Row& row : rows) {
        INFO(row.action << ": " << row.name);
        CHECK(desk.code(row.action, row.params) == row.code);
    }
}

TEST_CASE("actions info: the list of groups", "[ACT-121]") {
    Desk desk;
    CHECK(desk.data("get_group_list") ==
          Json::array({
              Json({{"group_id", 20001}, {"group_name", "Readers"}}),
              Json({{"group_id", 20002}, {"group_name", "Writers"}}),
              Json({{"group_id", 20003}, {"group_name", "Listeners"}}),
          }));
    Desk onebot(ProfileId::onebot_11);
    CHECK(onebot.data("get_group_list").at(0) == Json({{"group_id", 20001},
                                                       {"group_name", "Readers"},
                                                       {"member_count", 5},
                                                       {"max_member_count", 200}}));
}

TEST_CASE("actions info: one member", "[ACT-122]") {
    Desk desk;
    const Json expected{{"group_id", 20001},
                        {"user_id", 10002},
                        {"nickname", "Ann"},
                        {"card", ""},
                        {"sex", "female"},
                        {"age", 23},
                        {"area", "Oslo"},
                        {"join_time", 1'600'000'000},
                        {"last_sent_time", 0},
                        {"level", "1"},
                        {"role", "member"},
                        {"unfriendly", false},
                        {"title", ""},
                        {"title_expire_time", -1},
                        {"card_changeable", true}};
    CHECK(desk.data("get_group_member_info", R"({"group_id":20001,"user_id":10002})") == expected);
    const auto owner = desk.data("get_group_member_info", R"({"group_id":20001,"user_id":10003})");
    CHECK(owner.at("role") == "owner");
    CHECK(owner.at("card_changeable") == false);
}

TEST_CASE("actions info: times beyond int32 are cut", "[ACT-002]") {
    Desk desk;
    Member row = *desk.world.member(20001, 10002);
    row.joined = 5'000'000'000;
    desk.world.put(row);
    const auto member = desk.data("get_group_member_info", R"({"group_id":20001,"user_id":10002})");
    CHECK(member.at("join_time") == 2'147'483'647);
}

TEST_CASE("actions info: the list of members", "[ACT-123][ACT-017]") {
    Desk desk;
    const auto members = desk.data("get_group_member_list", R"({"group_id":20001})");
    REQUIRE(members.size() == 5);
    CHECK(members.at(1) ==
          desk.data("get_group_member_info", R"({"group_id":20001,"user_id":10002})"));
    for (const auto& member : members) {
        CHECK(names_of(member) == names_of(members.at(0)));
    }
}

TEST_CASE("actions info: credentials are plainly made up", "[ACT-124][ACT-125][ACT-152]") {
    Desk desk;
    const Json cookies = "uin=o0000000000; skey=@sandboxsandbox";
    CHECK(desk.data("get_cookies") == Json({{"cookies", cookies}}));
    CHECK(desk.data("get_csrf_token") == Json({{"token", 123456789}}));
    Desk later(ProfileId::cqhttp_4_15);
    CHECK(later.data("get_credentials", R"({"domain":"a.b"})") ==
          Json({{"cookies", cookies}, {"csrf_token", 123456789}}));
    CHECK(later.data("get_cookies", R"({"domain":"a.b"})") == Json({{"cookies", cookies}}));
}

TEST_CASE("actions info: friends by group", "[ACT-132]") {
    const Json ann{{"user_id", 10002}, {"nickname", "Ann"}, {"remark", "Annie"}};
    const Json expected = Json::array({
        Json({{"friend_group_id", 1},
              {"friend_group_name", "friends"},
              {"friends", Json::array({ann})}}),
        Json({{"friend_group_id", 2}, {"friend_group_name", "family"}, {"friends", Json::array()}}),
    });
    for (const ProfileId profile : {ProfileId::cqhttp_4_0, ProfileId::cqhttp_4_15}) {
        Desk desk(profile);
        CHECK(desk.data("_get_friend_list") == expected);
    }
    Desk old;
    CHECK(old.data("_get_friend_list", R"({"flat":true})") == expected);
}

TEST_CASE("actions info: friends flat", "[ACT-132]") {
    Desk desk(ProfileId::cqhttp_4_15);
    CHECK(desk.data("_get_friend_list", R"({"flat":true})") ==
          Json({{"friend_groups",
                 Json::array({Json({{"friend_group_id", 1}, {"friend_group_name", "friends"}}),
                              Json({{"friend_group_id", 2}, {"friend_group_name", "family"}})})},
                {"friends", Json::array({Json({{"friend_group_id", 1},
                                               {"user_id", 10002},
                                               {"nickname", "Ann"},
                                               {"remark", "Annie"}})})}}));
}

TEST_CASE("actions info: a friend of a group without a row is listed", "[ACT-132]") {
    Desk desk;
    desk.world.put(Friend{10005, "", 0});
    const auto groups = desk.data("_get_friend_list");
    REQUIRE(groups.size() == 3);
    CHECK(groups.at(0).at("friend_group_id") == 0);
    CHECK(groups.at(0).at("friends").at(0).at("user_id") == 10005);
}

TEST_CASE("actions info: a group in detail", "[ACT-133]") {
    const Json admins = Json::array({
        Json({{"user_id", 10001}, {"nickname", "Robot"}, {"role", "admin"}}),
        Json({{"user_id", 10003}, {"nickname", "Bob"}, {"role", "owner"}}),
        Json({{"user_id", 10004}, {"nickname", "Carl"}, {"role", "admin"}}),
    });
    Json expected{{"group_id", 20001}, {"group_name", "Readers"}, {"create_time", 1500000000},
                  {"category", 7},     {"member_count", 5},       {"introduction", "We read"},
                  {"admins", admins}};
    Desk desk;
    CHECK(desk.data("_get_group_info", R"({"group_id":20001})") == expected);
    expected["owner_id"] = 10003;
    expected["admin_count"] = 3;
    expected["max_admin_count"] = 10;
    expected["max_member_count"] = 200;
    Desk later(ProfileId::cqhttp_4_15);
    CHECK(later.data("_get_group_info", R"({"group_id":20001})") == expected);
}

TEST_CASE("actions info: the newer lists", "[ACT-150][ACT-151]") {
    for (const ProfileId profile : {ProfileId::cqhttp_4_15, ProfileId::onebot_11}) {
        Desk desk(profile);
        CHECK(desk.data("get_friend_list") ==
              Json::array({Json({{"user_id", 10002}, {"nickname", "Ann"}, {"remark", "Annie"}})}));
        CHECK(desk.data("get_group_info", R"({"group_id":20002})") ==
              Json({{"group_id", 20002},
                    {"group_name", "Writers"},
                    {"member_count", 3},
                    {"max_member_count", 200}}));
        CHECK(desk.code("get_group_info", R"({"group_id":29999})") == 102);
        CHECK(desk.code("get_group_info", R"({"group_id":20004})") == 102);
    }
}

TEST_CASE("actions info: a message read back", "[ACT-170]") {
    Desk desk(ProfileId::onebot_11);
    const auto sent =
        desk.data("send_group_msg", R"({"group_id":20001,"message":"a[CQ:face,id=1]"})");
    const auto id = sent.at("message_id").get<std::int32_t>();
    const std::string params = R"({"message_id":)" + std::to_string(id) + "}";
    const auto message = desk.data("get_msg", params);
    CHECK(message.at("time") == desk.clock.seconds());
    CHECK(message.at("message_type") == "group");
    CHECK(message.at("message_id") == id);
    CHECK(message.at("real_id") == id);
    CHECK(message.at("message") == "a[CQ:face,id=1]");
    CHECK(message.at("sender").at("user_id") == 10001);
    CHECK(message.at("sender").at("role") == "admin");
    CHECK(desk.code("delete_msg", params) == 0);
    CHECK(desk.code("get_msg", params) == 102);
    CHECK(desk.code("get_msg", R"({"message_id":99})") == 102);
    CHECK(desk.code("get_msg", R"({"message_id":-5})") == 102);
    CHECK(desk.code("get_msg", "{}") == 100);
    desk.store.broken = true;
    CHECK(desk.code("get_msg", R"({"message_id":99})") == 103);
}

TEST_CASE("actions info: a message read back has the form of events", "[ACT-170][MSG-060]") {
    Desk desk(ProfileId::onebot_11);
    desk.world.put(StoredMessage{5, 1, "private", 10001, 10002, "a&amp;b[CQ:face,id=1]", false});
    desk.context.form.message_array = true;
    CHECK(desk.data("get_msg", R"({"message_id":5})").at("message") ==
          Json::parse(
              R"([{"type":"text","data":{"text":"a&b"}},{"type":"face","data":{"id":"1"}}])"));
}

TEST_CASE("actions info: a private sender has no group members", "[ACT-170]") {
    Desk desk(ProfileId::onebot_11);
    desk.world.put(StoredMessage{5, 1, "private", 10001, 10002, "hi", false});
    const auto sender = desk.data("get_msg", R"({"message_id":5})").at("sender");
    CHECK(sender ==
          Json({{"user_id", 10002}, {"nickname", "Ann"}, {"sex", "female"}, {"age", 23}}));
}

TEST_CASE("actions info: every row is an action of the account or its sandbox", "[ACT-001]") {
    std::set<std::string_view> seen;
    const auto catalogue = protocol::action_catalogue();
    for (const SandboxAction& row : all_rows()) {
        INFO(row.name);
        CHECK(seen.insert(row.name).second);
        CHECK((row.now != nullptr || row.later != nullptr));
        CHECK((row.now == nullptr || row.later == nullptr) == (row.needs_time == nullptr));
        CHECK(std::any_of(catalogue.begin(), catalogue.end(), [&row](const auto& spec) {
            return spec.name == row.name && spec.owner != protocol::ActionOwner::gateway;
        }));
    }
}

TEST_CASE("actions info: every action of the account in 4-0 has a row", "[ACT-001]") {
    const auto rows = all_rows();
    for (const auto& spec : protocol::action_catalogue()) {
        const bool ours = spec.owner == protocol::ActionOwner::account &&
                          spec.profiles.contains(ProfileId::cqhttp_4_0);
        INFO(spec.name);
        CHECK((!ours || std::any_of(rows.begin(), rows.end(),
                                    [&spec](const auto& row) { return row.name == spec.name; })));
    }
}

}  // namespace cqhttp::account::test
