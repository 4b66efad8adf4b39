#include "gateway/net/http_client.hpp"
#include "gateway/net/net_test_support.hpp"
#include "gateway/tests/support/catch.hpp"
#include "gateway/tests/support/run_coro.hpp"

#include <boost/asio/error.hpp>
#include <boost/asio/post.hpp>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <string>
#include <utility>
#include <vector>

namespace cqhttp::net {
namespace {

using std::chrono_literals::operator""ms;
using std::chrono_literals::operator""s;
using test::Peer;
using test::ScriptedServer;

const std::string ok = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";

// Sends requests that are written already, whose headers of a success nobody wants.
struct Fixture {
    static TlsOptions without_verification() {
        TlsOptions options;
        options.verify = false;
        return options;
    }

    Result<ClientResponse> post(std::uint16_t port, std::string_view body = "{}",
                                std::chrono::milliseconds total = 0ms) {
        url.host = "127.0.0.1";
        url.port = port;
        url.target = "/a?token=secret";
        head = "POST /a HTTP/1.1\r\nHost: x\r\nContent-Length: " + std::to_string(body.size()) +
               "\r\n\r\n";
        ClientLimits limits;
        limits.reuse = 60s;  // however slow the machine
        limits.total = total;
        limits.body = 5000;
        return cqhttp::test::run_coro(context,
                                      client.send({url, "POST", head, body, false}, limits));
    }

