// Clients and servers that other people wrote, with what they come with on this machine. What is
// not installed is skipped with a message.
#include "gateway/tests/integration/client_programs.hpp"
#include "gateway/tests/integration/reverse_support.hpp"
#include "gateway/tests/support/catch.hpp"
#include "gateway/tests/support/temp_dir.hpp"

#include <chrono>
#include <signal.h>
#include <sstream>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

namespace cqhttp::test {
namespace {

const std::string python = "/usr/bin/python3";  // Debian's modules are for this one

std::string client(const std::string& file) {
    return std::string(CQHTTP_TEST_CLIENTS) + "/" + file;
}

// Whether Python can import a module of a Debian package; says so if not.
bool has_module(const std::string& name) {
    const bool there = works({python, "-c", "import " + name});
    if (!there) {
        WARN("skipped: " << python << " has no module " << name << " (package python3-" << name
                         << ")");
    }
    return there;
}

GatewayOptions guarded(const std::string& settings = "use_ws = yes\n") {
    return {"access_token = tok\n" + settings};
}

void check_answer_to_example(const std::string& text) {
    INFO(text);
    const Json reply = Json::parse(text);
    CHECK(reply.at("status") == "ok");
    CHECK(reply.at("retcode") == 0);
    CHECK(reply.at("data").at("message_id").is_number_integer());
    CHECK(reply.at("echo") == 1648451782);
    CHECK(reply.size() == 4);
}

void check_event(const std::string& text) {
    INFO(text);
    const Json event = Json::parse(text);
    CHECK(event.at("notice_type") == "group_decrease");
    CHECK(event.at("user_id") == 10004);
}

// Runs a client of the gateway's WebSocket server; its lines.
std::vector<std::string> lines_of(Command command, const GatewayUnderTest& gateway) {
    command.push_back(std::to_string(gateway.port("ws")));
    command.push_back("tok");
    const Finished finished = run(command, {}, no_proxy);
    INFO(finished.errors);
    REQUIRE(finished.code == 0);
    std::vector<std::string> lines;
    std::istringstream text(finished.output);
    for (std::string line; std::getline(text, line);) {
        lines.push_back(line);
    }
    return lines;
}

// The line with that number, as soon as a running program has printed it.
std::string line_of(Process& process, std::size_t number) {
    const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(30);
    while (std::chrono::steady_clock::now() < deadline) {
        const std::string output = process.output();
        if (count(output, "\n") > number) {
            std::istringstream text(output);
            std::string line;
            for (std::size_t i = 0; i <= number; ++i) {
                std::getline(text, line);
            }
            return line;
        }
        std::this_thread::sleep_for(std::chrono::milliseconds(10));
    }
    throw std::runtime_error("the program printed nothing more: " + process.errors());
}

// The message of the first call that says something to user 10001; empty if none comes in time.
std::string message_to_10001(const GatewayUnderTest& gateway) {
    const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(60);
    while (std::chrono::steady_clock::now() < deadline) {
        const auto reply =
            http(gateway.port(), "GET", "/.sandbox_effects", {"Authorization: Token tok"});
        const Json effects = Json::parse(reply.body).at("data");
        for (const auto& effect : effects) {
            if (effect.at("action") == "send_private_msg") {
                return effect.at("params").at("message").get<std::string>();
            }
        }
        std::this_thread::sleep_for(std::chrono::milliseconds(50));
    }
    return {};
}

}  // namespace

TEST_CASE("ws clients: the example of the seed page from Node",
          "[WS-009][WS-020][ECHO-002][AUTH-013][AUTH-030]") {
    const auto node = find_program("node");
    const std::string flag = "--experimental-websocket";
    if (!node || !works({*node, flag, "-e", "void WebSocket"})) {
        WARN("skipped: there is no node whose version is 20.10 or later");
        return;
    }
    GatewayUnderTest gateway(guarded());
    gateway.start();
    const auto lines = lines_of({*node, flag, client("seed_example.mjs")}, gateway);
    REQUIRE(lines.size() == 1);
    check_answer_to_example(lines[0]);
}

TEST_CASE("ws clients: the example of the seed page from websockets in Python",
          "[WS-009][WS-010][WS-020][ECHO-002][AUTH-013]") {
    if (!has_module("websockets")) {
        return;
    }
    GatewayUnderTest gateway(guarded());
    gateway.start();
    const auto lines = lines_of({python, client("seed_example_websockets.py")}, gateway);
    REQUIRE(lines.size() == 1);
    check_answer_to_example(lines[0]);
}

TEST_CASE("ws clients: the example of the seed page and an event from aiohttp in Python",
          "[WS-009][WS-020][WS-050][ECHO-002][AUTH-005]") {
    if (!has_module("aiohttp")) {
        return;
    }
    GatewayUnderTest gateway(guarded());
    gateway.start();
    const auto lines = lines_of({python, client("seed_example_aiohttp.py")}, gateway);
    REQUIRE(lines.size() == 2);
    check_answer_to_example(lines[0]);
    check_event(lines[1]);
}

TEST_CASE("ws clients: a bot with aiohttp that the gateway connects to",
          "[WSR-001][WSR-011][WSR-013][WSR-020][WSR-030]") {
    if (!has_module("aiohttp")) {
        return;
    }
    const TempDir folder;
    Process bot({{python, client("reverse_bot_aiohttp.py"), "tok"}, no_proxy, {}, folder.path()});
    const std::string address = "ws://127.0.0.1:" + line_of(bot, 0);
    GatewayUnderTest gateway(
        guarded("use_ws_reverse = yes\nws_reverse_reconnect_interval = 100\nws_reverse_api_url = " +
                address + "/api/\nws_reverse_event_url = " + address + "/event/\n"));
    gateway.start();
    check_answer_to_example(line_of(bot, 1));
    check_event(line_of(bot, 2));
    CHECK(gateway.logs("code=1001"));
    CHECK(bot.wait() == 0);
}

TEST_CASE("ws clients: a page in a browser calls and shows the answer and the event",
          "[WS-001][WS-008][WS-010][WS-050][AUTH-013][AUTH-030]") {
    const auto chromium = find_program("chromium");
    if (!chromium) {
        WARN("skipped: there is no chromium on this machine");
        return;
    }
    GatewayUnderTest gateway(guarded());
    gateway.start();
    const TempDir folder;
    const std::string page = "file://" + client("page.html") +
                             "#port=" + std::to_string(gateway.port("ws")) + "&token=tok";
    Process browser({{*chromium, "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic",
                      "--disable-dev-shm-usage", "--no-first-run", "--disable-sync",
                      "--disable-background-networking", "--disable-component-update",
                      "--user-data-dir=" + (folder.path() / "profile").string(), page},
                     {{"HOME", folder.path().string()}},
                     {},
                     folder.path()});
    const std::string shown = message_to_10001(gateway);
    INFO("the page showed: " << shown << "\nthe browser said: " << browser.errors());
    browser.signal(SIGTERM);
    CHECK(browser.wait(std::chrono::seconds(20)));
    const std::size_t second = shown.find("\nEvent\n");
    REQUIRE(shown.starts_with("Answer\n"));
    REQUIRE(second != std::string::npos);
    CHECK(Json::parse(shown.substr(7, second - 7)) ==
          Json::parse(R"({"status":"ok","retcode":0,"data":null,"echo":"page"})"));
    check_event(shown.substr(second + 7));
}

}  // namespace cqhttp::test
