#include "gateway/net/http_client.hpp"

#include "gateway/net/net_test_support.hpp"
#include "gateway/tests/support/catch.hpp"
#include "gateway/tests/support/run_coro.hpp"

#include <boost/asio/error.hpp>

namespace cqhttp::net {
namespace {

using std::chrono_literals::operator""ms;
using std::chrono_literals::operator""s;
using cqhttp::test::run_coro;
using test::Peer;
using test::ScriptedServer;

struct Fixture {
    // However slow the machine, a connection is not too old to be used again.
    static ClientLimits patient() {
        ClientLimits limits;
        limits.reuse = 60s;
        return limits;
    }

    Result<ClientResponse> send(ClientRequest request, ClientLimits limits = patient()) {
        return run_coro(context, client.send(std::move(request), limits));
    }
    Result<ClientResponse> get(std::uint16_t port, const std::string& target = "/a",
                               ClientLimits limits = patient()) {
        return send(request_to(port, target), limits);
    }

    static ClientRequest request_to(std::uint16_t port, const std::string& target = "/a") {
        ClientRequest request;
        request.url.host = "127.0.0.1";
        request.url.port = port;
        request.url.target = target;
        return request;
    }

    static TlsOptions without_verification() {
        TlsOptions options;
        options.verify = false;
        return options;
    }

