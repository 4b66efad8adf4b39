#include "cli/tests/process.hpp"
#include "cli/tests/raw_responder.hpp"
#include "gateway/tests/support/catch.hpp"
#include "gateway/tests/support/temp_dir.hpp"

#include <nlohmann/json.hpp>

#include <filesystem>
#include <fstream>
#include <signal.h>

using cqhttp::cli::test::ClosedPort;
using cqhttp::cli::test::Ended;
using cqhttp::cli::test::http_answer;
using cqhttp::cli::test::Output;
using cqhttp::cli::test::Process;
using cqhttp::cli::test::RawResponder;
using cqhttp::cli::test::run;

namespace {

const std::string ok_body = R"({"status":"ok","retcode":0,"data":{"message_id":8}})";

std::string ok_answer() {
    return http_answer("HTTP/1.1 200 OK", ok_body);
}

bool contains(const std::string& text, const std::string& part) {
    return text.find(part) != std::string::npos;
}

std::string body_of(const std::string& request) {
    return request.substr(request.find("\r\n\r\n") + 4);
}

}  // namespace

TEST_CASE("cli: a call posts JSON and prints the reply on one line",
          "[cli][HTTP-010][HTTP-033][ACT-101]") {
    RawResponder server(ok_answer());
    const Ended ended =
        run({{"call", "send_private_msg", "user_id=10001", "message=你好", "--url", server.url()}});
    REQUIRE(ended.err.empty());
    REQUIRE(ended.code == 0);
    REQUIRE(ended.out == ok_body + "\n");
    const std::string request = server.request();
    REQUIRE(request.starts_with("POST /send_private_msg HTTP/1.1\r\n"));
    REQUIRE(contains(request, "\r\nContent-Type: application/json\r\n"));
    REQUIRE(contains(request, "\r\nHost: " + server.url().substr(7) + "\r\n"));
    REQUIRE_FALSE(contains(request, "Authorization"));
    REQUIRE(nlohmann::json::parse(body_of(request)) ==
            nlohmann::json({{"user_id", "10001"}, {"message", "你好"}}));
}

TEST_CASE("cli: option get puts parameters into the query", "[cli][HTTP-030]") {
    RawResponder server(ok_answer());
    const Ended ended =
        run({{"call", "send_msg", "message=a b&c", "n:=1", "--get", "--url", server.url()}});
    REQUIRE(ended.code == 0);
    REQUIRE(server.request().starts_with("GET /send_msg?message=a%20b%26c&n=1 HTTP/1.1\r\n"));
}

TEST_CASE("cli: option form sends a form", "[cli][HTTP-032]") {
    RawResponder server(ok_answer());
    REQUIRE(run({{"call", "send_msg", "message=a b", "--form", "--url", server.url()}}).code == 0);
    const std::string request = server.request();
    REQUIRE(contains(request, "\r\nContent-Type: application/x-www-form-urlencoded\r\n"));
    REQUIRE(body_of(request) == "message=a%20b");
}

