#include "cli/tests/process.hpp"
#include "cli/tests/raw_responder.hpp"
#include "gateway/tests/support/catch.hpp"
#include "gateway/tests/support/ws_listener.hpp"

#include <nlohmann/json.hpp>

#include <csignal>

// `cqhttp-cli call` over a WebSocket, against peers that behave as the test says.

using cqhttp::cli::test::ClosedPort;
using cqhttp::cli::test::Ended;
using cqhttp::cli::test::Process;
using cqhttp::cli::test::RawResponder;
using cqhttp::cli::test::run;
using cqhttp::cli::test::Start;
using cqhttp::test::WsListener;
using cqhttp::test::WsVisitor;
using Json = nlohmann::json;

namespace {

const std::string ok_reply = R"({"status":"ok","retcode":0,"data":null})";

bool contains(const std::string& text, const std::string& part) {
    return text.find(part) != std::string::npos;
}

std::string reply(const std::string& echo) {
    return R"({"status":"ok","retcode":0,"data":null,"echo":)" + echo + "}";
}

// One call with these further arguments, answered with that text.
Ended call_answered_with(const std::string& answer, std::vector<std::string> more = {}) {
    WsListener server;
    Start start{{"call", "get_status", "--url", server.url("/api/")}};
    start.arguments.insert(start.arguments.end(), more.begin(), more.end());
    Process process(std::move(start));
    WsVisitor client = server.accept();
    client.let_in().receive_text();
    client.send(answer);
    return process.wait();
}

// Calls from standard input.
class Calling {
public:
    Calling(const WsListener& server, const std::string& input, const std::string& pipeline = "1")
        : process(
              {{"call", "--calls", "-", "--pipeline", pipeline, "--url", server.url("/api/")}}) {
        process.type(input);
        process.end_input();
    }
    Ended wait() { return process.wait(); }

private:
    Process process;
};

}  // namespace

TEST_CASE("cli ws call: sends one frame and prints its reply and closes",
          "[cli][WS-020][AUTH-030]") {
    WsListener server;
    Process process({.arguments = {"call", "send_private_msg", "user_id:=123456", "message=你好",
                                   "--echo", "1648451782", "--url", server.url("/api/")},
                     .environment = {{"CQHTTP_TOKEN", "tok"}}});
    WsVisitor client = server.accept();
    REQUIRE(client.request_line() == "GET /api/ HTTP/1.1");
    REQUIRE(client.header("Authorization") == "Token tok");
    REQUIRE(client.header("User-Agent").starts_with("cqhttp-cli/"));
    client.let_in();
    REQUIRE(client.receive_text() ==
            R"({"action":"send_private_msg","params":{"user_id":123456,"message":"你好"},)"
            R"("echo":1648451782})");
    client.send(R"({ "status": "ok", "retcode":0,"data":{"message_id":1e0},"echo":1648451782 })");
    REQUIRE(client.receive().close_code() == 1000);
    client.close(1000);
    const Ended ended = process.wait();
    REQUIRE(ended.err.empty());
    REQUIRE(ended.code == 0);
    REQUIRE(
        ended.out ==
        "{\"status\":\"ok\",\"retcode\":0,\"data\":{\"message_id\":1e0},\"echo\":1648451782}\n");
}

TEST_CASE("cli ws call: a call without an echo sends none", "[cli][ECHO-008]") {
    WsListener server;
    Process process({{"call", "get_status", "--url", server.url("/api/")}});
    WsVisitor client = server.accept();
    REQUIRE(client.let_in().receive_text() == R"({"action":"get_status","params":{}})");
    client.send(R"({"post_type":"meta_event","meta_event_type":"lifecycle"})");
    client.send(ok_reply);
    const Ended ended = process.wait();
    REQUIRE(ended.code == 0);
    REQUIRE(ended.out == ok_reply + "\n");
}

TEST_CASE("cli ws call: exit code 6 for an echo that is not right", "[cli][ECHO-001][ECHO-008]") {
    struct Case {
        const char *sent, *came, *words;
    };
    for (const Case& c : {Case{"1", "2", "the answer has the echo 2, but 1 was sent"},
                          Case{"1", "\"1\"", "the answer has the echo \"1\", but 1 was sent"},
                          Case{"1", "", "the answer has no echo, but 1 was sent"},
                          Case{"", "1", "the answer has the echo 1, but none was sent"}}) {
        INFO(c.words);
        const std::string sent = c.sent;
        const std::string came = c.came;
        const Ended ended = call_answered_with(
            came.empty() ? ok_reply : reply(came),
            sent.empty() ? std::vector<std::string>{} : std::vector<std::string>{"--echo", sent});
        REQUIRE(ended.code == 6);
        REQUIRE(ended.out.empty());
        REQUIRE(contains(ended.err, c.words));
        REQUIRE(contains(ended.err, "it says: {\"status\":\"ok\""));
    }
}