    asio::io_context context{1};
    TlsContext tls = TlsContext::client(without_verification()).value();
    HttpClient client{context.get_executor(), tls};
};

// Answers one request with exactly these bytes and closes.
ScriptedServer::Script answer_with(std::string bytes) {
    return [bytes = std::move(bytes)](Peer& peer) {
        peer.read_request();
        peer.send(bytes);
    };
}

const std::string ok = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";

std::string text(std::uint16_t port) {
    return "127.0.0.1:" + std::to_string(port);
}

}  // namespace

TEST_CASE("http client: a request is sent as it was given", "[POST-005][POST-011]") {
    std::promise<std::string> head;
    std::promise<std::string> body;
    ScriptedServer server({[&](Peer& peer) {
        const auto request = peer.read_request();
        head.set_value(request.head);
        body.set_value(request.body);
        peer.send("HTTP/1.1 200 OK\r\nX-A: 1\r\nx-b:\r\nContent-Length: 5\r\n\r\nhello");
    }});
    Fixture fixture;
    ClientRequest request = Fixture::request_to(server.port, "/path?x=%20y");
    request.method = "POST";
    request.headers = {{"Content-Type", "application/json"}, {"X-Self-ID", "10000"}};
    request.body = "{\"a\":1}";
    const auto response = fixture.send(std::move(request));
    REQUIRE(head.get_future().get() == "POST /path?x=%20y HTTP/1.1\r\nHost: " + text(server.port) +
                                           "\r\nContent-Type: application/json\r\nX-Self-ID: 10000"
                                           "\r\nContent-Length: 7\r\n");
    REQUIRE(body.get_future().get() == "{\"a\":1}");
    REQUIRE(response.value().status == 200);
    REQUIRE(response->body == "hello");
    REQUIRE(response->header("x-a") == "1");
    REQUIRE(response->header("X-B").empty());
    REQUIRE(response->header("X-C").empty());
    REQUIRE(fixture.client.stage() == ClientStage::receive);
}

TEST_CASE("http client: an empty POST announces its length and GET does not",
          "[POST-011][POST-012]") {
    std::promise<std::string> post, get;
    ScriptedServer server({[&](Peer& peer) {
        post.set_value(peer.read_request().head);
        peer.send(ok);
        get.set_value(peer.read_request().head);
        peer.send(ok);
    }});
    Fixture fixture;
    ClientRequest request = Fixture::request_to(server.port);
    request.method = "POST";
    REQUIRE(fixture.send(std::move(request)).has_value());
    REQUIRE(fixture.get(server.port).has_value());
    REQUIRE(post.get_future().get().find("Content-Length: 0") != std::string::npos);
    REQUIRE(get.get_future().get().find("Content-Length") == std::string::npos);
}

TEST_CASE("http client: every way to end an answer is understood", "[POST-016]") {
    struct Row {
        std::string name, method, answer;
        unsigned status;
        std::string body;
    };
    const std::vector<Row> rows{
        {"length", "GET", ok, 200, "ok"},
        {"chunks", "GET",
         "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3;x=y\r\nabc\r\n1\r\nd\r\n0\r\n"
         "X-T: t\r\n\r\n",
         200, "abcd"},
        {"close", "GET", "HTTP/1.1 200 OK\r\n\r\nuntil the end", 200, "until the end"},
        {"HTTP 1.0", "GET", "HTTP/1.0 404 Not Found\r\n\r\nno", 404, "no"},
        {"no content", "POST", "HTTP/1.1 204 No Content\r\n\r\n", 204, ""},
        {"not modified", "GET", "HTTP/1.1 304 Not Modified\r\nContent-Length: 9\r\n\r\n", 304, ""},
        {"HEAD", "HEAD", "HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n", 200, ""},
        {"interim answers", "GET",
         "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\n" + ok, 200,
         "ok"},
        {"redirect is not followed", "GET",
         "HTTP/1.1 302 Found\r\nLocation: /b\r\nContent-Length: 0\r\n\r\n", 302, ""},
    };
    for (const Row& row : rows) {
        INFO(row.name);
        ScriptedServer server({answer_with(row.answer)});
        Fixture fixture;
        ClientRequest request = Fixture::request_to(server.port);
        request.method = row.method;
        const auto response = fixture.send(std::move(request));
        REQUIRE(response.has_value());
        REQUIRE(response->status == row.status);
        REQUIRE(response->body == row.body);
    }
}

TEST_CASE("http client: a connection is used again", "[net][http-client]") {
    ScriptedServer server({[](Peer& peer) {
        for (int number = 0; number < 3; ++number) {
            peer.read_request();
            peer.send("HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\n" + std::to_string(number));
        }
    }});
    Fixture fixture;
    for (const std::string expected : {"0", "1", "2"}) {
        REQUIRE(fixture.get(server.port).value().body == expected);
    }
}

TEST_CASE("http client: a connection that was idle for long is not used again", "[POST-013]") {
    // The server would end it just when the next request is under way, which is then lost.
    ScriptedServer server({[](Peer& peer) {
                               peer.read_request();
                               peer.send(ok);
                               peer.read_to_end();
                           },
                           answer_with("HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nnew")});
    Fixture fixture;
    ClientLimits limits;
    limits.reuse = 0ms;
    REQUIRE(fixture.get(server.port, "/a", limits).value().body == "ok");
    REQUIRE(fixture.get(server.port, "/a", limits).value().body == "new");
}

TEST_CASE("http client: a connection the server ends is not used again", "[net][http-client]") {
    for (const std::string first :
         {"HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 0\r\n\r\n",
          "HTTP/1.0 200 OK\r\nContent-Length: 0\r\n\r\n",
          "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\nHTTP/1.1 200 OK\r\n"}) {
        INFO(first);
        ScriptedServer server({[&](Peer& peer) {
                                   peer.read_request();
                                   peer.send(first);
                                   peer.read_to_end();
                               },
                               answer_with(ok)});
        Fixture fixture;
        REQUIRE(fixture.get(server.port).value().body.empty());
        REQUIRE(fixture.get(server.port).value().body == "ok");
    }
}

TEST_CASE("http client: a kept connection that was closed is replaced silently", "[POST-013]") {
    // The server takes connections one after another: when the second one is served, the first one
    // has been closed.
    ScriptedServer server({answer_with(ok), [](Peer& probe) { probe.send("x"); }, answer_with(ok)});
    Fixture fixture;
    ClientRequest request = Fixture::request_to(server.port);
    request.method = "POST";
    REQUIRE(fixture.send(request).value().body == "ok");
    Peer probe(server.port);
    REQUIRE(probe.read(1) == "x");
    REQUIRE(fixture.send(request).value().body == "ok");
}

TEST_CASE("http client: only what may be repeated is sent again after a silent close",
          "[POST-013]") {
    // The server reads the second request and closes without an answer: it may have acted on it.
    const auto reads_and_closes = [](Peer& peer) {
        peer.read_request();
        peer.send(ok);
        peer.read_request();
    };
    {
        ScriptedServer server({reads_and_closes, answer_with(ok)});
        Fixture fixture;
        REQUIRE(fixture.get(server.port).has_value());
        REQUIRE(fixture.get(server.port).value().body == "ok");
    }
    ScriptedServer server({reads_and_closes, answer_with(ok)});
    Fixture fixture;
    REQUIRE(fixture.get(server.port).has_value());
    ClientRequest request = Fixture::request_to(server.port, "/b?token=secret");
    request.method = "POST";
    const auto response = fixture.send(std::move(request));
    REQUIRE(response.error().detail ==
            "http://" + text(server.port) + "/b: connection closed before an answer came");
}

TEST_CASE("http client: another origin gets another connection", "[net][http-client]") {
    ScriptedServer first({answer_with(ok)});
    ScriptedServer second({answer_with("HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\ntwo")});
    Fixture fixture;
    REQUIRE(fixture.get(first.port).value().body == "ok");
    REQUIRE(fixture.get(second.port).value().body == "two");
}

TEST_CASE("http client: IPv6 and names are reached", "[net][http-client]") {
    std::promise<std::string> head;
    ScriptedServer server({[&](Peer& peer) {
                              head.set_value(peer.read_request().head);
                              peer.send(ok);
                          }},
                          "::1");
    Fixture fixture;
    ClientRequest request = Fixture::request_to(server.port);
    request.url.host = "::1";
    REQUIRE(fixture.send(std::move(request)).value().body == "ok");
    REQUIRE(head.get_future().get().find("Host: [::1]:" + std::to_string(server.port)) !=
            std::string::npos);
    ScriptedServer named({answer_with(ok)});
    ClientRequest to_name = Fixture::request_to(named.port);
    to_name.url.host = "localhost";
    REQUIRE(fixture.send(std::move(to_name)).value().body == "ok");
}

TEST_CASE("http client: failures say what failed", "[POST-013]") {
    struct Row {
        std::string name, answer, cause;
    };
    ClientLimits limits;
    limits.head = 200;
    limits.body = 100;
    const std::vector<Row> rows{
        {"nothing", "", "connection closed before an answer came"},
        {"half a head", "HTTP/1.1 200 OK\r\nA: b", "connection closed in the middle of the answer"},
        {"half a body", "HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nabc",
         "connection closed in the middle of the answer"},
        {"half a chunk", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n9\r\nabc",
         "connection closed in the middle of the answer"},
        {"other words", "220 mail server ready\r\n", "the answer is not HTTP: bad version"},
        {"long head", "HTTP/1.1 200 OK\r\nA: " + std::string(300, 'x') + "\r\n\r\n",
         "the head of the answer is longer than 200 bytes"},
        {"long body", "HTTP/1.1 200 OK\r\nContent-Length: 101\r\n\r\n" + std::string(101, 'x'),
         "the answer is longer than 100 bytes"},
        {"long chunks",
         "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n65\r\n" + std::string(101, 'x') +
             "\r\n0\r\n\r\n",
         "the answer is longer than 100 bytes"},
        {"long until the end", "HTTP/1.1 200 OK\r\n\r\n" + std::string(101, 'x'),
         "the answer is longer than 100 bytes"},
    };
    for (const Row& row : rows) {
        INFO(row.name);
        ScriptedServer server({answer_with(row.answer)});
        Fixture fixture;
        const auto response = fixture.get(server.port, "/a?token=secret", limits);
        REQUIRE(response.has_error());
        REQUIRE(response.error().detail == "http://" + text(server.port) + "/a: " + row.cause);
        REQUIRE(response.error().code);
        REQUIRE(fixture.client.stage() == ClientStage::receive);
    }
}

TEST_CASE("http client: a client works again after a failure", "[POST-013]") {
    ScriptedServer server({answer_with("nonsense\r\n\r\n"), answer_with(ok)});
    Fixture fixture;
    REQUIRE(fixture.get(server.port).has_error());
    REQUIRE(fixture.get(server.port).value().body == "ok");
}

TEST_CASE("http client: a port where nobody listens is named", "[POST-013]") {
    Fixture fixture;
    const auto response = fixture.get(1);
    REQUIRE(response.error().detail == "cannot connect to 127.0.0.1:1: Connection refused");
    REQUIRE(response.error().code == asio::error::connection_refused);
    REQUIRE(fixture.client.stage() == ClientStage::connect);
    ClientRequest request = Fixture::request_to(1);
    request.url.host = "::1";
    REQUIRE(fixture.send(std::move(request)).error().detail ==
            "cannot connect to [::1]:1: Connection refused");
}

TEST_CASE("http client: a name that does not exist is named", "[POST-013]") {
    Fixture fixture;
    ClientRequest request = Fixture::request_to(80);
    request.url.host = "no..such";  // an empty label: refused without asking anybody
    const auto response = fixture.send(std::move(request));
    REQUIRE(response.error().detail.starts_with("cannot resolve no..such: "));
    REQUIRE(fixture.client.stage() == ClientStage::resolve);
}

TEST_CASE("http client: a server that does not answer in time is given up", "[POST-015]") {
    std::promise<void> done;
    const auto stays_silent = [&](Peer& peer) { peer.read_to_end(); };
    ClientLimits limits;
    limits.total = 1s;  // enough to connect, however slow the machine
    {
        ScriptedServer server({stays_silent});
        Fixture fixture;
        const auto response = fixture.get(server.port, "/a?token=secret", limits);
        REQUIRE(response.error().detail ==
                "http://" + text(server.port) + "/a: no answer within 1 s");
        REQUIRE(response.error().code == asio::error::timed_out);
        REQUIRE(fixture.client.stage() == ClientStage::receive);
    }
    ScriptedServer server({[](Peer& peer) {
                               peer.read_request();
                               peer.send("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nab");
                               peer.read_to_end();
                           },
                           answer_with(ok)});
    Fixture fixture;
    REQUIRE(fixture.get(server.port, "/a", limits).error().code == asio::error::timed_out);
    REQUIRE(fixture.get(server.port).value().body == "ok");
}

TEST_CASE("http client: a server that does not accept in time is given up", "[net][http-client]") {
    // A listener whose queue is full: the kernel drops further attempts to connect.
    asio::io_context context;
    asio::ip::tcp::acceptor full(context, asio::ip::tcp::v4());
    full.bind({asio::ip::address_v4::loopback(), 0});
    full.listen(0);
    const auto port = full.local_endpoint().port();
    std::vector<asio::ip::tcp::socket> waiting;
    for (int number = 0; number < 4; ++number) {
        auto& socket = waiting.emplace_back(context, asio::ip::tcp::v4());
        socket.native_non_blocking(true);  // Asio's own connect() would wait all the same
        const auto address = full.local_endpoint();
        ::connect(socket.native_handle(), address.data(), static_cast<socklen_t>(address.size()));
    }
    Fixture fixture;
    ClientLimits limits;
    limits.connect = 50ms;
    const auto response = fixture.get(port, "/a", limits);
    REQUIRE(response.error().detail ==
            "cannot connect to " + text(port) + ": no answer within 50 ms");
    REQUIRE(fixture.client.stage() == ClientStage::connect);
}

TEST_CASE("http client: an answer that comes before the request was read is seen",
          "[net][http-client]") {
    ScriptedServer server({[](Peer& peer) {
        peer.read(100);
        peer.send(
            "HTTP/1.1 413 Content Too Large\r\nConnection: close\r\n"
            "Content-Length: 0\r\n\r\n");
        peer.finish_sending();
        peer.read_to_end();
    }});
    Fixture fixture;
    ClientRequest request = Fixture::request_to(server.port);
    request.method = "POST";
    request.body = std::string(8 * 1024 * 1024, 'x');
    REQUIRE(fixture.send(std::move(request)).value().status == 413);
}

TEST_CASE("http client: stop ends a request and every later one", "[net][http-client]") {
    Fixture fixture;
    std::promise<void> asked;
    ScriptedServer server({[&](Peer& peer) {
        peer.read_request();
        asio::post(fixture.context, [&] {
            fixture.client.stop();
            fixture.client.stop();
        });
        peer.read_to_end();
    }});
    const auto response = fixture.get(server.port);
    REQUIRE(response.error().detail == "http://" + text(server.port) + "/a: stopped");
    REQUIRE(response.error().code == asio::error::operation_aborted);
    REQUIRE(fixture.get(server.port).error().code == asio::error::operation_aborted);
}

TEST_CASE("http client: what HTTP cannot say is refused", "[net][http-client]") {
    Fixture fixture;
    for (const std::string target : {"/a b", "/\xE4\xBD\xA0", "/a\r\nX: y", "", "a"}) {
        INFO(target);
        REQUIRE(fixture.get(1, target).error().detail.find("percent-encoded") != std::string::npos);
    }
    ClientRequest request = Fixture::request_to(1);
    request.headers = {{"X-A", "b\r\nX-C: d"}};
    REQUIRE(fixture.send(request).error().detail == "not a header that can be sent: X-A");
    request.headers = {{"X A", "b"}};
    REQUIRE(fixture.send(request).error().detail == "not a header that can be sent: X A");
    request.headers.clear();
    request.method = "GET /";
    REQUIRE(fixture.send(request).error().detail == "not a method: GET /");
}

}  // namespace cqhttp::net
