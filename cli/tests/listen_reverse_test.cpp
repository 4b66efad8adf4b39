#include "cli/tests/process.hpp"
#include "gateway/tests/support/catch.hpp"
#include "gateway/tests/support/ws_peer.hpp"

#include <nlohmann/json.hpp>

#include <csignal>
#include <memory>
#include <sstream>

// `cqhttp-cli listen-reverse` as the server of clients that behave as the test says.

using cqhttp::cli::test::Ended;
using cqhttp::cli::test::Output;
using cqhttp::cli::test::Process;
using cqhttp::cli::test::run;
using cqhttp::cli::test::Start;
using cqhttp::test::PeerFrame;
using cqhttp::test::WsPeer;
using Json = nlohmann::json;

namespace {

const std::string event = R"({"time":0,"post_type":"message","message_type":"group","group_id":1})";

bool contains(const std::string& text, const std::string& part) {
    return text.find(part) != std::string::npos;
}

// The server on a free port, telling JSON.
class Server {
public:
    explicit Server(const std::vector<std::string>& more,
                    std::vector<std::pair<std::string, std::string>> environment = {})
        : process_(start(more, std::move(environment))) {
        process_.wait_for("\"listening\"");
        process_.wait_for("}\n");
        const std::string url = lines_of("listening").front().at("url");
        port_ = static_cast<std::uint16_t>(std::stoi(url.substr(url.rfind(':') + 1)));
    }

    std::uint16_t port() const { return port_; }
    Process& process() { return process_; }

    // The lines of that type so far.
    std::vector<Json> lines_of(const std::string& type) {
        return lines_of(type, process_.wait_for("").out);
    }
    static std::vector<Json> lines_of(const std::string& type, const std::string& out) {
        std::vector<Json> found;
        std::istringstream stream(out.substr(0, out.rfind('\n') + 1));
        for (std::string line; std::getline(stream, line);) {
            Json json = Json::parse(line);
            if (json.at("type") == type) {
                found.push_back(std::move(json));
            }
        }
        return found;
    }

private:
    static Start start(const std::vector<std::string>& more,
                       std::vector<std::pair<std::string, std::string>> environment) {
        Start start{{"listen-reverse", "--listen", "127.0.0.1:0"}};
        start.arguments.insert(start.arguments.end(), more.begin(), more.end());
        start.environment = std::move(environment);
        return start;
    }

    Process process_;
    std::uint16_t port_ = 0;
};

// A client as CQHTTP 4.0 sends it.
WsPeer client(const Server& server, const std::string& path,
              std::vector<std::string> headers = {}) {
    headers.emplace_back("X-Self-ID: 10086001");
    headers.emplace_back("User-Agent: CQHttp/4.0.5");
    return WsPeer(server.port(), path, headers);
}

std::string answer(const std::string& frame, int retcode = 0) {
    const Json call = Json::parse(frame);
    return Json{{"status", retcode == 0 ? "ok" : "failed"},
                {"retcode", retcode},
                {"data", nullptr},
                {"echo", call.at("echo")}}
        .dump();
}

}  // namespace

TEST_CASE("cli listen-reverse: once tells of one handshake and ends with 1001",
          "[cli][WSR-012][WSR-054]") {
    Server server({"--once"});
    WsPeer api = client(server, "/api/?x=1");
    REQUIRE(api.status() == 101);
    REQUIRE(api.receive().close_code() == 1001);
    api.send_bytes(cqhttp::test::client_frame(8, "\x03\xe9"));
    const Ended ended = server.process().wait();
    REQUIRE(ended.code == 0);
    REQUIRE(ended.err.empty());
    const Json shaken = Server::lines_of("handshake", ended.out).at(0);
    REQUIRE(shaken.at("connection") == 1);
    REQUIRE(shaken.at("path") == "/api/");
    REQUIRE(shaken.at("role") == "api");
    REQUIRE(shaken.at("self_id") == "10086001");
    REQUIRE(shaken.at("user_agent") == "CQHttp/4.0.5");
    REQUIRE(shaken.at("token") == "none");
    REQUIRE(shaken.at("status") == 101);
    REQUIRE(Server::lines_of("closed", ended.out).at(0).at("by_peer") == false);
}

