// Our WebSockets against those of an independent library.
#include "gateway/net/websocket.hpp"

#include "gateway/net/ws_test_support.hpp"
#include "gateway/tests/support/catch.hpp"
#include "gateway/tests/support/run_coro.hpp"

#include <boost/asio/ssl.hpp>
#include <boost/beast/core.hpp>
#include <boost/beast/ssl.hpp>
#include <boost/beast/websocket.hpp>
#include <boost/beast/websocket/ssl.hpp>
#include <openssl/evp.h>
#include <openssl/x509.h>

#include <memory>
#include <random>
#include <string>
#include <vector>

namespace cqhttp::net {
namespace {

namespace beast = boost::beast;
namespace http = boost::beast::http;
using cqhttp::test::run_coro;
using Peer = beast::websocket::stream<tcp::socket>;
using SecurePeer = beast::websocket::stream<asio::ssl::stream<tcp::socket>>;

constexpr std::size_t sizes[]{0, 1, 2, 125, 126, 127, 1000, 65535, 65536, 70'000, 1'000'000};

std::string text_of(std::size_t size) {
    std::mt19937 random(static_cast<unsigned>(size));
    std::string text;
    while (text.size() + 3 <= size) {
        text += random() % 4 == 0 ? "\xe4\xbd\xa0" : "abc";
    }
    text.resize(size, 'z');
    return text;
}

asio::awaitable<void> dial(Peer& peer, WsBench& bench) {
    const tcp::endpoint endpoint = bench.acceptor.local_endpoint();
    co_await peer.next_layer().async_connect(endpoint, as_result);
    peer.read_message_max(0);
    const std::string host = "127.0.0.1";
    auto [error] = co_await peer.async_handshake(host, "/event/", as_result);
    if (error) {
        throw std::runtime_error("handshake: " + error.message());
    }
}

template <class Stream>
asio::awaitable<std::string> exchange(Stream& peer, std::string text) {
    co_await peer.async_write(asio::buffer(text), as_result);
    beast::flat_buffer buffer;
    auto [error, size] = co_await peer.async_read(buffer, as_result);
    co_return error ? "error: " + error.message() : beast::buffers_to_string(buffer.data());
}

template <class Stream>
asio::awaitable<std::string> read_text(Stream& peer) {
    beast::flat_buffer buffer;
    auto [error, size] = co_await peer.async_read(buffer, as_result);
    co_return error ? "error: " + error.message() : beast::buffers_to_string(buffer.data());
}

// The independent server: echoes text as it comes, until the end.
template <class Stream>
asio::awaitable<std::uint16_t> echo_with(Stream& peer) {
    peer.read_message_max(0);
    peer.auto_fragment(false);
    for (;;) {
        beast::flat_buffer buffer;
        auto [error, size] = co_await peer.async_read(buffer, as_result);
        if (error) {
            co_return peer.reason().code;
        }
        peer.binary(peer.got_binary());
        co_await peer.async_write(buffer.data(), as_result);
    }
}

asio::awaitable<std::uint16_t> serve_with_beast(WsBench& bench) {
    auto [error, socket] = co_await bench.acceptor.async_accept(as_result);
    Peer peer(std::move(socket));
    co_await peer.async_accept(as_result);
    co_return co_await echo_with(peer);
}

asio::awaitable<WebSocket> dial(WsBench& bench, Url url, TlsContext& tls) {
    WsConnectRequest request{std::move(url), {{"X-Self-ID", "10086001"}}};
    auto connected = co_await WebSocket::connect(bench.context, std::move(request), tls,
                                                 bench.limits, *bench.keep_alive);
    if (!connected) {
        throw std::runtime_error(connected.error().detail);
    }
    co_return std::move(*connected);
}

asio::awaitable<std::string> exchange(WebSocket& socket, std::string text) {
    socket.send(text);
    std::vector<WsMessage> batch;
    const bool more = co_await socket.read(batch);
    co_return more ? std::string(batch.front().payload) : "ended: " + socket.end().detail;
}

// A certificate that nobody trusts.
void certify(asio::ssl::context& context) {
    const std::unique_ptr<EVP_PKEY, decltype(&EVP_PKEY_free)> key(EVP_EC_gen("P-256"),
                                                                  &EVP_PKEY_free);
    const std::unique_ptr<X509, decltype(&X509_free)> certificate(X509_new(), &X509_free);
    X509_set_version(certificate.get(), 2);
    X509_gmtime_adj(X509_getm_notBefore(certificate.get()), -60);
    X509_gmtime_adj(X509_getm_notAfter(certificate.get()), 3600);
    X509_set_pubkey(certificate.get(), key.get());
    X509_sign(certificate.get(), key.get(), EVP_sha256());
    SSL_CTX_use_certificate(context.native_handle(), certificate.get());
    SSL_CTX_use_PrivateKey(context.native_handle(), key.get());
}

asio::awaitable<std::uint16_t> serve_with_tls(WsBench& bench, asio::ssl::context& context) {
    auto [error, socket] = co_await bench.acceptor.async_accept(as_result);
    asio::ssl::stream<tcp::socket> stream(std::move(socket), context);
    auto [failed] = co_await stream.async_handshake(asio::ssl::stream_base::server, as_result);
    if (failed) {
        co_return 0;
    }
    SecurePeer peer(std::move(stream));
    co_await peer.async_accept(as_result);
    co_return co_await echo_with(peer);
}

}  // namespace

TEST_CASE("websocket: the server echoes text and binary of every size",
          "[WS-009][WS-013][WS-015][WS-018][WS-028]") {
    WsBench bench;
    bench.told = GENERATE(false, true);
    const auto server = bench.spawn(serve_echo(bench));
    const auto talk = [&]() -> asio::awaitable<void> {
        Peer peer(bench.context);
        co_await dial(peer, bench);
        for (const std::size_t size : sizes) {
            for (const bool fragmented : {false, true}) {
                peer.auto_fragment(fragmented);
                peer.write_buffer_bytes(fragmented ? 1000 : 65536);
                for (const bool binary : {false, true}) {
                    peer.binary(binary);
                    const std::string sent = text_of(size);
                    const std::string got = co_await exchange(peer, sent);
                    INFO(size << " bytes, fragmented " << fragmented << ", binary " << binary);
                    REQUIRE(got == sent);
                    REQUIRE(peer.got_text());
                }
            }
        }
        co_await peer.async_close(beast::websocket::close_reason(4000), as_result);
        REQUIRE(peer.reason().code == 4000);
    };
    run_coro(bench.context, talk());
    const WsEnd end = bench.wait(server);
    CHECK(end.by_peer);
    CHECK(end.code == 4000);
    CHECK(end.detail == "closed by the peer");
}

TEST_CASE("websocket: pings between fragments are answered with their payload",
          "[WS-014][WS-015]") {
    WsBench bench;
    bench.told = GENERATE(false, true);
    const auto server = bench.spawn(serve_echo(bench));
    const auto talk = [&]() -> asio::awaitable<void> {
        Peer peer(bench.context);
        std::vector<std::string> pongs;
        auto heard = [&](beast::websocket::frame_type kind, beast::string_view payload) {
            REQUIRE(kind == beast::websocket::frame_type::pong);
            pongs.emplace_back(payload);
        };
        peer.control_callback(heard);
        co_await dial(peer, bench);
        co_await peer.async_write_some(false, asio::buffer("first ", 6), as_result);
        co_await peer.async_ping("payload of a ping", as_result);
        co_await peer.async_pong("nobody asked", as_result);
        co_await peer.async_write_some(false, asio::buffer("second ", 7), as_result);
        co_await peer.async_ping(beast::websocket::ping_data(125, 'p'), as_result);
        co_await peer.async_write_some(true, asio::buffer("third", 5), as_result);
        const std::string got = co_await read_text(peer);
        REQUIRE(got == "first second third");
        REQUIRE(pongs.size() == 2);
        REQUIRE(pongs[0] == "payload of a ping");
        REQUIRE(pongs[1] == std::string(125, 'p'));
        co_await peer.async_close(beast::websocket::close_code::none, as_result);
    };
    run_coro(bench.context, talk());
    CHECK(bench.wait(server).code == close_code::none);
}

TEST_CASE("websocket: a server that closes is understood", "[WS-016][WS-034]") {
    WsBench bench;
    const auto close_at_once = [&]() -> asio::awaitable<WsEnd> {
        WebSocket socket = co_await bench.accept();
        socket.send("last words");
        socket.close(close_code::going_away);
        socket.close(close_code::normal);
        CHECK(socket.send("too late") == WebSocket::Push::closed);
        CHECK_FALSE(socket.open());
        co_return co_await echo(socket);
    };
    const auto server = bench.spawn(close_at_once());
    const auto talk = [&]() -> asio::awaitable<void> {
        Peer peer(bench.context);
        co_await dial(peer, bench);
        const std::string last = co_await read_text(peer);
        REQUIRE(last == "last words");
        const std::string nothing = co_await read_text(peer);
        REQUIRE(nothing.starts_with("error:"));
        REQUIRE(peer.reason().code == 1001);
    };
    run_coro(bench.context, talk());
    const WsEnd end = bench.wait(server);
    CHECK_FALSE(end.by_peer);
    CHECK(end.code == 1001);
    CHECK(end.detail == "closed by us");
}

TEST_CASE("websocket: shared frames and own texts arrive in order", "[WS-050][WS-060]") {
    WsBench bench;
    const auto server = bench.spawn(serve_echo(bench));
    auto tls = any_tls();
    const auto send_many = [&](WebSocket& socket) {
        const SharedFrame frame("shared by all");
        for (int i = 0; i < 50; ++i) {
            socket.send("own " + std::to_string(i));
            socket.send(frame);
        }
        socket.flush();
    };
    // To a server from a client, which masks each on its own, and back.
    const auto talk = [&]() -> asio::awaitable<void> {
        WebSocket socket = co_await dial(bench, bench.url(), tls);
        send_many(socket);
        std::vector<std::string> got;
        std::vector<WsMessage> batch;
        while (got.size() < 100) {
            const bool more = co_await socket.read(batch);
            REQUIRE(more);
            for (const WsMessage& message : batch) {
                got.emplace_back(message.payload);
            }
        }
        for (std::size_t i = 0; i < 50; ++i) {
            REQUIRE(got[2 * i] == "own " + std::to_string(i));
            REQUIRE(got[2 * i + 1] == "shared by all");
        }
    };
    run_coro(bench.context, talk());
    const WsEnd end = bench.wait(server);
    CHECK(end.by_peer);
    CHECK(end.code == close_code::abnormal);
}

TEST_CASE("websocket: the client echoes with a server of another make",
          "[WSR-011][WSR-012][WSR-021][WSR-052]") {
    WsBench bench;
    const auto server = bench.spawn(serve_with_beast(bench));
    auto tls = any_tls();
    const auto talk = [&]() -> asio::awaitable<WsEnd> {
        WebSocket socket = co_await dial(bench, bench.url("/api/?a=b"), tls);
        for (const std::size_t size : sizes) {
            const std::string sent = text_of(size);
            const std::string got = co_await exchange(socket, sent);
            INFO(size << " bytes");
            REQUIRE(got == sent);
        }
        socket.close(4001);
        co_return co_await echo(socket);
    };
    const auto client = bench.spawn(talk());
    const WsEnd end = bench.wait(client);
    CHECK_FALSE(end.by_peer);
    CHECK(end.code == 4001);
    CHECK(end.detail == "closed by us");
    CHECK(bench.wait(server) == 4001);
}

TEST_CASE("websocket: the client understands how another server closes",
          "[WSR-046][WSR-047][WSR-052][WSR-055]") {
    constexpr std::uint16_t codes[]{1000, 1001, 4000, 0};
    for (const std::uint16_t code : codes) {
        INFO("close " << code);
        WsBench bench;
        std::string pong;
        const auto close_it = [&]() -> asio::awaitable<int> {
            auto [error, socket] = co_await bench.acceptor.async_accept(as_result);
            Peer peer(std::move(socket));
            auto heard = [&](beast::websocket::frame_type, beast::string_view payload) {
                pong = std::string(payload);
            };
            peer.control_callback(heard);
            co_await peer.async_accept(as_result);
            co_await peer.async_ping("are you there", as_result);
            co_await exchange(peer, "hello");
            co_await peer.async_close(beast::websocket::close_reason(code), as_result);
            co_return 0;
        };
        const auto server = bench.spawn(close_it());
        auto tls = any_tls();
        const auto talk = [&]() -> asio::awaitable<WsEnd> {
            WebSocket socket = co_await dial(bench, bench.url(), tls);
            co_return co_await echo(socket);
        };
        const auto client = bench.spawn(talk());
        const WsEnd end = bench.wait(client);
        CHECK(end.by_peer);
        CHECK(end.code == (code == 0 ? close_code::none : code));
        bench.wait(server);
        CHECK(pong == "are you there");
    }
}

TEST_CASE("websocket: the client speaks TLS", "[WSR-010][WSR-020]") {
    WsBench bench;
    asio::ssl::context context(asio::ssl::context::tls_server);
    certify(context);
    const auto server = bench.spawn(serve_with_tls(bench, context));
    auto tls = any_tls();
    const auto talk = [&]() -> asio::awaitable<WsEnd> {
        WebSocket socket = co_await dial(bench, bench.url("/", "wss"), tls);
        for (const std::size_t size : sizes) {
            const std::string sent = text_of(size);
            const std::string got = co_await exchange(socket, sent);
            INFO(size << " bytes");
            REQUIRE(got == sent);
        }
        for (int i = 0; i < 1000; ++i) {
            REQUIRE(socket.send("small") == WebSocket::Push::queued);
        }
        co_await socket.room();
        std::vector<WsMessage> batch;
        std::size_t got = 0;
        while (got < 1000) {
            const bool more = co_await socket.read(batch);
            REQUIRE(more);
            got += batch.size();
        }
        REQUIRE(got == 1000);
        REQUIRE(socket.queued_bytes() == 0);
        socket.close(close_code::normal);
        co_return co_await echo(socket);
    };
    const auto client = bench.spawn(talk());
    CHECK(bench.wait(client).code == close_code::normal);
    CHECK(bench.wait(server) == 1000);
}

TEST_CASE("websocket: a TLS client that is destroyed lets go of everything", "[WSR-053]") {
    WsBench bench;
    asio::ssl::context context(asio::ssl::context::tls_server);
    certify(context);
    const auto server = bench.spawn(serve_with_tls(bench, context));
    auto tls = any_tls();
    std::optional<WebSocket> socket;
    const auto connect = [&]() -> asio::awaitable<int> {
        socket = co_await dial(bench, bench.url("/", "wss"), tls);
        co_return 0;
    };
    bench.wait(bench.spawn(connect()));
    std::vector<WsMessage> batch;
    const auto reading = bench.spawn(socket->read(batch));
    bench.context.poll();
    socket->send(std::string(3'000'000, 'x'));
    socket->flush();
    socket.reset();  // before the server can have answered
    CHECK_FALSE(bench.wait(reading));
    bench.wait(server);
}

TEST_CASE("websocket: a certificate nobody trusts ends the attempt", "[WSR-010][WSR-040]") {
    WsBench bench;
    asio::ssl::context context(asio::ssl::context::tls_server);
    certify(context);
    const auto server = bench.spawn(serve_with_tls(bench, context));
    auto tls = any_tls(true);
    WsConnectRequest request{bench.url("/", "wss"), {}};
    const WsConnectError error = bench.wait(bench.spawn(fail_to_connect(bench, request, tls)));
    CHECK(error.stage == WsStage::tls);
    INFO(error.detail);
    CHECK(error.detail.find("certificate verify failed") != std::string::npos);
    bench.wait(server);
}

}  // namespace cqhttp::net
