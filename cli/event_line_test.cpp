#include "cli/event_line.hpp"

#include "gateway/tests/support/catch.hpp"
#include "gateway/tests/support/fixture.hpp"

#include <algorithm>
#include <string>

using cqhttp::cli::event_line;

namespace {

std::string line(std::string_view event) {
    return event_line(event, {.color = false, .utc = true});
}

}  // namespace

TEST_CASE("event line: a private message says when and who and what", "[cli]") {
    REQUIRE(line(R"({"time":1700000000,"self_id":10086001,"post_type":"message",
                     "message_type":"private","sub_type":"friend","message_id":7,
                     "user_id":10086002,"message":"早安，世界☀","raw_message":"x","font":0})") ==
            "22:13:20  message.private.friend  user 10086002  #7  早安，世界☀");
}

TEST_CASE("event line: a group message shows the card and its segments", "[cli]") {
    REQUIRE(line(R"({"time":1700000001,"post_type":"message","message_type":"group",
                     "sub_type":"normal","message_id":8,"group_id":20086000,"user_id":10086002,
                     "anonymous":null,"sender":{"nickname":"Ann","card":"Captain"},
                     "message":"[CQ:at,qq=10005] a&amp;b[CQ:face,id=7]"})") ==
            "22:13:21  message.group.normal  group 20086000  user 10086002 (Captain)  #8  "
            "@10005  a&b[face id=7]");
}

TEST_CASE("event line: a message in array form reads like one in string form", "[cli]") {
    REQUIRE(line(R"({"time":0,"post_type":"message","message_type":"discuss","discuss_id":30001,
                     "user_id":5,"sender":{"nickname":"Ann"},"message":[
                     {"type":"text","data":{"text":"line 1\nline 2"}},
                     {"type":"image","data":{"file":"a.jpg","url":"http://127.0.0.1/a"}}]})") ==
            "00:00:00  message.discuss  discuss 30001  user 5 (Ann)  line 1 ⏎ line 2[image "
            "file=a.jpg]");
}

TEST_CASE("event line: an anonymous sender has the anonymous name", "[cli]") {
    REQUIRE(line(R"({"time":0,"post_type":"message","message_type":"group","sub_type":"anonymous",
                     "group_id":1,"user_id":80000000,"anonymous":{"id":1,"name":"fox","flag":"F"},
                     "message":"hi"})") ==
            "00:00:00  message.group.anonymous  group 1  user 80000000 (anonymous fox)  hi");
    REQUIRE(line(R"({"time":0,"post_type":"message","message_type":"group","sub_type":"anonymous",
                     "group_id":1,"user_id":80000000,"anonymous":"fox","anonymous_flag":"F",
                     "message":"hi"})") ==
            "00:00:00  message.group.anonymous  group 1  user 80000000 (anonymous fox)  hi");
}

TEST_CASE("event line: notices name the operator and what else they have", "[cli]") {
    REQUIRE(line(R"({"time":1700000002,"post_type":"notice","notice_type":"group_ban",
                     "sub_type":"ban","group_id":1,"operator_id":3,"user_id":2,"duration":60})") ==
            "22:13:22  notice.group_ban.ban  group 1  user 2  by 3  duration=60");
    REQUIRE(line(R"({"time":0,"post_type":"notice","notice_type":"group_upload","group_id":1,
                     "user_id":2,"file":{"id":"/1","name":"a.txt","size":9,"busid":1}})") ==
            "00:00:00  notice.group_upload  group 1  user 2  "
            R"(file={"busid":1,"id":"/1","name":"a.txt","size":9})");
    REQUIRE(line(R"({"time":0,"post_type":"event","event":"group_admin","sub_type":"set",
                     "group_id":1,"user_id":2})") ==
            "00:00:00  event.group_admin.set  group 1  user 2");
}