TEST_CASE("cli listen-reverse: the token is asked for", "[cli][AUTH-040][WSR-013]") {
    Server server({"--profile", "cqhttp-4.0"}, {{"CQHTTP_TOKEN", "tok"}});
    REQUIRE(client(server, "/api/").status() == 401);
    REQUIRE(client(server, "/api/", {"Authorization: Token bad"}).status() == 403);
    REQUIRE(client(server, "/api/", {"Authorization: Bearer tok"}).status() == 401);
    REQUIRE(client(server, "/api/", {"Authorization: Token tok"}).status() == 101);
    server.process().wait_for("\"right\"");
    server.process().send_signal(SIGINT);
    const Ended ended = server.process().wait();
    REQUIRE(ended.code == 130);
    const std::vector<Json> shaken = Server::lines_of("handshake", ended.out);
    REQUIRE(shaken.size() == 4);
    REQUIRE(shaken[0].at("token") == "missing");
    REQUIRE(shaken[1].at("token") == "wrong");
    REQUIRE(shaken[1].at("scheme") == "Token");
    REQUIRE(shaken[2].at("token") == "missing");
    REQUIRE(shaken[2].at("scheme") == "Bearer");
    REQUIRE(shaken[3].at("token") == "right");
    REQUIRE_FALSE(contains(ended.out + ended.err, "tok\""));

    Server once({"--once"}, {{"CQHTTP_TOKEN", "tok"}});
    REQUIRE(client(once, "/api/").status() == 401);
    REQUIRE(once.process().wait().code == 4);
}

TEST_CASE("cli listen-reverse: every role is shown and every scheme is taken",
          "[cli][AUTH-040][AUTH-041][WSR-013][WSR-014][WSR-015]") {
    Server server({}, {{"CQHTTP_TOKEN", "tok"}});
    struct Row {
        std::string role, scheme, shown;
    };
    const std::vector<Row> rows{{"API", "Token", "api"},
                                {"Event", "Bearer", "event"},
                                {"Universal", "Bearer", "universal"},
                                {"universal", "token", "universal"}};
    std::vector<std::unique_ptr<WsPeer>> open;
    for (const Row& row : rows) {
        const std::vector<std::string> headers{"X-Client-Role: " + row.role,
                                               "Authorization: " + row.scheme + " tok"};
        open.push_back(std::make_unique<WsPeer>(server.port(), "/", headers));
        REQUIRE(open.back()->status() == 101);
    }
    REQUIRE(client(server, "/", {"Authorization: Basic tok"}).status() == 401);
    server.process().send_signal(SIGINT);
    const std::vector<Json> shaken = Server::lines_of("handshake", server.process().wait().out);
    REQUIRE(shaken.size() == 5);
    for (std::size_t i = 0; i < rows.size(); ++i) {
        CHECK(shaken[i].at("role") == rows[i].shown);
        CHECK(shaken[i].at("scheme") == rows[i].scheme);
        CHECK(shaken[i].at("token") == "right");
    }
    CHECK(shaken[4].at("role") == "unknown");
    CHECK(shaken[4].at("token") == "missing");
}

TEST_CASE("cli listen-reverse: calls go out in order over the connection for calls",
          "[cli][WSR-020][WSR-024]") {
    Server server(
        {"--once", "--call", "get_status", "--call", R"(send_msg user_id:=1 message="a b")"});
    WsPeer events = client(server, "/event/");
    WsPeer api = client(server, "/api/");
    const std::string first = api.receive_text();
    REQUIRE(first == R"({"action":"get_status","params":{},"echo":1})");
    api.send(answer(first));
    const std::string second = api.receive_text();
    REQUIRE(second == R"({"action":"send_msg","params":{"user_id":1,"message":"a b"},"echo":2})");
    api.send(answer(second));
    const Ended ended = server.process().wait();
    REQUIRE(ended.code == 0);
    const std::vector<Json> replies = Server::lines_of("reply", ended.out);
    REQUIRE(replies.size() == 2);
    REQUIRE(replies[1].at("action") == "send_msg");
    REQUIRE(replies[1].at("reply").at("echo") == 2);
    REQUIRE(replies[1].at("connection") == 2);
}

TEST_CASE("cli listen-reverse: calls come from standard input", "[cli]") {
    Server server({"--calls", "-", "--once"});
    server.process().type("get_status\n");
    WsPeer api = client(server, "/", {"X-Client-Role: Universal"});
    api.send(R"({"post_type":"meta_event","meta_event_type":"lifecycle"})");
    api.send(answer(api.receive_text()));
    server.process().type(R"({"action":"a","echo":[1e2]})"
                          "\n");
    REQUIRE(api.receive_text() == R"({"action":"a","echo":[1e2]})");
    api.send(R"({"status":"failed","retcode":100,"data":null,"echo":[1e2]})");
    server.process().end_input();
    const Ended ended = server.process().wait();
    REQUIRE(ended.code == 1);
    REQUIRE(contains(ended.err, "a: retcode 100"));
    REQUIRE(Server::lines_of("event", ended.out).size() == 1);
}

