#include "gateway/transport/http_api.hpp"

#include "gateway/action/dispatcher.hpp"
#include "gateway/base/text.hpp"
#include "gateway/tests/support/catch.hpp"
#include "gateway/tests/support/fake_backend.hpp"
#include "gateway/tests/support/fake_system.hpp"
#include "gateway/tests/support/fixture.hpp"
#include "gateway/tests/support/recording_log.hpp"
#include "gateway/tests/support/run_coro.hpp"

#include <string>
#include <utility>
#include <vector>

namespace cqhttp {
using protocol::Json;
using protocol::ProfileId;

namespace {

// A request as one would write it down.
struct Sent {
    std::string method = "GET";
    std::string target;
    std::vector<std::pair<std::string, std::string>> headers = {};
    std::string body = {};
};

struct Fixture {
    explicit Fixture(transport::HttpApiOptions options = {}, ProfileId id = ProfileId::cqhttp_4_0)
        : profile(protocol::profile(id)),
          system(backend, status, restarter, profile, "/srv/bot"),
          dispatcher(
              backend, system, profile, {},
              [](const std::string&, const boost::asio::awaitable<void>&) {}, Log(log, "action")),
          api(dispatcher, std::move(options), profile, Log(log, "http_api")) {}

    net::HttpResponse send(const Sent& sent) {
        std::vector<net::HeaderView> headers;
        for (const auto& [name, value] : sent.headers) {
            headers.push_back({name, value});
        }
        net::HttpRequest request;
        const std::string_view target = sent.target;
        request.method = sent.method;
        request.path = target.substr(0, target.find('?'));
        request.query = target.substr(std::min(target.size(), request.path.size() + 1));
        request.headers = headers;
        if (auto refused = api.refuse(request)) {
            return std::move(*refused);
        }
        request.body = sent.body;
        net::HttpAnswer answer = api.handle(request);
        if (auto* ready = std::get_if<net::HttpResponse>(&answer)) {
            ready->body += std::exchange(ready->lent_body, {});
            return std::move(*ready);
        }
        boost::asio::awaitable<net::HttpResponse> later =
            std::move(std::get<boost::asio::awaitable<net::HttpResponse>>(answer));
        return test::run_coro(context, std::move(later));
    }

    unsigned status_of(const Sent& sent) { return send(sent).status; }

