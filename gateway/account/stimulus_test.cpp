#include "gateway/account/stimulus.hpp"

#include "gateway/account/default_world.hpp"
#include "gateway/tests/support/action_desk.hpp"
#include "gateway/tests/support/catch.hpp"
#include "gateway/tests/support/fixture.hpp"

#include <array>
#include <string>

namespace cqhttp::account {
namespace {

using protocol::Json;
using protocol::ProfileId;
using test::Desk;

constexpr std::array all_ids{ProfileId::cqhttp_4_0, ProfileId::cqhttp_4_15, ProfileId::onebot_11};
constexpr std::int64_t self_id = 10086001;

// A desk in the built-in world.
struct WorldDesk : Desk {
    explicit WorldDesk(ProfileId id = ProfileId::cqhttp_4_0) : Desk(id) {
        world = World(default_world(self_id), 100);
    }
    protocol::ActionReply inject(const Json& event) {
        return call(".sandbox_inject", Json{{"event", event}}.dump());
    }
    Json happened(const Json& event) {
        const auto reply = inject(event);
        INFO(event.dump() << " " << reply.wording);
        REQUIRE(reply.ok());
        return Json::parse(reply.data);
    }
};

// Text that the world chose is put into `expect` where it may stand.
void accept_choices(Json& expect, const Json& actual, const Json& made) {
    for (const Json& place : made) {
        const Json::json_pointer pointer(place.get<std::string>());
        if (expect.contains(pointer)) {
            REQUIRE(actual.contains(pointer));
            REQUIRE(actual.at(pointer).is_string());
            CHECK_FALSE(actual.at(pointer).get<std::string>().empty());
            expect[pointer] = actual.at(pointer);
        }
    }
}

void check(const cqhttp::test::FixtureCase& row, ProfileId id, protocol::EventForm form) {
    WorldDesk desk(id);
    desk.context.form = form;
    INFO(row.name << " in " << desk.profile.name << (form.message_array ? " array" : "")
                  << (form.backward_compatibility ? " 3.x" : ""));
    Json expect = row.expect;
    if (desk.profile.sender_in_messages && row.whole.contains("sender")) {
        expect["sender"] = row.whole.at("sender");
    }
    if (form.message_array && row.whole.contains("array_message")) {
        expect["message"] = row.whole.at("array_message");
    }
    if (form.backward_compatibility && id != ProfileId::onebot_11) {
        expect.merge_patch(row.whole.value("compatible", Json::object()));
    }
    const Json actual = desk.happened(row.input);
    accept_choices(expect, actual, row.whole.value("made", Json::array()));
    CHECK(actual == expect);
    REQUIRE(desk.events.size() == 1);
    CHECK(Json::parse(protocol::render_event(desk.events[0], self_id, form, desk.profile)) ==
          expect);
}

void check_file(const char* file) {
    for (const auto& row : cqhttp::test::load_fixture(file)) {
        for (const ProfileId id : all_ids) {
            if (!row.holds_for(protocol::profile(id).name)) {
                continue;
            }
            check(row, id, {});
            check(row, id, {.message_array = true});
            if (!row.whole.contains("made")) {
                check(row, id, {.backward_compatibility = true});
            }
        }
    }
}

// Everything a refused stimulus must leave alone.
void check_untouched(const WorldDesk& desk) {
    CHECK(desk.events.empty());
    CHECK(desk.world.snapshot() == World(default_world(self_id), 100).snapshot());
}

TEST_CASE("stimulus: what people say makes the events of the fixtures",
          "[stimulus][EVT-010][EVT-011][EVT-012][EVT-013][EVT-015][EVT-040][EVT-041][EVT-042]"
          "[EVT-043][MSG-060][MSG-061][MSG-070][ENH-022][EMO-001][EMO-002][BC-002][BC-005]") {
    check_file("stimulus/messages.json");
}

TEST_CASE("stimulus: what people do and ask makes the events of the fixtures",
          "[stimulus][EVT-020][EVT-021][EVT-022][EVT-023][EVT-024][EVT-025][EVT-026][EVT-027]"
          "[EVT-029][EVT-030][EVT-031][BC-003][BC-004]") {
    check_file("stimulus/notices_and_requests.json");
}

TEST_CASE("stimulus: what cannot happen is refused with words and changes nothing",
          "[stimulus][RET-003]") {
    for (const auto& row : cqhttp::test::load_fixture("stimulus/invalid/impossible.json")) {
        for (const ProfileId id : all_ids) {
            if (!row.holds_for(protocol::profile(id).name)) {
                continue;
            }
            WorldDesk desk(id);
            INFO(row.name << " in " << desk.profile.name);
            const auto reply = desk.inject(row.input);
            CHECK(reply.retcode == row.expect.at("retcode"));
            CHECK(reply.wording == row.expect.at("wording"));
            CHECK(reply.data == "null");
            check_untouched(desk);
        }
    }
}

TEST_CASE("stimulus: what is no event of the profile is refused with the member at fault",
          "[stimulus][EVT-016][EVT-028][EVT-029]") {
    for (const auto& row : cqhttp::test::load_fixture("stimulus/invalid/wrong_event.json")) {
        for (const ProfileId id : all_ids) {
            if (!row.holds_for(protocol::profile(id).name)) {
                continue;
            }
            WorldDesk desk(id);
            INFO(row.name << " in " << desk.profile.name);
            const auto reply = desk.inject(row.input);
            INFO(reply.wording);
            CHECK(reply.retcode == 100);
            CHECK(reply.wording.starts_with(row.expect.get<std::string>()));
            check_untouched(desk);
        }
    }
}

Json said_in_group(std::int64_t group_id, std::int64_t user_id, const char* message) {
    return {{"post_type", "message"},
            {"message_type", "group"},
            {"group_id", group_id},
            {"user_id", user_id},
            {"message", message}};
}

TEST_CASE("stimulus: a message is of this moment unless it says otherwise",
          "[stimulus][EVT-003][PIPE-003]") {
    WorldDesk desk;
    CHECK(desk.happened(said_in_group(20001, 10001, "hi")).at("time") == desk.clock.seconds());
}

TEST_CASE("stimulus: ids of messages go on from what was said and sent", "[stimulus][ACT-003]") {
    WorldDesk desk;
    CHECK(desk.happened(said_in_group(20001, 10001, "hi")).at("message_id") == 8);
    CHECK(desk.data("send_group_msg", R"({"group_id":20001,"message":"ho"})").at("message_id") ==
          9);
    CHECK(desk.happened(said_in_group(20001, 10001, "hi")).at("message_id") == 10);
    CHECK(desk.world.message(10)->content == "hi");
    CHECK(desk.world.member(20001, 10001)->last_sent == desk.clock.seconds());
}

TEST_CASE("stimulus: what was said can be recalled by those who run the group",
          "[stimulus][SBX-002][QOP-030]") {
    WorldDesk desk;
    const auto id = desk.happened(said_in_group(20001, 10005, "rude")).at("message_id").dump();
    CHECK(desk.code("delete_msg", "{\"message_id\":" + id + "}") == 0);
    CHECK(desk.code("delete_msg", "{\"message_id\":" + id + "}") == -20);
    const auto other = desk.happened(said_in_group(20003, 10002, "rude")).at("message_id").dump();
    CHECK(desk.code("delete_msg", "{\"message_id\":" + other + "}") == -39);
}

TEST_CASE("stimulus: what was said can be asked for", "[stimulus][SBX-002]") {
    WorldDesk desk(ProfileId::onebot_11);
    const auto id = desk.happened(said_in_group(20001, 10005, "[CQ:face,id=3]")).at("message_id");
    const Json message = desk.data("get_msg", "{\"message_id\":" + id.dump() + "}");
    CHECK(message.at("message") == "[CQ:face,id=3]");
    CHECK(message.at("sender").at("user_id") == 10005);
}

TEST_CASE("stimulus: the anonymous are known by their flag and can be banned",
          "[stimulus][EVT-014][QOP-034]") {
    WorldDesk desk;
    Json boo = said_in_group(20001, 10001, "boo");
    boo["sub_type"] = "anonymous";
    const Json first = desk.happened(boo);
    const std::string flag = first.at("anonymous").at("flag");
    CHECK(desk.happened(boo).at("anonymous") == first.at("anonymous"));
    const std::string ban = Json{{"group_id", 20001}, {"flag", flag}, {"duration", 60}}.dump();
    CHECK(desk.code("set_group_anonymous_ban", ban) == 0);
    CHECK(desk.inject(boo).retcode == -34);
    CHECK(desk.inject(said_in_group(20001, 10001, "it was me")).ok());
}

TEST_CASE("stimulus: roles and members are what the events say", "[stimulus][SBX-002]") {
    WorldDesk desk;
    const auto notice = [&](const char* type, const char* sub_type, std::int64_t user_id) {
        desk.happened({{"post_type", "notice"},
                       {"notice_type", type},
                       {"sub_type", sub_type},
                       {"group_id", 20001},
                       {"user_id", user_id}});
    };
    const auto member = [&](std::int64_t user_id) {
        const Json who{{"group_id", 20001}, {"user_id", user_id}};
        return desk.code("get_group_member_info", who.dump()) == 0
                   ? desk.data("get_group_member_info", who.dump()).at("role").get<std::string>()
                   : std::string();
    };
    notice("group_increase", "approve", 4711);
    CHECK(member(4711) == "member");
    notice("group_admin", "set", 4711);
    CHECK(member(4711) == "admin");
    notice("group_admin", "unset", 4711);
    CHECK(member(4711) == "member");
    notice("group_decrease", "kick", 4711);
    CHECK(member(4711).empty());
    notice("group_decrease", "leave", 10004);
    CHECK(member(10004).empty());
    CHECK(desk.data("get_stranger_info", R"({"user_id":4711})").at("nickname") == "4711");
}

TEST_CASE("stimulus: the account is out of a group it was kicked from", "[stimulus][SBX-002]") {
    WorldDesk desk;
    desk.happened({{"post_type", "notice"},
                   {"notice_type", "group_decrease"},
                   {"sub_type", "kick_me"},
                   {"group_id", 20003}});
    CHECK(desk.code("send_group_msg", R"({"group_id":20003,"message":"hi"})") == -38);
    CHECK(desk.inject(said_in_group(20003, 10002, "hi")).retcode == -38);
}

TEST_CASE("stimulus: a new group has its inviter for an owner", "[stimulus][SBX-002]") {
    WorldDesk desk;
    desk.happened({{"post_type", "notice"},
                   {"notice_type", "group_increase"},
                   {"group_id", 29999},
                   {"operator_id", 10001},
                   {"user_id", self_id}});
    CHECK(desk.world.owner_of(29999)->user_id == 10001);
    CHECK(desk.code("send_group_msg", R"({"group_id":29999,"message":"hi"})") == 0);
}

TEST_CASE("stimulus: flags of requests are accepted once and differ",
          "[stimulus][EVT-032][SBX-002][QOP-036]") {
    WorldDesk desk;
    const Json friend_request{
        {"post_type", "request"}, {"request_type", "friend"}, {"user_id", 4711}};
    const std::string first = desk.happened(friend_request).at("flag");
    const std::string second = desk.happened(friend_request).at("flag");
    CHECK(first != second);
    const std::string decide = Json{{"flag", first}, {"remark", "new"}}.dump();
    CHECK(desk.code("set_friend_add_request", decide) == 0);
    CHECK(desk.code("set_friend_add_request", decide) == -20);
    CHECK(desk.world.friend_of(4711)->remark == "new");

    const std::string join = desk.happened({{"post_type", "request"},
                                            {"request_type", "group"},
                                            {"sub_type", "add"},
                                            {"group_id", 20001},
                                            {"user_id", 4711}})
                                 .at("flag");
    CHECK(desk.code("set_group_add_request", Json{{"flag", join}, {"type", "add"}}.dump()) == 0);
    CHECK(desk.world.member(20001, 4711) != nullptr);

    const std::string invite = desk.happened({{"post_type", "request"},
                                              {"request_type", "group"},
                                              {"sub_type", "invite"},
                                              {"group_id", 29999},
                                              {"user_id", 4711}})
                                   .at("flag");
    CHECK(desk.code("set_group_add_request", Json{{"flag", invite}, {"type", "invite"}}.dump()) ==
          0);
    CHECK(desk.world.self_member(29999) != nullptr);
}

TEST_CASE("stimulus: who is let in another way waits no longer", "[stimulus]") {
    WorldDesk desk;
    desk.happened({{"post_type", "notice"}, {"notice_type", "friend_add"}, {"user_id", 10011}});
    CHECK(desk.world.request("friend-10011")->state == "approved");
    desk.happened({{"post_type", "notice"},
                   {"notice_type", "group_increase"},
                   {"group_id", 20001},
                   {"user_id", 10009}});
    CHECK(desk.world.request("add-20001-10009")->state == "approved");
    CHECK(desk.world.request("invite-20005-10002")->state == "open");
}

TEST_CASE("stimulus: who was kicked for good is not heard again", "[stimulus]") {
    WorldDesk desk;
    CHECK(desk.code("set_group_kick",
                    R"({"group_id":20001,"user_id":10004,"reject_add_request":true})") == 0);
    const auto reply = desk.inject({{"post_type", "request"},
                                    {"request_type", "group"},
                                    {"sub_type", "add"},
                                    {"group_id", 20001},
                                    {"user_id", 10004}});
    CHECK(reply.retcode == -39);
    CHECK(reply.wording == "group 20001 takes no more requests of user 10004");
}

TEST_CASE("stimulus: bans by others silence the account", "[stimulus][SBX-002]") {
    WorldDesk desk(ProfileId::cqhttp_4_15);
    Json ban{{"post_type", "notice"}, {"notice_type", "group_ban"}, {"sub_type", "ban"},
             {"group_id", 20003},     {"user_id", self_id},         {"duration", 60}};
    const char* hello = R"({"group_id":20003,"message":"hi"})";
    desk.happened(ban);
    CHECK(desk.code("send_group_msg", hello) == -34);
    ban["sub_type"] = "lift_ban";
    ban["duration"] = 0;
    desk.happened(ban);
    CHECK(desk.code("send_group_msg", hello) == 0);
    ban["sub_type"] = "ban";
    ban["user_id"] = 0;
    desk.happened(ban);
    CHECK(desk.code("send_group_msg", hello) == -34);
}

TEST_CASE("stimulus: what others recall is gone", "[stimulus][EVT-029]") {
    WorldDesk desk(ProfileId::onebot_11);
    desk.happened({{"post_type", "notice"}, {"notice_type", "group_recall"}, {"message_id", 3}});
    CHECK(desk.code("get_msg", R"({"message_id":3})") != 0);
    desk.happened({{"post_type", "notice"}, {"notice_type", "friend_recall"}, {"message_id", 1}});
    CHECK(desk.code("get_msg", R"({"message_id":1})") != 0);
    const Json again{{"post_type", "notice"}, {"notice_type", "friend_recall"}, {"message_id", 1}};
    CHECK(desk.inject(again).retcode == -20);
}

TEST_CASE("stimulus: a delivered image can be had from its file of information",
          "[stimulus][ENH-020][ENH-022][ENH-023]") {
    WorldDesk desk;
    const Json said = desk.happened(
        said_in_group(20001, 10001, "[CQ:image,file=F.jpg,url=http://127.0.0.1/f?a=1&amp;b=2]"));
    CHECK(desk.folder.read("data/image/F.jpg.cqimg") ==
          "[image]\nurl=http://127.0.0.1/f?a=1&b=2\n");
    CHECK(said.at("raw_message") == "[CQ:image,file=F.jpg]");
    // The same picture again, without its address.
    CHECK(desk.happened(said_in_group(20001, 10001, "[CQ:image,file=F.jpg]")).at("message") ==
          "[CQ:image,file=F.jpg,url=http://127.0.0.1/f?a=1&amp;b=2]");
}

TEST_CASE("stimulus: emoji stay codes where they are not to be converted", "[stimulus][EMO-004]") {
    WorldDesk desk;
    desk.context.convert_unicode_emoji = false;
    desk.context.form.message_array = true;
    const Json said = desk.happened(said_in_group(20001, 10001, "[CQ:emoji,id=9728]"));
    CHECK(said.at("raw_message") == "[CQ:emoji,id=9728]");
    CHECK(said.at("message") == Json::parse(R"([{"type":"emoji","data":{"id":"9728"}}])"));
}

TEST_CASE("stimulus: a captured event can be played again", "[stimulus]") {
    WorldDesk desk;
    Json captured = desk.happened(said_in_group(20001, 10001, "[CQ:at,qq=5] a&amp;b"));
    const Json again = desk.happened(captured);
    captured["message_id"] = 9;
    CHECK(again == captured);
}

}  // namespace
}  // namespace cqhttp::account