TEST_CASE("cli listen-reverse: an answer with a wrong echo is exit code 6", "[cli][ECHO-001]") {
    Server server({"--once", "--call", "get_status"});
    WsPeer api = client(server, "/api/");
    api.receive_text();
    api.send(R"({"status":"ok","retcode":0,"data":null,"echo":"1"})");
    const Ended ended = server.process().wait();
    REQUIRE(ended.code == 6);
    REQUIRE(contains(Server::lines_of("stray", ended.out).at(0).at("reason"), "but 1 was sent"));
}

TEST_CASE("cli listen-reverse: a call that is not answered is exit code 3", "[cli]") {
    {
        Server server({"--once", "--call", "get_status"});
        {
            WsPeer api = client(server, "/api/");
            api.receive_text();
        }
        const Ended ended = server.process().wait();
        REQUIRE(ended.code == 3);
        REQUIRE(contains(ended.err, "get_status was not answered"));
    }
    {
        Server server({"--once", "--call", "get_status", "--call-timeout", "0.1"});
        WsPeer api = client(server, "/api/");
        const Ended ended = server.process().wait();
        REQUIRE(ended.code == 3);
        REQUIRE(contains(ended.err, "nothing came within 0.1 s"));
    }
    Server server({"--call", "get_status", "--call-timeout", "0.1"});
    WsPeer api = client(server, "/api/");
    const std::string frame = api.receive_text();
    server.process().wait_for("nothing came");
    api.send(answer(frame));
    server.process().wait_for("an answer that came too late");
}

TEST_CASE("cli listen-reverse: events are told until the goal is reached", "[cli][WSR-030]") {
    Server server({"--filter", R"({"post_type":"message"})", "--count", "2"});
    WsPeer events = client(server, "/event/");
    events.send(R"({"post_type":"notice"})");
    events.send("{ \"post_type\":\"message\", \"n\":1e2}");
    events.send(event);
    REQUIRE(events.receive().close_code() == 1001);
    const Ended ended = server.process().wait();
    REQUIRE(ended.code == 0);
    REQUIRE(Server::lines_of("event", ended.out).size() == 2);
    REQUIRE(contains(ended.out, R"("event":{"post_type":"message","n":1e2}})"));
}

TEST_CASE("cli listen-reverse: on a terminal there are lines to read", "[cli]") {
    Start start{{"listen-reverse", "--port", "0", "--count", "1", "--color", "never"}};
    start.output = Output::terminal;
    Process process(std::move(start));
    const std::string out = process.wait_for("ws_reverse_event_url").out;
    const std::size_t at = out.find("ws://127.0.0.1:") + 15;
    const auto port = static_cast<std::uint16_t>(std::stoi(out.substr(at)));
    WsPeer events(port, "/event/", {"X-Self-ID: 10086001"});
    events.send(event);
    const Ended ended = process.wait();
    REQUIRE(ended.code == 0);
    REQUIRE(contains(ended.out, "#1 handshake /event/  event  self 10086001  no token  from "));
    REQUIRE(contains(ended.out, "  message.group  group 1\n"));
}

TEST_CASE("cli listen-reverse: two connections of one role are reported", "[cli][WSR-003]") {
    Server server({});
    WsPeer first = client(server, "/event/");
    WsPeer other_role = client(server, "/api/");
    WsPeer other_account(server.port(), "/event/", {"X-Self-ID: 10086002"});
    WsPeer second = client(server, "/event/");
    server.process().wait_for("\"duplicate\"");
    server.process().send_signal(SIGINT);
    const Ended ended = server.process().wait();
    const std::vector<Json> found = Server::lines_of("duplicate", ended.out);
    REQUIRE(found.size() == 1);
    REQUIRE(found[0].at("connection") == 4);
    REQUIRE(found[0].at("other") == 1);
    REQUIRE(found[0].at("role") == "event");
}

