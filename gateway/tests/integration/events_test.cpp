#include "gateway/tests/support/catch.hpp"
#include "gateway/tests/support/fixture.hpp"
#include "gateway/tests/support/gateway_process.hpp"
#include "gateway/tests/support/post_receiver.hpp"
#include "gateway/tests/support/ws_listener.hpp"
#include "gateway/tests/support/ws_peer.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <filesystem>
#include <fstream>
#include <map>
#include <string>
#include <utility>
#include <vector>

// What people of the sandbox's world do, on its way through a real gateway to every kind of bot.
namespace cqhttp::test {
namespace {

using Json = nlohmann::json;

std::string ok_with(const std::string& body) {
    return fmt::format("HTTP/1.1 200 OK\r\nContent-Length: {}\r\n\r\n{}", body.size(), body);
}

PostAnswer no_content() {
    return {"HTTP/1.1 204 No Content\r\n\r\n"};
}

Json call(const GatewayUnderTest& gateway, const std::string& action,
          const Json& params = Json::object()) {
    const auto reply = http_json(gateway.port(), "/" + action, params.dump());
    REQUIRE(reply.status == 200);
    return Json::parse(reply.body);
}

// The event as the answer tells it.
Json inject(const GatewayUnderTest& gateway, const Json& event) {
    const Json reply = call(gateway, ".sandbox_inject", {{"event", event}});
    INFO(reply.dump());
    REQUIRE(reply.at("retcode") == 0);
    return reply.at("data");
}

Json said(const char* text, std::int64_t user_id = 10001, std::int64_t group_id = 0) {
    Json event{{"post_type", "message"},
               {"message_type", group_id == 0 ? "private" : "group"},
               {"user_id", user_id},
               {"message", text}};
    if (group_id != 0) {
        event["group_id"] = group_id;
    }
    return event;
}

// A gateway with three bots: one that is posted to, one on /event/, one that is connected to.
struct ThreeBots {
    explicit ThreeBots(PostReceiver::Answerer answerer, const std::string& settings = {})
        : posts(std::move(answerer)),
          gateway({"use_ws = yes\nuse_ws_reverse = yes\nws_reverse_event_url = " + server.url() +
                   "\npost_url = " + posts.url("/") + "\n" + settings}) {
        gateway.start();
        reverse = std::make_unique<WsVisitor>(server.accept());
        reverse->let_in();
        forward = std::make_unique<WsPeer>(gateway.port("ws"), "/event/");
        REQUIRE(forward->status() == 101);
        // Its answer comes when the handshake is through.
        reverse->send_bytes(server_frame(9, "here"));
        REQUIRE(reverse->receive().opcode == 10);
    }

    // The next event, which all three get, byte for byte.
    Json next() {
        const std::string posted = posts.wait_for(received + 1).at(received).body;
        ++received;
        CHECK(forward->receive_text() == posted);
        CHECK(reverse->receive_text() == posted);
        return Json::parse(posted);
    }

