#include "gateway/base/text.hpp"
#include "gateway/tests/support/catch.hpp"
#include "gateway/tests/support/fixture.hpp"
#include "gateway/tests/support/gateway_process.hpp"
#include "gateway/tests/support/ws_peer.hpp"

#include <nlohmann/json.hpp>

#include <memory>
#include <string>
#include <vector>

namespace cqhttp::test {
namespace {

using Json = nlohmann::json;

GatewayOptions with_ws(const std::string& settings = {}) {
    return {"use_ws = yes\n" + settings};
}

std::size_t sent_messages(const GatewayUnderTest& gateway,
                          const std::vector<std::string>& headers = {}) {
    const auto reply = http(gateway.port(), "GET", "/.sandbox_effects", headers);
    return Json::parse(reply.body).at("data").size();
}

}  // namespace

TEST_CASE("ws api: the example of the seed page runs as printed",
          "[WS-001][WS-003][WS-009][WS-019][WS-020][WS-021][WS-022][ECHO-001][ECHO-002]") {
    GatewayUnderTest gateway(with_ws());
    gateway.start();
    WsPeer peer(gateway.port("ws"), "/api/");
    REQUIRE(peer.status() == 101);
    CHECK(peer.response().header("Sec-WebSocket-Accept") == "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=");
    peer.send(R"({
    "action": "send_private_msg",
    "params": {
        "user_id": 123456,
        "message": "你好"
    },
    "echo": 1648451782
})");
    const Json reply = Json::parse(peer.receive_text());
    CHECK(reply.at("status") == "ok");
    CHECK(reply.at("retcode") == 0);
    CHECK(reply.at("echo") == 1648451782);
    CHECK(reply.at("data").at("message_id").get<int>() > 0);
    CHECK(reply.size() == 4);
    CHECK(sent_messages(gateway) == 1);
}

TEST_CASE("ws api: which paths are endpoints",
          "[WS-003][WS-005][WS-006][WS-007][WS-008][WS-010][WS-011]") {
    GatewayUnderTest gateway(with_ws());
    gateway.start();
    const auto port = gateway.port("ws");
    for (const char* path : {"/api", "/api/", "/event", "/event/", "/api/?x=1&action=y"}) {
        INFO(path);
        CHECK(
            WsPeer(port, path,
                   {"Origin: http://elsewhere.example",
                    "Sec-WebSocket-Extensions: permessage-deflate", "Sec-WebSocket-Protocol: chat"})
                .status() == 101);
    }
    for (const char* path : {"/", "/api/x", "/event//", "/x", "/API", "/api/get_login_info"}) {
        INFO(path);
        CHECK(WsPeer(port, path).status() == 404);
    }
    const auto plain = http(port, "GET", "/api/");
    CHECK(plain.status == 426);
    CHECK(plain.header("Sec-WebSocket-Version") == "13");
}

TEST_CASE("ws api: a switched off server does not listen", "[WS-002]") {
    GatewayUnderTest gateway;
    gateway.start();
    CHECK_THROWS(gateway.port("ws"));
}

TEST_CASE("ws api: bad requests have their answers and the connection survives",
          "[WS-023][WS-024][WS-025][WS-026][WS-027][WS-029][WS-030][WS-031][ECHO-008][ECHO-009]"
          "[ECHO-010][ECHO-011]") {
    GatewayUnderTest gateway(with_ws());
    gateway.start();
    WsPeer peer(gateway.port("ws"), "/api");
    const std::string bad = R"({"status":"failed","retcode":1400,"data":null})";
    const std::string unknown = R"({"status":"failed","retcode":1404,"data":null})";
    const std::vector<std::pair<std::string, std::string>> table{
        {"nonsense", bad},
        {"", bad},
        {"[]", bad},
        {"null", bad},
        {"{}", bad},
        {R"({"action":5})", bad},
        {R"({"action":5,"echo":[1]})",
         R"({"status":"failed","retcode":1400,"data":null,"echo":[1]})"},
        {R"({"action":""})", unknown},
        {R"({"action":"no_such_action"})", unknown},
        {R"({"action":"get_friend_list","echo":"x"})",
         R"({"status":"failed","retcode":1404,"data":null,"echo":"x"})"},
        {R"({"action":"send_private_msg","params":{"echo":7}})",
         R"({"status":"failed","retcode":100,"data":null})"},
        {R"({"action":"set_group_leave_async","params":[],"echo":{}})",
         R"({"status":"async","retcode":1,"data":null,"echo":{}})"},
        {R"({"action":"set_group_card","params":{"group_id":"20001","user_id":"10086001"},"x":1})",
         R"({"status":"ok","retcode":0,"data":null})"}};
    for (const auto& [frame, expected] : table) {
        INFO(frame);
        peer.send(frame);
        CHECK(Json::parse(peer.receive_text()) == Json::parse(expected));
    }
    for (const char* params : {"null", "[]", "\"x\"", "5"}) {
        peer.send(std::string(R"({"action":"get_status","params":)") + params + "}");
        CHECK(Json::parse(peer.receive_text()).at("retcode") == 0);
    }
}