TEST_CASE("cli ws call: an echo in another spelling is remarked", "[cli][ECHO-001]") {
    const Ended ended = call_answered_with(reply("100.0"), {"--echo", "1e2"});
    REQUIRE(ended.code == 0);
    REQUIRE(ended.out == reply("100.0") + "\n");
    REQUIRE(ended.err == "cqhttp-cli: the echo was sent as 1e2 and came back as 100.0\n");
}

TEST_CASE("cli ws call: replies that fail or are none have their exit codes", "[cli][WS-025]") {
    const std::string unknown = R"({"status":"failed","retcode":1404,"data":null})";
    const Ended failed = call_answered_with(unknown);
    REQUIRE(failed.code == 1);
    REQUIRE(failed.out == unknown + "\n");
    REQUIRE(contains(failed.err, "no such action"));
    for (const char* answer : {"hello", "[]", R"({"status":"ok"})"}) {
        INFO(answer);
        const Ended ended = call_answered_with(answer);
        REQUIRE(ended.code == 5);
        REQUIRE(ended.out.empty());
        REQUIRE(contains(ended.err, "not a CQHTTP reply"));
    }
}

TEST_CASE("cli ws call: calls in flight are answered in any order and printed in theirs",
          "[cli][WS-040][WS-041]") {
    WsListener server;
    Calling process(server, R"(a
{"action":"b","echo":{"x":1}}

c n:=1
d)",
                    "3");
    WsVisitor client = server.accept();
    client.let_in();
    REQUIRE(client.receive_text() == R"({"action":"a","params":{},"echo":1})");
    REQUIRE(client.receive_text() == R"({"action":"b","echo":{"x":1}})");
    REQUIRE(client.receive_text() == R"({"action":"c","params":{"n":1},"echo":4})");
    client.send(reply("4"));
    REQUIRE(client.receive_text() == R"({"action":"d","params":{},"echo":5})");
    client.send(reply("5"));
    client.send(reply(R"({"x":1})"));
    client.send(reply("1"));
    REQUIRE(client.receive().close_code() == 1000);
    client.close(1000);
    const Ended ended = process.wait();
    REQUIRE(ended.err.empty());
    REQUIRE(ended.code == 0);
    REQUIRE(ended.out ==
            reply("1") + "\n" + reply(R"({"x":1})") + "\n" + reply("4") + "\n" + reply("5") + "\n");
}

TEST_CASE("cli ws call: without a pipeline one call waits for the other", "[cli]") {
    WsListener server;
    Calling process(server, "a\nb\n");
    WsVisitor client = server.accept();
    client.let_in();
    REQUIRE(client.receive_text() == R"({"action":"a","params":{},"echo":1})");
    // A ping comes back before the second call does.
    client.send_bytes(cqhttp::test::server_frame(9, "x"));
    REQUIRE(client.receive().opcode == 10);
    client.send(reply("1"));
    REQUIRE(client.receive_text() == R"({"action":"b","params":{},"echo":2})");
    client.send(R"({"status":"failed","retcode":100,"data":null,"echo":2})");
    const Ended ended = process.wait();
    REQUIRE(ended.code == 1);
    REQUIRE(contains(ended.err, "line 2 (b): retcode 100"));
}

TEST_CASE("cli ws call: a stray answer ends several calls with exit code 6", "[cli][WS-021]") {
    WsListener server;
    Calling process(server, "a\nb\nc\n", "3");
    WsVisitor client = server.accept();
    client.let_in();
    for (int i = 0; i < 3; ++i) {
        client.receive_text();
    }
    client.send(reply("1"));
    client.send(reply("1"));
    const Ended ended = process.wait();
    REQUIRE(ended.code == 6);
    REQUIRE(ended.out == reply("1") + "\n");
    REQUIRE(contains(ended.err, "for which no call waits"));
}

TEST_CASE("cli ws call: a wrong line ends the calls before it orderly", "[cli]") {
    WsListener server;
    Calling process(server, "a\nb c\nd\n");
    WsVisitor client = server.accept();
    client.let_in().receive_text();
    client.send(reply("1"));
    REQUIRE(client.receive().close_code() == 1000);
    client.close(1000);
    const Ended ended = process.wait();
    REQUIRE(ended.code == 2);
    REQUIRE(ended.out == reply("1") + "\n");
    REQUIRE(contains(ended.err, "line 2: \"c\" is not a parameter"));
}

