#include "cli/tests/process.hpp"
#include "cli/tests/raw_responder.hpp"
#include "gateway/tests/support/catch.hpp"
#include "gateway/tests/support/ws_listener.hpp"

#include <csignal>

// `cqhttp-cli listen` against servers that behave as the test says.

using cqhttp::cli::test::ClosedPort;
using cqhttp::cli::test::Ended;
using cqhttp::cli::test::Output;
using cqhttp::cli::test::Process;
using cqhttp::cli::test::RawResponder;
using cqhttp::cli::test::run;
using cqhttp::cli::test::Start;
using cqhttp::test::WsListener;
using cqhttp::test::WsVisitor;

namespace {

const std::string group = R"({"time":0,"post_type":"message","message_type":"group","group_id":1})";
const std::string personal = R"({"time":0,"post_type":"message","message_type":"private"})";

bool contains(const std::string& text, const std::string& part) {
    return text.find(part) != std::string::npos;
}

Start listen_to(const WsListener& server, std::vector<std::string> more = {}) {
    Start start{{"listen", server.url("/event/"), "--reconnect-interval", "0.05"}};
    start.arguments.insert(start.arguments.end(), more.begin(), more.end());
    return start;
}

std::string ws(const std::string& http_url) {
    return "ws" + http_url.substr(4) + "/event/";
}

}  // namespace

TEST_CASE("cli listen: events are lines of JSON as they came", "[cli][WS-051][AUTH-030]") {
    WsListener server;
    Start start = listen_to(server, {"--count", "2"});
    start.environment = {{"CQHTTP_TOKEN", "tok"}};
    Process process(std::move(start));
    WsVisitor client = server.accept();
    REQUIRE(client.request_line() == "GET /event/ HTTP/1.1");
    REQUIRE(client.header("Authorization") == "Token tok");
    client.let_in();
    client.send("{ \"post_type\" : \"notice\",\n\"x\": 1e2 }");
    client.send(group);
    client.send(personal);
    REQUIRE(client.receive().close_code() == 1000);
    client.close(1000);
    const Ended ended = process.wait();
    REQUIRE(ended.code == 0);
    REQUIRE(ended.out == "{\"post_type\":\"notice\",\"x\":1e2}\n" + group + "\n");
    REQUIRE(ended.err == "cqhttp-cli: connected to " + server.url("/event/") + "\n");
}

TEST_CASE("cli listen: on a terminal or as text an event is a line to read", "[cli]") {
    for (const Output output : {Output::terminal, Output::pipe}) {
        WsListener server;
        Start start = listen_to(server, {"--count", "1", "--color", "never"});
        start.output = output;
        if (output == Output::pipe) {
            start.arguments.emplace_back("--text");
        }
        Process process(std::move(start));
        WsVisitor client = server.accept();
        client.let_in().send(group);
        const Ended ended = process.wait();
        REQUIRE(ended.code == 0);
        REQUIRE(ended.out.substr(8) == "  message.group  group 1\n");
    }
}

TEST_CASE("cli listen: filter and until choose events", "[cli]") {
    WsListener server;
    Process process(listen_to(server, {"--filter", R"({"post_type":"message"})", "--until",
                                       R"({"message_type":"private"})"}));
    WsVisitor client = server.accept();
    client.let_in();
    for (const std::string& event :
         {std::string(R"({"post_type":"notice","message_type":"private"})"), group, personal,
          group}) {
        client.send(event);
    }
    const Ended ended = process.wait();
    REQUIRE(ended.code == 0);
    REQUIRE(ended.out == group + "\n" + personal + "\n");
}

TEST_CASE("cli listen: it comes back after every kind of end and says why", "[cli]") {
    WsListener server;
    Process process(listen_to(server, {"--count", "4"}));
    server.accept().let_in().close(1001);
    process.wait_for("1001: it stops or restarts); trying again in 0.05 s");
    {
        WsVisitor client = server.accept();
        client.let_in().send(group);
        process.wait_for(group);
        client.hang_up();
    }
    {
        WsVisitor client = server.accept();
        client.let_in().send(personal);
        process.wait_for(personal);
        client.reset();
    }
    server.accept().let_in().close(1013);
    process.wait_for("1013: it found this client too slow");
    WsVisitor client = server.accept();
    client.let_in().send(group);
    client.send(group);
    const Ended ended = process.wait();
    REQUIRE(ended.code == 0);
    REQUIRE(ended.out == group + "\n" + personal + "\n" + group + "\n" + group + "\n");
}

TEST_CASE("cli listen: a gateway that is not there yet is waited for", "[cli]") {
    WsListener server(WsListener::Start::refusing);
    // The reason is told once, and again after twenty attempts: not within this test.
    Process process({{"listen", server.url(), "--count", "1", "--reconnect-interval", "1"}});
    process.wait_for(
        "Connection refused; is the gateway running there, with use_ws = yes?; "
        "trying again");
    server.listen();
    server.accept().let_in().send(group);
    const Ended ended = process.wait();
    REQUIRE(ended.code == 0);
    REQUIRE(ended.err.find("Connection refused") == ended.err.rfind("Connection refused"));
}

