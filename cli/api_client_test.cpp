#include "cli/api_client.hpp"

#include "gateway/net/http_client.hpp"
#include "gateway/tests/support/catch.hpp"

#include <algorithm>

namespace cli = cqhttp::cli;
namespace net = cqhttp::net;
using cqhttp::cli::ApiCall;
using cqhttp::cli::ApiTarget;
using cqhttp::cli::Encoding;
using cqhttp::cli::make_http_request;
using cqhttp::protocol::ParamKind;

namespace {

ApiTarget target_at(std::string_view url, std::string token = "") {
    ApiTarget target;
    target.url = cqhttp::parse_url(url).value();
    target.token = cqhttp::Secret(std::move(token));
    return target;
}

ApiCall call_of(std::string action, Encoding encoding = Encoding::json) {
    ApiCall call;
    call.action = std::move(action);
    call.encoding = encoding;
    call.params.add_last({"user_id", ParamKind::integer, "10001"});
    call.params.add_last({"message", ParamKind::text, "你 &=+%"});
    return call;
}

std::string header_of(const net::ClientRequest& request, std::string_view name) {
    const auto has_name = [name](const auto& header) { return header.first == name; };
    const auto found = std::find_if(request.headers.begin(), request.headers.end(), has_name);
    return found == request.headers.end() ? "(none)" : found->second;
}

}  // namespace

TEST_CASE("api client: a call is a POST of JSON to the path of its action",
          "[cli][HTTP-010][HTTP-033]") {
    const auto request =
        make_http_request(target_at("http://127.0.0.1:5700"), call_of("send_private_msg"));
    REQUIRE(request.method == "POST");
    REQUIRE(request.url.target == "/send_private_msg");
    REQUIRE(request.url.port == 5700);
    REQUIRE(header_of(request, "Content-Type") == "application/json");
    REQUIRE(request.body == R"({"user_id":10001,"message":"你 &=+%"})");
}

TEST_CASE("api client: without parameters the body is an empty object", "[cli][HTTP-041]") {
    ApiCall call;
    call.action = "get_status";
    REQUIRE(make_http_request(target_at("http://h"), call).body == "{}");
}

TEST_CASE("api client: a query is percent-encoded and has no body", "[cli][HTTP-030][HTTP-044]") {
    const auto request =
        make_http_request(target_at("http://h"), call_of("send_private_msg", Encoding::query));
    REQUIRE(request.method == "GET");
    REQUIRE(request.url.target ==
            "/send_private_msg?user_id=10001&message=%E4%BD%A0%20%26%3D%2B%25");
    REQUIRE(request.body.empty());
    REQUIRE(header_of(request, "Content-Type") == "(none)");
}

TEST_CASE("api client: a query without parameters leaves the question mark out", "[cli]") {
    ApiCall call;
    call.action = "get_status";
    call.encoding = Encoding::query;
    REQUIRE(make_http_request(target_at("http://h"), call).url.target == "/get_status");
}

TEST_CASE("api client: a form carries the same pairs in the body", "[cli][HTTP-032]") {
    const auto request =
        make_http_request(target_at("http://h"), call_of("send_private_msg", Encoding::form));
    REQUIRE(request.method == "POST");
    REQUIRE(request.url.target == "/send_private_msg");
    REQUIRE(header_of(request, "Content-Type") == "application/x-www-form-urlencoded");
    REQUIRE(request.body == "user_id=10001&message=%E4%BD%A0%20%26%3D%2B%25");
}

TEST_CASE("api client: a body given whole is sent as it is", "[cli]") {
    ApiCall call = call_of("send_msg");
    call.body = "{ broken";
    REQUIRE(make_http_request(target_at("http://h"), call).body == "{ broken");
}

TEST_CASE("api client: the path of the address stays before the action", "[cli]") {
    REQUIRE(make_http_request(target_at("http://h/bots/1"), call_of("a")).url.target ==
            "/bots/1/a");
    REQUIRE(make_http_request(target_at("http://h/bots/1/"), call_of("a")).url.target ==
            "/bots/1/a");
}

TEST_CASE("api client: names of actions go unencoded where a path allows it", "[cli][HTTP-014]") {
    const auto path = [](std::string action) {
        return make_http_request(target_at("http://h"), call_of(std::move(action))).url.target;
    };
    REQUIRE(path(".check_update") == "/.check_update");
    REQUIRE(path("_get_friend_list") == "/_get_friend_list");
    REQUIRE(path("a:b@c") == "/a:b@c");
    REQUIRE(path("a?b#c%") == "/a%3Fb%23c%25");
    REQUIRE(path("动作") == "/%E5%8A%A8%E4%BD%9C");
}

TEST_CASE("api client: the token stands in the header after its scheme",
          "[cli][AUTH-005][AUTH-007]") {
    ApiTarget target = target_at("http://h", "kSLuTF2GC2Q4q4ugm3");
    REQUIRE(header_of(make_http_request(target, call_of("a")), "Authorization") ==
            "Token kSLuTF2GC2Q4q4ugm3");
    target.scheme = "Bearer";
    REQUIRE(header_of(make_http_request(target, call_of("a")), "Authorization") ==
            "Bearer kSLuTF2GC2Q4q4ugm3");
}

TEST_CASE("api client: without a token there is no header for it", "[cli][AUTH-001]") {
    REQUIRE(header_of(make_http_request(target_at("http://h"), call_of("a")), "Authorization") ==
            "(none)");
}

TEST_CASE("api client: an address for WebSocket is refused with a way out", "[cli]") {
    for (const char* url : {"ws://127.0.0.1:6700/api", "wss://h/api"}) {
        const auto client = cli::make_api_client(target_at(url));
        REQUIRE(client.has_error());
        REQUIRE(client.error().detail.find("--url http://HOST:PORT") != std::string::npos);
    }
}

TEST_CASE("api client: a certificate file that is not there is a mistake of the operator",
          "[cli]") {
    ApiTarget target = target_at("https://127.0.0.1");
    target.tls.ca_file = "no such file.pem";
    const auto client = cli::make_api_client(target);
    REQUIRE(client.has_error());
    REQUIRE(client.error().detail.find("no such file.pem") != std::string::npos);
}

TEST_CASE("api client: advice depends on how far a request came", "[cli]") {
    using net::ClientStage;
    REQUIRE(cli::advice(ClientStage::resolve, false).find("host name") != std::string::npos);
    REQUIRE(cli::advice(ClientStage::connect, false).find("--url") != std::string::npos);
    REQUIRE(cli::advice(ClientStage::tls, false).find("--ca-file") != std::string::npos);
    REQUIRE(cli::advice(ClientStage::receive, true).find("--timeout") != std::string::npos);
    REQUIRE(cli::advice(ClientStage::receive, false).find("https://") != std::string::npos);
}

TEST_CASE("api client: headers of an answer are found in any case", "[cli]") {
    const cli::ApiAnswer answer{200, {{"content-type", "a"}, {"Content-Type", "b"}}, ""};
    REQUIRE(answer.header("Content-Type") == "a");
    REQUIRE(answer.header("Location").empty());
}