TEST_CASE("ws api: echo comes back byte for byte",
          "[ECHO-001][ECHO-003][ECHO-004][ECHO-005][ECHO-006][ECHO-007][ECHO-012][ECHO-013]") {
    GatewayUnderTest gateway(with_ws());
    gateway.start();
    WsPeer peer(gateway.port("ws"), "/api/");
    std::vector<std::string> echoes{"0",
                                    "-1",
                                    "1.5",
                                    "true",
                                    "false",
                                    "null",
                                    "\"\"",
                                    "\"123\"",
                                    R"("你好 \u0041\/\" ☀")",
                                    "{}",
                                    "[]",
                                    R"([{"b":[1,{"a":null}]},[]])",
                                    "18446744073709551615",
                                    "-9223372036854775808",
                                    "123456789012345678901234567890",
                                    "1.0",
                                    "1e2",
                                    "-0",
                                    "1E400",
                                    R"({"b":1,"a":2,"b":3})",
                                    R"({ "spaced" : [ 1 , 2 ] })",
                                    "\"" + std::string(65536, 'x') + "\"",
                                    std::string(100, '[') + std::string(100, ']')};
    for (const auto& echo : echoes) {
        INFO(echo.substr(0, 60));
        for (const char* action : {"get_status", "send_private_msg", "x", "get_status_async"}) {
            peer.send(std::string(R"({"action":")") + action + R"(","echo":)" + echo + "}");
            const std::string reply = peer.receive_text();
            CHECK(reply.ends_with("\"echo\":" + echo + "}"));
        }
    }
}

TEST_CASE("ws api: many calls at once are answered in order with their echoes",
          "[WS-021][WS-033][WS-040][WS-042]") {
    GatewayUnderTest gateway(with_ws());
    gateway.start();
    WsPeer peer(gateway.port("ws"), "/api/");
    WsPeer other(gateway.port("ws"), "/api/");
    std::string burst;
    for (int i = 0; i < 300; ++i) {
        const char* action = i % 3 == 0 ? "send_private_msg" : i % 3 == 1 ? "get_status" : "none";
        burst += text_frame(std::string(R"({"action":")") + action +
                            R"(","params":{"user_id":10001,"message":"m"},"echo":)" +
                            std::to_string(i) + "}");
    }
    peer.send_bytes(burst);
    for (int i = 0; i < 300; ++i) {
        const Json reply = Json::parse(peer.receive_text());
        REQUIRE(reply.at("echo") == i);
        CHECK(reply.at("retcode") == (i % 3 == 2 ? 1404 : 0));
    }
    other.send(R"({"action":"get_status","echo":"mine"})");
    CHECK(Json::parse(other.receive_text()).at("echo") == "mine");
    CHECK(sent_messages(gateway) == 100);
}

