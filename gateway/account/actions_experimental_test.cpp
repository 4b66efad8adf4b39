#include "gateway/tests/support/action_desk.hpp"
#include "gateway/tests/support/catch.hpp"

#include <string>

namespace cqhttp::account::test {

using protocol::Json;

TEST_CASE("actions experimental: levels of a person", "[ACT-157]") {
    Desk desk(ProfileId::cqhttp_4_15);
    const Json ann = desk.data("_get_vip_info", R"({"user_id":10002})");
    CHECK(ann.at("user_id") == 10002);
    CHECK(ann.at("nickname") == "Ann");
    for (const char* name :
         {"level", "level_speed", "vip_level", "vip_growth_speed", "vip_growth_total"}) {
        INFO(name);
        CHECK(ann.contains(name));
    }
    CHECK(desk.code("_get_vip_info", R"({"user_id":77})") == 102);
    CHECK(desk.code("_get_vip_info", "{}") == 100);
}

TEST_CASE("actions experimental: a notice that is posted is listed first",
          "[ACT-158][ACT-159][SBX-002]") {
    Desk desk(ProfileId::cqhttp_4_15);
    CHECK(desk.data("_get_group_notice", R"({"group_id":20001})") == Json::array());
    const char* first = R"({"group_id":20001,"title":"one","content":"first"})";
    const char* second = R"({"group_id":20001,"title":"two","content":"second"})";
    CHECK(desk.code("_send_group_notice", first) == 0);
    CHECK(desk.code("_send_group_notice", second) == 0);
    const Json notices = desk.data("_get_group_notice", R"({"group_id":20001})");
    REQUIRE(notices.size() == 2);
    CHECK(notices[0] == Json::parse(R"({"fid":"2","u":10001,"pubt":1700000000,
                                        "msg":{"title":"two","text":"second"}})"));
    CHECK(notices[1].at("msg").at("title") == "one");
    CHECK(desk.data("_get_group_notice", R"({"group_id":20002})").empty());
}

TEST_CASE("actions experimental: notices need rights and a group", "[ACT-159][SBX-001][RET-003]") {
    Desk desk(ProfileId::cqhttp_4_15);
    desk.world.take_changes();
    CHECK(desk.code("_send_group_notice", R"({"group_id":20003,"title":"a","content":"b"})") ==
          -39);
    CHECK(desk.code("_send_group_notice", R"({"group_id":20004,"title":"a","content":"b"})") ==
          -39);
    CHECK(desk.code("_send_group_notice", R"({"group_id":20001,"title":"a"})") == 100);
    CHECK(desk.code("_get_group_notice", R"({"group_id":20004})") == 102);
    CHECK_FALSE(desk.world.changed());
}

TEST_CASE("actions experimental: honours are counted from messages", "[ACT-173]") {
    Desk desk(ProfileId::onebot_11);
    auto write = [&desk](std::int64_t sender, const char* content) {
        const std::int32_t id = desk.world.next_message_id();
        desk.world.put(StoredMessage{id, 1, "group", 20001, sender, content, false});
    };
    for (int i = 0; i < 10; ++i) {
        write(10003, "hi");
    }
    write(10005, "[CQ:face,id=1]");
    write(10009, "not a member");
    const Json all = desk.data("get_group_honor_info", R"({"group_id":20001,"type":"all"})");
    CHECK(all.at("group_id") == 20001);
    CHECK(all.at("current_talkative") ==
          Json::parse(R"({"user_id":10003,"nickname":"Bob","avatar":"","day_count":1})"));
    REQUIRE(all.at("talkative_list").size() == 1);
    CHECK(all.at("talkative_list")[0] ==
          Json::parse(
              R"({"user_id":10003,"nickname":"Bob","avatar":"","description":"10 messages"})"));
    CHECK(all.at("performer_list").size() == 1);
    CHECK(all.at("legend_list").empty());
    REQUIRE(all.at("emotion_list").size() == 1);
    CHECK(all.at("emotion_list")[0].at("user_id") == 10005);
    const Json one = desk.data("get_group_honor_info", R"({"group_id":20001,"type":"emotion"})");
    CHECK(one.at("performer_list").empty());
    CHECK(one.at("emotion_list").size() == 1);
}

TEST_CASE("actions experimental: a silent group has no honours", "[ACT-173][SBX-001]") {
    Desk desk(ProfileId::onebot_11);
    const Json none = desk.data("get_group_honor_info", R"({"group_id":20003,"type":"all"})");
    CHECK(none.at("current_talkative").at("user_id") == 0);
    CHECK(none.at("current_talkative").at("day_count") == 0);
    for (const char* list : {"talkative_list", "performer_list", "legend_list",
                             "strong_newbie_list", "emotion_list"}) {
        INFO(list);
        CHECK(none.at(list) == Json::array());
    }
    CHECK(desk.code("get_group_honor_info", R"({"group_id":20004,"type":"all"})") == 102);
    CHECK(desk.code("get_group_honor_info", R"({"group_id":20001,"type":"best"})") == 100);
}

TEST_CASE("actions experimental: a message of nodes is a merged forward", "[ACT-171]") {
    Desk desk(ProfileId::onebot_11);
    const auto referred = desk.data("send_group_msg", R"({"group_id":20001,"message":"before"})");
    const std::string message =
        R"([{"type":"node","data":{"user_id":"10002","nickname":"Ann","content":)"
        R"([{"type":"text","data":{"text":"a, b & [c]"}},{"type":"face","data":{"id":"1"}}]}},)"
        R"({"type":"node","data":{"user_id":"10003","nickname":"Bob","content":"x[CQ:face,id=2]"}},)"
        R"({"type":"node","data":{"id":")" +
        referred.at("message_id").dump() + R"("}}])";
    const auto sent =
        desk.data("send_group_msg", R"({"group_id":20001,"message":)" + message + "}");
    const auto forward =
        desk.data("get_forward_msg", R"({"id":")" + sent.at("message_id").dump() + R"("})");
    CHECK(forward == Json::parse(R"json({"message":[
        {"type":"node","data":{"user_id":"10002","nickname":"Ann","content":[
            {"type":"text","data":{"text":"a, b & [c]"}},{"type":"face","data":{"id":"1"}}]}},
        {"type":"node","data":{"user_id":"10003","nickname":"Bob","content":[
            {"type":"text","data":{"text":"x"}},{"type":"face","data":{"id":"2"}}]}},
        {"type":"node","data":{"user_id":"10001","nickname":"Robot","content":[
            {"type":"text","data":{"text":"before"}}]}}]})json"));
}

TEST_CASE("actions experimental: what is no merged forward is not told", "[ACT-171][SBX-001]") {
    Desk desk(ProfileId::onebot_11);
    const auto plain = desk.data("send_group_msg", R"({"group_id":20001,"message":"plain"})");
    CHECK(desk.code("get_forward_msg", R"({"id":")" + plain.at("message_id").dump() + R"("})") ==
          102);
    CHECK(desk.code("get_forward_msg", R"({"id":"99"})") == 102);
    CHECK(desk.code("get_forward_msg", R"({"id":"abc"})") == 102);
    CHECK(desk.code("get_forward_msg", "{}") == 100);
    desk.store.broken = true;
    CHECK(desk.code("get_forward_msg", R"({"id":"99"})") == 103);
}

}  // namespace cqhttp::account::test
