#include "gateway/net/ws_handshake.hpp"

#include "gateway/base/text.hpp"
#include "gateway/tests/support/catch.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace cqhttp::net {
namespace {

constexpr std::string_view sample_key = "dGhlIHNhbXBsZSBub25jZQ==";
constexpr std::string_view sample_accept = "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=";

using Headers = std::vector<HeaderView>;

const Headers good{{"Host", "127.0.0.1:6700"},
                   {"Upgrade", "websocket"},
                   {"Connection", "Upgrade"},
                   {"Sec-WebSocket-Key", sample_key},
                   {"Sec-WebSocket-Version", "13"}};

Headers with(std::string_view name, std::string_view value) {
    Headers headers = good;
    for (HeaderView& header : headers) {
        if (header.name == name) {
            header.value = value;
        }
    }
    return headers;
}

Headers without(std::string_view name) {
    Headers headers = good;
    std::erase_if(headers, [&](const HeaderView& header) { return header.name == name; });
    return headers;
}

Headers plus(Headers headers, std::string_view name, std::string_view value) {
    headers.push_back({name, value});
    return headers;
}

Url url_of(std::string_view text) {
    return parse_url(text).value();
}

constexpr std::string_view good_answer =
    "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
    "Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n\r\n";

std::string replaced(std::string_view text, std::string_view from, std::string_view to) {
    std::string result(text);
    result.replace(result.find(from), from.size(), to);
    return result;
}

}  // namespace

TEST_CASE("ws handshake: the accept value is that of RFC 6455", "[WS-009]") {
    CHECK(accept_value(sample_key) == sample_accept);
}

TEST_CASE("ws handshake: offers are judged", "[WS-008][WS-009][WS-010][WS-011]") {
    struct Row {
        const char* name;
        Headers headers;
        unsigned status;
        std::string_view method = "GET";
        bool http_1_0 = false;
    };
    const std::vector<Row> rows{
        {"a handshake", good, 101},
        {"words in any case", with("Upgrade", "WebSocket"), 101},
        {"Connection is a list", with("Connection", "keep-alive, upgrade"), 101},
        {"Connection is two headers",
         plus(with("Connection", "keep-alive"), "connection", "UPGRADE"), 101},
        {"Upgrade is a list", with("Upgrade", "h2c , websocket"), 101},
        {"extensions and subprotocols are offered",
         plus(plus(good, "Sec-WebSocket-Extensions", "permessage-deflate"),
              "Sec-WebSocket-Protocol", "chat, superchat"),
         101},
        {"any origin", plus(good, "Origin", "http://evil.example"), 101},
        {"no Upgrade", without("Upgrade"), 426},
        {"another Upgrade", with("Upgrade", "h2c"), 426},
        {"Upgrade only contains the word", with("Upgrade", "websockets"), 426},
        {"a plain POST", {{"Host", "x"}}, 426, "POST"},
        {"another version", with("Sec-WebSocket-Version", "8"), 426},
        {"no version", without("Sec-WebSocket-Version"), 426},
        {"two versions", plus(good, "Sec-WebSocket-Version", "8"), 426},
        {"no Connection", without("Connection"), 400},
        {"another Connection", with("Connection", "close"), 400},
        {"no key", without("Sec-WebSocket-Key"), 400},
        {"a short key", with("Sec-WebSocket-Key", "dGhlIHNhbXBsZSBub24="), 400},
        {"a long key", with("Sec-WebSocket-Key", "dGhlIHNhbXBsZSBub25jZTEyMw=="), 400},
        {"a key without padding", with("Sec-WebSocket-Key", "dGhlIHNhbXBsZSBub25jZQ"), 400},
        {"a key that is not base64", with("Sec-WebSocket-Key", "dGhlIHNhbXBsZSBub25j!Q=="), 400},
        {"two keys", plus(good, "sec-websocket-key", sample_key), 400},
        {"a POST", good, 400, "POST"},
        {"HTTP/1.0", good, 400, "GET", true},
    };
    for (const Row& row : rows) {
        INFO(row.name);
        const WsVerdict verdict = judge_offer({row.method, row.headers, row.http_1_0});
        CHECK(verdict.status == row.status);
        CHECK(verdict.accept == (row.status == 101 ? sample_accept : ""));
        CHECK(verdict.problem.empty() == (row.status == 101));
    }
}