TEST_CASE("ws api: fragments and control frames and binary frames are as the RFC says",
          "[WS-014][WS-015][WS-016][WS-017][WS-028]") {
    GatewayUnderTest gateway(with_ws());
    gateway.start();
    const auto port = gateway.port("ws");
    WsPeer peer(port, "/api/");
    peer.send_bytes(client_frame(1, R"({"action":"get_)", false) + client_frame(9, "ping!") +
                    client_frame(0, "status", false) + client_frame(10, "unasked") +
                    client_frame(0, R"(","echo":1})"));
    const PeerFrame pong = peer.receive();
    CHECK(pong.opcode == 10);
    CHECK(pong.payload == "ping!");
    CHECK(Json::parse(peer.receive_text()).at("echo") == 1);
    peer.send_bytes(client_frame(2, R"({"action":"get_status","echo":2})"));
    CHECK(Json::parse(peer.receive_text()).at("echo") == 2);
    peer.send_bytes(client_frame(8, std::string("\x0f\xa1", 2)));
    CHECK(peer.receive().close_code() == 4001);
    CHECK(peer.ended());

    WsPeer unmasked(port, "/api/");
    unmasked.send_bytes(client_frame(1, "{}", true, false));
    CHECK(unmasked.receive().close_code() == 1002);
    WsPeer garbled(port, "/api/");
    garbled.send_bytes(client_frame(1, "\xff\xfe"));
    CHECK(garbled.receive().close_code() == 1007);
}

TEST_CASE("ws api: frames over the bound close with 1009", "[WS-018]") {
    GatewayUnderTest gateway(with_ws("gateway.max_frame = 65536"));
    gateway.start();
    WsPeer peer(gateway.port("ws"), "/api/");
    peer.send(R"({"action":"get_status","x":")" + std::string(60000, 'x') + "\"}");
    CHECK(Json::parse(peer.receive_text()).at("retcode") == 0);
    peer.send_bytes(client_frame(1, std::string(70000, 'x')).substr(0, 1000));
    CHECK(peer.receive().close_code() == 1009);
}

TEST_CASE("ws api: the token is checked as over HTTP before the handshake is completed",
          "[AUTH-013][AUTH-014][AUTH-016][AUTH-017][AUTH-018][AUTH-025][AUTH-026][AUTH-030]"
          "[AUTH-034][AUTH-035]") {
    for (const std::string profile : {"cqhttp-4.0", "cqhttp-4.15", "onebot-11"}) {
        GatewayOptions options = with_ws("access_token = tok");
        options.arguments = {"--profile", profile};
        GatewayUnderTest gateway(options);
        gateway.start();
        for (const auto& row : load_fixture("token/access.json")) {
            INFO(row.name << " under " << profile);
            std::string query;
            if (row.input.contains("query")) {
                query = "?access_token=" + percent_encode(row.input["query"].get<std::string>());
            }
            std::vector<std::string> headers;
            if (row.input.contains("header")) {
                headers.push_back("authorization: " + row.input["header"].get<std::string>());
            }
            const int status = row.expect.at(profile).get<int>();
            for (const char* path : {"/api", "/event/"}) {
                WsPeer peer(gateway.port("ws"), path + query, headers);
                CHECK(peer.status() == (status == 200 ? 101 : status));
                CHECK(peer.response().body.empty());
            }
        }
        WsPeer encoded(gateway.port("ws"), "/api/?x=1&access_token=%74ok");
        CHECK(encoded.status() == 101);
        CHECK(WsPeer(gateway.port("ws"), "/api/?Access_Token=tok").status() == 401);
    }
}

