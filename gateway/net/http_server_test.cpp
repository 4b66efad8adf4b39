#include "gateway/net/http_server.hpp"

#include "gateway/net/net_test_support.hpp"
#include "gateway/tests/support/catch.hpp"
#include "gateway/tests/support/recording_log.hpp"

#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <atomic>
#include <cstdlib>
#include <fcntl.h>
#include <unistd.h>

namespace cqhttp::net {
namespace {

using test::Answer;
using test::Peer;
using ServerUnderTest = test::ServerUnderTest<cqhttp::test::RecordingLog>;

std::string get(const std::string& path) {
    return "GET " + path + " HTTP/1.1\r\nHost: h\r\n\r\n";
}

std::string post(const std::string& path, const std::string& body) {
    return "POST " + path +
           " HTTP/1.1\r\nHost: h\r\nContent-Length: " + std::to_string(body.size()) + "\r\n\r\n" +
           body;
}

HttpResponse text_response(std::string text) {
    HttpResponse response;
    response.body = std::move(text);
    return response;
}

// Opened by a test, released when a test says so: makes an answer take exactly as long as wanted.
class Gate {
public:
    explicit Gate(asio::io_context& context) : context_(context), timer_(context) {
        timer_.expires_at(asio::steady_timer::time_point::max());
    }

    asio::awaitable<HttpResponse> answer(const HttpRequest& request) {
        ++waiting_;
        while (!open_) {
            try {
                co_await timer_.async_wait(asio::use_awaitable);
            } catch (const boost::system::system_error&) {
                if (!open_) {
                    throw;
                }
            }
        }
        HttpResponse response =
            text_response(std::string(request.path) + "|" + std::string(request.body) + "|" +
                          std::string(request.header("Host").value_or("-")));
        co_return response;
    }

    void open() {
        asio::post(context_, [this] {
            open_ = true;
            timer_.cancel();
        });
    }

