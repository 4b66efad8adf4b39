#include "gateway/tests/support/catch.hpp"
#include "gateway/tests/support/gateway_process.hpp"
#include "gateway/tests/support/http_peer.hpp"
#include "gateway/tests/support/sanitized.hpp"

#include <nlohmann/json.hpp>

#include <string>
#include <vector>

namespace cqhttp::test {
namespace {

using Json = nlohmann::json;

bool still_serving(const GatewayUnderTest& gateway) {
    return http(gateway.port(), "GET", "/get_login_info").status == 200;
}

int retcode(const PeerResponse& response) {
    return response.status == 200 ? Json::parse(response.body).at("retcode").get<int>() : -1;
}

std::string repeat(const std::string& piece, std::size_t times) {
    std::string text;
    text.reserve(piece.size() * times);
    for (std::size_t i = 0; i < times; ++i) {
        text += piece;
    }
    return text;
}

// Sends `bytes`, then reads one answer; a peer that the gateway has cut while it was sending gets
// status 0 at the worst.
int status_of(const GatewayUnderTest& gateway, const std::string& bytes) {
    HttpPeer peer(gateway.port());
    peer.send(bytes);
    return peer.receive().status;
}

}  // namespace

TEST_CASE("bad input: what is not HTTP gets 400 and a close", "[HTTP-004][HTTP-009]") {
    GatewayUnderTest gateway;
    gateway.start();
    const std::vector<std::string> garbage{
        "\r\n\r\n\r\n\r\nhello\r\n\r\n",
        "GET\r\n\r\n",
        "GET /x\r\n\r\n",
        "GET /get_login_info HTTP/9.9\r\n\r\n",
        std::string("\x16\x03\x01\x02\x00\x01", 6) + "\r\n\r\n",
        "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
        std::string("GET /a\0b HTTP/1.1\r\n\r\n", 20),
        "POST /get_login_info HTTP/1.1\r\nContent-Length: -1\r\n\r\n",
        "POST /get_login_info HTTP/1.1\r\nContent-Length: 99999999999999999999\r\n\r\n",
        "POST /get_login_info HTTP/1.1\r\nContent-Length: 2\r\nTransfer-Encoding: "
        "chunked\r\n\r\n{}",
        "POST /get_login_info HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n{}\r\n0\r\n\r\n",
        "GET /get_login_info HTTP/1.1\r\nbad header\r\n\r\n"};
    for (const auto& bytes : garbage) {
        INFO(bytes);
        HttpPeer peer(gateway.port());
        peer.send(bytes);
        const auto response = peer.receive();
        CHECK(response.status >= 400);
        CHECK(response.status < 600);
        CHECK(peer.ended());
    }
    CHECK(still_serving(gateway));
}

TEST_CASE("bad input: truncated requests end alone", "[HTTP-004]") {
    GatewayUnderTest gateway;
    gateway.start();
    const std::string request =
        "POST /send_private_msg HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"
        "Content-Length: 40\r\n\r\n{\"user_id\":10001,\"message\":\"truncated";
    for (std::size_t length = 0; length < request.size(); length += 7) {
        HttpPeer peer(gateway.port());
        peer.send(request.substr(0, length));
    }
    HttpPeer half(gateway.port());
    half.send(request);
    half.half_close();
    while (!half.ended()) {
        half.receive_some();
    }
    CHECK(still_serving(gateway));
    const auto effects = http(gateway.port(), "GET", "/.sandbox_effects");
    CHECK(Json::parse(effects.body).at("data").empty());
}

TEST_CASE("bad input: a body of 100 MB gets 413 and is not read", "[HTTP-008]") {
    GatewayUnderTest gateway;
    gateway.start();
    const auto before = gateway.resident_bytes();
    HttpPeer peer(gateway.port());
    peer.send(
        "POST /send_private_msg HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"
        "Content-Length: 104857600\r\n\r\n");
    const std::string chunk(1 << 20, 'x');
    for (int i = 0; i < 100 && peer.send(chunk); ++i) {
    }
    CHECK(peer.receive().status == 413);
    CHECK(gateway.resident_bytes() < before + ((sanitized ? 256U : 40U) << 20));
    CHECK(still_serving(gateway));
}

TEST_CASE("bad input: a chunked body over the bound gets 413", "[HTTP-007][HTTP-008]") {
    GatewayUnderTest gateway({"gateway.max_body = 1024"});
    gateway.start();
    HttpPeer peer(gateway.port());
    peer.send(
        "POST /get_login_info HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"
        "Transfer-Encoding: chunked\r\n\r\n");
    for (int i = 0; i < 20 && peer.send("64\r\n" + std::string(100, ' ') + "\r\n"); ++i) {
    }
    CHECK(peer.receive().status == 413);
    CHECK(http(gateway.port(), "POST", "/get_login_info",
               {"Content-Type: application/json", "Transfer-Encoding: chunked", "X: y"}, "")
              .status >= 400);
    HttpPeer good(gateway.port());
    good.send(
        "POST /get_login_info HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"
        "Transfer-Encoding: chunked\r\n\r\n1\r\n{\r\n1\r\n}\r\n0\r\n\r\n");
    CHECK(good.receive().status == 200);
}

TEST_CASE("bad input: a head of 1 MB gets 431", "[HTTP-009]") {
    GatewayUnderTest gateway;
    gateway.start();
    HttpPeer header(gateway.port());
    header.send("GET /get_login_info HTTP/1.1\r\nHost: x\r\nX-Long: " + std::string(1 << 20, 'a') +
                "\r\n\r\n");
    CHECK(header.receive().status == 431);
    HttpPeer target(gateway.port());
    target.send("GET /" + std::string(1 << 20, 'a') + " HTTP/1.1\r\n\r\n");
    const int status = target.receive().status;
    CHECK((status == 431 || status == 414));
    HttpPeer many(gateway.port());
    many.send("GET /get_login_info HTTP/1.1\r\n" + repeat("A: b\r\n", 200'000) + "\r\n");
    CHECK(many.receive().status == 431);
    CHECK(still_serving(gateway));
}

TEST_CASE("bad input: peers slower than the limits are cut and others are not", "[HTTP-009]") {
    GatewayUnderTest gateway(
        {"gateway.header_timeout_ms = 300\ngateway.body_timeout_ms = 300\n"
         "gateway.idle_timeout_ms = 300"});
    gateway.start();
    HttpPeer head(gateway.port());
    head.send("GET /get_login_info HT");
    HttpPeer body(gateway.port());
    body.send(
        "POST /get_login_info HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"
        "Content-Length: 2\r\n\r\n{");
    HttpPeer idle(gateway.port());
    CHECK(head.receive().status == 408);
    CHECK(head.ended());
    CHECK(body.receive().status == 408);
    CHECK(body.ended());
    CHECK(idle.ended());
    CHECK(still_serving(gateway));
}

TEST_CASE("bad input: bytes that are not UTF-8 never crash", "[HTTP-050]") {
    GatewayUnderTest gateway;
    gateway.start();
    const auto port = gateway.port();
    CHECK(retcode(http(port, "GET", "/send_private_msg?user_id=10001&message=%C3%28")) == 100);
    CHECK(retcode(http(port, "GET", "/send_private_msg?user_id=10001&message=\xff")) == 100);
    CHECK(retcode(http(port, "POST", "/send_private_msg",
                       {"Content-Type: application/x-www-form-urlencoded"},
                       "user_id=10001&message=\xed\xa0\x80")) == 100);
    CHECK(http_json(port, "/send_private_msg", "{\"user_id\":10001,\"message\":\"\xff\"}").status ==
          400);
    CHECK(retcode(http(port, "GET", "/send_private_msg?user_id=10001&message=ok&%ff=%fe")) == 0);
    CHECK(still_serving(gateway));
}

TEST_CASE("bad input: deep nesting is refused", "[HTTP-038][MSG-006]") {
    GatewayUnderTest gateway;
    gateway.start();
    const auto port = gateway.port();
    CHECK(http_json(port, "/get_login_info", std::string(500'000, '[')).status == 400);
    CHECK(http_json(port, "/get_login_info", repeat("{\"a\":", 500'000)).status == 400);
    CHECK(http_json(port, "/get_login_info",
                    "{\"a\":" + std::string(500'000, '[') + std::string(500'000, ']') + "}")
              .status == 400);
    const auto query =
        http(port, "GET", "/send_private_msg?user_id=10001&message=" + repeat("[CQ:a", 2'000));
    CHECK(query.status == 200);
    CHECK(still_serving(gateway));
}

TEST_CASE("bad input: ids beyond every number answer 100", "[PAR-005][PAR-016][PAR-017][PAR-018]") {
    GatewayUnderTest gateway;
    gateway.start();
    const auto port = gateway.port();
    const std::string huge = "1" + std::string(30, '0');
    CHECK(retcode(http(port, "GET", "/send_private_msg?message=a&user_id=" + huge)) == 100);
    CHECK(retcode(http_json(port, "/send_private_msg",
                            "{\"message\":\"a\",\"user_id\":" + huge + "}")) == 100);
    CHECK(retcode(http_json(port, "/send_private_msg", R"({"message":"a","user_id":1e400})")) ==
          100);
    CHECK(retcode(http(port, "GET", "/send_private_msg?message=a&user_id=-1")) == 100);
    CHECK(retcode(http(port, "GET", "/send_private_msg?message=a&user_id=0")) == 100);
    CHECK(retcode(http(port, "GET", "/send_private_msg?message=a&user_id=9007199254740992")) ==
          -23);
}

TEST_CASE("bad input: traversal in every disguise serves nothing",
          "[DATA-005][DATA-006][DATA-007]") {
    GatewayUnderTest gateway({"serve_data_files = yes"});
    gateway.start();
    for (const char* target :
         {"/data/image/../../gateway.ini", "/data/image/%2e%2e/%2e%2e/gateway.ini",
          "/data/image/%252e%252e/%252e%252e/gateway.ini", "/data/image/..%2f..%2fgateway.ini",
          "/data/image/..\\..\\gateway.ini", "/data/image/%2e%2e%5c%2e%2e%5cgateway.ini",
          "/data/image/%00/../gateway.ini", "/data/image//etc/passwd",
          "/data/image/%2fetc%2fpasswd", "/data/../gateway.ini", "/data/image/....//gateway.ini"}) {
        INFO(target);
        const auto response = http(gateway.port(), "GET", target);
        CHECK((response.status == 403 || response.status == 404));
        CHECK(response.body.empty());
    }
}

TEST_CASE("bad input: more connections than allowed wait or are refused and others go on",
          "[HTTP-004]") {
    GatewayUnderTest gateway({"gateway.max_connections = 3"});
    gateway.start();
    HttpPeer a(gateway.port()), b(gateway.port()), c(gateway.port());
    a.send("GET /get_login_info HTTP/1.1\r\nHost: x\r\n\r\n");
    CHECK(a.receive().status == 200);
    CHECK(status_of(gateway, "GET /get_login_info HTTP/1.1\r\nHost: x\r\n\r\n") == 503);
    b.send("GET /get_login_info HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
    CHECK(b.receive().status == 200);
    CHECK(b.ended());
    CHECK(gateway.stop() == 0);
}

}  // namespace cqhttp::test