TEST_CASE("ws api: suffixes and hidden actions work as over HTTP", "[WS-032][WS-062]") {
    GatewayUnderTest gateway(with_ws());
    gateway.start();
    WsPeer peer(gateway.port("ws"), "/api/");
    for (const char* action :
         {"_get_friend_list", ".check_update", "get_login_info", "get_login_info_async",
          "_get_friend_list_async", "get_group_list"}) {
        INFO(action);
        peer.send(std::string(R"({"action":")") + action + R"(","echo":1})");
        Json reply = Json::parse(peer.receive_text());
        CHECK(reply.at("echo") == 1);
        CHECK_FALSE(reply.contains("post_type"));
        reply.erase("echo");
        const auto same = http(gateway.port(), "GET", std::string("/") + action);
        CHECK(reply == Json::parse(same.body));
    }
    peer.send(R"({"action":"get_login_info_rate_limited"})");
    CHECK(Json::parse(peer.receive_text()).at("retcode") == 1404);
}

TEST_CASE("ws api: connections stay open however long nothing is said", "[WS-012][WS-013]") {
    GatewayUnderTest gateway(
        with_ws("gateway.idle_timeout_ms = 200\ngateway.header_timeout_ms = 200\n"
                "gateway.body_timeout_ms = 200\ngateway.write_timeout_ms = 200\n"
                "gateway.handshake_timeout_ms = 200\n"));
    gateway.start();
    const auto port = gateway.port("ws");
    std::vector<std::unique_ptr<WsPeer>> peers;
    for (int i = 0; i < 70; ++i) {
        for (const char* path : {"/api/", "/event/"}) {
            peers.push_back(std::make_unique<WsPeer>(port, path));
            REQUIRE(peers.back()->status() == 101);
        }
    }
    for (int i = 0; i < 2; ++i) {  // connections that ask for nothing end meanwhile
        HttpPeer idle(port);
        CHECK(idle.ended());
    }
    for (auto& peer : peers) {
        peer->send_bytes(client_frame(9, "there?"));
        REQUIRE(peer->receive().opcode == 10);
    }
    peers.front()->send(R"({"action":"get_status"})");
    CHECK(Json::parse(peers.front()->receive_text()).at("retcode") == 0);
}

TEST_CASE("ws event: an event reaches every event connection once and nobody else",
          "[WS-050][WS-052][WS-053][WS-054][WS-058][WS-059][WS-060][WS-064][SBX-003]") {
    GatewayUnderTest gateway(with_ws());
    gateway.start();
    const auto port = gateway.port("ws");
    http(gateway.port(), "GET", "/set_group_kick?group_id=20001&user_id=10002");
    std::vector<std::unique_ptr<WsPeer>> events;
    for (int i = 0; i < 20; ++i) {
        events.push_back(std::make_unique<WsPeer>(port, i % 2 == 0 ? "/event" : "/event/"));
    }
    WsPeer api(port, "/api/");
    events[0]->send(R"({"action":"send_private_msg","params":{"user_id":10001,"message":"no"}})");
    for (const char* user : {"10004", "10005"}) {
        api.send(
            std::string(R"({"action":"set_group_kick","params":{"group_id":20001,"user_id":)") +
            user + R"(},"echo":"kick"})");
        const Json reply = Json::parse(api.receive_text());
        CHECK(reply.at("retcode") == 0);
        CHECK_FALSE(reply.contains("post_type"));
    }
    for (auto& peer : events) {
        for (const int user : {10004, 10005}) {
            const Json event = Json::parse(peer->receive_text());
            CHECK(event.at("post_type") == "notice");
            CHECK(event.at("notice_type") == "group_decrease");
            CHECK(event.at("sub_type") == "kick");
            CHECK(event.at("group_id") == 20001);
            CHECK(event.at("user_id") == user);
            CHECK(event.at("operator_id") == 10086001);
            CHECK(event.at("self_id") == 10086001);
            CHECK(event.at("time").is_number_integer());
            CHECK_FALSE(event.contains("echo"));
        }
    }
    api.send(R"({"action":"get_status","echo":"last"})");
    CHECK(Json::parse(api.receive_text()).at("echo") == "last");
    const auto effects = http(gateway.port(), "GET", "/.sandbox_effects");
    CHECK(effects.body.find("\"no\"") == std::string::npos);
}

TEST_CASE("ws api: the end of the gateway closes with 1001 and a restart answers first",
          "[WS-034][ACT-040][ACT-042]") {
    GatewayUnderTest gateway(with_ws());
    gateway.start();
    WsPeer api(gateway.port("ws"), "/api/");
    WsPeer event(gateway.port("ws"), "/event/");
    api.send(R"({"action":"set_restart_plugin","echo":1})");
    CHECK(Json::parse(api.receive_text()) ==
          Json({{"status", "async"}, {"retcode", 1}, {"data", nullptr}, {"echo", 1}}));
    CHECK(api.receive().close_code() == 1001);
    CHECK(event.receive().close_code() == 1001);
    CHECK(gateway.stop() == 0);
}

TEST_CASE("ws event: a broken filter holds every event back and calls go on",
          "[FLT-002][FLT-004]") {
    GatewayUnderTest gateway(with_ws("event_filter = missing.json"));
    gateway.start();
    CHECK(gateway.logs("every event is held back"));
    WsPeer event(gateway.port("ws"), "/event/");
    CHECK(Json::parse(
              http(gateway.port(), "GET", "/set_group_kick?group_id=20001&user_id=10002").body)
              .at("retcode") == 0);
    CHECK(gateway.stop() == 0);
    CHECK(event.receive().close_code() == 1001);
}

}  // namespace cqhttp::test
