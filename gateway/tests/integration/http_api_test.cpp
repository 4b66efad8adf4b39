#include "gateway/tests/support/catch.hpp"
#include "gateway/tests/support/gateway_process.hpp"
#include "gateway/tests/support/http_peer.hpp"

#include <nlohmann/json.hpp>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

namespace cqhttp::test {
namespace {

using Json = nlohmann::json;

Json effects(const GatewayUnderTest& gateway, const std::vector<std::string>& headers = {}) {
    const auto reply = http(gateway.port(), "GET", "/.sandbox_effects", headers);
    return Json::parse(reply.body).at("data");
}

}  // namespace

TEST_CASE("http api: the address of the seed page works as printed",
          "[HTTP-001][HTTP-010][HTTP-030][HTTP-060][HTTP-061][ACT-101]") {
    GatewayUnderTest gateway;
    gateway.start();
    const auto reply =
        http(gateway.port(), "GET", "/send_private_msg?user_id=1234567&message=hello");
    CHECK(reply.status == 200);
    CHECK(reply.header("Content-Type") == "application/json; charset=UTF-8");
    const Json body = Json::parse(reply.body);
    CHECK(body.at("status") == "ok");
    CHECK(body.at("retcode") == 0);
    CHECK(body.at("data").at("message_id").get<int>() > 0);
    const Json made = effects(gateway);
    REQUIRE(made.size() == 1);
    CHECK(made[0].at("action") == "send_private_msg");
    CHECK(made[0].at("message_id") == body.at("data").at("message_id"));
    CHECK(gateway.stop() == 0);
}

TEST_CASE("http api: query and form and JSON reach the account alike",
          "[HTTP-016][HTTP-032][HTTP-033][HTTP-044][HTTP-048]") {
    GatewayUnderTest gateway;
    gateway.start();
    const auto port = gateway.port();
    CHECK(http(port, "GET", "/send_private_msg?user_id=10001&message=%E4%BD%A0+%E5%A5%BD").status ==
          200);
    CHECK(http(port, "POST", "/send_private_msg?user_id=10001&message=a").status == 200);
    CHECK(http(port, "POST", "/send_private_msg/",
               {"Content-Type: application/x-www-form-urlencoded"}, "user_id=10001&message=a%2Bb+c")
              .status == 200);
    CHECK(http_json(port, "/send_private_msg", R"({"user_id":"10001","message":"\u4f60好"})")
              .status == 200);
    CHECK(http_json(port, "/send_private_msg",
                    R"({"user_id":10001,"message":[{"type":"face","data":{"id":"7"}}]})")
              .status == 200);
    const Json made = effects(gateway);
    REQUIRE(made.size() == 5);
    CHECK(made[0].at("params").at("message") == "你 好");
    CHECK(made[2].at("params").at("message") == "a+b c");
    CHECK(made[3].at("params").at("message") == "你好");
    CHECK(made[4].at("params").at("message")[0].at("type") == "face");
}

TEST_CASE("http api: the token protects calls and files on the wire",
          "[AUTH-001][AUTH-002][AUTH-003][AUTH-004][AUTH-013][AUTH-016][AUTH-020][AUTH-050]") {
    GatewayUnderTest gateway({"access_token = tok\nserve_data_files = yes"});
    gateway.start();
    const auto port = gateway.port();
    std::filesystem::create_directories(gateway.root() / "data" / "image");
    std::ofstream(gateway.root() / "data" / "image" / "a.jpg") << "picture";
    const std::string call = "/send_private_msg?user_id=10001&message=a";
    HttpPeer peer(port);
    peer.send("GET " + call + " HTTP/1.1\r\nHost: x\r\n\r\n");
    const auto missing = peer.receive();
    CHECK(missing.status == 401);
    CHECK(missing.body.empty());
    CHECK(missing.header("Content-Length") == "0");
    CHECK(missing.header("Content-Type").empty());
    peer.send("GET " + call + " HTTP/1.1\r\nHost: x\r\nAuthorization: Token tik\r\n\r\n");
    CHECK(peer.receive().status == 403);
    peer.send("GET " + call + " HTTP/1.1\r\nHost: x\r\nAuthorization: Token tok\r\n\r\n");
    CHECK(peer.receive().status == 200);
    CHECK(http(port, "GET", call + "&access_token=tok").status == 200);
    CHECK(http(port, "POST", call + "&access_token=tok").status == 200);
    CHECK(http(port, "GET", call + "&access_token=tok", {"Authorization: Token bad"}).status ==
          403);
    CHECK(http(port, "GET", call + "&access_token=bad", {"Authorization: token tok"}).status ==
          200);
    for (const char* wrong : {"to", "tokk", "TOK", "tok%20"}) {
        CHECK(http(port, "GET", call + "&access_token=" + wrong).status == 403);
    }
    CHECK(http(port, "GET", "/data/image/a.jpg").status == 401);
    CHECK(http(port, "GET", "/data/image/a.jpg", {"Authorization: Token bad"}).status == 403);
    CHECK(http(port, "GET", "/data/image/a.jpg", {"Authorization: Token tok"}).body == "picture");
    CHECK(effects(gateway, {"Authorization: Token tok"}).size() == 4);
    CHECK(gateway.log().find("tok\n") == std::string::npos);
}

TEST_CASE("http api: without a configured token every credential is served", "[AUTH-001]") {
    GatewayUnderTest gateway;
    gateway.start();
    CHECK(http(gateway.port(), "GET", "/get_login_info", {"Authorization: Nonsense"}).status ==
          200);
    CHECK(http(gateway.port(), "GET", "/get_login_info?access_token=any").status == 200);
}

TEST_CASE("http api: data files obey their order of checks",
          "[DATA-001][DATA-003][DATA-004][DATA-005][DATA-008][DATA-010][DATA-011][DATA-016]") {
    GatewayUnderTest off({"access_token = tok"});
    off.start();
    CHECK(http(off.port(), "GET", "/data/image/a..b").status == 404);

    GatewayUnderTest on({"access_token = tok\nserve_data_files = yes"});
    on.start();
    const auto port = on.port();
    const std::string token = "Authorization: Token tok";
    std::filesystem::create_directories(on.root() / "data" / "image" / "sub");
    const std::string bytes = std::string(300'000, 'x') + std::string("\0\xff", 2);
    std::ofstream(on.root() / "data" / "image" / "big.jpg", std::ios::binary) << bytes;
    CHECK(http(port, "GET", "/data/image/a..b").status == 401);
    CHECK(http(port, "GET", "/data/image/a..b", {token}).status == 403);
    CHECK(http(port, "GET", "/data/image/%2e%2e/x", {token}).status == 403);
    CHECK(http(port, "GET", "/data/image/none", {token}).status == 404);
    CHECK(http(port, "GET", "/data/image/sub", {token}).status == 404);
    CHECK(http(port, "GET", "/data/log/x", {token}).status == 404);
    CHECK(http(port, "POST", "/data/image/big.jpg", {token}).status == 404);
    const auto file = http(port, "GET", "/data/image/big.jpg", {token});
    CHECK(file.status == 200);
    CHECK(file.body == bytes);
    CHECK(file.header("Content-Length") == std::to_string(bytes.size()));
    CHECK(file.header("Content-Type") == "application/octet-stream");
    CHECK(file.header("Content-Disposition") == "attachment");
}

TEST_CASE("http api: one connection serves many requests in order",
          "[HTTP-003][HTTP-004][HTTP-006][HTTP-067]") {
    GatewayUnderTest gateway;
    gateway.start();
    HttpPeer idle(gateway.port());
    HttpPeer slow(gateway.port());
    slow.send("GET /get_lo");
    HttpPeer peer(gateway.port());
    std::string burst;
    for (int i = 0; i < 50; ++i) {
        burst += i % 2 == 0 ? "GET /get_login_info HTTP/1.1\r\nHost: x\r\n\r\n"
                            : "GET /no_such_action HTTP/1.1\r\nHost: x\r\n\r\n";
    }
    peer.send(burst);
    for (int i = 0; i < 50; ++i) {
        CHECK(peer.receive().status == (i % 2 == 0 ? 200 : 404));
    }
    peer.send("GET /get_login_info HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
    CHECK(peer.receive().status == 200);
    CHECK(peer.ended());
    slow.send("gin_info HTTP/1.0\r\n\r\n");
    CHECK(slow.receive().status == 200);
    CHECK(slow.ended());
}

TEST_CASE("http api: a switched off server does not listen", "[HTTP-002][CFG-030]") {
    GatewayUnderTest gateway({"use_http = no"});
    gateway.start();
    CHECK_THROWS(gateway.port());
    CHECK(gateway.stop() == 0);
}

TEST_CASE("http api: async calls are carried out after their answer", "[ASYNC-001][ASYNC-002]") {
    GatewayUnderTest gateway;
    gateway.start();
    const auto reply =
        http(gateway.port(), "GET", "/send_private_msg_async?user_id=10001&message=later");
    CHECK(Json::parse(reply.body) ==
          Json({{"status", "async"}, {"retcode", 1}, {"data", nullptr}}));
    Json made = effects(gateway);
    while (made.empty()) {
        made = effects(gateway);
    }
    CHECK(made.size() == 1);
    CHECK(made[0].at("params").at("message") == "later");
}

TEST_CASE("http api: a message of an async call is enhanced like any other", "[ASYNC-009]") {
    GatewayUnderTest gateway;
    gateway.start();
    http(gateway.port(), "GET",
         "/send_private_msg_async?user_id=10001&message=%5BCQ:image,file=base64://aGVsbG8=%5D");
    while (effects(gateway).empty()) {
    }
    std::vector<std::string> files;
    for (const auto& entry :
         std::filesystem::directory_iterator(gateway.root() / "data" / "image")) {
        std::ifstream in(entry.path(), std::ios::binary);
        files.emplace_back(std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>());
    }
    CHECK(files == std::vector<std::string>{"hello"});
}

TEST_CASE("http api: what the account did shows in what it knows", "[SBX-002][ACT-113][ACT-122]") {
    GatewayUnderTest gateway;
    gateway.start();
    const auto port = gateway.port();
    const Json login = Json::parse(http(port, "GET", "/get_login_info").body).at("data");
    const std::string self = std::to_string(login.at("user_id").get<std::int64_t>());
    CHECK(self == "10086001");
    CHECK(
        Json::parse(
            http(port, "GET", "/set_group_card?group_id=20001&user_id=" + self + "&card=boss").body)
            .at("retcode") == 0);
    const auto member = Json::parse(
        http(port, "GET", "/get_group_member_info?group_id=20001&user_id=" + self).body);
    CHECK(member.at("data").at("card") == "boss");
}

}  // namespace cqhttp::test