TEST_CASE("cli ws call: a connection that ends early is exit code 3", "[cli]") {
    for (const int code : {1000, 1001, -1}) {
        INFO(code);
        WsListener server;
        Calling process(server, "a\nb\n", "2");
        WsVisitor client = server.accept();
        client.let_in().receive_text();
        client.receive_text();
        client.send(reply("1"));
        if (code < 0) {
            client.hang_up();
        } else {
            client.close(code);
        }
        const Ended ended = process.wait();
        REQUIRE(ended.code == 3);
        REQUIRE(ended.out == reply("1") + "\n");
        REQUIRE(contains(ended.err, "1 of 2 calls were not answered"));
    }
}

TEST_CASE("cli ws call: a broken frame is exit code 3", "[cli]") {
    WsListener server;
    Process process({{"call", "a", "--url", server.url("/api/")}});
    WsVisitor client = server.accept();
    client.let_in().receive_text();
    client.send_bytes(cqhttp::test::client_frame(1, "masked"));
    REQUIRE(client.receive().close_code() == 1002);
    client.hang_up();
    const Ended ended = process.wait();
    REQUIRE(ended.code == 3);
    REQUIRE(contains(ended.err, "broke the protocol"));
}

TEST_CASE("cli ws call: silence ends with exit code 3", "[cli]") {
    WsListener server;
    Process process({{"call", "a", "--timeout", "4", "--url", server.url("/event/")}});
    WsVisitor client = server.accept();
    client.let_in().receive_text();
    const Ended ended = process.wait();
    REQUIRE(ended.code == 3);
    REQUIRE(contains(ended.err, "no answer within 4 s"));
    REQUIRE(contains(ended.err, "/api/"));
}

TEST_CASE("cli ws call: refusals are explained", "[cli][AUTH-034]") {
    struct Case {
        const char* answer;
        int code;
        const char* words;
    };
    for (const Case& c :
         {Case{"HTTP/1.1 401 Unauthorized\r\nContent-Length: 0\r\n\r\n", 4, "401: "},
          Case{"HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n", 4,
               "the access token is wrong"},
          Case{"HTTP/1.1 301 Moved\r\nLocation: http://h/api/?k=1\r\n\r\n", 5,
               "answered 301 to http://h/api/ (another host?)"},
          Case{"HTTP/1.1 404 Not Found\r\n\r\n", 5, "there is no WebSocket at this address"},
          Case{"HTTP/1.1 200 OK\r\n\r\n", 5, "no WebSocket"},
          Case{"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: "
               "Upgrade\r\nSec-WebSocket-Accept: AAAA\r\n\r\n",
               5, "without the right Sec-WebSocket-Accept"},
          Case{"SSH-2.0-OpenSSH_9.2\r\n", 3, "does not speak HTTP"},
          Case{"", 3, "the connection was closed"}}) {
        INFO(c.words);
        RawResponder server(c.answer);
        const std::string url = "ws" + server.url().substr(4) + "/api";
        const Ended ended = run({{"call", "a", "--token", "hush-hush", "--url", url}});
        REQUIRE(ended.code == c.code);
        REQUIRE(ended.out.empty());
        REQUIRE(contains(ended.err, c.words));
        REQUIRE_FALSE(contains(ended.err, "hush-hush"));
    }
    const ClosedPort port;
    const Ended ended = run({{"call", "a", "--url", "ws" + port.url().substr(4)}});
    REQUIRE(ended.code == 3);
    REQUIRE(contains(ended.err, "use_ws = yes"));
}

TEST_CASE("cli ws call: Ctrl-C closes the connection", "[cli]") {
    WsListener server;
    Process process({{"call", "a", "--url", server.url("/api/")}});
    WsVisitor client = server.accept();
    client.let_in().receive_text();
    process.send_signal(SIGINT);
    REQUIRE(client.receive().close_code() == 1000);
    client.close(1000);
    const Ended ended = process.wait();
    REQUIRE(ended.code == 130);
    REQUIRE(ended.out.empty());
    REQUIRE(ended.err.empty());
}

TEST_CASE("cli ws call: a token in a reply does not reach the screen", "[cli]") {
    const Ended ended =
        call_answered_with(reply("\"hush-hush\""), {"--token", "hush-hush", "--echo", "1"});
    REQUIRE(ended.code == 6);
    REQUIRE_FALSE(contains(ended.err, "hush-hush"));
}