TEST_CASE("ws handshake: the first subprotocol that is offered is agreed to", "[WS-008][WS-010]") {
    const std::vector<std::pair<std::string_view, std::string_view>> rows{
        {"chat", "chat"}, {" chat.v2 , superchat", "chat.v2"}, {"", ""}, {"a b", ""}, {",b", ""}};
    for (const auto& [offered, agreed] : rows) {
        INFO(offered);
        const Headers headers = plus(good, "sec-websocket-protocol", offered);
        const WsVerdict verdict = judge_offer({"GET", headers});
        CHECK(verdict.status == 101);
        CHECK(verdict.protocol == agreed);
    }
    CHECK(judge_offer({"GET", good}).protocol.empty());
    CHECK(print_switching(sample_accept, "chat") ==
          replaced(good_answer, "\r\n\r\n", "\r\nSec-WebSocket-Protocol: chat\r\n\r\n"));
}

TEST_CASE("ws handshake: answers of the server carry what they must", "[WS-009][WS-011]") {
    CHECK(print_switching(sample_accept) == good_answer);
    using Headers426 = std::vector<std::pair<std::string, std::string>>;
    CHECK(upgrade_required_headers() ==
          Headers426{{"Upgrade", "websocket"}, {"Sec-WebSocket-Version", "13"}});
}

TEST_CASE("ws handshake: the request of the client is complete", "[WSR-009][WSR-011][WSR-018]") {
    const WsConnectRequest request{url_of("ws://127.0.0.1:8765/api/?a=b"),
                                   {{"X-Self-ID", "10086001"}, {"Authorization", "Token t"}}};
    CHECK(print_upgrade_request(request, sample_key).value() ==
          "GET /api/?a=b HTTP/1.1\r\n"
          "Host: 127.0.0.1:8765\r\n"
          "Upgrade: websocket\r\n"
          "Connection: Upgrade\r\n"
          "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
          "Sec-WebSocket-Version: 13\r\n"
          "X-Self-ID: 10086001\r\n"
          "Authorization: Token t\r\n\r\n");

    const WsConnectRequest plain{url_of("ws://[::1]"), {}};
    const std::string printed = print_upgrade_request(plain, sample_key).value();
    CHECK(printed.starts_with("GET / HTTP/1.1\r\nHost: [::1]\r\n"));
}

TEST_CASE("ws handshake: what would split the request is refused", "[WSR-011]") {
    const std::vector<std::pair<std::string, std::string>> headers{
        {"Authorization", "Token a\r\nX-Evil: 1"},
        {"Authorization", "Token a\n"},
        {"Authorization", std::string("Token \0", 7)},
        {"X-Evil: 1\r\nX", "y"},
        {"", "y"},
        {"Two words", "y"},
    };
    for (const auto& header : headers) {
        INFO(header.first << ": " << header.second);
        WsConnectRequest request{url_of("ws://127.0.0.1/"), {header}};
        const auto printed = print_upgrade_request(request, sample_key);
        REQUIRE(printed.has_error());
        CHECK(printed.error().detail.find("Token") == std::string::npos);
    }
    WsConnectRequest request{url_of("ws://127.0.0.1/"), {}};
    request.url.target = "/ HTTP/1.1\r\nX-Evil: 1";
    CHECK(print_upgrade_request(request, sample_key).has_error());
}

TEST_CASE("ws handshake: keys are 16 random bytes", "[WSR-011]") {
    const std::string key = make_key();
    CHECK(key.size() == 24);
    CHECK(base64_decode(key).value().size() == 16);
    CHECK(key != make_key());
}

