#include "cli/reverse_report.hpp"

#include "gateway/tests/support/catch.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <sstream>

using cqhttp::cli::ClientRole;
using cqhttp::cli::Console;
using cqhttp::cli::ReverseHandshake;
using cqhttp::cli::ReverseReport;
using cqhttp::cli::TokenVerdict;
using cqhttp::protocol::ProfileId;

namespace {

ReverseHandshake api_client() {
    ReverseHandshake handshake;
    handshake.path = "/api/";
    handshake.role = ClientRole::api;
    handshake.self_id = "10086001";
    handshake.user_agent = "CQHttp/4.0.5";
    handshake.peer = "127.0.0.1:40000";
    handshake.scheme = "Token";
    handshake.token = TokenVerdict::right;
    return handshake;
}

// What the report writes; in text form without the time of day.
template <class Tell>
std::string told(bool json, Tell tell) {
    std::ostringstream out;
    std::ostringstream err;
    Console console(out, err, {});
    const auto clock = [] {
        return std::chrono::system_clock::time_point(std::chrono::milliseconds(1700000000250));
    };
    ReverseReport report(console, {json, ProfileId::cqhttp_4_0}, clock);
    tell(report);
    REQUIRE(report.flush());
    REQUIRE(err.str().empty());
    return json ? out.str() : out.str().substr(10);
}

}  // namespace

TEST_CASE("reverse report: a handshake is one line for people or programs", "[cli][WSR-012]") {
    const auto tell = [](ReverseReport& report) { report.handshake(1, api_client(), 101); };
    REQUIRE(told(false, tell) ==
            "#1 handshake /api/  api  self 10086001  CQHttp/4.0.5  token right (Token)  from "
            "127.0.0.1:40000\n");
    REQUIRE(told(true, tell) ==
            R"({"type":"handshake","time":1700000000.250,"connection":1,"path":"/api/",)"
            R"("role":"api","self_id":"10086001","user_agent":"CQHttp/4.0.5","token":"right",)"
            R"("scheme":"Token","peer":"127.0.0.1:40000","status":101})"
            "\n");
}

TEST_CASE("reverse report: a refusal has its status and reason", "[cli]") {
    const auto tell = [](ReverseReport& report) {
        report.handshake(2, api_client(), 403, "asked for with --reject");
    };
    REQUIRE(told(false, tell).ends_with("refused with 403: asked for with --reject\n"));
    const auto json = nlohmann::json::parse(told(true, tell));
    REQUIRE(json.at("status") == 403);
    REQUIRE(json.at("reason") == "asked for with --reject");
}

TEST_CASE("reverse report: events and replies keep their spelling", "[cli]") {
    const auto tell = [](ReverseReport& report) {
        report.event(3, R"({ "post_type":"message", "x":1e2 })");
        report.reply(1, "get_status", "{\"status\":\"ok\",\n\"retcode\":-0}");
    };
    REQUIRE(told(true, tell) ==
            R"({"type":"event","time":1700000000.250,"connection":3,)"
            R"("event":{"post_type":"message","x":1e2}})"
            "\n"
            R"({"type":"reply","time":1700000000.250,"connection":1,"action":"get_status",)"
            R"("reply":{"status":"ok","retcode":-0}})"
            "\n");
}

TEST_CASE("reverse report: whatever a peer sends each line is one JSON document", "[cli]") {
    const std::string nasty = "\xFF\x1b[2J \"\\ \n {";
    ReverseHandshake handshake = api_client();
    handshake.path = handshake.self_id = handshake.user_agent = handshake.scheme = nasty;
    const auto tell = [&](ReverseReport& report) {
        report.handshake(1, handshake, 400, nasty);
        report.duplicate(1, 2, handshake);
        report.event(1, nasty);
        report.call(1, nasty);
        report.reply(1, nasty, nasty);
        report.stray(1, nasty, nasty);
        report.misbehaves(1, nasty);
        report.closed(1, handshake, {true, 1006, nasty});
    };
    std::istringstream lines(told(true, tell));
    int count = 0;
    for (std::string line; std::getline(lines, line); ++count) {
        INFO(line);
        REQUIRE(nlohmann::json::parse(line).at("type").is_string());
    }
    REQUIRE(count == 8);
    const std::string text = told(false, tell);
    REQUIRE(std::count(text.begin(), text.end(), '\n') == 8);
    REQUIRE(text.find('\x1b') == std::string::npos);
}

TEST_CASE("reverse report: ends and duplicates are told", "[cli]") {
    const auto tell = [](ReverseReport& report) {
        report.duplicate(3, 1, api_client());
        report.closed(3, api_client(), {true, 1001, "closed by the peer"});
    };
    const std::string text = told(false, tell);
    REQUIRE(text.find("#3 duplicate: #1 is an open api connection of 10086001, too\n") == 0);
    REQUIRE(text.find("#3 closed by the peer (close code 1001") != std::string::npos);
}
