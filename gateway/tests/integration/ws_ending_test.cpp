// How connections end when the gateway stops or restarts: what was asked for is answered first.
#include "gateway/tests/integration/reverse_support.hpp"
#include "gateway/tests/support/catch.hpp"

#include <memory>
#include <signal.h>
#include <string>
#include <vector>

namespace cqhttp::test {
namespace {

std::string call(const std::string& action, int echo, const std::string& params = "{}") {
    return R"({"action":")" + action + R"(","params":)" + params + R"(,"echo":)" +
           std::to_string(echo) + "}";
}

// 40 calls that are on disk before they are answered, with a restart among them. Framed by `frame`.
template <class Frame>
std::string burst_with_restart(Frame frame) {
    std::string burst;
    for (int i = 0; i < 40; ++i) {
        burst += frame(i == 20 ? call("set_restart_plugin", i)
                               : call("send_private_msg", i, R"({"user_id":10001,"message":"m"})"));
    }
    return burst;
}

// Every answer of that burst comes, in order, and then the end of the connection.
template <class Peer>
void check_answers_and_end(Peer& peer) {
    for (int i = 0; i < 40; ++i) {
        const Json reply = Json::parse(peer.receive_text());
        REQUIRE(reply.at("echo") == i);
        REQUIRE(reply.at("retcode") == (i == 20 ? 1 : 0));
    }
    CHECK(peer.receive().close_code() == 1001);
}

std::size_t sent_messages(const GatewayUnderTest& gateway) {
    return count(http(gateway.port(), "GET", "/.sandbox_effects").body, "\"send_private_msg\"");
}

// One connection of every kind, all in use.
struct AllKinds {
    // With time for every answer, however slow the machine is.
    explicit AllKinds(const std::string& settings =
                          "gateway.close_timeout_ms = 40000\n"
                          "gateway.drain_timeout_ms = 30000\n")
        : gateway(with_reverse(api.url(), event.url(), "use_ws = yes\n" + settings)) {
        gateway.start();
        reverse_api = std::make_unique<WsVisitor>(api.accept());
        reverse_event = std::make_unique<WsVisitor>(event.accept());
        reverse_api->let_in();
        reverse_event->let_in();
        forward_api = std::make_unique<WsPeer>(gateway.port("ws"), "/api/");
        forward_event = std::make_unique<WsPeer>(gateway.port("ws"), "/event/");
        REQUIRE(answers(*reverse_api, "ready"));
        REQUIRE(pongs(*reverse_event));
        forward_api->send(call("get_status", 0));
        REQUIRE(Json::parse(forward_api->receive_text()).at("retcode") == 0);
    }

    // All of them, but for those that were looked at already, see 1001.
    void check_end_of_events() {
        CHECK(forward_event->receive().close_code() == 1001);
        forward_event.reset();
        CHECK(reverse_event->receive().close_code() == 1001);
        reverse_event->close(1001);
        reverse_event->hang_up();
    }
    void check_end_of_calls() {
        CHECK(forward_api->receive().close_code() == 1001);
        forward_api.reset();
        CHECK(reverse_api->receive().close_code() == 1001);
        reverse_api->close(1001);
        reverse_api->hang_up();
    }

    // Everything works as after a first start.
    void check_return() {
        WsVisitor bot = api.accept();
        bot.let_in();
        WsVisitor listener = event.accept();
        listener.let_in();
        CHECK(answers(bot, "again"));
        CHECK(pongs(listener));
        WsPeer peer(gateway.port("ws"), "/event/");
        REQUIRE(peer.status() == 101);
        kick(gateway, 10004);
        CHECK(Json::parse(peer.receive_text()).at("user_id") == 10004);
        CHECK(Json::parse(listener.receive_text()).at("user_id") == 10004);
    }