TEST_CASE("ws handshake: the answer of the server is checked", "[WSR-011][WSR-040]") {
    struct Row {
        const char* name;
        std::string answer;
        WsStage stage;
        unsigned status;
        std::string location, detail;
    };
    const std::vector<Row> rows{
        {"not found", "HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n", WsStage::http, 404, "",
         "ws://127.0.0.1:8765/api answered 404 (is the path of the address right?)"},
        {"a redirect", "HTTP/1.1 301 Moved\r\nLocation: http://127.0.0.1:8765/api/?t=1\r\n\r\n",
         WsStage::http, 301, "http://127.0.0.1:8765/api/?t=1",
         "ws://127.0.0.1:8765/api answered 301 to http://127.0.0.1:8765/api/ "
         "(the slash at the end of the address is missing)"},
        {"a redirect to nowhere", "HTTP/1.1 302 Found\r\n\r\n", WsStage::http, 302, "",
         "ws://127.0.0.1:8765/api answered 302 to nowhere"},
        {"unauthorised without a reason phrase", "HTTP/1.0 401\r\n\r\n", WsStage::http, 401, "",
         "ws://127.0.0.1:8765/api answered 401 (does the server want another access_token?)"},
        {"a page", "HTTP/1.1 200 OK\r\n\r\n", WsStage::http, 200, "",
         "ws://127.0.0.1:8765/api answered 200 (is there a WebSocket at this address?)"},
        {"a failure", "HTTP/1.1 502 Bad Gateway\r\n\r\n", WsStage::http, 502, "",
         "ws://127.0.0.1:8765/api answered 502"},
        {"not HTTP", "SSH-2.0-x\r\n\r\n", WsStage::http, 0, "",
         "ws://127.0.0.1:8765/api answered with something that is not HTTP"},
        {"no Upgrade", replaced(good_answer, "Upgrade: websocket\r\n", ""), WsStage::upgrade, 0, "",
         "ws://127.0.0.1:8765/api answered 101 without a header Upgrade: websocket"},
        {"no Connection", replaced(good_answer, "Connection: Upgrade\r\n", ""), WsStage::upgrade, 0,
         "", "ws://127.0.0.1:8765/api answered 101 without a header Connection: Upgrade"},
        {"a wrong accept value", replaced(good_answer, "s3pP", "S3pP"), WsStage::upgrade, 0, "",
         "ws://127.0.0.1:8765/api answered 101 without the right Sec-WebSocket-Accept"},
        {"an extension",
         replaced(good_answer, "\r\n\r\n", "\r\nSec-WebSocket-Extensions: x\r\n\r\n"),
         WsStage::upgrade, 0, "",
         "ws://127.0.0.1:8765/api answered 101 without leaving out extensions, "
         "of which none was offered"},
    };
    const Url url = url_of("ws://127.0.0.1:8765/api?access_token=secret");
    for (const Row& row : rows) {
        INFO(row.name);
        const auto error = check_answer(url, sample_key, row.answer);
        REQUIRE(error);
        CHECK(error->stage == row.stage);
        CHECK(error->status == row.status);
        CHECK(error->location == row.location);
        CHECK(error->detail == row.detail);
    }
}

TEST_CASE("ws handshake: a redirect names its target and the likely cause", "[WSR-040]") {
    const std::vector<std::pair<std::string, std::string>> rows{
        {"/api/", "/api/ (the slash at the end of the address is missing)"},
        {"ws://h:81/api/?secret=1",
         "ws://h:81/api/ (the slash at the end of the address is missing)"},
        {"http://H:81/bot", "http://H:81/bot (another path?)"},
        {"http://h/api/", "http://h/api/ (another port?)"},
        {"https://h:81/api", "https://h:81/api (the server wants TLS: wss:// instead of ws://?)"},
        {"http://other:81/api", "http://other:81/api (another host?)"},
        {"//h/api", "//h/api (another address?)"},
        {"mailto:x", "mailto:x (another address?)"}};
    const Url url = url_of("ws://h:81/api?access_token=secret");
    for (const auto& [location, end] : rows) {
        INFO(location);
        const std::string answer = "HTTP/1.1 307 Moved\r\nLocation: " + location + "\r\n\r\n";
        const auto error = check_answer(url, sample_key, answer);
        REQUIRE(error);
        CHECK(error->detail == "ws://h:81/api answered 307 to " + end);
    }
}

TEST_CASE("ws handshake: good answers in other clothes are accepted", "[WSR-011]") {
    const Url url = url_of("ws://127.0.0.1:8765/api");
    CHECK_FALSE(check_answer(url, sample_key, good_answer));
    const std::string other =
        "HTTP/1.1 101 Dumb Increment\r\nconnection:keep-alive, UPGRADE\r\nUPGRADE: WebSocket\r\n"
        "sec-websocket-accept:   s3pPLMBiTxaQ9kYGzzhZRbK+xOo=  \r\nServer: x\r\n\r\n";
    CHECK_FALSE(check_answer(url, sample_key, other));
}

TEST_CASE("ws handshake: the end of the head is found", "[WSR-011]") {
    const std::string answer = std::string(good_answer) + "\x81\x01x";
    CHECK(answer_head_length(answer) == good_answer.size());
    for (std::size_t cut = 0; cut < good_answer.size(); ++cut) {
        CHECK_FALSE(answer_head_length(good_answer.substr(0, cut)));
        CHECK(may_be_http(good_answer.substr(0, cut)));
    }
    CHECK_FALSE(may_be_http("S"));
    CHECK_FALSE(may_be_http("HTTP/2"));
}

}  // namespace cqhttp::net