    boost::asio::io_context context;
    test::RecordingLog log;
    test::FakeBackend backend;
    test::FakeStatus status;
    test::FakeRestarter restarter;
    const protocol::Profile& profile;
    action::SystemActions system;
    action::Dispatcher dispatcher;
    transport::HttpApi api;
};

transport::HttpApiOptions with_token() {
    transport::HttpApiOptions options;
    options.access_token = Secret("tok");
    return options;
}

const std::pair<std::string, std::string> json_body{"Content-Type", "application/json"};
const std::pair<std::string, std::string> good_token{"Authorization", "Token tok"};

}  // namespace

TEST_CASE("http api: paths name actions", "[HTTP-010][HTTP-011][HTTP-012]") {
    CHECK(transport::action_of("/get_login_info") == "get_login_info");
    CHECK(transport::action_of("/get_login_info/") == "get_login_info");
    CHECK(transport::action_of("/.check_update") == ".check_update");
    for (const char* path : {"/", "//x", "/x//", "/a/b", "", "x", "//", "/a b", "/a\tb"}) {
        INFO(path);
        CHECK_FALSE(transport::action_of(path));
    }
}

TEST_CASE("http api: a query calls an action", "[HTTP-010][HTTP-030][HTTP-060][HTTP-062]") {
    Fixture fixture;
    fixture.backend.answer.data = R"({"message_id":1})";
    const auto response = fixture.send({"GET", "/send_private_msg?user_id=1234567&message=hello"});
    CHECK(response.status == 200);
    CHECK(response.content_type == "application/json; charset=UTF-8");
    CHECK(Json::parse(response.body) ==
          Json({{"status", "ok"}, {"retcode", 0}, {"data", {{"message_id", 1}}}}));
    REQUIRE(fixture.backend.calls.size() == 1);
    CHECK(fixture.backend.calls[0].params.find("message")->text == "hello");
}

TEST_CASE("http api: an answer that takes time is the same answer", "[HTTP-060][HTTP-064]") {
    Fixture fixture;
    fixture.backend.later = true;
    fixture.backend.answer = protocol::ActionReply::failure(-23);
    const auto response = fixture.send({"GET", "/send_private_msg?user_id=7&message=a"});
    CHECK(response.status == 200);
    CHECK(Json::parse(response.body) ==
          Json({{"status", "failed"}, {"retcode", -23}, {"data", nullptr}}));
}

TEST_CASE("http api: the exact bodies of the specification", "[HTTP-062][HTTP-063][HTTP-065]") {
    Fixture fixture;
    CHECK(Json::parse(fixture.send({"GET", "/set_group_leave?group_id=1"}).body) ==
          Json::parse(R"({"status":"ok","retcode":0,"data":null})"));
    CHECK(Json::parse(fixture.send({"GET", "/set_group_leave"}).body) ==
          Json::parse(R"({"status":"failed","retcode":100,"data":null})"));
    CHECK(Json::parse(fixture.send({"GET", "/set_group_leave_async"}).body) ==
          Json::parse(R"({"status":"async","retcode":1,"data":null})"));
}

TEST_CASE("http api: each single fault has its status",
          "[HTTP-019][HTTP-021][HTTP-035][HTTP-038]") {
    Fixture fixture(with_token());
    CHECK(fixture.status_of({"GET", "/get_login_info"}) == 401);
    CHECK(fixture.status_of({"GET", "/get_login_info?access_token=bad"}) == 403);
    CHECK(fixture.status_of(
              {"POST", "/get_login_info", {good_token, {"Content-Type", "text/plain"}}, "x"}) ==
          406);
    CHECK(fixture.status_of({"POST", "/get_login_info", {good_token, json_body}, "{"}) == 400);
    CHECK(fixture.status_of({"GET", "/no_such_action", {good_token}}) == 404);
    CHECK(fixture.backend.calls.empty());
}

TEST_CASE("http api: the first failing check decides", "[HTTP-020][HTTP-022][AUTH-023]") {
    Fixture fixture(with_token());
    const std::pair<std::string, std::string> wrong{"Authorization", "Token bad"};
    const std::pair<std::string, std::string> plain{"Content-Type", "text/plain"};
    CHECK(fixture.status_of({"GET", "/a/b"}) == 404);
    CHECK(fixture.status_of({"GET", "/no_such_action"}) == 401);
    CHECK(fixture.status_of({"POST", "/no_such_action", {good_token, plain}, "x"}) == 406);
    CHECK(fixture.status_of({"POST", "/no_such_action", {good_token, json_body}, "{"}) == 400);
    CHECK(fixture.status_of({"POST", "/get_login_info", {wrong, json_body}, "{"}) == 403);
    CHECK(fixture.status_of({"POST", "/get_login_info", {plain}}) == 401);
    CHECK(fixture.status_of({"GET", "/"}) == 404);
}

TEST_CASE("http api: a refused request has no side effect and no body",
          "[AUTH-002][AUTH-003][AUTH-004][HTTP-066]") {
    Fixture fixture(with_token());
    for (const char* target : {"/send_private_msg?user_id=1&message=a",
                               "/send_private_msg?user_id=1&message=a&access_token=no"}) {
        const auto response = fixture.send({"GET", target});
        CHECK(response.body.empty());
        CHECK(response.content_type.empty());
        CHECK_FALSE(response.close);
    }
    CHECK(fixture.backend.calls.empty());
}

TEST_CASE("http api: the truth table of the token", "[AUTH-022][AUTH-025][AUTH-026]") {
    for (const auto& row : test::load_fixture("token/access.json")) {
        for (const auto& [name, status] : row.expect.items()) {
            INFO(row.name << " under " << name);
            Sent sent{"GET", "/get_login_info"};
            if (row.input.contains("query")) {
                sent.target +=
                    "?access_token=" + percent_encode(row.input["query"].get<std::string>());
            }
            if (row.input.contains("header")) {
                sent.headers.emplace_back("aUTHORIZATION", row.input["header"].get<std::string>());
            }
            const auto id = protocol::find_profile(name);
            REQUIRE(id);
            Fixture fixture(with_token(), *id);
            CHECK(fixture.status_of(sent) == status.get<unsigned>());
        }
    }
}

TEST_CASE("http api: a token in the body is no credential", "[AUTH-015][AUTH-026]") {
    Fixture fixture(with_token());
    CHECK(fixture.status_of(
              {"POST", "/get_login_info", {json_body}, R"({"access_token":"tok"})"}) == 401);
    CHECK(fixture.status_of({"POST",
                             "/get_login_info",
                             {{"Content-Type", "application/x-www-form-urlencoded"}},
                             "access_token=tok"}) == 401);
}

TEST_CASE("http api: the token value of the query is decoded", "[AUTH-013][AUTH-014]") {
    transport::HttpApiOptions options;
    options.access_token = Secret("a b+c");
    Fixture fixture(options);
    CHECK(fixture.status_of({"GET", "/get_login_info?access_token=a%20b%2Bc"}) == 200);
    CHECK(fixture.status_of({"POST", "/get_login_info?x=1&access_token=a+b%2bc"}) == 200);
    CHECK(fixture.status_of({"GET", "/get_login_info?ACCESS_TOKEN=a%20b%2Bc"}) == 401);
    CHECK(fixture.status_of({"GET", "/get_login_info?access_token="}) == 401);
}

TEST_CASE("http api: methods other than GET and POST never run an action",
          "[HTTP-016][HTTP-017][HTTP-018]") {
    Fixture fixture;
    for (const char* method : {"PUT", "DELETE", "PATCH", "HEAD", "OPTIONS", "get"}) {
        INFO(method);
        const auto response = fixture.send({method, "/send_private_msg?user_id=1&message=a"});
        CHECK(response.status == 405);
        REQUIRE(response.headers.size() == 1);
        CHECK(response.headers[0].first == "Allow");
        CHECK(response.headers[0].second == "GET, POST");
    }
    CHECK(fixture.backend.calls.empty());
    CHECK(fixture.status_of({"POST", "/send_private_msg?user_id=1&message=a"}) == 200);
    CHECK(fixture.backend.calls.size() == 1);
}

TEST_CASE("http api: bodies by content type",
          "[HTTP-032][HTTP-033][HTTP-036][HTTP-037][HTTP-041]") {
    Fixture fixture;
    const std::string call = R"({"user_id":5,"message":"m"})";
    CHECK(fixture.status_of({"POST", "/send_private_msg", {json_body}, call}) == 200);
    CHECK(fixture.status_of({"POST",
                             "/send_private_msg",
                             {{"content-type", "Application/JSON ; charset=utf-8"}},
                             call}) == 200);
    CHECK(fixture.status_of({"POST",
                             "/send_private_msg",
                             {{"Content-Type", "application/x-www-form-urlencoded"}},
                             "user_id=5&message=a+b%21"}) == 200);
    REQUIRE(fixture.backend.calls.size() == 3);
    CHECK(fixture.backend.calls[2].params.find("message")->text == "a b!");
    CHECK(fixture.status_of({"POST", "/get_login_info", {json_body}, "{}"}) == 200);
}

TEST_CASE("http api: bodies that are no JSON object are refused", "[HTTP-039][HTTP-040]") {
    Fixture fixture;
    for (const char* body : {"[]", "\"x\"", "1", "null", "", " ", "{}x", "{'a':1}"}) {
        INFO(body);
        CHECK(fixture.status_of({"POST", "/get_login_info", {json_body}, body}) == 400);
    }
}

TEST_CASE("http api: content types that are not supported are refused", "[HTTP-035]") {
    Fixture fixture;
    for (const char* type : {"text/plain", "multipart/form-data; boundary=x", "application/xml",
                             "application/jsonx", ""}) {
        INFO(type);
        CHECK(fixture.status_of({"POST", "/get_login_info", {{"Content-Type", type}}}) == 406);
    }
}

TEST_CASE("http api: bodies without a type and bodies of GET are ignored", "[HTTP-031][HTTP-034]") {
    Fixture fixture;
    CHECK(fixture.status_of({"POST", "/send_private_msg?user_id=5&message=m", {}, "{"}) == 200);
    CHECK(fixture.status_of({"GET", "/send_private_msg?user_id=6&message=m", {json_body}, "{"}) ==
          200);
    CHECK(fixture.backend.calls.size() == 2);
}

TEST_CASE("http api: the query wins over the body", "[HTTP-042][HTTP-043][HTTP-047]") {
    Fixture fixture;
    CHECK(fixture.status_of({"POST",
                             "/send_private_msg?user_id=5&user_id=6",
                             {json_body},
                             R"({"user_id":7,"message":"m"})"}) == 200);
    CHECK(fixture.status_of({"POST",
                             "/send_private_msg?user_id=8",
                             {{"Content-Type", "application/x-www-form-urlencoded"}},
                             "user_id=9&message=m"}) == 200);
    REQUIRE(fixture.backend.calls.size() == 2);
    CHECK(fixture.backend.calls[0].params.find("user_id")->text == "5");
    CHECK(fixture.backend.calls[1].params.find("user_id")->text == "8");
}

TEST_CASE("http api: echo and unknown parameters change nothing", "[HTTP-052][HTTP-068]") {
    Fixture fixture;
    const auto response = fixture.send({"GET", "/set_group_leave?group_id=1&echo=5&colour=red"});
    CHECK(Json::parse(response.body) == Json::parse(R"({"status":"ok","retcode":0,"data":null})"));
}

TEST_CASE("http api: the query starts at the first question mark", "[HTTP-015][HTTP-045]") {
    Fixture fixture;
    CHECK(fixture.status_of({"GET", "/send_private_msg?user_id=1&message=a?b=c"}) == 200);
    REQUIRE(fixture.backend.calls.size() == 1);
    CHECK(fixture.backend.calls[0].params.find("message")->text == "a?b=c");
}

TEST_CASE("http api: parameters that are not UTF-8 answer 100", "[HTTP-050]") {
    Fixture fixture;
    const auto response = fixture.send({"GET", "/send_private_msg?user_id=1&message=%ff%fe"});
    CHECK(response.status == 200);
    CHECK(Json::parse(response.body)["retcode"] == 100);
}

TEST_CASE("http api: cross origin answers exist where they are switched on",
          "[CORS-001][CORS-002][CORS-003][AUTH-052]") {
    transport::HttpApiOptions options = with_token();
    Fixture off(options, ProfileId::cqhttp_4_15);
    CHECK(off.status_of({"OPTIONS", "/get_login_info"}) == 405);
    options.enable_cors = true;
    Fixture on(options, ProfileId::cqhttp_4_15);
    const auto preflight = on.send({"OPTIONS", "/get_login_info"});
    CHECK(preflight.status == 200);
    CHECK(preflight.headers.size() == 3);
    const auto call = on.send({"GET", "/get_login_info", {good_token}});
    REQUIRE(call.headers.size() == 1);
    CHECK(call.headers[0].first == "Access-Control-Allow-Origin");
    Fixture old(options, ProfileId::cqhttp_4_0);
    CHECK(old.status_of({"OPTIONS", "/get_login_info"}) == 405);
}

}  // namespace cqhttp
