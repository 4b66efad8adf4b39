#include "gateway/tests/support/catch.hpp"
#include "gateway/tests/support/gateway_process.hpp"

#include <nlohmann/json.hpp>

#include <sstream>
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

// The worked example of the seed as it is printed, with R-01 for `data`.
TEST_CASE("cli: the example of the seed runs as printed over a WebSocket",
          "[ECHO-002][WS-020][WS-021][WS-022]") {
    GatewayUnderTest gateway({.settings = "use_ws = yes"});
    gateway.start();
    const std::string url = gateway.address("ws") + "/api/";
    const auto sent = run({cli_program(), "call", "--url", url, "send_private_msg",
                           "user_id:=123456", "message=你好", "--echo", "1648451782"});
    INFO(sent.errors);
    CHECK(sent.code == 0);
    const Json reply = Json::parse(sent.output);
    CHECK(reply.at("data").at("message_id").get<int>() > 0);
    CHECK(sent.output == R"({"status":"ok","retcode":0,"data":{"message_id":)" +
                             reply.at("data").at("message_id").dump() + R"(},"echo":1648451782})" +
                             "\n");
    const std::string request = R"({
    "action": "send_private_msg",
    "params": {
        "user_id": 123456,
        "message": "你好"
    },
    "echo": 1648451782
})";
    std::string line;
    for (const char c : request) {
        line += c == '\n' ? ' ' : c;
    }
    const auto piped = run({cli_program(), "call", "--url", url, "--calls", "-"}, line + "\n");
    CHECK(piped.code == 0);
    CHECK(Json::parse(piped.output).at("echo") == 1648451782);
}

TEST_CASE("cli: many calls in flight over one WebSocket keep their order and echo",
          "[WS-040][WS-042][ECHO-013]") {
    GatewayUnderTest gateway({.settings = "use_ws = yes"});
    gateway.start();
    std::string calls;
    for (int i = 1; i <= 500; ++i) {
        calls += i % 2 == 0 ? "get_status\n"
                            : R"({"action":"get_login_info","echo":[1e2,-0]})"
                              "\n";
    }
    const auto done = run({cli_program(), "call", "--url", gateway.address("ws") + "/api/",
                           "--calls", "-", "--pipeline", "64"},
                          calls);
    INFO(done.errors);
    CHECK(done.code == 0);
    CHECK(done.errors.empty());
    std::istringstream lines(done.output);
    int number = 0;
    for (std::string line; std::getline(lines, line);) {
        ++number;
        const std::string echo = number % 2 == 0 ? std::to_string(number) : "[1e2,-0]";
        REQUIRE(line.ends_with(",\"echo\":" + echo + "}"));
    }
    CHECK(number == 500);
}

TEST_CASE("cli: the access token is asked for at the handshake", "[AUTH-030][AUTH-034]") {
    GatewayUnderTest gateway({.settings = "use_ws = yes\naccess_token = tok"});
    gateway.start();
    const auto call = [&](const std::string& path, const std::string& token) {
        return run({cli_program(), "call", "--url", gateway.address("ws") + path, "get_status"}, {},
                   {{"CQHTTP_TOKEN", token}})
            .code;
    };
    CHECK(call("/api/", "tok") == 0);
    CHECK(call("/api/", "") == 4);
    CHECK(call("/api/", "bad") == 4);
    CHECK(call("/api/?access_token=tok", "") == 0);
    CHECK(call("/", "tok") == 5);
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