    void wait_for_request() const {
        while (waiting_ == 0) {
            std::this_thread::yield();
        }
    }

private:
    asio::io_context& context_;
    asio::steady_timer timer_;
    bool open_ = false;
    std::atomic<int> waiting_ = 0;
};

FileBody file_with(const std::string& content, std::uint64_t announced) {
    char name[] = "/tmp/cqhttp_file_body_XXXXXX";
    const int descriptor = ::mkstemp(name);
    ::unlink(name);
    std::size_t written = 0;
    while (written < content.size()) {
        written += static_cast<std::size_t>(
            ::write(descriptor, content.data() + written, content.size() - written));
    }
    return FileBody(descriptor, announced);
}

}  // namespace

TEST_CASE("http server: a connection serves one request after another", "[HTTP-003]") {
    ServerUnderTest server;
    server.start();
    Peer peer(server.port);
    for (const std::string path : {"/a", "/b", "/c"}) {
        peer.send(get(path));
        const Answer answer = peer.read_answer();
        REQUIRE(answer.status == 200);
        REQUIRE(answer.body == path + ":");
        REQUIRE_FALSE(answer.has("Connection:"));
    }
}

TEST_CASE("http server: the handler sees the whole request", "[HTTP-006][HTTP-015]") {
    ServerUnderTest server;
    server.start();
    Peer peer(server.port);
    peer.send(
        "POST /x?a=1?b=2 HTTP/1.1\r\nHost: h\r\nX-One:  1 \r\nContent-Length: 5\r\n\r\nhello");
    REQUIRE(peer.read_answer().body == "/x:hello");
    const auto seen = server.handler.seen();
    REQUIRE(seen.size() == 1);
    REQUIRE(seen[0].method == "POST");
    REQUIRE(seen[0].query == "a=1?b=2");
    REQUIRE(seen[0].headers.at(1) == std::pair<std::string, std::string>("X-One", "1"));
    REQUIRE(seen[0].loopback);
    REQUIRE(seen[0].peer == "127.0.0.1:" + std::to_string(peer.socket().local_endpoint().port()));
}

TEST_CASE("http server: the client may ask for the end of the connection", "[HTTP-003]") {
    struct Row {
        std::string request, connection;
        bool closed;
    };
    const std::vector<Row> rows{
        {"GET /a HTTP/1.1\r\nConnection: close\r\n\r\n", "Connection: close", true},
        {"GET /a HTTP/1.0\r\n\r\n", "Connection: close", true},
        {"GET /a HTTP/1.0\r\nConnection: keep-alive\r\n\r\n", "Connection: keep-alive", false},
    };
    ServerUnderTest server;
    server.start();
    for (const Row& row : rows) {
        INFO(row.request);
        Peer peer(server.port);
        peer.send(row.request);
        const Answer answer = peer.read_answer();
        REQUIRE(answer.body == "/a:");
        REQUIRE(answer.has(row.connection));
        if (row.closed) {
            REQUIRE(peer.is_closed());
        } else {
            peer.send(row.request);
            REQUIRE(peer.read_answer().body == "/a:");
        }
    }
}

TEST_CASE("http server: a hundred requests in one segment are answered in order", "[HTTP-003]") {
    ServerUnderTest server;
    server.start();
    Peer peer(server.port);
    std::string requests;
    for (int number = 0; number < 100; ++number) {
        const std::string path = "/" + std::to_string(number);
        requests += number % 3 == 0 ? post(path, "body" + path) : get(path);
    }
    peer.send(requests);
    for (int number = 0; number < 100; ++number) {
        const std::string path = "/" + std::to_string(number);
        REQUIRE(peer.read_answer().body ==
                path + ":" + (number % 3 == 0 ? "body" + path : std::string()));
    }
}

TEST_CASE("http server: requests that come byte by byte are served", "[HTTP-006][HTTP-007]") {
    ServerUnderTest server;
    server.start();
    Peer peer(server.port);
    peer.send_each_byte(post("/a", "0123456789") +
                        "POST /b HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n"
                        "3;x=y\r\nabc\r\n2\r\nde\r\n0\r\nX-Trailer: t\r\n\r\n" +
                        get("/c"));
    REQUIRE(peer.read_answer().body == "/a:0123456789");
    REQUIRE(peer.read_answer().body == "/b:abcde");
    REQUIRE(peer.read_answer().body == "/c:");
}

TEST_CASE("http server: a large body arrives whole", "[HTTP-006][HTTP-008]") {
    ServerUnderTest server;
    std::string expected(32 * 1024 * 1024, 'x');
    for (std::size_t place = 0; place < expected.size(); place += 1009) {
        expected[place] = static_cast<char>('a' + place % 26);
    }
    server.handler.on_handle = [&](const HttpRequest& request) -> HttpAnswer {
        return text_response(request.body == expected ? "same" : "different");
    };
    server.start();
    Peer peer(server.port);
    peer.send(post("/a", expected));
    REQUIRE(peer.read_answer().body == "same");
    peer.send(get("/b"));
    REQUIRE(peer.read_answer().status == 200);
}

TEST_CASE("http server: a large answer reaches a client that reads late", "[HTTP-067]") {
    ServerUnderTest server;
    const std::string large(8 * 1024 * 1024, 'y');
    server.handler.on_handle = [&](const HttpRequest&) -> HttpAnswer {
        return text_response(large);
    };
    server.start();
    Peer peer(server.port);
    peer.send(get("/a") + get("/b"));
    Peer other(server.port);
    other.send(get("/c"));
    REQUIRE(other.read_answer().body == large);
    REQUIRE(peer.read_answer().body == large);
    REQUIRE(peer.read_answer().body == large);
}

TEST_CASE("http server: a client that does not read does not stop others", "[HTTP-004]") {
    ServerUnderTest server;
    const std::string large(1024 * 1024, 'y');
    server.handler.on_handle = [&](const HttpRequest& request) -> HttpAnswer {
        return text_response(request.path == "/large" ? large : "small");
    };
    server.start();
    Peer greedy(server.port);
    for (int number = 0; number < 50; ++number) {
        greedy.send(get("/large"));
    }
    Peer half(server.port);
    half.send("POST /a HTTP/1.1\r\nContent-Le");
    for (int number = 0; number < 10; ++number) {
        Peer other(server.port);
        other.send(get("/small"));
        REQUIRE(other.read_answer().body == "small");
    }
    for (int number = 0; number < 50; ++number) {
        REQUIRE(greedy.read_answer().body == large);
    }
    half.send("ngth: 0\r\n\r\n");
    REQUIRE(half.read_answer().body == "small");
}

TEST_CASE("http server: HEAD gets the head alone", "[HTTP-017]") {
    ServerUnderTest server;
    server.start();
    Peer peer(server.port);
    peer.send("HEAD /a HTTP/1.1\r\n\r\n" + get("/b"));
    const Answer head = peer.read_answer("HEAD");
    REQUIRE(head.status == 200);
    REQUIRE(head.has("Content-Length: 3"));
    REQUIRE(peer.read_answer().body == "/b:");
}

TEST_CASE("http server: 100-continue is answered when the head is accepted", "[HTTP-006]") {
    ServerUnderTest server;
    server.start();
    Peer peer(server.port);
    const std::string head =
        "POST /a HTTP/1.1\r\nContent-Length: 5\r\nExpect: 100-continue\r\n\r\n";
    peer.send(head);
    REQUIRE(peer.read_line() == "HTTP/1.1 100 Continue\r\n");
    REQUIRE(peer.read_line() == "\r\n");
    peer.send("hello");
    REQUIRE(peer.read_answer().body == "/a:hello");
    peer.send(head + "hello");
    REQUIRE(peer.read_answer().body == "/a:hello");
}

TEST_CASE("http server: an answer that takes time keeps the order and the request",
          "[HTTP-003][HTTP-005]") {
    ServerUnderTest server;
    Gate gate(server.context);
    server.handler.on_handle = [&](const HttpRequest& request) -> HttpAnswer {
        if (request.path == "/slow") {
            return gate.answer(request);
        }
        return text_response(std::string(request.path));
    };
    server.start();
    Peer peer(server.port);
    peer.send(get("/1") + post("/slow", "body") + get("/3"));
    REQUIRE(peer.read_answer().body == "/1");
    gate.wait_for_request();
    Peer other(server.port);
    for (int number = 0; number < 5; ++number) {
        other.send(post("/other", std::string(1000, 'z')));
        REQUIRE(other.read_answer().body == "/other");
    }
    gate.open();
    REQUIRE(peer.read_answer().body == "/slow|body|h");
    REQUIRE(peer.read_answer().body == "/3");
}

TEST_CASE("http server: a client may stop sending before it reads", "[HTTP-003]") {
    ServerUnderTest server;
    Gate gate(server.context);
    server.handler.on_handle = [&](const HttpRequest& request) -> HttpAnswer {
        return gate.answer(request);
    };
    server.start();
    Peer peer(server.port);
    peer.send(get("/a") + get("/b"));
    peer.finish_sending();
    gate.wait_for_request();
    gate.open();
    REQUIRE(peer.read_answer().body == "/a||h");
    REQUIRE(peer.read_answer().body == "/b||h");
    REQUIRE(peer.is_closed());
}

TEST_CASE("http server: a request that breaks off is answered with 400", "[HTTP-006]") {
    ServerUnderTest server;
    server.start();
    for (const std::string part :
         {"GET /a HT", "POST /a HTTP/1.1\r\nContent-Length: 5\r\n\r\nab"}) {
        INFO(part);
        Peer peer(server.port);
        peer.send(get("/x") + part);
        peer.finish_sending();
        REQUIRE(peer.read_answer().status == 200);
        const Answer answer = peer.read_answer();
        REQUIRE(answer.status == 400);
        REQUIRE(answer.has("Connection: close"));
        REQUIRE(peer.is_closed());
    }
    REQUIRE(server.handler.seen().size() == 2);
}

TEST_CASE("http server: a client that goes away while it waits harms nobody", "[HTTP-004]") {
    ServerUnderTest server;
    Gate gate(server.context);
    server.handler.on_handle = [&](const HttpRequest& request) -> HttpAnswer {
        return gate.answer(request);
    };
    server.start();
    {
        Peer peer(server.port);
        peer.send(get("/a"));
        gate.wait_for_request();
        peer.socket().set_option(asio::socket_base::linger(true, 0));
    }
    gate.open();
    Peer other(server.port);
    other.send(get("/b"));
    REQUIRE(other.read_answer().body == "/b||h");
    REQUIRE(server.log.count(LogLevel::warn, "") == 0);
}

TEST_CASE("http server: a refused request with a short body keeps the connection",
          "[HTTP-003][HTTP-020]") {
    ServerUnderTest server;
    server.handler.on_refuse = [](const HttpRequest& head) -> std::optional<HttpResponse> {
        return head.path == "/no" ? std::optional(HttpResponse::empty(401)) : std::nullopt;
    };
    server.start();
    Peer peer(server.port);
    const std::string chunked =
        "POST /no HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nGET \r\n0\r\n\r\n";
    for (const std::string& request :
         {get("/no"), post("/no", "body"), post("/no", std::string(65536, 'x')), chunked}) {
        peer.send(request + get("/yes"));
        const Answer refused = peer.read_answer();
        REQUIRE(refused.status == 401);
        REQUIRE(refused.has("Content-Length: 0"));
        REQUIRE_FALSE(refused.has("Connection:"));
        REQUIRE(peer.read_answer().body == "/yes:");
    }
    REQUIRE(server.handler.seen().size() == 4);
}

TEST_CASE("http server: a refusal does not wait for the body", "[HTTP-020]") {
    ServerUnderTest server;
    server.handler.on_refuse = [](const HttpRequest&) { return HttpResponse::empty(403); };
    server.start();
    Peer peer(server.port);
    peer.send("POST /a HTTP/1.1\r\nContent-Length: 3\r\n\r\n");
    REQUIRE(peer.read_answer().status == 403);
    peer.send("abc" + get("/b"));
    REQUIRE(peer.read_answer().status == 403);
    REQUIRE(server.handler.seen().empty());
}

TEST_CASE("http server: a refused request with a long body closes the connection", "[HTTP-020]") {
    ServerUnderTest server;
    server.handler.on_refuse = [](const HttpRequest&) { return HttpResponse::empty(401); };
    server.start();
    struct Row {
        std::string name, head;
        bool announced;
    };
    const std::vector<Row> rows{
        {"by length", "POST /a HTTP/1.1\r\nContent-Length: 65537\r\n\r\n", true},
        {"by expectation", "POST /a HTTP/1.1\r\nContent-Length: 3\r\nExpect: 100-continue\r\n\r\n",
         true},
        {"by chunks", "POST /a HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n10001\r\n", false},
    };
    for (const Row& row : rows) {
        INFO(row.name);
        Peer peer(server.port);
        peer.send(row.head);
        const Answer answer = peer.read_answer();
        REQUIRE(answer.status == 401);
        REQUIRE(answer.has("Connection: close") == row.announced);
        REQUIRE(peer.is_closed());
    }
    REQUIRE(server.handler.seen().empty());
}

TEST_CASE("http server: the handler may end the connection", "[HTTP-003]") {
    ServerUnderTest server;
    server.handler.on_handle = [](const HttpRequest&) -> HttpAnswer {
        HttpResponse response = HttpResponse::empty(405);
        response.headers.emplace_back("Allow", "GET");
        response.close = true;
        return response;
    };
    server.start();
    Peer peer(server.port);
    peer.send(get("/a") + get("/b"));
    const Answer answer = peer.read_answer();
    REQUIRE(answer.status == 405);
    REQUIRE(answer.has("Connection: close"));
    REQUIRE(answer.has("Allow: GET"));
    REQUIRE(peer.is_closed());
    REQUIRE(server.handler.seen().size() == 1);
}

TEST_CASE("http server: files of any size are sent in order", "[DATA-001][DATA-010]") {
    ServerUnderTest server;
    std::string content(3'000'001, 'f');
    content.front() = '<';
    content.back() = '>';
    server.handler.on_handle = [&](const HttpRequest& request) -> HttpAnswer {
        HttpResponse response = text_response("no file");
        if (request.path != "/text") {
            const std::string part = content.substr(0, request.path == "/empty" ? 0 : 3'000'001);
            response.file = file_with(part, part.size());
        }
        return response;
    };
    server.start();
    Peer peer(server.port);
    peer.send(get("/file") + get("/empty") + "HEAD /file HTTP/1.1\r\n\r\n" + get("/text") +
              get("/file"));
    REQUIRE(peer.read_answer().body == content);
    REQUIRE(peer.read_answer().has("Content-Length: 0"));
    REQUIRE(peer.read_answer("HEAD").has("Content-Length: 3000001"));
    REQUIRE(peer.read_answer().body == "no file");
    REQUIRE(peer.read_answer().body == content);
}

TEST_CASE("http server: a file that became shorter cuts the connection", "[DATA-001]") {
    ServerUnderTest server;
    server.handler.on_handle = [&](const HttpRequest&) -> HttpAnswer {
        HttpResponse response;
        response.file = file_with("short", 1'000'000);
        return response;
    };
    server.start();
    Peer peer(server.port);
    peer.send(get("/a"));
    const std::string received = peer.read_to_end();
    REQUIRE(received.find("Content-Length: 1000000") != std::string::npos);
    REQUIRE(received.size() < 1000);
    REQUIRE(server.log.count(LogLevel::warn, "file became shorter") == 1);
}

TEST_CASE("http server: one line per request at debug and never the query", "[AUTH-021]") {
    ServerUnderTest server;
    server.start();
    Peer peer(server.port);
    peer.send(get("/act?access_token=secret"));
    REQUIRE(peer.read_answer().status == 200);
    peer.send("nonsense\r\n\r\n");
    REQUIRE(peer.read_answer().status == 400);
    REQUIRE(server.log.count(LogLevel::debug, "method=GET path=/act status=200 peer=127.0.0.1:") ==
            1);
    REQUIRE(server.log.count(LogLevel::debug, "status=400") == 1);
    REQUIRE(server.log.count(LogLevel::debug, "secret") == 0);
    REQUIRE(server.log.count(LogLevel::info, "") == 0);
}

}  // namespace cqhttp::net