    asio::io_context context{1};
    TlsContext tls = TlsContext::client(without_verification()).value();
    HttpClient client{context.get_executor(), tls};
    Url url;
    std::string head;
};

ScriptedServer::Script answer_with(std::string bytes) {
    return [bytes = std::move(bytes)](Peer& peer) {
        peer.read_request();
        peer.send(bytes);
    };
}

}  // namespace

TEST_CASE("http client: a written request is sent as it is and its connection kept",
          "[POST-005][POST-011]") {
    std::vector<std::string> seen;
    {
        ScriptedServer server({[&](Peer& peer) {
            for (const std::string& answer :
                 {ok, std::string("HTTP/1.1 204 No Content\r\n\r\n"), ok}) {
                const auto request = peer.read_request();
                seen.push_back(request.head + request.body);
                peer.send(answer);
            }
        }});
        Fixture fixture;
        CHECK(fixture.post(server.port, "{\"a\":1}").value().body == "ok");
        CHECK(fixture.post(server.port).value().status == 204);
        CHECK(fixture.post(server.port, "").value().body == "ok");
        CHECK(fixture.client.stage() == ClientStage::receive);
    }
    const std::string start = "POST /a HTTP/1.1\r\nHost: x\r\nContent-Length: ";
    CHECK(seen ==
          std::vector<std::string>{start + "7\r\n{\"a\":1}", start + "2\r\n{}", start + "0\r\n"});
}

TEST_CASE("http client: answers to a written request of every form are understood",
          "[QOP-001][QOP-002][QOP-006][POST-016]") {
    struct Row {
        std::string answer;
        unsigned status;
        std::string body;
    };
    const std::string long_head = "X-Long: " + std::string(3000, 'x') + "\r\n";
    const std::string long_body(4000, 'y');
    const std::vector<Row> rows{
        {ok, 200, "ok"},
        {"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n0\r\n\r\n", 200, "ok"},
        {"HTTP/1.1 100 Continue\r\n\r\n" + ok, 200, "ok"},
        {"HTTP/1.1 200 OK\r\n" + long_head + "Content-Length: 2\r\n\r\nok", 200, "ok"},
        {"HTTP/1.1 200 OK\r\nContent-Length: 4000\r\n\r\n" + long_body, 200, long_body},
        {"HTTP/1.1 500 No\r\nContent-Length: 1\r\n\r\nx", 500, "x"},
    };
    for (const Row& row : rows) {
        // In one piece, byte by byte, and on a connection that was used before.
        for (const bool pieces : {false, true}) {
            INFO(row.answer.substr(0, 60) << " in pieces: " << pieces);
            ScriptedServer server({[&](Peer& peer) {
                for (int number = 0; number < 2; ++number) {
                    peer.read_request();
                    if (pieces) {
                        peer.send_each_byte(row.answer);
                    } else {
                        peer.send(row.answer);
                    }
                }
            }});
            Fixture fixture;
            for (int number = 0; number < 2; ++number) {
                const auto response = fixture.post(server.port);
                REQUIRE(response.has_value());
                CHECK(response->status == row.status);
                CHECK(response->body == row.body);
            }
        }
    }
    ScriptedServer server(
        {answer_with("HTTP/1.1 302 Found\r\nLocation: /b\r\nContent-Length: 0\r\n\r\n")});
    CHECK(Fixture().post(server.port).value().header("Location") == "/b");
}

TEST_CASE("http client: a connection that ends with its answer is not used again", "[POST-013]") {
    for (const std::string first :
         {"HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 2\r\n\r\nok",
          "HTTP/1.0 200 OK\r\nContent-Length: 2\r\n\r\nok",
          "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok and more"}) {
        INFO(first);
        ScriptedServer server({[&](Peer& peer) {
                                   peer.read_request();
                                   peer.send(first);
                                   peer.read_to_end();
                               },
                               answer_with(ok)});
        Fixture fixture;
        CHECK(fixture.post(server.port).value().body == "ok");
        CHECK(fixture.post(server.port).value().body == "ok");
    }
}

TEST_CASE("http client: a written request is sent once whatever the server does", "[POST-013]") {
    {
        // Closed before: the request goes over a new connection.
        ScriptedServer server(
            {answer_with(ok), [](Peer& probe) { probe.send("x"); }, answer_with(ok)});
        Fixture fixture;
        CHECK(fixture.post(server.port).value().body == "ok");
        Peer probe(server.port);
        CHECK(probe.read(1) == "x");
        CHECK(fixture.post(server.port).value().body == "ok");
    }
    // Closed while it was under way: it may have been acted on.
    std::atomic<int> connections = 0;
    ScriptedServer server({[&](Peer& peer) {
                               ++connections;
                               peer.read_request();
                               peer.send(ok);
                               peer.read_request();
                           },
                           [&](Peer&) { ++connections; }});
    Fixture fixture;
    CHECK(fixture.post(server.port).value().body == "ok");
    const auto lost = fixture.post(server.port);
    CHECK(lost.error().detail == "http://127.0.0.1:" + std::to_string(server.port) +
                                     "/a: connection closed before an answer came");
    CHECK(connections == 1);
}

TEST_CASE("http client: failures of a written request say what failed", "[POST-013]") {
    const std::vector<std::pair<std::string, std::string>> rows{
        {"", "connection closed before an answer came"},
        {"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nabc",
         "connection closed in the middle of the answer"},
        {"HTTP/1.1 200 OK\r\nContent-Le", "connection closed in the middle of the answer"},
        {"HTTP/1.1 200 OK\r\nContent-Length: 5001\r\n\r\n", "the answer is longer than 5000 bytes"},
        {"220 mail server ready\r\n", "the answer is not HTTP: bad version"},
    };
    for (const auto& [answer, cause] : rows) {
        INFO(answer);
        ScriptedServer server({answer_with(answer), answer_with(ok)});
        Fixture fixture;
        const auto failed = fixture.post(server.port);
        REQUIRE(failed.has_error());
        CHECK(failed.error().detail ==
              "http://127.0.0.1:" + std::to_string(server.port) + "/a: " + cause);
        CHECK(fixture.post(server.port).value().body == "ok");
    }
}

TEST_CASE("http client: a time limit counts on a connection that was used before", "[POST-015]") {
    ScriptedServer server({[](Peer& peer) {
                               peer.read_request();
                               peer.send(ok);
                               peer.read_request();
                               peer.send("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\no");
                               peer.read_to_end();
                           },
                           answer_with(ok)});
    Fixture fixture;
    CHECK(fixture.post(server.port, "{}", 60s).value().body == "ok");
    const auto late = fixture.post(server.port, "{}", 1s);
    CHECK(late.error().code == asio::error::timed_out);
    CHECK(late.error().detail ==
          "http://127.0.0.1:" + std::to_string(server.port) + "/a: no answer within 1 s");
    CHECK(fixture.post(server.port, "{}", 60s).value().body == "ok");
}

TEST_CASE("http client: a large written request arrives whole and its refusal is seen",
          "[net][http-client]") {
    const std::string large(8 * 1024 * 1024, 'x');
    std::size_t arrived = 0;
    {
        ScriptedServer server({[&](Peer& peer) {
                                   const auto request = peer.read_request();
                                   arrived = static_cast<std::size_t>(
                                       std::count(request.body.begin(), request.body.end(), 'x'));
                                   peer.send(ok);
                               },
                               [](Peer& peer) {
                                   peer.read(100);
                                   peer.send(
                                       "HTTP/1.1 413 Content Too Large\r\nConnection: close\r\n"
                                       "Content-Length: 0\r\n\r\n");
                                   peer.finish_sending();
                                   peer.read_to_end();
                               }});
        CHECK(Fixture().post(server.port, large).value().body == "ok");
        CHECK(Fixture().post(server.port, large).value().status == 413);
    }
    CHECK(arrived == large.size());
}

TEST_CASE("http client: stop ends a written request and every later one", "[net][http-client]") {
    Fixture fixture;
    ScriptedServer server({[&](Peer& peer) {
        peer.read_request();
        peer.send(ok);
        peer.read_request();
        asio::post(fixture.context, [&] { fixture.client.stop(); });
        peer.read_to_end();
    }});
    CHECK(fixture.post(server.port).value().body == "ok");
    CHECK(fixture.post(server.port).error().code == asio::error::operation_aborted);
    CHECK(fixture.post(server.port).error().code == asio::error::operation_aborted);
}

}  // namespace cqhttp::net