    PostReceiver posts;
    WsListener server;
    GatewayUnderTest gateway;
    std::unique_ptr<WsVisitor> reverse;
    std::unique_ptr<WsPeer> forward;
    std::size_t received = 0;
};

// Injects every kind of event of 4.0 in turn, each in a world as it was at the beginning.
void check_every_kind(ThreeBots& bots, bool array_and_old_shape) {
    for (const char* file : {"stimulus/messages.json", "stimulus/notices_and_requests.json"}) {
        for (const auto& row : load_fixture(file)) {
            if (!row.holds_for("cqhttp-4.0") ||
                (array_and_old_shape && row.whole.contains("made"))) {
                continue;
            }
            INFO(row.name);
            Json expect = row.expect;
            if (array_and_old_shape) {
                if (row.whole.contains("array_message")) {
                    expect["message"] = row.whole.at("array_message");
                }
                expect.merge_patch(row.whole.value("compatible", Json::object()));
            }
            const Json answer = inject(bots.gateway, row.input);
            CHECK(bots.next() == answer);
            for (const Json& place : row.whole.value("made", Json::array())) {
                const Json::json_pointer pointer(place.get<std::string>());
                if (expect.contains(pointer)) {
                    CHECK_FALSE(answer.at(pointer).get<std::string>().empty());
                    expect[pointer] = answer.at(pointer);
                }
            }
            CHECK(answer == expect);
            REQUIRE(call(bots.gateway, ".sandbox_reset").at("retcode") == 0);
        }
    }
}

std::vector<std::string> actions_of(const Json& effects) {
    std::vector<std::string> actions;
    for (const Json& effect : effects) {
        actions.push_back(effect.at("action"));
    }
    return actions;
}

}  // namespace

TEST_CASE("events: every kind of 4-0 is the same by POST and on both WebSockets",
          "[PIPE-001][PIPE-002][PIPE-003][PIPE-006][PIPE-007][PIPE-008][PIPE-010][EVT-001]"
          "[EVT-002][EVT-010][EVT-011][EVT-012][EVT-013][EVT-015][EVT-020][EVT-021][EVT-022]"
          "[EVT-023][EVT-024][EVT-025][EVT-026][EVT-030][EVT-031][EVT-032][WSR-030][WSR-031]"
          "[WSR-034][MSG-060][MSG-070]") {
    ThreeBots bots([](const Posted&, std::size_t) { return no_content(); });
    check_every_kind(bots, false);
}

TEST_CASE("events: arrays and the 3-x shape hold for POST and both WebSockets",
          "[PIPE-005][PIPE-006][PIPE-008][BC-001][BC-002][BC-003][BC-004][BC-005][MSG-060]") {
    ThreeBots bots([](const Posted&, std::size_t) { return no_content(); },
                   "post_message_format = array\nenable_backward_compatibility = yes");
    check_every_kind(bots, true);
}

TEST_CASE("events: quick operations take effect before the push",
          "[QOP-009][QOP-010][QOP-020][QOP-024][QOP-026][QOP-030][QOP-031][QOP-032][QOP-034]"
          "[QOP-036][QOP-037][QOP-038][QOP-040][SBX-003]") {
    ThreeBots bots(
        [](const Posted& posted, std::size_t) -> PostAnswer {
            const Json event = Json::parse(posted.body);
            const std::string asks = event.value("raw_message", event.value("message", ""));
            return asks.starts_with('{') ? PostAnswer{ok_with(asks)} : no_content();
        },
        "enable_backward_compatibility = yes");
    GatewayUnderTest& gateway = bots.gateway;
    // Raw messages are what the bot answers.
    const auto answered = [&](const char* answer, Json event) {
        event[event.contains("message") ? "message" : "comment"] = answer;
        inject(gateway, event);
        return bots.next();
    };
    answered(R"({"reply":"one"})", said("", 10001));
    answered(R"({"reply":"two"})", said("", 10001, 20001));
    const Json third =
        answered(R"({"reply":"three","at_sender":false,"delete":true,"ban":true,"block":true})",
                 said("", 10004, 20001));
    // What the account is made to do may be an event itself, and comes next (SBX-003).
    answered(R"({"kick":true})", said("", 10006, 20001));
    CHECK(bots.next().at("event") == "group_decrease");
    Json masked = said("", 10005, 20001);
    masked["anonymous"] = Json::object();
    const Json boo = answered(R"({"reply":"who","kick":true,"ban":true})", masked);
    const Json friendly =
        answered(R"({"approve":true,"remark":"new"})",
                 Json{{"post_type", "request"}, {"request_type", "friend"}, {"user_id", 10009}});
    CHECK(bots.next().at("event") == "friend_add");
    const Json applicant =
        answered(R"({"approve":false,"reason":"no"})", Json{{"post_type", "request"},
                                                            {"request_type", "group"},
                                                            {"sub_type", "add"},
                                                            {"group_id", 20001},
                                                            {"user_id", 10010}});

    const Json effects = call(gateway, ".sandbox_effects").at("data");
    CHECK(actions_of(effects) ==
          std::vector<std::string>{"send_private_msg", "send_group_msg", "block", "send_group_msg",
                                   "delete_msg", "set_group_ban", "set_group_kick",
                                   "send_group_msg", "set_group_anonymous_ban",
                                   "set_friend_add_request", "set_group_add_request"});
    const auto params = [&](std::size_t at) { return effects.at(at).at("params"); };
    CHECK(params(0).at("user_id") == 10001);
    CHECK(effects.at(0).at("message_id").get<int>() > 0);
    CHECK(params(1).at("message").at(0) == Json::parse(R"({"type":"at","data":{"qq":"10001"}})"));
    CHECK(params(2).at("event") == third);
    CHECK(params(3).at("message") == Json::parse(R"([{"type":"text","data":{"text":"three"}}])"));
    CHECK(params(4) == Json{{"message_id", third.at("message_id")}});
    CHECK(params(5) == Json::parse(R"({"group_id":20001,"user_id":10004,"duration":1800})"));
    CHECK(params(6).at("user_id") == 10006);
    CHECK(params(7).at("message") == Json::parse(R"([{"type":"text","data":{"text":"who"}}])"));
    CHECK(params(8).at("flag") == boo.at("anonymous_flag"));
    CHECK(params(9) == Json{{"flag", friendly.at("flag")}, {"approve", true}, {"remark", "new"}});
    CHECK(params(10).at("reason") == "no");

    // And the world shows it.
    CHECK(call(gateway, "get_group_member_info", {{"group_id", 20001}, {"user_id", 10006}})
              .at("retcode") == 102);
    const Json state = call(gateway, ".sandbox_state").at("data");
    CHECK(state.at("friends").dump().find("\"new\"") != std::string::npos);
    const Json requests = call(gateway, ".sandbox_requests", {{"all", true}}).at("data");
    for (const Json& request : requests) {
        if (request.at("flag") == applicant.at("flag")) {
            CHECK(request.at("state") == "rejected");
            CHECK(request.at("answer") == "no");
        }
    }
    const Json banned = call(gateway, ".sandbox_inject", {{"event", said("hi", 10004, 20001)}});
    CHECK(banned.at("retcode") == -34);
    CHECK(banned.at("wording") == "user 10004 is banned in group 20001");
}

TEST_CASE("events: what the filter rejects goes nowhere but has happened", "[PIPE-004][FLT-010]") {
    PostReceiver posts([](const Posted&, std::size_t) { return no_content(); });
    GatewayUnderTest gateway({"event_filter = filter.json\npost_url = " + posts.url("/")});
    const auto folder = gateway.root() / "app" / "io.github.richardchien.coolqhttpapi";
    std::filesystem::create_directories(folder);
    std::ofstream(folder / "filter.json") << R"({"raw_message":{".contains":"loud"}})";
    gateway.start();
    const Json quiet = inject(gateway, said("in silence"));
    inject(gateway, said("a loud one"));
    const auto posted = posts.wait_for(1);
    CHECK(Json::parse(posted.at(0).body).at("raw_message") == "a loud one");
    CHECK(quiet.at("message_id").get<int>() + 1 ==
          Json::parse(posted.at(0).body).at("message_id").get<int>());
}

TEST_CASE("events: however many are injected none is lost and the order is kept",
          "[PIPE-010][PIPE-011]") {
    constexpr int many = 400;
    ThreeBots bots([](const Posted&, std::size_t) { return no_content(); },
                   "gateway.max_queued_events = 8");
    WsPeer injector(bots.gateway.port("ws"), "/api/");
    std::string frames;
    for (int i = 0; i < many; ++i) {
        const Json frame{{"action", ".sandbox_inject"},
                         {"params", {{"event", said(std::to_string(i).c_str())}}}};
        frames += text_frame(frame.dump());
    }
    REQUIRE(injector.send_bytes(frames));
    for (int i = 0; i < many; ++i) {
        const Json event = bots.next();
        CHECK(event.at("raw_message") == std::to_string(i));
        CHECK(Json::parse(injector.receive_text()).at("data") == event);
    }
    CHECK(bots.gateway.log().find("queue full") == std::string::npos);
}

TEST_CASE("events: nobody injects where that is off", "[HTTP-013]") {
    GatewayUnderTest gateway({"gateway.sandbox_control = off"});
    gateway.start();
    for (const char* action : {".sandbox_inject", ".sandbox_effects", ".sandbox_requests",
                               ".sandbox_state", ".sandbox_reset"}) {
        INFO(action);
        CHECK(http_json(gateway.port(), std::string("/") + action, "{}").status == 404);
    }
}

TEST_CASE("events: what has happened survives a kill and so does a reset", "[RET-003]") {
    GatewayUnderTest gateway;
    gateway.start();
    const Json beginning = call(gateway, ".sandbox_state").at("data");
    const Json event = inject(gateway, said("rude", 10005, 20001));
    gateway.kill();
    gateway.start();
    CHECK(call(gateway, "delete_msg", {{"message_id", event.at("message_id")}}).at("retcode") == 0);
    REQUIRE(call(gateway, ".sandbox_reset").at("retcode") == 0);
    gateway.kill();
    gateway.start();
    CHECK(call(gateway, ".sandbox_state").at("data") == beginning);
}

}  // namespace cqhttp::test
