#include "cli/ws_trouble.hpp"

#include "cli/console.hpp"
#include "gateway/tests/support/catch.hpp"

using cqhttp::parse_url;
using cqhttp::Url;
using cqhttp::cli::explain_end;
using cqhttp::cli::explain_refusal;
using cqhttp::cli::WsRefusal;
using cqhttp::net::WsConnectError;
using cqhttp::net::WsStage;
namespace exit_code = cqhttp::cli::exit_code;

namespace {

const Url url = parse_url("ws://127.0.0.1:6700/").value();

WsRefusal answered(unsigned status, bool token_given = false) {
    WsConnectError error;
    error.stage = WsStage::http;
    error.status = status;
    error.detail = "ws://127.0.0.1:6700/ answered " + std::to_string(status);
    return explain_refusal(error, {url, "Token", token_given});
}

WsRefusal failed(WsStage stage) {
    WsConnectError error;
    error.stage = stage;
    error.detail = "it went wrong";
    return explain_refusal(error, {url});
}

bool contains(const std::string& text, std::string_view part) {
    return text.find(part) != std::string::npos;
}

}  // namespace

TEST_CASE("ws trouble: 401 and 403 are about the token", "[cli][AUTH-034]") {
    REQUIRE(answered(401).exit_code == exit_code::refused);
    REQUIRE(contains(answered(401).notes.front(), "--token-file"));
    REQUIRE(contains(answered(401, true).notes.front(), "--scheme Bearer"));
    REQUIRE(answered(403, true).exit_code == exit_code::refused);
    REQUIRE(answered(403, true).notes.front() == "403: the access token is wrong");
    REQUIRE_FALSE(answered(403, true).passing);
}

TEST_CASE("ws trouble: 404 names both addresses", "[cli][WS-003][WS-006]") {
    const WsRefusal refusal = answered(404);
    REQUIRE(refusal.exit_code == exit_code::not_a_reply);
    REQUIRE(contains(refusal.notes.front(), "ws://127.0.0.1:6700/api/"));
    REQUIRE(contains(refusal.notes.front(), "ws://127.0.0.1:6700/event/"));
}

TEST_CASE("ws trouble: any other answer is explained", "[cli]") {
    REQUIRE(contains(answered(200).notes.front(), "no WebSocket"));
    REQUIRE(contains(answered(301).notes.front(), "answered 301"));
    REQUIRE(contains(answered(400).notes.front(), "handshake"));
    REQUIRE(contains(answered(426).notes.front(), "version 13"));
    for (const unsigned status : {200U, 301U, 400U, 426U, 502U}) {
        REQUIRE(answered(status).exit_code == exit_code::not_a_reply);
    }
    REQUIRE(answered(502).passing);
    REQUIRE_FALSE(answered(200).passing);
}

TEST_CASE("ws trouble: each stage has its advice", "[cli]") {
    REQUIRE(contains(failed(WsStage::resolve).notes.front(), "it went wrong; is the host name"));
    REQUIRE(contains(failed(WsStage::connect).notes.front(), "use_ws = yes"));
    REQUIRE(contains(failed(WsStage::tls).notes.front(), "--ca-file"));
    REQUIRE(contains(failed(WsStage::http).notes.front(), "wss://"));
    REQUIRE(failed(WsStage::connect).exit_code == exit_code::no_answer);
    REQUIRE(failed(WsStage::connect).passing);
    REQUIRE_FALSE(failed(WsStage::tls).passing);
    REQUIRE(failed(WsStage::upgrade).exit_code == exit_code::not_a_reply);
}

TEST_CASE("ws trouble: an end says who and why", "[cli]") {
    REQUIRE(explain_end({true, 1001, "closed by the peer"}) ==
            "closed by the peer (close code 1001: it stops or restarts)");
    REQUIRE(explain_end({true, 4000, "closed by the peer: bye"}) ==
            "closed by the peer: bye (close code 4000)");
    REQUIRE(explain_end({true, 1013, "closed by the peer"}) ==
            "closed by the peer (close code 1013: it found this client too slow)");
    REQUIRE(explain_end({true, 1006, "connection reset"}) == "connection reset");
    REQUIRE(explain_end({false, 1000, "closed by us"}) == "closed by us");
}