TEST_CASE("cli listen: without reconnecting the end of the connection is the end", "[cli]") {
    WsListener server;
    Process process(listen_to(server, {"--no-reconnect"}));
    server.accept().let_in().close(1000);
    const Ended ended = process.wait();
    REQUIRE(ended.code == 3);
    REQUIRE(contains(ended.err, "close code 1000"));
    const ClosedPort port;
    REQUIRE(run({{"listen", ws(port.url()), "--no-reconnect"}}).code == 3);
}

TEST_CASE("cli listen: a refusal ends it with what to do", "[cli][AUTH-034]") {
    struct Case {
        const char* answer;
        int code;
        const char* words;
    };
    for (const Case& c :
         {Case{"HTTP/1.1 401 Unauthorized\r\nContent-Length: 0\r\n\r\n", 4, "--token-file"},
          Case{"HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n", 4, "403: "},
          Case{"HTTP/1.1 404 Not Found\r\n\r\n", 5, "/event/"},
          Case{"HTTP/1.1 302 Found\r\nLocation: https://h/event/\r\n\r\n", 5, "https://h/event/"},
          Case{"HTTP/1.1 200 OK\r\n\r\n", 5, "no WebSocket"}}) {
        INFO(c.words);
        RawResponder server(c.answer);
        const Ended ended = run({{"listen", ws(server.url())}});
        REQUIRE(ended.code == c.code);
        REQUIRE(contains(ended.err, c.words));
        REQUIRE(ended.out.empty());
    }
}

TEST_CASE("cli listen: the time of timeout ends it", "[cli]") {
    WsListener closed(WsListener::Start::refusing);
    REQUIRE(run(listen_to(closed, {"--timeout", "0.2"})).code == 3);
    // Time enough for a handshake on a busy machine.
    WsListener server;
    WsListener other;
    Process plain(listen_to(server, {"--timeout", "5"}));
    Process process(listen_to(other, {"--timeout", "5", "--count", "2"}));
    WsVisitor quiet = server.accept();
    quiet.let_in();
    WsVisitor client = other.accept();
    client.let_in().send(group);
    REQUIRE(plain.wait().code == 0);
    const Ended ended = process.wait();
    REQUIRE(ended.code == 1);
    REQUIRE(contains(ended.err, "time is up: 1 of 2 events came"));
}

TEST_CASE("cli listen: Ctrl-C closes the connection or ends the pause", "[cli]") {
    WsListener server;
    Process process(listen_to(server));
    WsVisitor client = server.accept();
    client.let_in();
    process.wait_for("connected to");
    process.send_signal(SIGINT);
    REQUIRE(client.receive().close_code() == 1000);
    client.close(1000);
    REQUIRE(process.wait().code == 130);

    const ClosedPort port;
    Process pausing({{"listen", ws(port.url()), "--reconnect-interval", "600"}});
    pausing.wait_for("trying again");
    pausing.send_signal(SIGTERM);
    REQUIRE(pausing.wait().code == 130);
}

TEST_CASE("cli listen: what is no JSON is told and not printed", "[cli]") {
    WsListener server;
    Process process(listen_to(server, {"--count", "1"}));
    WsVisitor client = server.accept();
    client.let_in().send("hello");
    client.send(group);
    const Ended ended = process.wait();
    REQUIRE(ended.code == 0);
    REQUIRE(ended.out == group + "\n");
    REQUIRE(contains(ended.err, "not JSON: hello"));
}

TEST_CASE("cli listen: the command line is checked before anything is dialled", "[cli]") {
    struct Case {
        std::vector<std::string> arguments;
        const char* words;
    };
    for (const Case& c :
         {Case{{"--until", "group"}, "for example"}, Case{{"--filter", "{\".foo\":1}"}, ".foo"},
          Case{{"--filter", "@/no/such"}, "cannot read /no/such"}, Case{{"--count", "0"}, "1 or"},
          Case{{"--json", "--text"}, "leave one out"}, Case{{"http://127.0.0.1"}, "ws://"},
          Case{{"127.0.0.1:6700"}, "for example ws://"}, Case{{"--timeout", "0"}, "more than 0"}}) {
        Start start{{"listen"}};
        start.arguments.insert(start.arguments.end(), c.arguments.begin(), c.arguments.end());
        const Ended ended = run(std::move(start));
        INFO(ended.err);
        REQUIRE(ended.code == 2);
        REQUIRE(contains(ended.err, c.words));
    }
}

TEST_CASE("cli listen: exit code 3 when events cannot be written", "[cli]") {
    WsListener server;
    Start start = listen_to(server);
    start.output = Output::full_device;
    Process process(std::move(start));
    server.accept().let_in().send(group);
    const Ended ended = process.wait();
    REQUIRE(ended.code == 3);
    REQUIRE(contains(ended.err, "cannot be written"));
}
