// From one profile to another and back: one key, read again by the running program.
#include "gateway/tests/integration/injector.hpp"
#include "gateway/tests/integration/reverse_support.hpp"
#include "gateway/tests/support/catch.hpp"
#include "gateway/tests/support/process.hpp"

#include <csignal>
#include <string>
#include <vector>

namespace cqhttp::test {
namespace {

// Reads the configuration again, and returns when it holds.
void switch_to(GatewayUnderTest& gateway, const std::string& profile) {
    gateway.write_config("use_ws = yes\ngateway.profile = " + profile);
    gateway.process().signal(SIGHUP);
    REQUIRE(gateway.logs("self_id=10086001 profile=" + profile + "\n"));
}

int status_of(const GatewayUnderTest& gateway, const std::string& target) {
    return http(gateway.port(), "GET", target).status;
}

}  // namespace

TEST_CASE("profile switch: one key changes the protocol and keeps the world",
          "[CFG-008][HTTP-019][WS-004][WS-005][WS-063][EVT-042][EVT-043]") {
    GatewayUnderTest gateway(GatewayOptions{"use_ws = yes"});
    gateway.start();
    const auto ws = gateway.port("ws");
    const Json said = Injector(gateway.port()).say("before");
    CHECK_FALSE(said.contains("sender"));
    const std::string message = "/get_msg?message_id=" + said.at("message_id").dump();
    CHECK(status_of(gateway, message) == 404);
    CHECK(status_of(gateway, "/set_discuss_leave?discuss_id=1") == 200);
    CHECK(WsPeer(ws, "/").status() == 404);

    switch_to(gateway, "onebot-11");
    CHECK(status_of(gateway, "/set_discuss_leave?discuss_id=1") == 404);
    Injector after(gateway.port());
    CHECK(after.data("get_msg", {{"message_id", said.at("message_id")}}).at("message") == "before");
    WsPeer both(ws, "/");
    CHECK(Json::parse(both.receive_text()).at("sub_type") == "connect");
    const Json event = after.say("after");
    CHECK(event.at("sender").at("user_id") == event.at("user_id"));
    CHECK(Json::parse(both.receive_text()) == event);

    switch_to(gateway, "cqhttp-4.15");
    CHECK(both.receive().close_code() == 1001);
    CHECK(status_of(gateway, message) == 404);
    WsPeer again(ws, "/");
    CHECK(Json::parse(again.receive_text()).at("sub_type") == "connect");
}

TEST_CASE("profile switch: check says what it would change and starts nothing", "[CFG-030]") {
    GatewayUnderTest gateway(GatewayOptions{"use_ws = yes"});
    const auto check = [&](const std::string& profile) {
        return run({gateway_program(), "--check", "--root", gateway.root().string(), "--config",
                    gateway.config_file().string(), "--profile", profile});
    };
    const Finished first = check("cqhttp-4.0");
    CHECK(first.code == 0);
    CHECK(first.output.find("account 10086001, cqhttp-4.0") != std::string::npos);
    for (const std::string profile : {"cqhttp-4.15", "onebot-11"}) {
        const Finished later = check(profile);
        CHECK(later.code == 0);
        CHECK(later.output.find("\nwhat " + profile + " changes") != std::string::npos);
        CHECK(later.output.find("lifecycle, heartbeat") != std::string::npos);
        CHECK(later.output.find(".handle_quick_operation") != std::string::npos);
    }
}

}  // namespace cqhttp::test