TEST_CASE("cli: a body from standard input arrives byte for byte", "[cli]") {
    RawResponder server(ok_answer());
    const std::string body =
        "{ \"user_id\": 1e2,\n\"pad\": \"" + std::string(300'000, 'x') + "\" }\n";
    const Ended ended = run(
        {.arguments = {"call", "send_msg", "--data", "-", "--url", server.url()}, .input = body});
    REQUIRE(ended.code == 0);
    REQUIRE(body_of(server.request()) == body);
}

TEST_CASE("cli: address and token come from the environment", "[cli][AUTH-005]") {
    RawResponder server(ok_answer());
    const Ended ended =
        run({.arguments = {"call", "get_status"},
             .environment = {{"CQHTTP_URL", server.url()}, {"CQHTTP_TOKEN", "from-env"}}});
    REQUIRE(ended.code == 0);
    REQUIRE(contains(server.request(), "\r\nAuthorization: Token from-env\r\n"));
}

TEST_CASE("cli: a token file wins over the environment and OneBot 11 takes Bearer",
          "[cli][AUTH-007]") {
    RawResponder server(ok_answer());
    const cqhttp::test::TempDir folder;
    const std::filesystem::path file = folder.path() / "token";
    std::ofstream(file) << "from-file\n";
    const Ended ended = run({.arguments = {"call", "get_status", "--url", server.url(),
                                           "--token-file", file.string(), "--profile", "onebot-11"},
                             .environment = {{"CQHTTP_TOKEN", "from-env"}}});
    REQUIRE(ended.code == 0);
    REQUIRE(contains(server.request(), "\r\nAuthorization: Bearer from-file\r\n"));
}

TEST_CASE("cli: option include shows the head and hides the token", "[cli][AUTH-024]") {
    RawResponder server(http_answer("HTTP/1.1 200 OK", ok_body, "X-Echo: Token hush-hush\r\n"));
    const Ended ended =
        run({{"call", "get_status", "-i", "--token", "hush-hush", "--url", server.url()}});
    REQUIRE(ended.code == 0);
    REQUIRE(ended.out.starts_with("HTTP/1.1 200 OK\n"));
    REQUIRE(contains(ended.out, "X-Echo: Token ***\n"));
    REQUIRE(ended.out.ends_with("\n\n" + ok_body + "\n"));
    REQUIRE_FALSE(contains(ended.out + ended.err, "hush-hush"));
}

TEST_CASE("cli: option raw prints the very bytes", "[cli]") {
    const std::string body = "{\"status\" : \"ok\",\r\n\"retcode\":0,\"data\":null}\n\n";
    RawResponder server(http_answer("HTTP/1.1 200 OK", body));
    REQUIRE(run({{"call", "get_status", "--raw", "--url", server.url()}}).out == body);
}

TEST_CASE("cli: a chunked reply is a reply", "[cli][HTTP-067]") {
    RawResponder server(
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
        "1a\r\n{\"status\":\"ok\",\"retcode\":0\r\ne\r\n,\"data\":null}\n\r\n0\r\n\r\n");
    const Ended ended = run({{"call", "get_status", "--url", server.url()}});
    REQUIRE(ended.err.empty());
    REQUIRE(ended.out == "{\"status\":\"ok\",\"retcode\":0,\"data\":null}\n");
}

TEST_CASE("cli: exit code 1 and one line for a failed reply", "[cli][RET-001]") {
    const std::string body = R"({"status":"failed","retcode":100,"data":null})";
    RawResponder server(http_answer("HTTP/1.1 200 OK", body));
    const Ended ended = run({{"call", "get_stranger_info", "user_id=0", "--url", server.url()}});
    REQUIRE(ended.code == 1);
    REQUIRE(ended.out == body + "\n");
    REQUIRE(ended.err ==
            "cqhttp-cli: retcode 100: a parameter is missing or not allowed; get_stranger_info "
            "takes user_id (int), no_cache (bool, default false)\n");
}

TEST_CASE("cli: exit code 2 for a wrong command line", "[cli]") {
    for (const std::vector<std::string>& arguments :
         {std::vector<std::string>{},
          {"call"},
          {"call", "a", "b"},
          {"call", "a", "--nonsense"},
          {"call", "a", "--url", "ftp://127.0.0.1:6700"},
          {"call", "a", "--echo", "1"},
          {"call", "a", "--get", "--url", "ws://127.0.0.1:6700/api/"},
          {"call", "--calls", "no such file", "--url", "ws://127.0.0.1:6700/api/"},
          {"nonsense"},
          {"actions", "nonsense"},
          {"call", "a", "--ca-file", "no such file", "--url", "https://127.0.0.1"}}) {
        const Ended ended = run({arguments});
        REQUIRE(ended.code == 2);
        REQUIRE(ended.out.empty());
        REQUIRE_FALSE(ended.err.empty());
    }
}

TEST_CASE("cli: exit code 3 when nobody listens", "[cli]") {
    const ClosedPort port;
    const Ended ended = run({{"call", "get_status", "--token", "hush-hush", "--url", port.url()}});
    REQUIRE(ended.code == 3);
    REQUIRE(ended.out.empty());
    REQUIRE(contains(ended.err, port.url().substr(7)));
    REQUIRE(contains(ended.err, "is the gateway running there?"));
    REQUIRE_FALSE(contains(ended.err, "hush-hush"));
}

TEST_CASE("cli: exit code 3 when no answer comes in time", "[cli]") {
    RawResponder server("", true);
    const Ended ended = run({{"call", "get_status", "--timeout", "0.3", "--url", server.url()}});
    REQUIRE(ended.code == 3);
    REQUIRE(contains(ended.err, "--timeout SECONDS waits longer"));
}

TEST_CASE("cli: exit code 3 when the connection ends early or is not HTTP", "[cli]") {
    for (const std::string& answer :
         {std::string(), std::string("HTTP/1.1 200 OK\r\nContent-Length: 50\r\n\r\n{\"status\""),
          std::string("+OK POP3 ready\r\n")}) {
        RawResponder server(answer);
        const Ended ended = run({{"call", "get_status", "--url", server.url()}});
        INFO(answer);
        REQUIRE(ended.code == 3);
        REQUIRE(ended.out.empty());
        REQUIRE_FALSE(ended.err.empty());
    }
}

TEST_CASE("cli: exit code 3 when a plain port is asked for TLS", "[cli]") {
    RawResponder server("HTTP/1.1 400 Bad Request\r\n\r\n");
    const Ended ended =
        run({{"call", "get_status", "--timeout", "10", "--url", "https" + server.url().substr(4)}});
    REQUIRE(ended.code == 3);
    REQUIRE(contains(ended.err, "http://"));
}

TEST_CASE("cli: exit code 3 when the reply cannot be written", "[cli]") {
    RawResponder server(ok_answer());
    const Ended ended = run({.arguments = {"call", "get_status", "--url", server.url()},
                             .output = Output::full_device});
    REQUIRE(ended.code == 3);
    REQUIRE(contains(ended.err, "could not be written"));
}

TEST_CASE("cli: exit code 4 for a missing and for a wrong token", "[cli][AUTH-002]") {
    RawResponder missing(http_answer("HTTP/1.1 401 Unauthorized", ""));
    const Ended no_token = run({{"call", "get_status", "--url", missing.url()}});
    REQUIRE(no_token.code == 4);
    REQUIRE(no_token.out.empty());
    REQUIRE(no_token.err ==
            "cqhttp-cli: 401: the gateway wants an access token: --token-file FILE or "
            "CQHTTP_TOKEN\n");
    RawResponder wrong(http_answer("HTTP/1.1 403 Forbidden", ""));
    const Ended bad_token =
        run({{"call", "get_status", "--token", "hush-hush", "--url", wrong.url()}});
    REQUIRE(bad_token.code == 4);
    REQUIRE(bad_token.err == "cqhttp-cli: 403: the access token is wrong\n");
}

TEST_CASE("cli: exit code 5 and a question for an unknown action", "[cli][HTTP-019]") {
    RawResponder server(http_answer("HTTP/1.1 404 Not Found", ""));
    const Ended ended = run({{"call", "send_privat_msg", "--url", server.url()}});
    REQUIRE(ended.code == 5);
    REQUIRE(ended.out.empty());
    REQUIRE(contains(ended.err, "no such action, see cqhttp-cli actions\n"));
    REQUIRE(contains(ended.err, "did you mean send_private_msg"));
    REQUIRE(server.request().starts_with("POST /send_privat_msg "));
}

TEST_CASE("cli: exit code 5 for a page of something else", "[cli]") {
    RawResponder server(http_answer("HTTP/1.1 200 OK", "<html>\x1b[31mIt works</html>"));
    const Ended ended = run({{"call", "get_status", "--url", server.url()}});
    REQUIRE(ended.code == 5);
    REQUIRE(ended.out.empty());
    REQUIRE(contains(ended.err, "It works"));
    REQUIRE_FALSE(contains(ended.err, "\x1b"));
}

TEST_CASE("cli: Ctrl-C ends a call that waits for its answer", "[cli]") {
    RawResponder server("", true);
    Process process({{"call", "get_status", "--timeout", "0", "--url", server.url()}});
    server.request();
    process.send_signal(SIGINT);
    const Ended ended = process.wait();
    REQUIRE(ended.code == 130);
    REQUIRE(ended.out.empty());
}

TEST_CASE("cli: actions and their JSON need no gateway", "[cli]") {
    const Ended list = run({{"actions"}});
    REQUIRE(list.code == 0);
    REQUIRE(contains(list.out, "\n  get_login_info"));
    const Ended json = run({{"actions", "send_msg", "--json"}});
    REQUIRE(json.code == 0);
    REQUIRE(nlohmann::json::parse(json.out).at(0).at("name") == "send_msg");
}

TEST_CASE("cli: help and version go to standard output", "[cli]") {
    for (const std::vector<std::string>& arguments :
         {std::vector<std::string>{"--help"}, {"help", "call"}, {"actions", "-h"}, {"--version"}}) {
        const Ended ended = run({arguments});
        REQUIRE(ended.code == 0);
        REQUIRE_FALSE(ended.out.empty());
        REQUIRE(ended.err.empty());
    }
}