TEST_CASE("cli listen-reverse: it closes and cuts and rejects on purpose",
          "[cli][WSR-044][WSR-045][WSR-047]") {
    {
        Server server({"--once", "--close-code", "1000", "--after", "50ms"});
        WsPeer api = client(server, "/api/");
        REQUIRE(api.receive().close_code() == 1000);
        REQUIRE(server.process().wait().code == 0);
    }
    {
        Server server({"--once", "--close-code", "1005"});
        WsPeer api = client(server, "/api/");
        const PeerFrame frame = api.receive();
        REQUIRE(frame.opcode == 8);
        REQUIRE(frame.payload.empty());
        REQUIRE(server.process().wait().code == 0);
    }
    {
        Server server({"--once", "--drop"});
        WsPeer api = client(server, "/api/");
        REQUIRE(api.receive().opcode == -1);
        REQUIRE(server.process().wait().code == 0);
    }
    Server server({"--once", "--reject", "403"});
    REQUIRE(client(server, "/api/").status() == 403);
    const Ended ended = server.process().wait();
    REQUIRE(ended.code == 0);
    REQUIRE(Server::lines_of("handshake", ended.out).at(0).at("status") == 403);
}

TEST_CASE("cli listen-reverse: a stalled connection says nothing to its end", "[cli]") {
    Server server({"--stall"});
    WsPeer api = client(server, "/api/");
    REQUIRE(api.status() == 101);
    REQUIRE(api.send_bytes(cqhttp::test::client_frame(9, "are you there")));
    server.process().wait_for("neither reads nor writes");
    server.process().send_signal(SIGINT);
    REQUIRE(api.receive().opcode == -1);
    REQUIRE(server.process().wait().code == 130);
}

TEST_CASE("cli listen-reverse: what is no WebSocket is turned away and told", "[cli][WS-011]") {
    Server server({});
    REQUIRE(cqhttp::test::http(server.port(), "GET", "/api/").status == 426);
    server.process().wait_for("426");
    REQUIRE(client(server, "/api/").status() == 101);
    server.process().send_signal(SIGTERM);
    REQUIRE(server.process().wait().code == 130);
}

TEST_CASE("cli listen-reverse: Ctrl-C closes every connection with 1001", "[cli]") {
    Server server({});
    WsPeer api = client(server, "/api/");
    WsPeer events = client(server, "/event/");
    events.send(event);
    server.process().wait_for("\"event\":{");
    server.process().send_signal(SIGINT);
    REQUIRE(api.receive().close_code() == 1001);
    REQUIRE(events.receive().close_code() == 1001);
    REQUIRE(server.process().wait().code == 130);
}

TEST_CASE("cli listen-reverse: nobody in time is exit code 1", "[cli]") {
    const Ended ended = run({{"listen-reverse", "--port", "0", "--once", "--timeout", "0.1"}});
    REQUIRE(ended.code == 1);
    REQUIRE(contains(ended.err, "no client came"));
    REQUIRE(run({{"listen-reverse", "--port", "0", "--timeout", "0.1"}}).code == 0);
}

TEST_CASE("cli listen-reverse: a port that is taken is exit code 3", "[cli]") {
    const Server server({});
    const std::string address = "127.0.0.1:" + std::to_string(server.port());
    const Ended ended = run({{"listen-reverse", "--listen", address}});
    REQUIRE(ended.code == 3);
    REQUIRE(contains(ended.err, address));
    REQUIRE(contains(ended.err, "port 0 a free one"));
}

TEST_CASE("cli listen-reverse: the command line is checked", "[cli]") {
    struct Case {
        std::vector<std::string> arguments;
        const char* words;
    };
    for (const Case& c :
         {Case{{"--call", "a b"}, "--call: \"b\" is not a parameter"},
          Case{{"--calls", "/no/such"}, "cannot read /no/such"},
          Case{{"--close-code", "1006"}, "--drop"}, Case{{"--close-code", "99"}, "--close-code"},
          Case{{"--reject", "101"}, "200 to 599"}, Case{{"--drop", "--stall"}, "exclude"},
          Case{{"--stall", "--after", "5s"}, "--after says when"},
          Case{{"--drop", "--after", "soon"}, "5s, 500ms"}, Case{{"--listen", "a:b"}, "HOST:PORT"},
          Case{{"--listen", "h:1", "--port", "2"}, "leave --host"},
          Case{{"--port", "70000"}, "65535"}, Case{{"--until", "x"}, "for example"}}) {
        Start start{{"listen-reverse"}};
        start.arguments.insert(start.arguments.end(), c.arguments.begin(), c.arguments.end());
        const Ended ended = run(std::move(start));
        INFO(ended.err);
        REQUIRE(ended.code == 2);
        REQUIRE(contains(ended.err, c.words));
    }
}
