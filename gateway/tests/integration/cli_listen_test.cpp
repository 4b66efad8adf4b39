// The command line tool as the bot of the real gateway: it listens, and it serves reverse clients.
#include "gateway/tests/integration/reverse_support.hpp"
#include "gateway/tests/support/catch.hpp"
#include "gateway/tests/support/temp_dir.hpp"

#include <chrono>
#include <csignal>
#include <sstream>
#include <string>
#include <thread>
#include <vector>

namespace cqhttp::test {
namespace {

// A running cqhttp-cli.
class Tool {
public:
    explicit Tool(std::vector<std::string> arguments,
                  std::vector<std::pair<std::string, std::string>> environment = {}) {
        arguments.insert(arguments.begin(), cli_program());
        process_ = std::make_unique<Process>(
            Process::Options{std::move(arguments), std::move(environment), {}, folder_.path()});
    }

    // Until the output or the error output holds `piece`.
    void wait_for(const std::string& piece) {
        const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(60);
        while (process_->output().find(piece) == std::string::npos &&
               process_->errors().find(piece) == std::string::npos) {
            if (!process_->running() || std::chrono::steady_clock::now() > deadline) {
                throw std::runtime_error("cqhttp-cli did not say " + piece + ": " +
                                         process_->output() + process_->errors());
            }
            std::this_thread::sleep_for(std::chrono::milliseconds(5));
        }
    }

    std::vector<Json> lines(const std::string& type = {}) {
        std::vector<Json> found;
        std::istringstream stream(process_->output());
        for (std::string line; std::getline(stream, line);) {
            Json json = Json::parse(line);
            if (type.empty() || json.at("type") == type) {
                found.push_back(std::move(json));
            }
        }
        return found;
    }

    Process& process() { return *process_; }
    int code() { return process_->wait(std::chrono::seconds(60)).value_or(-1); }

private:
    TempDir folder_;
    std::unique_ptr<Process> process_;
};

// `listen-reverse` on a free port.
struct Bot : Tool {
    explicit Bot(std::vector<std::string> arguments,
                 std::vector<std::pair<std::string, std::string>> environment = {})
        : Tool(with_port(std::move(arguments)), std::move(environment)) {
        wait_for("}\n");
        url = lines("listening").at(0).at("url");
    }
    static std::vector<std::string> with_port(std::vector<std::string> arguments) {
        arguments.insert(arguments.begin(), {"listen-reverse", "--json", "--port", "0"});
        return arguments;
    }
    std::string url;
};

GatewayOptions coming_to(const Bot& bot, const std::string& settings = {}) {
    return with_reverse(bot.url + "/api/", bot.url + "/event/", settings);
}

}  // namespace

TEST_CASE("cli: listen prints what happens and ends when told to", "[WS-003][WS-050][AUTH-030]") {
    GatewayUnderTest gateway({.settings = "use_ws = yes\naccess_token = tok"});
    gateway.start();
    Tool tool({"listen", gateway.address("ws") + "/event/", "--until",
               R"({"notice_type":"group_decrease","user_id":10005})"},
              {{"CQHTTP_TOKEN", "tok"}});
    tool.wait_for("connected to ");
    for (const char* member : {"user_id=10004", "user_id=10005"}) {
        const auto kicked = run({cli_program(), "call", "--url", gateway.address("ws") + "/api/",
                                 "set_group_kick", "group_id=20001", member},
                                {}, {{"CQHTTP_TOKEN", "tok"}});
        INFO(kicked.errors);
        REQUIRE(kicked.code == 0);
    }
    REQUIRE(tool.code() == 0);
    const std::vector<Json> events = tool.lines();
    REQUIRE(events.size() == 2);
    CHECK(events[0].at("user_id") == 10004);
    CHECK(events[1].at("sub_type") == "kick");
}

TEST_CASE("cli: listen comes back to a gateway that restarts", "[WS-034]") {
    GatewayUnderTest gateway({.settings = "use_ws = yes"});
    gateway.start();
    Tool tool({"listen", gateway.address("ws") + "/event/", "--reconnect-interval", "0.05"});
    tool.wait_for("connected to ");
    gateway.process().signal(SIGHUP);
    tool.wait_for("1001: it stops or restarts); trying again");
    tool.process().signal(SIGINT);
    CHECK(tool.code() == 130);
}

TEST_CASE("cli: a reverse gateway is greeted and called and heard",
          "[WSR-001][WSR-003][WSR-012][WSR-013][WSR-016][WSR-020][WSR-030]") {
    Bot bot({"--call", "get_login_info", "--call", "set_group_kick group_id=20001 user_id=10004",
             "--until", R"({"notice_type":"group_decrease"})", "--timeout", "60"},
            {{"CQHTTP_TOKEN", "tok"}});
    GatewayUnderTest gateway(coming_to(bot, "access_token = tok"));
    gateway.start();
    const int code = bot.code();
    INFO(bot.process().errors());
    REQUIRE(code == 0);
    const std::vector<Json> handshakes = bot.lines("handshake");
    REQUIRE(handshakes.size() == 2);
    for (const Json& handshake : handshakes) {
        CHECK(handshake.at("self_id") == "10086001");
        CHECK(handshake.at("user_agent") == "CQHttp/4.0.5");
        CHECK(handshake.at("token") == "right");
        CHECK(handshake.at("status") == 101);
    }
    CHECK(handshakes[0].at("role") != handshakes[1].at("role"));
    const std::vector<Json> replies = bot.lines("reply");
    REQUIRE(replies.size() == 2);
    CHECK(replies[0].at("reply").at("data").at("user_id") == 10086001);
    CHECK(bot.lines("event").back().at("event").at("user_id") == 10004);
    CHECK(bot.lines("duplicate").empty());
    // Closed with 1001, so the gateway tries again.
    CHECK(gateway.logs("code=1001", std::chrono::seconds(60)));
}

TEST_CASE("cli: a reverse server that misbehaves is what the gateway reports",
          "[WSR-040][WSR-046]") {
    {
        Bot bot({"--reject", "403"});
        GatewayUnderTest gateway(coming_to(bot));
        gateway.start();
        CHECK(gateway.logs("answered 403", std::chrono::seconds(60)));
    }
    {
        Bot bot({"--close-code", "4000", "--after", "10ms"});
        GatewayUnderTest gateway(coming_to(bot));
        gateway.start();
        CHECK(gateway.logs("code=4000", std::chrono::seconds(60)));
    }
    Bot bot({"--drop"});
    GatewayUnderTest gateway(coming_to(bot));
    gateway.start();
    CHECK(gateway.logs("code=1006", std::chrono::seconds(60)));
    bot.process().signal(SIGINT);
    CHECK(bot.code() == 130);
}

TEST_CASE("cli: a client with another token is told apart", "[AUTH-040][WSR-013]") {
    Bot bot({"--once", "--timeout", "60"}, {{"CQHTTP_TOKEN", "tok"}});
    GatewayUnderTest gateway(coming_to(bot, "access_token = other"));
    gateway.start();
    CHECK(bot.code() == 4);
    CHECK(bot.lines("handshake").at(0).at("token") == "wrong");
}

}  // namespace cqhttp::test
