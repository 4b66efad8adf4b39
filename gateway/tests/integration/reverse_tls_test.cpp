// Reverse clients over TLS: a door in front of the bot's server encrypts.
#include "gateway/tests/integration/reverse_support.hpp"
#include "gateway/tests/support/catch.hpp"
#include "gateway/tests/support/tls_door.hpp"

#include <string>

namespace cqhttp::test {

TEST_CASE("reverse tls: a certificate is verified and the name of the host is sent",
          "[WSR-009][WSR-010][WSR-020][WSR-030]") {
    WsListener api, event;
    const TlsDoor api_door(api.port()), event_door(event.port());
    GatewayUnderTest gateway(
        with_reverse(api_door.url("localhost", "/api/"), event_door.url("127.0.0.1", "/event/"),
                     "gateway.tls_ca_file = " + api_door.certificate_file().string() + "\n"));
    gateway.start();
    WsVisitor bot = api.accept();
    CHECK(bot.request_line() == "GET /api/ HTTP/1.1");
    CHECK(bot.header("Host") == "localhost:" + std::to_string(api_door.port()));
    CHECK(api_door.server_name() == "localhost");
    bot.let_in();
    CHECK(answers(bot, "a"));

    // Nobody trusts the other door, which signs itself too.
    CHECK(gateway.logs("connection failed role=event url=" +
                       event_door.url("127.0.0.1", "/event/") + " layer=tls reason=\""));
    CHECK_FALSE(event.visited());
    CHECK(answers(bot, "b"));
}

TEST_CASE("reverse tls: verification can be switched off and events arrive",
          "[WSR-010][WSR-030][WSR-043]") {
    WsListener event;
    const TlsDoor door(event.port());
    GatewayUnderTest gateway(
        with_reverse("", door.url("127.0.0.1"), "gateway.tls_verify = false\n"));
    gateway.start();
    for (const int user : {10002, 10004}) {
        WsVisitor bot = event.accept();
        bot.let_in();
        REQUIRE(pongs(bot));
        kick(gateway, user);
        CHECK(Json::parse(bot.receive_text()).at("user_id") == user);
        bot.hang_up();
    }
}

TEST_CASE("reverse tls: a server that speaks no TLS is named as the likely cause", "[WSR-040]") {
    GatewayUnderTest other;
    other.start();
    const std::string address = "127.0.0.1:" + std::to_string(other.port());
    GatewayUnderTest gateway(with_reverse("wss://" + address + "/", ""));
    gateway.start();
    CHECK(gateway.logs("layer=tls reason=\"TLS handshake with " + address +
                       " failed: wrong version number (does the server speak TLS?)\""));
}

}  // namespace cqhttp::test
