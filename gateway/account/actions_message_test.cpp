#include "gateway/tests/support/action_desk.hpp"
#include "gateway/tests/support/catch.hpp"

#include <string>
#include <vector>

namespace cqhttp::account::test {
namespace {

struct Row {
    const char* name;
    const char* action;
    std::string params;
    std::int32_t code;
};

void check(Desk& desk, const std::vector<Row>& rows) {
    for (const Row& row : rows) {
        INFO(row.name);
        CHECK(desk.code(row.action, row.params) == row.code);
    }
}

std::string times(std::size_t count, std::string_view piece) {
    std::string text;
    for (std::size_t i = 0; i < count; ++i) {
        text += piece;
    }
    return text;
}

std::string group_text(const std::string& message) {
    return R"({"group_id":20001,"message":")" + message + "\"}";
}

const StoredMessage& newest(const Desk& desk, const protocol::Json& data) {
    const StoredMessage* row = desk.world.message(data.at("message_id").get<std::int32_t>());
    REQUIRE(row != nullptr);
    return *row;
}

}  // namespace

TEST_CASE("actions message: every send is kept as it was sent",
          "[ACT-101][ACT-102][ACT-103][ACT-104][MSG-070][SBX-002]") {
    struct Sent {
        const char* action;
        const char* params;
        const char* type;
        std::int64_t target;
    };
    const std::vector<Sent> rows{
        {"send_private_msg", R"({"user_id":10002,"message":"a[CQ:face,id=7]b"})", "private", 10002},
        {"send_group_msg", R"({"group_id":20001,"message":"a[CQ:face,id=7]b"})", "group", 20001},
        {"send_discuss_msg", R"({"discuss_id":30001,"message":"a[CQ:face,id=7]b"})", "discuss",
         30001},
        {"send_msg", R"({"message_type":"private","user_id":10002,"message":"a[CQ:face,id=7]b"})",
         "private", 10002},
        {"send_msg", R"({"message_type":"group","group_id":20001,"message":"a[CQ:face,id=7]b"})",
         "group", 20001},
        {"send_msg",
         R"({"message_type":"discuss","discuss_id":30001,"message":"a[CQ:face,id=7]b"})", "discuss",
         30001},
    };
    Desk desk;
    for (const Sent& row : rows) {
        INFO(row.action << " " << row.type);
        const StoredMessage& kept = newest(desk, desk.data(row.action, row.params));
        CHECK(kept.type == row.type);
        CHECK(kept.target == row.target);
        CHECK(kept.sender == 10001);
        CHECK(kept.time == desk.clock.seconds());
        CHECK(kept.content == "a[CQ:face,id=7]b");
        CHECK_FALSE(kept.recalled);
    }
}

TEST_CASE("actions message: the account of 4-0 is handed emoji as codes",
          "[EMO-005][EMO-006][EMO-007]") {
    const auto kept = [](Desk& desk) {
        const char* params = R"({"user_id":10002,"message":"a&amp;☀[CQ:face,id=7]\ud83d\ude04"})";
        return newest(desk, desk.data("send_private_msg", params)).content;
    };
    Desk desk;
    CHECK(kept(desk) == "a&amp;[CQ:emoji,id=9728][CQ:face,id=7][CQ:emoji,id=128516]");
    desk.context.convert_unicode_emoji = false;
    CHECK(kept(desk) == "a&amp;☀[CQ:face,id=7]\U0001F604");
    for (const ProfileId later : {ProfileId::cqhttp_4_15, ProfileId::onebot_11}) {
        Desk newer(later);
        CHECK(kept(newer) == "a&amp;☀[CQ:face,id=7]\U0001F604");
    }
}

TEST_CASE("actions message: the reply holds the id and nothing else", "[ACT-101][ACT-003]") {
    Desk desk;
    const auto first = desk.call("send_private_msg", R"({"user_id":10002,"message":"hello"})");
    const auto second = desk.call("send_private_msg", R"({"user_id":10002,"message":"hello"})");
    CHECK(first.data_text() == R"({"message_id":1})");
    CHECK(second.data_text() == R"({"message_id":2})");
}