TEST_CASE("event line: a request has its flag and its comment", "[cli]") {
    constexpr std::string_view expected =
        "22:13:23  request.group.add  group 1  user 2  flag=f-1  \"let me in\"";
    REQUIRE(line(R"({"time":1700000003,"post_type":"request","request_type":"group",
                     "sub_type":"add","group_id":1,"user_id":2,"comment":"let me in",
                     "flag":"f-1"})") == expected);
    REQUIRE(line(R"({"time":1700000003,"post_type":"request","request_type":"group",
                     "sub_type":"add","group_id":1,"user_id":2,"message":"let me in",
                     "flag":"f-1"})") == expected);
}

TEST_CASE("event line: a heartbeat is a line as well", "[cli]") {
    REQUIRE(
        line(R"({"time":0,"self_id":1,"post_type":"meta_event","meta_event_type":"heartbeat",
                     "interval":15000,"status":{"good":true,"online":true}})") ==
        R"(00:00:00  meta_event.heartbeat  interval=15000  status={"good":true,"online":true})");
}

TEST_CASE("event line: what is no event is shown as what it is", "[cli]") {
    REQUIRE(line("{") == "--:--:--  not JSON: {");
    REQUIRE(line("[1,2]") == "--:--:--  not an event: [1,2]");
    REQUIRE(line("") == "--:--:--  not JSON: ");
    REQUIRE(line("\xFF") == "--:--:--  not JSON: \xEF\xBF\xBD");
    REQUIRE(line("{}") == "--:--:--  event without a post_type");
    REQUIRE(line(R"({"status":"ok","retcode":0})") ==
            "--:--:--  event without a post_type  retcode=0  status=ok");
}

TEST_CASE("event line: members of the wrong type are shown and not hidden", "[cli]") {
    REQUIRE(line(R"({"time":"now","post_type":"message","message_type":7,"sub_type":"friend",
                     "user_id":"5","message":7,"sender":[],"anonymous":3})") ==
            "--:--:--  message.friend  user 5  7");
    REQUIRE(line(R"({"time":9223372036854775807,"post_type":"notice","user_id":null})") ==
            "--:--:--  notice  user null");
}

TEST_CASE("event line: nothing an event holds moves the cursor", "[cli]") {
    const std::string shown = line(
        "{\"time\":0,\"post_type\":\"mes\\u001bsage\",\"user_id\":\"\\u009b2J\",\"comment\":"
        "\"\\u001b[2J\\r\\u0007x\",\"\\u001b]0;\":1,\"sender\":{\"nickname\":\"\\u001bc\"}}");
    REQUIRE(std::none_of(shown.begin(), shown.end(),
                         [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7F; }));
    REQUIRE(shown.find("\xC2\x9B") == std::string::npos);
}

TEST_CASE("event line: a long message is cut between characters", "[cli]") {
    const std::string event =
        R"({"time":0,"post_type":"message","message":")" + std::string(5000, 'x') + "\"}";
    const std::string shown = event_line(event, {.color = false, .utc = true, .longest = 10});
    REQUIRE(shown == "00:00:00  message  xxxxxxxxxx…");
    REQUIRE(event_line(R"({"time":0,"post_type":"message","message":"早安世界"})",
                       {.color = false, .utc = true, .longest = 2}) == "00:00:00  message  早安…");
}

TEST_CASE("event line: colours stand around the time and the kind", "[cli]") {
    REQUIRE(event_line(R"({"time":0,"post_type":"message","message":"hi"})",
                       {.color = true, .utc = true}) ==
            "\x1b[2m00:00:00\x1b[0m  \x1b[32mmessage\x1b[0m  hi");
}

TEST_CASE("event line: every event of the fixtures is one line", "[cli]") {
    for (const char* file : {"event/messages.json", "event/notices_and_requests.json"}) {
        for (const auto& c : cqhttp::test::load_fixture(file)) {
            INFO(c.name);
            const std::string shown = line(c.expect.dump());
            REQUIRE(shown.find("not ") == std::string::npos);
            REQUIRE(shown.find('\n') == std::string::npos);
            REQUIRE(shown.size() > 20);
        }
    }
}
