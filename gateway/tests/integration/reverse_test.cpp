// The gateway as a WebSocket client: a small server of the test's own plays the bot.
#include "gateway/tests/integration/reverse_support.hpp"
#include "gateway/tests/support/catch.hpp"

#include <chrono>
#include <signal.h>
#include <string>
#include <utility>
#include <vector>

namespace cqhttp::test {

TEST_CASE("reverse: both handshakes say who connects",
          "[WSR-001][WSR-003][WSR-006][WSR-009][WSR-011][WSR-012][WSR-013][WSR-016][WSR-018]"
          "[AUTH-040]") {
    WsListener api;
    WsListener event;
    GatewayUnderTest gateway(with_reverse(api.url("/bot/api?access_token=of-url&x=%20y"),
                                          event.url(""), "access_token = of-account"));
    gateway.start();
    WsVisitor first = api.accept();
    WsVisitor second = event.accept();
    CHECK(first.request_line() == "GET /bot/api?access_token=of-url&x=%20y HTTP/1.1");
    CHECK(second.request_line() == "GET / HTTP/1.1");
    CHECK(first.header("Host") == "127.0.0.1:" + std::to_string(api.port()));
    CHECK(first.header("Sec-WebSocket-Key") != second.header("Sec-WebSocket-Key"));
    for (const WsVisitor* visitor : {&first, &second}) {
        CHECK(visitor->header("X-Self-ID") == "10086001");
        CHECK(visitor->header("User-Agent") == "CQHttp/4.0.5");
        CHECK(visitor->header("Authorization") == "Token of-account");
        CHECK(visitor->header("Sec-WebSocket-Version") == "13");
    }
    first.let_in();
    second.let_in();
    CHECK(answers(first, "a"));
    CHECK(pongs(second));
    CHECK(gateway.logs("connected role=api url=" + api.url("/bot/api") + " self_id=10086001\n"));
    CHECK(gateway.logs("connected role=event"));
    CHECK(gateway.log().find("of-url") == std::string::npos);
    CHECK(gateway.log().find("of-account") == std::string::npos);
}

TEST_CASE("reverse: equal addresses are two connections and one address alone is one",
          "[WSR-002][WSR-003][WSR-004][WSR-013][WSR-057]") {
    WsListener both;
    GatewayUnderTest gateway(with_reverse(both.url("/x"), both.url("/x")));
    gateway.start();
    WsVisitor one = both.accept();
    WsVisitor two = both.accept();
    CHECK(one.header("Authorization").empty());
    one.let_in();
    two.let_in();
    CHECK(good(gateway));

    WsListener only;
    GatewayUnderTest event_only(with_reverse("", only.url()));
    event_only.start();
    WsVisitor event = only.accept();
    event.let_in();
    CHECK(pongs(event));
    CHECK(event_only.log().find("role=api") == std::string::npos);

    WsListener nobody;
    GatewayUnderTest off(
        GatewayOptions{"use_ws_reverse = no\nws_reverse_api_url = " + nobody.url()});
    off.start();
    CHECK(good(off));
    CHECK(off.stop() == 0);
    CHECK_FALSE(nobody.visited());
}

TEST_CASE("reverse: calls are answered as on the forward connection",
          "[WSR-020][WSR-021][WSR-022][WSR-024][WSR-025][WSR-055]") {
    WsListener api;
    GatewayUnderTest gateway(with_reverse(api.url(), ""));
    gateway.start();
    WsVisitor bot = api.accept();
    bot.let_in();
    const std::vector<std::pair<std::string, std::string>> table{
        {"nonsense", R"({"status":"failed","retcode":1400,"data":null})"},
        {R"({"action":"none","echo":[1]})",
         R"({"status":"failed","retcode":1404,"data":null,"echo":[1]})"},
        {R"({"action":"send_private_msg","params":{},"echo":0})",
         R"({"status":"failed","retcode":100,"data":null,"echo":0})"},
        {R"({"action":"set_group_card_async","params":{"group_id":20001,"user_id":10001}})",
         R"({"status":"async","retcode":1,"data":null})"}};
    for (const auto& [frame, expected] : table) {
        INFO(frame);
        bot.send(frame);
        CHECK(Json::parse(bot.receive_text()) == Json::parse(expected));
    }
    bot.send_bytes(server_frame(2, R"({"action":"get_status","echo":"binary"})"));
    CHECK(Json::parse(bot.receive_text()).at("echo") == "binary");
    kick(gateway, 10004);  // no event arrives here: the next frames are answers
    std::string burst;
    for (int i = 0; i < 200; ++i) {
        burst += server_frame(1, R"({"action":"get_status","echo":)" + std::to_string(i) + "}");
    }
    bot.send_bytes(burst);
    for (int i = 0; i < 200; ++i) {
        REQUIRE(Json::parse(bot.receive_text()).at("echo") == i);
    }
    CHECK(pongs(bot));
    bot.send(R"({"action":".sandbox_effects","echo":"from here"})");
    CHECK(Json::parse(bot.receive_text()).at("retcode") == 0);
}

TEST_CASE("reverse: events leave as on the forward connection and what comes back is ignored",
          "[WSR-030][WSR-031][WSR-033][WSR-035]") {
    WsListener event;
    GatewayUnderTest gateway(with_reverse("", event.url(), "use_ws = yes"));
    gateway.start();
    WsVisitor bot = event.accept();
    bot.let_in();
    REQUIRE(pongs(bot));
    WsPeer forward(gateway.port("ws"), "/event/");
    bot.send(R"({"action":"send_private_msg","params":{"user_id":10001,"message":"no"}})");
    kick(gateway, 10002);
    const std::string text = bot.receive_text();
    CHECK(text == forward.receive_text());
    CHECK(Json::parse(text).at("notice_type") == "group_decrease");
    CHECK(Json::parse(text).at("user_id") == 10002);
    CHECK(http(gateway.port(), "GET", "/.sandbox_effects").body.find("\"no\"") ==
          std::string::npos);

    bot.hang_up();
    REQUIRE(gateway.logs("connection lost role=event"));
    kick(gateway, 10004);
    WsVisitor again = event.accept();
    again.let_in();
    REQUIRE(pongs(again));
    kick(gateway, 10005);
    CHECK(Json::parse(again.receive_text()).at("user_id") == 10005);
}

TEST_CASE("reverse: every loss but a close with 1000 is followed by a new connection",
          "[WSR-041][WSR-043][WSR-044][WSR-046][WSR-047][WSR-051][WSR-052]") {
    WsListener api;
    WsListener event;
    GatewayUnderTest gateway(with_reverse(api.url("/a"), event.url("/e")));
    gateway.start();
    WsVisitor steady = event.accept();
    steady.let_in();
    WsVisitor bot = api.accept();
    const std::string user_agent = bot.header("User-Agent");
    bot.let_in();
    for (const int code : {1001, 1008, 1011, 4000, 0, -1, -2, 1001}) {
        INFO("code " << code);
        REQUIRE(answers(bot, "before"));
        if (code == -1) {
            bot.hang_up();
        } else if (code == -2) {
            bot.reset();
        } else {
            bot.close(code);
            const PeerFrame echo = bot.receive();
            CHECK(echo.opcode == 8);
            CHECK(echo.close_code() == code);
            bot.hang_up();
        }
        bot = api.accept();
        CHECK(bot.request_line() == "GET /a HTTP/1.1");
        CHECK(bot.header("X-Self-ID") == "10086001");
        CHECK(bot.header("User-Agent") == user_agent);
        bot.let_in();
    }
    CHECK(answers(bot, "last"));
    CHECK(pongs(steady));
    CHECK_FALSE(event.visited());
    CHECK(gateway.logs("code=4000"));
    CHECK(gateway.log().find("connection lost role=event") == std::string::npos);
}

TEST_CASE("reverse: a server that says goodbye and keeps the connection is left soon",
          "[WSR-041][WSR-046]") {
    WsListener api;
    GatewayUnderTest gateway(with_reverse(api.url(), "", "gateway.close_timeout_ms = 600000\n"));
    gateway.start();
    std::vector<WsVisitor> kept;
    for (int i = 0; i < 3; ++i) {
        WsVisitor bot = api.accept();
        bot.let_in();
        REQUIRE(answers(bot, "a"));
        bot.close(1001);
        CHECK(bot.receive().close_code() == 1001);
        kept.push_back(std::move(bot));
    }
    WsVisitor last = api.accept();
    last.let_in();
    CHECK(answers(last, "b"));
}

TEST_CASE("reverse: no attempt comes before the interval is over", "[WSR-041][WSR-042]") {
    WsListener api;
    GatewayUnderTest gateway(GatewayOptions{
        "use_ws_reverse = yes\nws_reverse_reconnect_interval = 500\nws_reverse_api_url = " +
        api.url()});
    gateway.start();
    WsVisitor bot = api.accept();
    for (int i = 0; i < 4; ++i) {
        const auto lost = std::chrono::steady_clock::now();
        if (i % 2 == 0) {
            bot.hang_up();
        } else {
            bot.send_bytes("HTTP/1.1 503 Later\r\nContent-Length: 0\r\n\r\n");
        }
        bot = api.accept();
        CHECK(std::chrono::steady_clock::now() - lost >= std::chrono::milliseconds(499));
    }
    CHECK(gateway.logs("next_attempt_in=500ms"));
}

TEST_CASE("reverse: an address that is none is left out with a warning", "[WSR-008]") {
    WsListener event;
    GatewayUnderTest gateway(with_reverse("http://127.0.0.1:1/api", event.url()));
    gateway.start();
    WsVisitor bot = event.accept();
    bot.let_in();
    CHECK(pongs(bot));
    CHECK(gateway.logs("ws_reverse_api_url"));
    CHECK(gateway.log().find("role=api") == std::string::npos);
    CHECK(good(gateway));
}

TEST_CASE("reverse: a close with 1000 ends the attempts until the restart",
          "[WSR-045][WSR-048][WSR-050][WSR-051][WSR-057]") {
    WsListener api;
    WsListener event;
    GatewayUnderTest gateway(with_reverse(api.url(), event.url()));
    gateway.start();
    WsVisitor bot = api.accept();
    WsVisitor other = event.accept();
    bot.let_in();
    other.let_in();
    REQUIRE(answers(bot, "a"));
    CHECK(good(gateway));
    bot.close(1000);
    CHECK(bot.receive().close_code() == 1000);
    bot.hang_up();
    REQUIRE(gateway.logs("no further attempt role=api"));
    CHECK(gateway.logs("ws_reverse_reconnect_on_code_1000"));
    CHECK_FALSE(good(gateway));
    for (int i = 0; i < 4; ++i) {  // each takes the interval after which the other would come
        other.hang_up();
        other = event.accept();
        other.let_in();
    }
    CHECK(pongs(other));
    CHECK_FALSE(api.visited());

    http(gateway.port(), "GET", "/set_restart_plugin");
    CHECK(other.receive().close_code() == 1001);
    other.hang_up();
    bot = api.accept();
    bot.let_in();
    CHECK(answers(bot, "b"));
    CHECK(good(gateway));
}

TEST_CASE("reverse: with the switch a close with 1000 is a loss as any other",
          "[WSR-045][WSR-048]") {
    WsListener api;
    GatewayUnderTest gateway(
        with_reverse(api.url(), "", "ws_reverse_reconnect_on_code_1000 = true"));
    gateway.start();
    for (int i = 0; i < 3; ++i) {
        WsVisitor bot = api.accept();
        bot.let_in();
        CHECK(answers(bot, "a"));
        bot.close(1000);
        CHECK(bot.receive().close_code() == 1000);
    }
    WsVisitor last = api.accept();
    last.let_in();
    CHECK(answers(last, "b"));
}

TEST_CASE("reverse: a server that is not there yet is tried again and again",
          "[WSR-040][WSR-042][WSR-056][WSR-057]") {
    WsListener api(WsListener::Start::refusing);
    GatewayUnderTest gateway(GatewayOptions{
        "use_ws_reverse = yes\nws_reverse_reconnect_interval = 0\nws_reverse_api_url = " +
        api.url("/?access_token=hidden")});
    gateway.start();
    CHECK(gateway.logs("reverse_ws: connection failed role=api url=" + api.url() +
                       " layer=tcp reason=\""));
    CHECK(gateway.logs("next_attempt_in=100ms"));
    CHECK(good(gateway));
    REQUIRE(gateway.logs("times=10 next_attempt_in=100ms", std::chrono::seconds(20)));
    const std::string log = gateway.log();
    CHECK(count(log.substr(0, log.find("times=20")), "connection failed role=api") == 2);
    api.listen();
    WsVisitor bot = api.accept();
    bot.let_in();
    CHECK(answers(bot, "a"));
    CHECK(gateway.logs(" self_id=10086001 failed_before="));
    CHECK(gateway.log().find("hidden") == std::string::npos);
}

TEST_CASE("reverse: answers other than 101 are failed attempts and say what came",
          "[WSR-011][WSR-040]") {
    WsListener api;
    GatewayUnderTest gateway(with_reverse(api.url("/api"), ""));
    gateway.start();
    const std::vector<std::pair<std::string, std::string>> table{
        {"HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n",
         "layer=http reason=\"" + api.url("/api") + " answered 403 (does"},
        {"HTTP/1.1 301 Moved\r\nLocation: ws://127.0.0.1:1/api/\r\nContent-Length: 0\r\n\r\n",
         "answered 301 to ws://127.0.0.1:1/api/ (another port?)"},
        {"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
         "Sec-WebSocket-Accept: wrong\r\n\r\n",
         "layer=upgrade reason=\"" + api.url("/api") + " answered 101 without the right Sec-"},
        {"SSH-2.0-OpenSSH\r\n", "does not speak HTTP"}};
    for (const auto& [answer, line] : table) {
        INFO(answer);
        WsVisitor visitor = api.accept();
        visitor.send_bytes(answer);
        CHECK(gateway.logs(line));
    }
    WsVisitor bot = api.accept();
    bot.let_in();
    CHECK(answers(bot, "a"));
}

TEST_CASE("reverse: a peer that went silent is given up", "[WSR-037][WSR-044]") {
    WsListener api;
    WsListener event;
    GatewayUnderTest gateway(
        with_reverse(api.url(), event.url(), "gateway.ping_interval_ms = 1000"));
    gateway.start();
    WsVisitor silent = event.accept();
    silent.let_in();
    WsVisitor bot = api.accept();
    bot.let_in();
    CHECK(answers(bot, "a"));
    WsVisitor again = event.accept();  // the pings to the first were not answered
    again.let_in();
    CHECK(pongs(again));
}

TEST_CASE("reverse: an event connection that is not read is closed and made again",
          "[WSR-037][WSR-043]") {
    WsListener api;
    WsListener event;
    GatewayUnderTest gateway(with_reverse(
        api.url(), event.url(), "gateway.max_queued_texts = 16\ngateway.max_queued_bytes = 4096"));
    gateway.start();
    WsVisitor bot = api.accept();
    bot.let_in();
    WsVisitor slow = event.accept();
    slow.let_in();
    REQUIRE(pongs(slow));
    http(gateway.port(), "GET", "/set_group_admin?group_id=20001&user_id=10002&enable=false");
    std::string burst;
    for (int i = 0; i < 100; ++i) {
        burst += server_frame(
            1, std::string(R"({"action":"set_group_admin","params":{"group_id":20001,)") +
                   R"("user_id":10002,"enable":)" + (i % 2 == 0 ? "true" : "false") + "}}");
    }
    bool closed = false;
    for (int round = 0; round < 3000 && !closed; ++round) {
        bot.send_bytes(burst);
        for (int i = 0; i < 100; ++i) {
            REQUIRE(Json::parse(bot.receive_text()).at("retcode") == 0);
        }
        closed =
            gateway.log().find("slow subscriber closed code=1013 role=event") != std::string::npos;
    }
    CHECK(closed);
    slow.hang_up();
    WsVisitor again = event.accept();
    again.let_in();
    CHECK(pongs(again));
    CHECK(answers(bot, "still there"));
}

TEST_CASE("reverse: the end of the gateway says so and waits for nothing", "[WSR-053][WSR-054]") {
    WsListener api;
    WsListener event;
    GatewayUnderTest connected(with_reverse(api.url(), event.url()));
    connected.start();
    WsVisitor bot = api.accept();
    bot.let_in();
    REQUIRE(answers(bot, "a"));
    WsVisitor unanswered = event.accept();  // an attempt under way
    connected.process().signal(SIGTERM);
    CHECK(bot.receive().close_code() == 1001);
    bot.close(1001);
    bot.hang_up();
    CHECK(unanswered.ended());
    CHECK(connected.process().wait() == 0);
    CHECK(connected.log().find("did not end in time") == std::string::npos);

    WsListener nobody(WsListener::Start::refusing);
    GatewayUnderTest waiting(GatewayOptions{
        "use_ws_reverse = yes\nws_reverse_reconnect_interval = 600000\nws_reverse_api_url = " +
        nobody.url()});
    waiting.start();
    REQUIRE(waiting.logs("next_attempt_in=600000ms"));
    CHECK(waiting.stop() == 0);
    CHECK(waiting.log().find("did not end in time") == std::string::npos);
}

TEST_CASE("reverse: later profiles name the role and share an address",
          "[WSR-005][WSR-007][WSR-014][WSR-015][WSR-020][WSR-030][AUTH-041]") {
    WsListener shared;
    WsListener event;
    const std::string settings =
        "use_ws_reverse = yes\naccess_token = tok\nws_reverse_url = " + shared.url("/all") +
        "\nws_reverse_event_url = " + event.url();
    GatewayUnderTest two(GatewayOptions{settings, {}, {"--profile", "cqhttp-4.15"}});
    two.start();
    WsVisitor first = shared.accept();
    CHECK(first.request_line() == "GET /all HTTP/1.1");
    CHECK(first.header("X-Client-Role") == "API");
    CHECK(first.header("Authorization") == "Token tok");
    CHECK(first.header("User-Agent") == "CQHttp/4.15.0");
    CHECK(event.accept().header("X-Client-Role") == "Event");
    two.kill();

    GatewayUnderTest one(GatewayOptions{
        settings + "\nws_reverse_use_universal_client = true", {}, {"--profile", "onebot-11"}});
    one.start();
    WsVisitor bot = shared.accept();
    CHECK(bot.header("X-Client-Role") == "Universal");
    CHECK(bot.header("Authorization") == "Bearer tok");
    bot.let_in();
    CHECK(Json::parse(bot.receive_text()).at("sub_type") == "connect");  // WSR-036
    CHECK(answers(bot, "a"));
    CHECK_FALSE(event.visited());
}

}  // namespace cqhttp::test