TEST_CASE("actions message: sending makes no event", "[PIPE-009]") {
    Desk desk;
    desk.data("send_private_msg", R"({"user_id":10002,"message":"hello"})");
    desk.data("send_group_msg", R"({"group_id":20001,"message":"hello"})");
    CHECK(desk.events.empty());
}

TEST_CASE("actions message: what keeps a message from being sent",
          "[SBX-001][ACT-004][PAR-016][RET-003][MSG-042]") {
    Desk desk;
    Member banned = *desk.world.member(20002, 10001);
    banned.banned_until = desk.clock.seconds() + 1;
    desk.world.put(banned);
    Group silent = *desk.world.group(20003);
    silent.whole_ban = true;
    desk.world.put(silent);
    check(
        desk,
        {
            {"a stranger", "send_private_msg", R"({"user_id":10009,"message":"x"})", -23},
            {"nobody", "send_private_msg", R"({"user_id":10008,"message":"x"})", -23},
            {"a foreign group", "send_group_msg", R"({"group_id":20004,"message":"x"})", -38},
            {"no group", "send_group_msg", R"({"group_id":29999,"message":"x"})", -38},
            {"a foreign discuss", "send_discuss_msg", R"({"discuss_id":30002,"message":"x"})", -38},
            {"no discuss", "send_discuss_msg", R"({"discuss_id":39999,"message":"x"})", -38},
            {"banned", "send_group_msg", R"({"group_id":20002,"message":"x"})", -34},
            {"whole ban", "send_group_msg", R"({"group_id":20003,"message":"x"})", -34},
            {"too long", "send_group_msg", group_text(times(4501, "x")), -3},
            {"too long in characters", "send_group_msg", group_text(times(4501, "日")), -3},
            {"empty string", "send_group_msg", group_text(""), 100},
            {"empty array", "send_group_msg", R"({"group_id":20001,"message":[]})", 100},
            {"one empty text", "send_group_msg",
             R"({"group_id":20001,"message":[{"type":"text","data":{"text":""}}]})", 100},
            {"only a code without a name", "send_group_msg", group_text("[CQ:,a=b]"), 100},
            {"no message", "send_group_msg", R"({"group_id":20001})", 100},
            {"no target", "send_group_msg", R"({"message":"x"})", 100},
            {"negative target", "send_private_msg", R"({"user_id":-1,"message":"x"})", 100},
        });
    CHECK(desk.world.snapshot().recent_messages.empty());
}

TEST_CASE("actions message: what may be sent all the same", "[SBX-001][MSG-071]") {
    Desk desk;
    Group silent = *desk.world.group(20001);
    silent.whole_ban = true;
    desk.world.put(silent);
    Member free_again = *desk.world.member(20002, 10001);
    free_again.banned_until = desk.clock.seconds();
    desk.world.put(free_again);
    check(
        desk,
        {
            {"a member of a common group", "send_private_msg", R"({"user_id":10004,"message":"x"})",
             0},
            {"an admin in a whole ban", "send_group_msg", group_text("x"), 0},
            {"a ban that is over", "send_group_msg", R"({"group_id":20002,"message":"x"})", 0},
            {"as long as may be", "send_group_msg", group_text(times(4500, "日")), 0},
            {"codes do not count", "send_group_msg", group_text(times(600, "[CQ:face,id=1]")), 0},
            {"at all", "send_group_msg", group_text("[CQ:at,qq=all]"), 0},
            {"a name that leads nowhere", "send_group_msg", group_text("[CQ:image,file=../x]"), 0},
        });
}

