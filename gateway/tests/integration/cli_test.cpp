#include "gateway/tests/support/catch.hpp"
#include "gateway/tests/support/gateway_process.hpp"

#include <nlohmann/json.hpp>

#include <string>
#include <vector>

// The command line tool against the real gateway.
namespace cqhttp::test {
namespace {

using Json = nlohmann::json;

Finished cli(const GatewayUnderTest& gateway, std::vector<std::string> arguments,
             const std::vector<std::pair<std::string, std::string>>& environment = {}) {
    arguments.insert(arguments.begin(), {cli_program(), "call", "--url", gateway.address()});
    return run(arguments, {}, environment);
}

}  // namespace

TEST_CASE("cli: a call by each method reaches the account", "[HTTP-016][ACT-101]") {
    GatewayUnderTest gateway;
    gateway.start();
    for (const std::vector<std::string>& extra :
         {std::vector<std::string>{}, {"--get"}, {"--form"}}) {
        std::vector<std::string> arguments{"send_private_msg", "user_id=10001", "message=你好 & 1"};
        arguments.insert(arguments.end(), extra.begin(), extra.end());
        const auto sent = cli(gateway, arguments);
        INFO(sent.errors);
        CHECK(sent.code == 0);
        const Json reply = Json::parse(sent.output);
        CHECK(reply.at("status") == "ok");
        CHECK(reply.at("data").at("message_id").get<int>() > 0);
    }
    const Json effects = Json::parse(cli(gateway, {".sandbox_effects"}).output).at("data");
    REQUIRE(effects.size() == 3);
    for (const auto& effect : effects) {
        CHECK(effect.at("params").at("message") == "你好 & 1");
    }
}

TEST_CASE("cli: exit codes tell what happened", "[RET-001][HTTP-021]") {
    GatewayUnderTest gateway({"access_token = tok"});
    gateway.start();
    const std::vector<std::pair<std::string, std::string>> token{{"CQHTTP_TOKEN", "tok"}};
    CHECK(cli(gateway, {"get_login_info"}, token).code == 0);
    CHECK(cli(gateway, {"send_private_msg", "user_id=404404", "message=a"}, token).code == 1);
    CHECK(cli(gateway, {}, token).code == 2);
    CHECK(cli(gateway, {"get_login_info"}).code == 4);
    CHECK(cli(gateway, {"get_login_info"}, {{"CQHTTP_TOKEN", "bad"}}).code == 4);
    CHECK(run({cli_program(), "call", "--url", "http://127.0.0.1:1", "get_login_info"}).code == 3);
    const auto unknown = cli(gateway, {"send_privat_msg"}, token);
    CHECK(unknown.code == 5);
    CHECK(unknown.errors.find("send_private_msg") != std::string::npos);
}

TEST_CASE("cli: the table of actions is the one the gateway answers by", "[ACT-001]") {
    GatewayUnderTest gateway;
    gateway.start();
    const auto listed = run({cli_program(), "actions", "--json", "--profile", "cqhttp-4.0"});
    REQUIRE(listed.code == 0);
    const Json actions = Json::parse(listed.output);
    CHECK(actions.size() >= 34);
    for (const auto& action : actions) {
        const std::string name = action.at("name");
        if (name.starts_with("set_restart")) {
            continue;
        }
        INFO(name);
        const auto reply = cli(gateway, {name});
        CHECK((reply.code == 0 || reply.code == 1));
    }
}

}  // namespace cqhttp::test
