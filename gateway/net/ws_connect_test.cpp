// How attempts to connect fail, and what clients make of servers that misbehave.
#include "gateway/net/interruption.hpp"
#include "gateway/net/websocket.hpp"
#include "gateway/net/ws_test_support.hpp"
#include "gateway/tests/support/catch.hpp"

#include <string>
#include <vector>

namespace cqhttp::net {
namespace {

using std::chrono_literals::operator""h;
using std::chrono_literals::operator""ms;
using std::chrono_literals::operator""s;
using std::string_literals::operator""s;

// Takes one connection, reads the handshake and answers these bytes; nothing: stays silent.
asio::awaitable<int> answer_once(WsBench& bench, std::string bytes) {
    auto [error, socket] = co_await bench.acceptor.async_accept(as_result);
    std::string buffer(4096, ' ');
    co_await socket.async_read_some(asio::buffer(buffer), as_result);
    if (!bytes.empty()) {
        co_await asio::async_write(socket, asio::buffer(bytes), as_result);
        socket.shutdown(tcp::socket::shutdown_send);
    }
    co_await socket.async_read_some(asio::buffer(buffer), as_result);
    co_return 0;
}

WsConnectError meet(WsBench& bench, std::string answer) {
    const auto server = bench.spawn(answer_once(bench, std::move(answer)));
    auto tls = any_tls();
    WsConnectRequest request{bench.url("/api?access_token=secret"), {}};
    WsConnectError error = bench.wait(bench.spawn(fail_to_connect(bench, request, tls)));
    bench.wait(server);
    return error;
}

asio::awaitable<WsEnd> converse(WsBench& bench, TlsContext& tls) {
    WsConnectRequest request{bench.url(), {}};
    auto connected = co_await WebSocket::connect(bench.context, std::move(request), tls,
                                                 bench.limits, *bench.keep_alive);
    if (!connected) {
        throw std::runtime_error(connected.error().detail);
    }
    co_return co_await echo(*connected);
}

// Nothing ends by its time limit, however slow the machine, but for what a test gives less.
Limits patient() {
    Limits limits;
    limits.connect = limits.ws_handshake = limits.ws_close = 60s;
    return limits;
}

}  // namespace

TEST_CASE("ws connect: a refused connection says where and why", "[WSR-040]") {
    WsBench bench;
    const std::uint16_t port = bench.port();
    bench.acceptor.close();
    auto tls = any_tls();
    WsConnectRequest request{parse_url("ws://127.0.0.1:" + std::to_string(port)).value(), {}};
    const WsConnectError error = bench.wait(bench.spawn(fail_to_connect(bench, request, tls)));
    CHECK(error.stage == WsStage::connect);
    CHECK(error.detail ==
          "cannot connect to 127.0.0.1:" + std::to_string(port) + ": Connection refused");
}

TEST_CASE("ws connect: answers other than 101 are errors", "[WSR-011][WSR-040]") {
    WsBench bench(patient());
    const std::string address = "ws://127.0.0.1:" + std::to_string(bench.port()) + "/api";

    const auto moved = meet(bench, "HTTP/1.1 301 Moved\r\nLocation: http://x/api/\r\n\r\n");
    CHECK(moved.stage == WsStage::http);
    CHECK(moved.status == 301);
    CHECK(moved.location == "http://x/api/");
    CHECK(moved.detail == address + " answered 301 to http://x/api/ (another host?)");

    const auto refused = meet(bench, "HTTP/1.1 401 Unauthorized\r\nContent-Length: 0\r\n\r\n");
    CHECK(refused.status == 401);
    CHECK(refused.detail == address + " answered 401 (does the server want another access_token?)");

    const auto wrong = meet(bench,
                            "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\n"
                            "Connection: Upgrade\r\nSec-WebSocket-Accept: wrong\r\n\r\n");
    CHECK(wrong.stage == WsStage::upgrade);
    CHECK(wrong.detail == address + " answered 101 without the right Sec-WebSocket-Accept");

    const auto other = meet(bench, "SSH-2.0-OpenSSH\r\n");
    CHECK(other.stage == WsStage::http);
    CHECK(other.detail == address + " does not speak HTTP");

    const auto cut = meet(bench, "HTTP/1.1 101 Swi");
    CHECK(cut.detail == address + ": the connection was closed instead of an answer");

    const auto endless = meet(bench, "HTTP/1.1 200 OK\r\nX: " + std::string(20'000, 'x'));
    CHECK(endless.detail == address + " answered with an endless head");
}

TEST_CASE("ws connect: a silent server ends the attempt in time", "[WSR-040]") {
    Limits limits = patient();
    limits.ws_handshake = 100ms;
    WsBench bench(limits);
    const auto error = meet(bench, "");
    CHECK(error.stage == WsStage::http);
    CHECK(error.detail == "ws://127.0.0.1:" + std::to_string(bench.port()) +
                              "/api: no answer to the handshake within 100 ms");
}

TEST_CASE("ws connect: an attempt can be stopped", "[WSR-053]") {
    WsBench bench(patient());  // nobody accepts: the handshake stays unanswered
    auto tls = any_tls();
    Interruption interruption(bench.context.get_executor());
    WsConnectRequest request{bench.url(), {}};
    const auto attempt = bench.spawn(fail_to_connect(bench, request, tls, &interruption));
    const auto stop = [&]() -> asio::awaitable<int> {
        co_await pause(20ms);
        interruption.stop();
        co_return 0;
    };
    bench.wait(bench.spawn(stop()));
    const WsConnectError error = bench.wait(attempt);
    CHECK(error.detail.ends_with("was stopped"));
}

TEST_CASE("ws connect: what would split the request is not sent", "[WSR-011]") {
    WsBench bench;
    auto tls = any_tls();
    WsConnectRequest request{bench.url(), {{"Authorization", "Token a\r\nX: y"}}};
    const WsConnectError error = bench.wait(bench.spawn(fail_to_connect(bench, request, tls)));
    CHECK(error.stage == WsStage::upgrade);
    CHECK(error.detail == "the header Authorization has a character that HTTP does not allow");
}

TEST_CASE("ws connect: names are resolved and frames behind the answer read",
          "[WSR-001][WSR-021]") {
    WsBench bench(patient());
    auto tls = any_tls();
    std::string said;
    const auto connect = [&]() -> asio::awaitable<WsEnd> {
        WsConnectRequest request{bench.url(), {}};
        request.url.host = "localhost";
        auto connected = co_await WebSocket::connect(bench.context, std::move(request), tls,
                                                     bench.limits, *bench.keep_alive);
        REQUIRE(connected.has_value());
        std::vector<WsMessage> batch;
        co_await connected->read(batch);
        said = std::string(batch.at(0).payload);
        connected->send("answer");
        co_return co_await echo(*connected);
    };
    const auto client = bench.spawn(connect());
    const auto serve = [&]() -> asio::awaitable<int> {
        RawPeer peer(bench);
        co_await peer.accept("\x81\x05hello");
        const RawFrame answer = co_await peer.frame();
        const bool as_expected = answer == RawFrame{0x81, "answer", true};
        REQUIRE(as_expected);
        co_await peer.write("\x88\x02\x0f\xa0");
        const RawFrame close = co_await peer.frame();
        REQUIRE(close.payload == raw_close(4000));
        co_return 0;
    };
    bench.wait(bench.spawn(serve()));
    CHECK(said == "hello");
    CHECK(bench.wait(client).code == 4000);
}

TEST_CASE("ws connect: a client waits for the end by the server but not for ever", "[WSR-052]") {
    Limits limits = patient();
    limits.ws_close = 150ms;
    WsBench bench(limits);
    asio::steady_timer ended(bench.context, 1h);
    auto tls = any_tls();
    const auto client = bench.spawn(converse(bench, tls));
    const auto serve = [&]() -> asio::awaitable<int> {
        RawPeer peer(bench);
        co_await peer.accept();
        co_await peer.write("\x88\x02\x03\xe8"s);
        const RawFrame close = co_await peer.frame();
        REQUIRE(close.payload == raw_close(1000));
        co_await ended.async_wait(as_result);  // and does not close TCP
        co_return 0;
    };
    const auto server = bench.spawn(serve());
    const WsEnd end = bench.wait(client);
    ended.cancel();
    CHECK(end.by_peer);
    CHECK(end.code == close_code::normal);
    bench.wait(server);
}

TEST_CASE("ws connect: a close frame is found even after writing has failed", "[WSR-045]") {
    WsBench bench(patient());
    auto tls = any_tls();
    std::optional<WebSocket> socket;
    const auto connect = [&]() -> asio::awaitable<int> {
        WsConnectRequest request{bench.url(), {}};
        auto connected = co_await WebSocket::connect(bench.context, std::move(request), tls,
                                                     bench.limits, *bench.keep_alive);
        socket = std::move(*connected);
        co_return 0;
    };
    const auto client = bench.spawn(connect());
    const auto serve = [&]() -> asio::awaitable<int> {
        RawPeer peer(bench);
        co_await peer.accept();
        co_await peer.write("\x88\x02\x03\xe8"s);
        co_return 0;  // closes TCP at once
    };
    bench.wait(bench.spawn(serve()));
    bench.wait(client);
    // Nobody reads yet; the first write is answered with a reset, the others fail.
    const auto push = [&]() -> asio::awaitable<WsEnd> {
        for (int i = 0; i < 5; ++i) {
            socket->send("event");
            socket->flush();
            co_await pause(10ms);
        }
        CHECK_FALSE(socket->open());
        co_return co_await echo(*socket);
    };
    const WsEnd end = bench.wait(bench.spawn(push()));
    CHECK(end.by_peer);
    CHECK(end.code == close_code::normal);
}

TEST_CASE("ws connect: a masked frame of a server is an error", "[WSR-020]") {
    WsBench bench(patient());
    auto tls = any_tls();
    const auto client = bench.spawn(converse(bench, tls));
    const auto serve = [&]() -> asio::awaitable<int> {
        RawPeer peer(bench);
        co_await peer.accept(masked_frame(0x81, "x"));
        const RawFrame close = co_await peer.frame();
        const RawFrame expected{0x88, raw_close(1002), true};
        REQUIRE(close == expected);
        co_return 0;
    };
    bench.wait(bench.spawn(serve()));
    CHECK(bench.wait(client).code == close_code::protocol_error);
}

}  // namespace cqhttp::net