TEST_CASE("actions message: speaking in a group shows in the own member", "[SBX-002]") {
    Desk desk;
    desk.clock.advance(std::chrono::seconds(77));
    desk.data("send_group_msg", group_text("x"));
    const auto self = desk.data("get_group_member_info", R"({"group_id":20001,"user_id":10001})");
    CHECK(self.at("last_sent_time") == 1'700'000'077);
}

TEST_CASE("actions message: anonymous speech", "[MSG-072]") {
    Desk desk;
    const auto anonymous = desk.data("send_group_msg", group_text("[CQ:anonymous]x"));
    CHECK(newest(desk, anonymous).content == "[CQ:anonymous]x");
    check(desk, {
                    {"alone it is empty", "send_group_msg", group_text("[CQ:anonymous]"), 100},
                    {"not allowed there", "send_group_msg",
                     R"({"group_id":20003,"message":"[CQ:anonymous]x"})", -15},
                    {"not allowed, explicitly", "send_group_msg",
                     R"({"group_id":20003,"message":"[CQ:anonymous,ignore=false]x"})", -15},
                    {"not first: no effect", "send_group_msg",
                     R"({"group_id":20003,"message":"x[CQ:anonymous]"})", 0},
                    {"no effect in private", "send_private_msg",
                     R"({"user_id":10002,"message":"[CQ:anonymous]x"})", 0},
                });
    for (const std::string yes : {"1", "true", "yes"}) {
        INFO(yes);
        const auto open =
            desk.data("send_group_msg",
                      R"({"group_id":20003,"message":"[CQ:anonymous,ignore=)" + yes + R"(]x"})");
        CHECK(newest(desk, open).content == "x");
    }
}

TEST_CASE("actions message: send msg needs its type in 4-0", "[ACT-005][ACT-007][ACT-104]") {
    Desk desk;
    check(
        desk,
        {
            {"no type", "send_msg", R"({"user_id":10002,"message":"x"})", 100},
            {"empty type", "send_msg", R"({"message_type":"","user_id":10002,"message":"x"})", 100},
            {"unknown type", "send_msg",
             R"({"message_type":"guild","user_id":10002,"message":"x"})", 100},
            {"the id of another type", "send_msg",
             R"({"message_type":"group","user_id":10002,"message":"x"})", 100},
            {"other ids are ignored", "send_msg",
             R"({"message_type":"group","user_id":10009,"group_id":20001,"message":"x"})", 0},
            {"a stranger", "send_msg",
             R"({"message_type":"private","user_id":10009,"message":"x"})", -23},
        });
}

TEST_CASE("actions message: send msg infers its type since 4-15", "[ACT-006]") {
    struct Case {
        const char* name;
        ProfileId profile;
        const char* params;
        std::int32_t code;
        const char* type;
    };
    const std::vector<Case> cases{
        {"user", ProfileId::cqhttp_4_15, R"({"user_id":10002,"message":"x"})", 0, "private"},
        {"group first", ProfileId::cqhttp_4_15,
         R"({"user_id":10002,"discuss_id":30001,"group_id":20001,"message":"x"})", 0, "group"},
        {"then discuss", ProfileId::cqhttp_4_15,
         R"({"user_id":10002,"discuss_id":30001,"message":"x"})", 0, "discuss"},
        {"empty type", ProfileId::cqhttp_4_15,
         R"({"message_type":"","user_id":10002,"message":"x"})", 0, "private"},
        {"no id", ProfileId::cqhttp_4_15, R"({"message":"x"})", 100, ""},
        {"unknown type", ProfileId::cqhttp_4_15,
         R"({"message_type":"guild","user_id":10002,"message":"x"})", 100, ""},
        {"no discuss groups", ProfileId::onebot_11,
         R"({"user_id":10002,"discuss_id":30001,"message":"x"})", 0, "private"},
        {"discuss is unknown", ProfileId::onebot_11,
         R"({"message_type":"discuss","discuss_id":30001,"message":"x"})", 100, ""},
    };
    for (const Case& row : cases) {
        INFO(row.name);
        Desk desk(row.profile);
        CHECK(desk.code("send_msg", row.params) == row.code);
        const auto kept = desk.world.snapshot().recent_messages;
        REQUIRE(kept.size() == (row.code == 0 ? 1U : 0U));
        if (row.code == 0) {
            CHECK(kept.front().type == row.type);
        }
    }
}

TEST_CASE("actions message: media is fetched before a message is sent", "[ENH-001][ENH-011]") {
    Desk desk;
    desk.fetcher.bodies["http://127.0.0.1:8080/a.png"] = "picture";
    const char* params =
        R"({"group_id":20001,"message":"[CQ:image,cache=1,file=http://127.0.0.1:8080/a.png]"})";
    CHECK(desk.is_slow("send_group_msg", params));
    CHECK_FALSE(desk.is_slow("send_group_msg", R"({"group_id":20001,"message":"x"})"));
    CHECK_FALSE(
        desk.is_slow("send_group_msg", R"({"group_id":20001,"message":"[CQ:image,file=a.png]"})"));
    const auto data = desk.data("send_group_msg", params);
    CHECK(newest(desk, data).content ==
          "[CQ:image,cache=1,file=957deee879e26652caecbde7e6ed63a7.tmp]");
}

TEST_CASE("actions message: every send action enhances", "[ENH-001][R-29]") {
    const std::string image = R"("message":"[CQ:image,file=http://127.0.0.1:8080/a.png]"})";
    const std::vector<Row> rows{
        {"private", "send_private_msg", R"({"user_id":10002,)" + image, 0},
        {"group", "send_group_msg", R"({"group_id":20001,)" + image, 0},
        {"discuss", "send_discuss_msg", R"({"discuss_id":30001,)" + image, 0},
        {"any", "send_msg", R"({"message_type":"group","group_id":20001,)" + image, 0},
    };
    for (const Row& row : rows) {
        INFO(row.name);
        Desk desk;
        desk.fetcher.bodies["http://127.0.0.1:8080/a.png"] = "picture";
        const auto data = desk.data(row.action, row.params);
        CHECK(newest(desk, data).content == "[CQ:image,file=957deee879e26652caecbde7e6ed63a7.tmp]");
    }
}

TEST_CASE("actions message: nothing is fetched for a message that cannot be sent", "[RET-003]") {
    Desk desk;
    check(
        desk,
        {
            {"foreign group", "send_group_msg",
             R"({"group_id":20004,"message":"[CQ:image,file=http://127.0.0.1:8080/a.png]"})", -38},
            {"no target", "send_msg",
             R"({"message_type":"group","message":"[CQ:image,file=http://127.0.0.1:8080/a.png]"})",
             100},
        });
    CHECK(desk.fetcher.requests.empty());
}

TEST_CASE("actions message: a failed download does not fail the call", "[ENH-006][R-18]") {
    Desk desk;
    const auto data = desk.data(
        "send_group_msg",
        R"({"group_id":20001,"message":"[CQ:image,file=http://127.0.0.1:8080/none.png]"})");
    CHECK(newest(desk, data).content == "[CQ:image,file=http://127.0.0.1:8080/none.png]");
    CHECK(desk.sink.count(LogLevel::warn, "status 404") == 1);
}

TEST_CASE("actions message: recalling needs the rights", "[ACT-105][SBX-001]") {
    Desk desk;
    auto put = [&desk](std::int32_t id, const char* type, std::int64_t target,
                       std::int64_t sender) {
        desk.world.put(StoredMessage{id, 1, type, target, sender, "x", false});
    };
    put(1, "private", 10002, 10001);
    put(2, "private", 10001, 10002);
    put(3, "group", 20001, 10005);
    put(4, "group", 20001, 10004);
    put(5, "group", 20001, 10003);
    put(6, "group", 20003, 10005);
    put(7, "group", 20003, 10001);
    put(8, "group", 20002, 10004);
    put(9, "discuss", 30001, 10005);
    put(10, "group", 20001, 10009);
    check(desk, {
                    {"own", "delete_msg", R"({"message_id":1})", 0},
                    {"again", "delete_msg", R"({"message_id":1})", -20},
                    {"a friend's", "delete_msg", R"({"message_id":2})", -39},
                    {"a member's, as admin", "delete_msg", R"({"message_id":3})", 0},
                    {"another admin's", "delete_msg", R"({"message_id":4})", -39},
                    {"the owner's", "delete_msg", R"({"message_id":5})", -39},
                    {"a member's, as member", "delete_msg", R"({"message_id":6})", -39},
                    {"own in a group", "delete_msg", R"({"message_id":7})", 0},
                    {"an admin's, as owner", "delete_msg", R"({"message_id":8})", 0},
                    {"in a discuss group", "delete_msg", R"({"message_id":9})", -39},
                    {"of one who has left", "delete_msg", R"({"message_id":10})", 0},
                    {"unknown", "delete_msg", R"({"message_id":99})", -20},
                    {"beyond int32", "delete_msg", R"({"message_id":4294967297})", -20},
                    {"zero", "delete_msg", R"({"message_id":0})", 100},
                    {"negative", "delete_msg", R"({"message_id":-1})", 100},
                });
    CHECK(desk.world.message(1)->recalled);
    CHECK_FALSE(desk.world.message(2)->recalled);
    CHECK(desk.events.empty());
}

TEST_CASE("actions message: a recall in a group is an event in onebot-11 only",
          "[SBX-003][EVT-029]") {
    for (const ProfileId profile : {ProfileId::cqhttp_4_15, ProfileId::onebot_11}) {
        Desk desk(profile);
        desk.world.put(StoredMessage{3, 1, "group", 20001, 10005, "x", false});
        CHECK(desk.code("delete_msg", R"({"message_id":3})") == 0);
        if (profile == ProfileId::cqhttp_4_15) {
            CHECK(desk.events.empty());
            continue;
        }
        const auto event = desk.only_event<protocol::GroupRecallEvent>();
        CHECK(event.group_id == 20001);
        CHECK(event.operator_id == 10001);
        CHECK(event.user_id == 10005);
        CHECK(event.message_id == 3);
        CHECK(desk.events.front().time == desk.clock.seconds());
    }
}

TEST_CASE("actions message: messages that memory has forgotten are recalled too", "[ACT-105]") {
    Desk desk;
    desk.world.put(StoredMessage{50, 1, "private", 10002, 10001, "new", false});
    desk.store.rows[7] = StoredMessage{7, 1, "private", 10002, 10001, "old", false};
    desk.store.rows[8] = StoredMessage{8, 1, "private", 10002, 10001, "old", true};
    desk.world.take_changes();
    CHECK(desk.code("delete_msg", R"({"message_id":7})") == 0);
    const auto changes = desk.world.take_changes();
    REQUIRE(changes.size() == 1);
    CHECK(std::get<StoredMessage>(changes.front()).id == 7);
    CHECK(std::get<StoredMessage>(changes.front()).recalled);
    CHECK(desk.code("delete_msg", R"({"message_id":8})") == -20);

    desk.store.broken = true;
    CHECK(desk.code("delete_msg", R"({"message_id":9})") == 103);
    CHECK(desk.sink.count(LogLevel::error, "on fire") == 1);
}

TEST_CASE("actions message: ten likes a day", "[ACT-106][ACT-008][SBX-004]") {
    Desk desk;
    check(desk, {
                    {"too many at once", "send_like", R"({"user_id":10002,"times":11})", -20},
                    {"no likes", "send_like", R"({"user_id":10002,"times":0})", 100},
                    {"fewer than none", "send_like", R"({"user_id":10002,"times":-1})", 100},
                    {"nine", "send_like", R"({"user_id":10002,"times":9})", 0},
                    {"two more", "send_like", R"({"user_id":10002,"times":2})", -20},
                    {"one by default", "send_like", R"({"user_id":10002})", 0},
                    {"the eleventh", "send_like", R"({"user_id":10002})", -20},
                    {"somebody else", "send_like", R"({"user_id":10005,"times":10})", 0},
                    {"nobody", "send_like", R"({"user_id":10008})", -20},
                });
    desk.clock.advance(std::chrono::hours(24));
    CHECK(desk.code("send_like", R"({"user_id":10002,"times":10})") == 0);
}

}  // namespace cqhttp::account::test