    WsListener api, event;
    GatewayUnderTest gateway;
    std::unique_ptr<WsVisitor> reverse_api, reverse_event;
    std::unique_ptr<WsPeer> forward_api, forward_event;
};

}  // namespace

TEST_CASE("ws ending: a restart asked for over a forward connection answers all calls first",
          "[WS-021][WS-034][WSR-006][ACT-040][ACT-042]") {
    AllKinds all;
    all.forward_api->send_bytes(burst_with_restart(text_frame));
    check_answers_and_end(*all.forward_api);
    all.forward_api.reset();
    all.check_end_of_events();
    CHECK(all.reverse_api->receive().close_code() == 1001);
    all.reverse_api->hang_up();
    all.check_return();
    CHECK(sent_messages(all.gateway) == 39);
    CHECK(all.gateway.log().find("did not end in time") == std::string::npos);
}

TEST_CASE("ws ending: a restart asked for over a reverse connection answers all calls first",
          "[WS-034][WSR-006][WSR-020][WSR-022][WSR-053][WSR-054][ACT-042]") {
    AllKinds all;
    all.reverse_api->send_bytes(
        burst_with_restart([](const std::string& text) { return server_frame(1, text); }));
    check_answers_and_end(*all.reverse_api);
    all.reverse_api->hang_up();
    all.check_end_of_events();
    CHECK(all.forward_api->receive().close_code() == 1001);
    all.forward_api.reset();
    all.check_return();
    CHECK(sent_messages(all.gateway) == 39);
    CHECK(all.gateway.log().find("did not end in time") == std::string::npos);
}

TEST_CASE("ws ending: SIGHUP ends every connection and takes the new configuration",
          "[WS-034][WSR-006][WSR-053][WSR-054]") {
    AllKinds all;
    WsListener other;
    all.gateway.write_config(
        with_reverse(other.url("/new"), all.event.url(), "use_ws = yes").settings);
    all.gateway.process().signal(SIGHUP);
    all.check_end_of_calls();
    all.check_end_of_events();
    WsVisitor bot = other.accept();
    CHECK(bot.request_line() == "GET /new HTTP/1.1");
    bot.let_in();
    CHECK(answers(bot, "new"));
    WsVisitor listener = all.event.accept();
    listener.let_in();
    CHECK(pongs(listener));
    CHECK_FALSE(all.api.visited());
    CHECK(all.gateway.stop() == 0);
}

TEST_CASE("ws ending: SIGTERM ends every connection and the program",
          "[WS-034][WSR-053][WSR-054]") {
    AllKinds all;
    std::string burst;
    for (int i = 0; i < 40; ++i) {
        burst += text_frame(call("send_private_msg", i, R"({"user_id":10001,"message":"m"})"));
    }
    all.forward_api->send_bytes(burst);
    CHECK(Json::parse(all.forward_api->receive_text()).at("echo") == 0);
    all.gateway.process().signal(SIGTERM);
    // What was read before the signal is answered, in order; what was not is not carried out.
    PeerFrame frame = all.forward_api->receive();
    for (int i = 1; frame.text(); ++i) {
        REQUIRE(Json::parse(frame.payload).at("echo") == i);
        frame = all.forward_api->receive();
    }
    CHECK(frame.close_code() == 1001);
    all.forward_api.reset();
    CHECK(all.reverse_api->receive().close_code() == 1001);
    all.reverse_api->hang_up();
    all.check_end_of_events();
    CHECK(all.gateway.process().wait() == 0);
    CHECK(all.gateway.log().find("did not end in time") == std::string::npos);
}

TEST_CASE("ws ending: peers that answer nothing are left after a while", "[WS-034][WSR-053]") {
    AllKinds all("gateway.close_timeout_ms = 200\n");
    all.gateway.process().signal(SIGTERM);  // nobody answers the close frames or ends TCP
    CHECK(all.gateway.process().wait() == 0);
    CHECK(all.gateway.log().find("did not end in time") == std::string::npos);
    all.check_end_of_calls();
    all.check_end_of_events();
}

TEST_CASE("ws ending: a call that takes too long keeps nobody waiting", "[WS-034][WSR-053]") {
    AllKinds all("gateway.drain_timeout_ms = 1000\ngateway.download_timeout_ms = 600000\n");
    WsListener silent;  // accepts connections by itself and says nothing
    const std::string params = R"({"user_id":10001,"message":"[CQ:image,file=http://127.0.0.1:)" +
                               std::to_string(silent.port()) + R"(/x.png]"})";
    all.forward_api->send(call("send_private_msg", 1, params));
    all.reverse_api->send(call("send_private_msg", 2, params));
    const WsVisitor first = silent.accept();
    const WsVisitor second = silent.accept();
    REQUIRE(first.request_line().starts_with("GET /x.png"));
    REQUIRE(second.request_line().starts_with("GET /x.png"));
    all.gateway.process().signal(SIGTERM);
    all.check_end_of_calls();
    all.check_end_of_events();
    CHECK(all.gateway.process().wait() == 0);
}

}  // namespace cqhttp::test
