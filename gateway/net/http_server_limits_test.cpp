#include "gateway/net/http_server.hpp"
#include "gateway/net/net_test_support.hpp"
#include "gateway/tests/support/catch.hpp"
#include "gateway/tests/support/recording_log.hpp"

#include <boost/asio/buffer.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>

#include <algorithm>
#include <atomic>
#include <fcntl.h>
#include <future>
#include <list>
#include <optional>
#include <sys/resource.h>

namespace cqhttp::net {
namespace {

using std::chrono_literals::operator""s;
using std::chrono_literals::operator""ms;
using test::Answer;
using test::Peer;
using ServerUnderTest = test::ServerUnderTest<cqhttp::test::RecordingLog>;

const std::string get_a = "GET /a HTTP/1.1\r\nHost: h\r\n\r\n";

// A handler's answer that never comes.
asio::awaitable<HttpResponse> never(asio::io_context& context, std::atomic<int>& waiting) {
    asio::steady_timer timer(context);
    timer.expires_at(asio::steady_timer::time_point::max());
    ++waiting;
    co_await timer.async_wait(asio::use_awaitable);
    co_return HttpResponse::empty(500);
}

asio::awaitable<HttpResponse> fail(std::string words) {
    throw std::runtime_error(words);
    co_return HttpResponse::empty(500);
}

// An answer that comes when the test sets `open`.
asio::awaitable<HttpResponse> when_open(asio::io_context& context, std::atomic<int>& waiting,
                                        std::atomic<bool>& open) {
    ++waiting;
    while (!open) {
        co_await asio::post(context, asio::use_awaitable);
    }
    co_return HttpResponse::empty(200);
}

void wait_until(const std::function<bool()>& condition) {
    const auto end = std::chrono::steady_clock::now() + 60s;
    while (!condition() && std::chrono::steady_clock::now() < end) {
        std::this_thread::yield();
    }
    REQUIRE(condition());
}

// Refuses descriptors beyond those that are open now; the destructor allows them again.
class NoMoreDescriptors {
public:
    NoMoreDescriptors() {
        ::getrlimit(RLIMIT_NOFILE, &before_);
        // The lowest free descriptor is the next one to be given out.
        const int lowest_free = ::open("/dev/null", O_RDONLY);
        ::close(lowest_free);
        rlimit limit = before_;
        limit.rlim_cur = static_cast<rlim_t>(lowest_free);
        ::setrlimit(RLIMIT_NOFILE, &limit);
    }
    ~NoMoreDescriptors() { ::setrlimit(RLIMIT_NOFILE, &before_); }
    NoMoreDescriptors(const NoMoreDescriptors&) = delete;
    NoMoreDescriptors& operator=(const NoMoreDescriptors&) = delete;

private:
    rlimit before_{};
};

}  // namespace

TEST_CASE("http server: what is not HTTP gets 400 and a close", "[HTTP-021][HTTP-066]") {
    ServerUnderTest server;
    server.start();
    for (const std::string bytes :
         {"hello\r\n\r\n", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", "\x16\x03\x01\x02",
          "GET / HTTP/1.1\r\nContent-Length: x\r\n\r\n"}) {
        INFO(bytes);
        Peer peer(server.port);
        peer.send(get_a + bytes + get_a);
        REQUIRE(peer.read_answer().status == 200);
        const Answer answer = peer.read_answer();
        REQUIRE(answer.status == 400);
        REQUIRE(answer.has("Content-Length: 0"));
        REQUIRE(answer.has("Connection: close"));
        REQUIRE(peer.is_closed());
    }
    REQUIRE(server.handler.seen().size() == 4);
}

TEST_CASE("http server: a body over the bound gets 413 before it is sent", "[HTTP-008]") {
    Limits limits;
    limits.http_body = 1000;
    ServerUnderTest server(limits);
    server.start();
    for (const std::string head :
         {"POST /a HTTP/1.1\r\nContent-Length: 1001\r\n\r\n",
          "POST /a HTTP/1.1\r\nContent-Length: 1001\r\nExpect: 100-continue\r\n\r\n",
          "POST /a HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n3e9\r\n"}) {
        INFO(head);
        Peer peer(server.port);
        peer.send(head);
        const Answer answer = peer.read_answer();
        REQUIRE(answer.status == 413);
        REQUIRE(answer.has("Content-Length: 0"));
        REQUIRE(answer.has("Connection: close"));
        REQUIRE(peer.is_closed());
    }
    Peer peer(server.port);
    peer.send("POST /a HTTP/1.1\r\nContent-Length: 1000\r\n\r\n" + std::string(1000, 'x'));
    REQUIRE(peer.read_answer().body.size() == 1003);
}

TEST_CASE("http server: who sends a hundred megabytes first still reads 413", "[HTTP-008]") {
    ServerUnderTest server;
    server.start();
    Peer peer(server.port);
    peer.send("POST /a HTTP/1.1\r\nContent-Length: 104857600\r\n\r\n");
    const std::string piece(1024 * 1024, 'x');
    for (int number = 0; number < 100; ++number) {
        REQUIRE(peer.try_send(piece));
    }
    REQUIRE(peer.read_answer().status == 413);
    REQUIRE(peer.is_closed());
}

TEST_CASE("http server: who sends a megabyte of head still reads 431", "[HTTP-009]") {
    ServerUnderTest server;
    server.start();
    Peer peer(server.port);
    REQUIRE(peer.try_send("GET /a HTTP/1.1\r\nX-Long: " + std::string(1024 * 1024, 'x')));
    const Answer answer = peer.read_answer();
    REQUIRE(answer.status == 431);
    REQUIRE(answer.has("Content-Length: 0"));
    REQUIRE(answer.has("Connection: close"));
    REQUIRE(peer.is_closed());
}

TEST_CASE("http server: a head that does not end in time gets 408", "[HTTP-009]") {
    Limits limits;
    limits.http_header_read = 40ms;
    ServerUnderTest server(limits);
    server.start();
    Peer peer(server.port);
    peer.send(get_a + "GET /b HT");
    REQUIRE(peer.read_answer().status == 200);
    const Answer answer = peer.read_answer();
    REQUIRE(answer.status == 408);
    REQUIRE(answer.has("Connection: close"));
    REQUIRE(peer.is_closed());
}

TEST_CASE("http server: drops of a head do not prolong its time", "[HTTP-009]") {
    Limits limits;
    limits.http_header_read = 100ms;
    ServerUnderTest server(limits);
    server.start();
    Peer peer(server.port);
    const auto start = std::chrono::steady_clock::now();
    // The socket's own timeout paces the drops: one for each 20 ms in which nothing was answered.
    const timeval pace{0, 20'000};
    ::setsockopt(peer.socket().native_handle(), SOL_SOCKET, SO_RCVTIMEO, &pace, sizeof pace);
    peer.send("GET /a?");
    char byte = 0;
    while (::recv(peer.socket().native_handle(), &byte, 1, MSG_PEEK) < 0) {
        peer.send("x");
        REQUIRE(std::chrono::steady_clock::now() - start < 10s);
    }
    REQUIRE(peer.read_answer().status == 408);
}

TEST_CASE("http server: a body that does not end in time gets 408", "[HTTP-009]") {
    Limits limits;
    limits.http_body_read = 40ms;
    ServerUnderTest server(limits);
    server.start();
    for (const std::string head :
         {"Content-Length: 5\r\n\r\nab", "Transfer-Encoding: chunked\r\n\r\n5\r\nab",
          "Content-Length: 5\r\nExpect: 100-continue\r\n\r\n"}) {
        INFO(head);
        Peer peer(server.port);
        peer.send("POST /a HTTP/1.1\r\n" + head);
        Answer answer = peer.read_answer();
        if (answer.status == 100) {
            answer = peer.read_answer();
        }
        REQUIRE(answer.status == 408);
        REQUIRE(peer.is_closed());
    }
    REQUIRE(server.handler.seen().empty());
}

TEST_CASE("http server: a refused body that does not end in time closes without a word",
          "[HTTP-009]") {
    Limits limits;
    limits.http_body_read = 40ms;
    ServerUnderTest server(limits);
    server.handler.on_refuse = [](const HttpRequest&) { return HttpResponse::empty(401); };
    server.start();
    Peer peer(server.port);
    peer.send("POST /a HTTP/1.1\r\nContent-Length: 5\r\n\r\nab");
    REQUIRE(peer.read_answer().status == 401);
    REQUIRE(peer.is_closed());
}

TEST_CASE("http server: an idle connection is closed without a word", "[HTTP-009]") {
    Limits limits;
    limits.http_idle = 1s;  // enough to send a request, however slow the machine
    ServerUnderTest server(limits);
    server.start();
    Peer fresh(server.port);
    Peer used(server.port);
    used.send(get_a);
    REQUIRE(used.read_answer().status == 200);
    Peer blank(server.port);
    blank.send("\r\n\r\n");
    REQUIRE(fresh.is_closed());
    REQUIRE(used.is_closed());
    REQUIRE(blank.is_closed());
    wait_until([&] { return server.connections() == 0; });
}

TEST_CASE("http server: an answer that takes longer than every limit is not cut", "[HTTP-009]") {
    Limits limits;
    limits.http_idle = limits.http_header_read = limits.http_body_read = limits.http_write = 500ms;
    ServerUnderTest server(limits);
    std::atomic<int> waiting = 0;
    std::atomic<bool> open = false;
    server.handler.on_handle = [&](const HttpRequest& request) -> HttpAnswer {
        if (request.path == "/slow") {
            return when_open(server.context, waiting, open);
        }
        return HttpResponse::empty(200);
    };
    server.start();
    Peer peer(server.port);
    peer.send("GET /slow HTTP/1.1\r\n\r\n");
    wait_until([&] { return waiting == 1; });
    // Idle connections that begin later than the slow answer reach their end before it.
    for (int number = 0; number < 3; ++number) {
        Peer idle(server.port);
        REQUIRE(idle.is_closed());
    }
    open = true;
    REQUIRE(peer.read_answer().status == 200);
}

TEST_CASE("http server: a client that takes nothing of its answer is cut", "[HTTP-009]") {
    Limits limits;
    limits.http_write = 40ms;
    ServerUnderTest server(limits);
    server.handler.on_handle = [](const HttpRequest& request) -> HttpAnswer {
        HttpResponse response;
        response.body = std::string(32 * 1024 * 1024, 'x');
        if (request.path == "/file") {
            response.file = FileBody(::open("/dev/zero", O_RDONLY), 32 * 1024 * 1024);
        }
        return response;
    };
    server.start();
    std::size_t asked = 0;
    for (const std::string path : {"/text", "/file"}) {
        INFO(path);
        Peer peer(server.port);
        peer.send("GET " + path + " HTTP/1.1\r\n\r\n");
        ++asked;
        wait_until([&] { return server.handler.seen().size() == asked; });
        wait_until([&] { return server.connections() == 0; });
        REQUIRE(peer.read_to_end().size() < 32 * 1024 * 1024);
    }
}

TEST_CASE("http server: a thousand connections are served", "[HTTP-004]") {
    ServerUnderTest server;
    server.start();
    std::list<Peer> peers;
    for (int number = 0; number < 1000; ++number) {
        peers.emplace_back(server.port).send(get_a);
    }
    for (int round = 0; round < 3; ++round) {
        REQUIRE(std::all_of(peers.begin(), peers.end(),
                            [](Peer& peer) { return peer.read_answer().body == "/a:"; }));
        for (Peer& peer : peers) {
            peer.send(get_a);
        }
    }
    REQUIRE(server.connections() == 1000);
    peers.clear();
    wait_until([&] { return server.connections() == 0; });
}

TEST_CASE("http server: connections over the limit get 503 and one line in the log", "[HTTP-004]") {
    Limits limits;
    limits.connections = 2;
    ServerUnderTest server(limits);
    server.start();
    Peer first(server.port);
    {
        Peer second(server.port);
        second.send(get_a);
        REQUIRE(second.read_answer().status == 200);
        for (int number = 0; number < 5; ++number) {
            Peer third(server.port);
            third.try_send(get_a);
            const Answer answer = third.read_answer();
            REQUIRE(answer.status == 503);
            REQUIRE(answer.has("Connection: close"));
            REQUIRE(third.is_closed());
        }
    }
    wait_until([&] { return server.connections() == 1; });
    Peer again(server.port);
    again.send(get_a);
    REQUIRE(again.read_answer().status == 200);
    first.send(get_a);
    REQUIRE(first.read_answer().status == 200);
    REQUIRE(server.log.count(LogLevel::warn, "too many connections") == 1);
    REQUIRE(server.log.count(LogLevel::info, "refused=5") == 1);
}

TEST_CASE("http server: running out of descriptors is survived and logged once", "[HTTP-004]") {
    ServerUnderTest server;
    server.start();
    Peer served(server.port);
    served.send(get_a);
    REQUIRE(served.read_answer().status == 200);
    asio::io_context context;
    asio::ip::tcp::socket waiting(context, asio::ip::tcp::v4());
    Peer* peer = nullptr;
    std::optional<Peer> later;
    {
        const NoMoreDescriptors limit;
        waiting.connect({asio::ip::address_v4::loopback(), server.port});
        wait_until([&] { return server.log.count(LogLevel::warn, "cannot accept") == 1; });
        served.send(get_a);
        REQUIRE(served.read_answer().status == 200);
    }
    peer = &later.emplace(std::move(waiting));
    peer->send(get_a);
    REQUIRE(peer->read_answer().status == 200);
    REQUIRE(server.log.count(LogLevel::warn, "cannot accept") == 1);
    REQUIRE(server.log.count(LogLevel::info, "accepting connections again") == 1);
}

TEST_CASE("http server: stop closes idle connections and ends run", "[net][http-server]") {
    ServerUnderTest server;
    server.start();
    Peer used(server.port);
    used.send(get_a);
    REQUIRE(used.read_answer().status == 200);
    Peer fresh(server.port);
    wait_until([&] { return server.connections() == 2; });
    server.stop();
    server.stop();
    REQUIRE(used.is_closed());
    REQUIRE(fresh.is_closed());
    REQUIRE(server.has_ended());
    REQUIRE_THROWS(Peer(server.port));
}

TEST_CASE("http server: requests in flight are answered after stop", "[net][http-server]") {
    ServerUnderTest server;
    std::atomic<int> waiting = 0;
    std::atomic<bool> open = false;
    server.handler.on_handle = [&](const HttpRequest&) -> HttpAnswer {
        return when_open(server.context, waiting, open);
    };
    server.start();
    Peer peer(server.port);
    peer.send(get_a + get_a);
    Peer half(server.port);
    half.send("GET /half HTT");
    wait_until([&] { return waiting == 1 && server.connections() == 2; });
    Peer probe(server.port);
    server.stop();
    REQUIRE(probe.is_closed());
    half.send("P/1.1\r\n\r\n");
    open = true;
    for (Peer* each : {&peer, &half}) {
        const Answer answer = each->read_answer();
        REQUIRE(answer.status == 200);
        REQUIRE(answer.has("Connection: close"));
        REQUIRE(each->is_closed());
    }
    REQUIRE(server.has_ended());
}

TEST_CASE("http server: abort cuts what is left", "[net][http-server]") {
    ServerUnderTest server;
    std::atomic<int> waiting = 0;
    server.handler.on_handle = [&](const HttpRequest& request) -> HttpAnswer {
        if (request.path == "/large") {
            HttpResponse response;
            response.body = std::string(32 * 1024 * 1024, 'x');
            return response;
        }
        return never(server.context, waiting);
    };
    server.start();
    Peer waits(server.port);
    waits.send(get_a);
    Peer half(server.port);
    half.send("GET /half HTT");
    Peer idle(server.port);
    Peer takes_nothing(server.port);
    takes_nothing.send("GET /large HTTP/1.1\r\n\r\n");
    wait_until([&] { return waiting == 1 && server.connections() == 4; });
    server.stop();
    server.abort();
    REQUIRE(server.has_ended());
    REQUIRE(waits.is_closed());
    REQUIRE(half.is_closed());
    REQUIRE(idle.is_closed());
    REQUIRE(server.log.count(LogLevel::error, "") == 0);
}

TEST_CASE("http server: a connection that was taken over counts until its place goes",
          "[net][http-server]") {
    Limits limits;
    limits.connections = 1;
    ServerUnderTest server(limits);
    std::optional<TaskGroup::Place> place;  // touched by the server's thread only
    std::promise<std::string> behind;
    server.handler.on_handle = [&](const HttpRequest&) -> HttpAnswer {
        HttpUpgrade upgrade;
        upgrade.answer = "HTTP/1.1 101 Switching Protocols\r\n\r\n";
        upgrade.take = [&](asio::ip::tcp::socket socket, std::string early,
                           TaskGroup::Place given) {
            asio::write(socket, asio::buffer("taken", 5));
            place.emplace(std::move(given));
            behind.set_value(std::move(early));
        };
        return upgrade;
    };
    server.start();
    Peer peer(server.port);
    peer.send(get_a + "early");
    REQUIRE(peer.read_answer().status == 101);
    REQUIRE(behind.get_future().get() == "early");
    REQUIRE(server.connections() == 1);
    Peer refused(server.port);
    REQUIRE(refused.read_answer().status == 503);
    server.stop();
    server.abort();
    REQUIRE(server.connections() == 1);
    asio::post(server.context, [&] { place.reset(); });
    REQUIRE(server.has_ended());
}

TEST_CASE("http server: a handler that throws ends its connection alone", "[HTTP-004]") {
    ServerUnderTest server;
    server.handler.on_handle = [](const HttpRequest& request) -> HttpAnswer {
        if (request.path == "/bad") {
            return fail("no such thing");
        }
        return HttpResponse::empty(200);
    };
    server.start();
    Peer good(server.port);
    Peer bad(server.port);
    bad.send("GET /bad HTTP/1.1\r\n\r\n");
    REQUIRE(bad.is_closed());
    good.send(get_a);
    REQUIRE(good.read_answer().status == 200);
    REQUIRE(server.log.count(LogLevel::error, "no such thing") == 1);
}

TEST_CASE("http server: it listens on numbers and names", "[HTTP-001][CFG-034]") {
    struct Row {
        std::string host, address, target;
    };
    const std::vector<Row> rows{
        {"127.0.0.1", "127.0.0.1:", "127.0.0.1"},
        {"0.0.0.0", "0.0.0.0:", "127.0.0.1"},
        {"localhost", "127.0.0.1:", "127.0.0.1"},
        {"[::1]", "[::1]:", "::1"},
        {"::1", "[::1]:", "::1"},
        {"::", "[::]:", "::1"},
    };
    for (const Row& row : rows) {
        INFO(row.host);
        ServerUnderTest server({}, row.host);
        server.start();
        REQUIRE(server.server().address() == row.address + std::to_string(server.port));
        Peer peer(server.port, row.target);
        peer.send(get_a);
        REQUIRE(peer.read_answer().status == 200);
        REQUIRE(server.handler.seen().at(0).loopback);
    }
}

TEST_CASE("http server: IPv4 over an IPv6 socket is seen as IPv4", "[HTTP-001]") {
    ServerUnderTest server({}, "::");
    server.start();
    Peer peer(server.port, "127.0.0.1");
    peer.send(get_a);
    REQUIRE(peer.read_answer().status == 200);
    REQUIRE(server.handler.seen().at(0).loopback);
    REQUIRE(server.handler.seen().at(0).peer.starts_with("127.0.0.1:"));
}

TEST_CASE("http server: why it cannot listen is said with the address", "[CFG-034]") {
    ServerUnderTest taken;
    cqhttp::test::RecordingLog log;
    const auto try_to_listen = [&](const std::string& host, std::uint16_t port) {
        HttpServer server(taken.context, taken.handler, {}, Log(log, "http"));
        return server.listen(host, port).error().detail;
    };
    REQUIRE(try_to_listen("127.0.0.1", taken.port) ==
            "cannot listen on 127.0.0.1:" + std::to_string(taken.port) +
                ": Address already in use");
    REQUIRE(try_to_listen("192.0.2.1", 5700) ==
            "cannot listen on 192.0.2.1:5700: Cannot assign requested address");
    REQUIRE(try_to_listen("[2001:db8::1]", 5700) ==
            "cannot listen on [2001:db8::1]:5700: Cannot assign requested address");
    REQUIRE(try_to_listen("", 5700).starts_with("cannot listen on :5700: Host not found"));
}

TEST_CASE("http server: it can be stopped before it runs", "[HTTP-002]") {
    ServerUnderTest server;
    server.server().stop();
    server.start();
    REQUIRE(server.has_ended());
}

}  // namespace cqhttp::net
