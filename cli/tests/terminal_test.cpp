#include "cli/tests/process.hpp"
#include "cli/tests/raw_responder.hpp"
#include "gateway/tests/support/catch.hpp"

#include <algorithm>
#include <sstream>

using cqhttp::cli::test::Ended;
using cqhttp::cli::test::http_answer;
using cqhttp::cli::test::Output;
using cqhttp::cli::test::RawResponder;
using cqhttp::cli::test::run;
using cqhttp::cli::test::Start;

namespace {

constexpr const char* pretty_reply =
    "{\n"
    "  \"status\": \"ok\",\n"
    "  \"retcode\": 0,\n"
    "  \"data\": null\n"
    "}\n";

Ended call_on_terminal(std::vector<std::string> more,
                       std::vector<std::pair<std::string, std::string>> environment) {
    RawResponder server(
        http_answer("HTTP/1.1 200 OK", R"({"status":"ok","retcode":0,"data":null})"));
    Start start{{"call", "get_status", "--url", server.url()}};
    start.arguments.insert(start.arguments.end(), more.begin(), more.end());
    start.environment = std::move(environment);
    start.output = Output::terminal;
    return run(std::move(start));
}

std::size_t widest_line(const std::string& text) {
    std::size_t widest = 0;
    std::istringstream stream(text);
    for (std::string line; std::getline(stream, line);) {
        widest = std::max(widest, line.size());
    }
    return widest;
}

Ended list_on_terminal(unsigned short columns,
                       std::vector<std::pair<std::string, std::string>> environment = {}) {
    environment.emplace_back("NO_COLOR", "1");
    return run({.arguments = {"actions"},
                .environment = std::move(environment),
                .output = Output::terminal,
                .columns = columns});
}

}  // namespace

TEST_CASE("cli: on a terminal a reply is indented and coloured", "[cli]") {
    const Ended ended = call_on_terminal({}, {{"TERM", "xterm"}});
    REQUIRE(ended.code == 0);
    REQUIRE(ended.out.find("\x1b[36m\"status\"\x1b[0m: \x1b[32m\"ok\"\x1b[0m") !=
            std::string::npos);
}

TEST_CASE("cli: the environment and a dumb terminal and the option can leave colours out",
          "[cli]") {
    REQUIRE(call_on_terminal({}, {{"NO_COLOR", "1"}}).out == pretty_reply);
    REQUIRE(call_on_terminal({}, {{"TERM", "dumb"}}).out == pretty_reply);
    REQUIRE(call_on_terminal({"--color", "never"}, {{"TERM", "xterm"}}).out == pretty_reply);
}

TEST_CASE("cli: the list of actions fits the terminal", "[cli]") {
    const Ended wide = list_on_terminal(120);
    const Ended narrow = list_on_terminal(80);
    REQUIRE(wide.code == 0);
    REQUIRE(widest_line(narrow.out) <= 80);
    REQUIRE(widest_line(wide.out) <= 120);
    REQUIRE(widest_line(wide.out) > 80);
}

TEST_CASE("cli: COLUMNS says the width before the terminal does", "[cli]") {
    REQUIRE(widest_line(list_on_terminal(200, {{"COLUMNS", "70"}}).out) <= 70);
}
