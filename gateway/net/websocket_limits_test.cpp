// Our WebSockets against peers that misbehave, and the bounds that hold then.
#include "gateway/net/websocket.hpp"
#include "gateway/net/ws_test_support.hpp"
#include "gateway/tests/support/catch.hpp"
#include "gateway/tests/support/run_coro.hpp"

#include <netinet/tcp.h>
#include <string>
#include <sys/socket.h>
#include <vector>

namespace cqhttp::net {
namespace {

using std::chrono_literals::operator""h;
using std::chrono_literals::operator""ms;
using std::chrono_literals::operator""s;
using std::string_literals::operator""s;
using cqhttp::test::run_coro;

constexpr unsigned text_frame = 0x81;
constexpr unsigned close_frame = 0x88;
constexpr unsigned ping_frame = 0x89;
constexpr unsigned pong_frame = 0x8A;

// Small bounds. The time for closing is for a peer that reads: long, however slow the machine.
Limits small() {
    Limits limits;
    limits.ws_ping = 0ms;
    limits.ws_close = 60s;
    limits.outbox_bytes = 64 * 1024;
    limits.outbox_texts = 1000;
    return limits;
}

// For peers that are to be given up.
Limits quick() {
    Limits limits = small();
    limits.ws_ping = 60ms;
    limits.ws_close = 150ms;
    return limits;
}

// What the kernel tells of a connection; glibc's copy of the struct ends early.
struct LongTcpInfo {
    tcp_info start;
    std::uint64_t rates[2], bytes[2];
    std::uint32_t segments_out, segments_in, not_sent, round_trip, data_segments_in;
};

// Segments with data that the peer's socket has received: at least one per write of the server.
unsigned received_segments(tcp::socket& socket) {
    LongTcpInfo info{};
    socklen_t size = sizeof info;
    ::getsockopt(socket.native_handle(), IPPROTO_TCP, TCP_INFO, &info, &size);
    return info.data_segments_in;
}

// What the peer gets to see of the end, and what the server says about it.
struct Seen {
    RawFrame answer, end;
    WsEnd server;
};

Seen provoke(const std::string& bytes, Limits limits = {}) {
    WsBench bench(limits);
    bench.told = GENERATE(false, true);
    const auto server = bench.spawn(serve_echo(bench));
    Seen seen;
    const auto talk = [&]() -> asio::awaitable<void> {
        RawPeer peer(bench);
        co_await peer.connect();
        co_await peer.write(bytes);
        seen.answer = co_await peer.frame();
        seen.end = co_await peer.frame();
    };
    run_coro(bench.context, talk());
    seen.server = bench.wait(server);
    return seen;
}

}  // namespace

TEST_CASE("websocket: a peer that breaks the protocol sees why and then the end",
          "[WS-017][WS-018]") {
    struct Row {
        const char* name;
        std::string bytes;
        std::uint16_t code;
    };
    const std::vector<Row> rows{
        {"unmasked frame", "\x81\x05hello", 1002},
        {"unknown opcode", masked_frame(0x83, "x"), 1002},
        {"reserved bit", masked_frame(0xC1, "x"), 1002},
        {"text that is not UTF-8", masked_frame(0x81, "\xff\xff"), 1007},
        {"message over the bound, which keeps coming",
         masked_frame(0x82, std::string(500'000, 'x')), 1009},
        {"fragments over the bound together",
         masked_frame(0x02, std::string(60'000, 'x')) +
             masked_frame(0x80, std::string(50'000, 'x')),
         1009},
    };
    Limits limits;
    limits.ws_message = 100'000;
    for (const Row& row : rows) {
        INFO(row.name);
        const Seen seen = provoke(row.bytes, limits);
        CHECK(seen.answer == RawFrame{close_frame, raw_close(row.code)});
        CHECK(seen.end == RawFrame{0, "end"});
        CHECK(seen.server.by_peer);
        CHECK(seen.server.code == row.code);
        CHECK(seen.server.detail.starts_with("the peer broke the protocol: "));
    }
}

TEST_CASE("websocket: a close frame is answered with the same status", "[WS-016][WSR-052]") {
    const Seen with = provoke(masked_frame(close_frame, raw_close(4567) + "bye\n"));
    CHECK(with.answer == RawFrame{close_frame, raw_close(4567)});
    CHECK(with.end == RawFrame{0, "end"});
    CHECK(with.server.code == 4567);
    CHECK(with.server.detail == "closed by the peer: bye ");
    const Seen without = provoke(masked_frame(close_frame, ""));
    CHECK(without.answer == RawFrame{close_frame, ""});
    CHECK(without.server.code == close_code::none);
}

TEST_CASE("websocket: what came before an error or a close is still answered", "[WS-021]") {
    for (const std::string& last : {"\x81\x05hello"s, masked_frame(close_frame, raw_close(1000))}) {
        const Seen seen = provoke(masked_frame(text_frame, "call") + last);
        CHECK(seen.answer == RawFrame{text_frame, "call"});
        CHECK(seen.end.first == close_frame);
    }
}

TEST_CASE("websocket: a connection that just ends is noticed", "[WSR-044]") {
    for (const bool reset : {false, true}) {
        WsBench bench;
        bench.told = GENERATE(false, true);
        const auto server = bench.spawn(serve_echo(bench));
        const auto talk = [&]() -> asio::awaitable<void> {
            RawPeer peer(bench);
            co_await peer.connect(masked_frame(0x01, "not complete"));
            if (reset) {
                peer.reset();
            }
        };
        run_coro(bench.context, talk());
        const WsEnd end = bench.wait(server);
        CHECK(end.by_peer);
        CHECK(end.code == close_code::abnormal);
        CHECK(end.detail == (reset ? "connection lost: Connection reset by peer"
                                   : "the connection ended without a close frame"));
    }
}

TEST_CASE("websocket: frames behind the handshake are not lost", "[WS-009]") {
    WsBench bench;
    bench.told = GENERATE(false, true);
    const auto server = bench.spawn(serve_echo(bench));
    const auto talk = [&]() -> asio::awaitable<void> {
        RawPeer peer(bench);
        const std::string frames =
            masked_frame(text_frame, "one") + masked_frame(text_frame, "two");
        co_await peer.connect(frames.substr(0, frames.size() - 2));
        co_await peer.write(frames.substr(frames.size() - 2));
        const RawFrame one = co_await peer.frame();
        const RawFrame two = co_await peer.frame();
        REQUIRE(one == RawFrame{text_frame, "one"});
        REQUIRE(two == RawFrame{text_frame, "two"});
    };
    run_coro(bench.context, talk());
    bench.wait(server);
}

TEST_CASE("websocket: 200 messages of one segment are answered in one write", "[WS-040][WS-042]") {
    WsBench bench;
    bench.told = GENERATE(false, true);
    const auto server = bench.spawn(serve_echo(bench));
    const auto talk = [&]() -> asio::awaitable<void> {
        RawPeer peer(bench);
        co_await peer.connect();
        const unsigned before = received_segments(peer.socket);
        std::string frames;
        for (int i = 0; i < 200; ++i) {
            frames += masked_frame(text_frame, "message " + std::to_string(i));
        }
        co_await peer.write(frames);
        for (int i = 0; i < 200; ++i) {
            const RawFrame answer = co_await peer.frame();
            REQUIRE(answer == RawFrame{text_frame, "message " + std::to_string(i)});
        }
        REQUIRE(received_segments(peer.socket) - before == 1);
    };
    run_coro(bench.context, talk());
    bench.wait(server);
}

TEST_CASE("websocket: a silent peer is pinged and then ended", "[WS-013]") {
    WsBench bench(quick());
    bench.told = GENERATE(false, true);
    const auto server = bench.spawn(serve_echo(bench));
    const auto talk = [&]() -> asio::awaitable<void> {
        RawPeer peer(bench);
        co_await peer.connect();
        for (int i = 0; i < 4; ++i) {
            const RawFrame ping = co_await peer.frame();
            REQUIRE(ping == RawFrame{ping_frame, ""});
            co_await peer.write(masked_frame(pong_frame, ""));
        }
        const RawFrame unanswered = co_await peer.frame();
        REQUIRE(unanswered == RawFrame{ping_frame, ""});
        const RawFrame end = co_await peer.frame();
        REQUIRE(end == RawFrame{0, "end"});
    };
    run_coro(bench.context, talk());
    const WsEnd end = bench.wait(server);
    CHECK(end.by_peer);
    CHECK(end.code == close_code::abnormal);
    CHECK(end.detail == "no answer to a ping for 60 ms");
}

TEST_CASE("websocket: a pong that nobody has read yet is a sign of life", "[WS-013]") {
    WsBench bench(quick());
    const auto busy = [&]() -> asio::awaitable<WsEnd> {
        WebSocket socket = co_await bench.accept();
        std::vector<WsMessage> batch;
        co_await socket.read(batch);
        co_await pause(500ms);  // a long call; nothing is read meanwhile
        CHECK(socket.open());
        co_return co_await echo(socket);
    };
    const auto server = bench.spawn(busy());
    const auto talk = [&]() -> asio::awaitable<void> {
        RawPeer peer(bench);
        co_await peer.connect(masked_frame(text_frame, "long call"));
        RawFrame frame = co_await peer.frame();
        REQUIRE(frame.first == ping_frame);
        co_await peer.write(masked_frame(pong_frame, "") + masked_frame(close_frame, ""));
        while (frame.first == ping_frame) {
            frame = co_await peer.frame();
        }
        const RawFrame closed{close_frame, ""};
        REQUIRE(frame == closed);
    };
    run_coro(bench.context, talk());
    CHECK(bench.wait(server).code == close_code::none);
}

TEST_CASE("websocket: a slow reader fills the outbox to its bound and no further", "[WS-061]") {
    WsBench bench(small());
    std::size_t accepted = 0;
    bool had_room = false;
    const auto push = [&]() -> asio::awaitable<WsEnd> {
        WebSocket socket = co_await bench.accept();
        const std::string text(10'000, 'x');
        while (socket.send(text) == WebSocket::Push::queued) {
            ++accepted;
        }
        CHECK(socket.queued_bytes() >= bench.limits.outbox_bytes);
        CHECK(socket.queued_bytes() <= bench.limits.outbox_bytes + 10'010);
        CHECK(socket.send(SharedFrame("y")) == WebSocket::Push::full);
        co_await socket.room();
        had_room = true;
        CHECK(socket.queued_bytes() < bench.limits.outbox_bytes / 2);
        CHECK(socket.send(SharedFrame("y")) == WebSocket::Push::queued);
        socket.close(close_code::going_away);
        co_return co_await echo(socket);
    };
    const auto server = bench.spawn(push());
    const auto talk = [&]() -> asio::awaitable<void> {
        RawPeer peer(bench);
        co_await peer.connect();
        co_await pause(50ms);
        REQUIRE(accepted > 0);
        REQUIRE_FALSE(had_room);
        for (std::size_t i = 0; i < accepted; ++i) {
            const RawFrame frame = co_await peer.frame();
            REQUIRE(frame.payload.size() == 10'000);
        }
        const RawFrame last = co_await peer.frame();
        REQUIRE(last == RawFrame{text_frame, "y"});
        const RawFrame close = co_await peer.frame();
        REQUIRE(close == RawFrame{close_frame, raw_close(1001)});
    };
    run_coro(bench.context, talk());
    bench.wait(server);
}

TEST_CASE("websocket: the outbox counts texts and takes any size when empty", "[WS-061]") {
    Limits limits = small();
    limits.outbox_texts = 0;
    limits.outbox_bytes = 10;
    WsBench bench(limits);
    const auto push = [&]() -> asio::awaitable<WsEnd> {
        WebSocket socket = co_await bench.accept();
        CHECK(socket.send("a") == WebSocket::Push::queued);
        CHECK(socket.send("b") == WebSocket::Push::queued);  // the first one could be written
        CHECK(socket.send(std::string(9'000'000, 'x')) == WebSocket::Push::queued);
        CHECK(socket.send("c") == WebSocket::Push::full);
        co_await socket.room();
        CHECK(socket.queued_bytes() == 0);
        co_return socket.end();
    };
    const auto server = bench.spawn(push());
    const auto talk = [&]() -> asio::awaitable<void> {
        RawPeer peer(bench);
        co_await peer.connect();
        std::size_t bytes = 0;
        for (RawFrame frame = co_await peer.frame(); frame.first != 0;) {
            bytes += frame.payload.size();
            frame = co_await peer.frame();
        }
        REQUIRE(bytes == 9'000'002);
    };
    run_coro(bench.context, talk());
    bench.wait(server);
}

TEST_CASE("websocket: frames that leave together arrive whole and in order however slow the peer",
          "[WS-050][WS-060][WS-061]") {
    Limits limits = small();
    limits.outbox_bytes = 1024 * 1024;
    WsBench bench(limits);
    std::vector<std::string> accepted;
    const auto push = [&]() -> asio::awaitable<WsEnd> {
        WebSocket socket = co_await bench.accept();
        SharedFrames frames;
        WebSocket::Push pushed = WebSocket::Push::queued;
        for (int round = 0; pushed == WebSocket::Push::queued; ++round) {
            std::vector<std::string> texts;
            for (int i = 0; i < 10; ++i) {
                texts.push_back(std::to_string(round * 10 + i) + std::string(20'000, 'x'));
                frames.add(SharedFrame(texts.back()));
            }
            const std::size_t before = socket.queued_bytes();
            pushed = socket.send(frames);
            const std::size_t queued = socket.queued_bytes() - before;
            // The last time there is room for some of them only.
            texts.resize(pushed == WebSocket::Push::full ? queued / 20'000 : texts.size());
            accepted.insert(accepted.end(), texts.begin(), texts.end());
            frames.clear();
        }
        CHECK(pushed == WebSocket::Push::full);
        CHECK(socket.queued_bytes() >= bench.limits.outbox_bytes);
        CHECK(socket.queued_bytes() <= bench.limits.outbox_bytes + 20'020);
        co_await socket.room();
        frames.add(SharedFrame("last"));
        CHECK(socket.send(frames) == WebSocket::Push::queued);
        socket.close(close_code::going_away);
        CHECK(socket.send(frames) == WebSocket::Push::closed);
        co_return co_await echo(socket);
    };
    const auto server = bench.spawn(push());
    const auto talk = [&]() -> asio::awaitable<void> {
        RawPeer peer(bench);
        co_await peer.connect();
        co_await pause(20ms);
        REQUIRE(accepted.size() > 50);
        for (const std::string& text : accepted) {
            const RawFrame frame = co_await peer.frame();
            REQUIRE((frame == RawFrame{text_frame, text}));
        }
        const RawFrame last = co_await peer.frame();
        REQUIRE(last == RawFrame{text_frame, "last"});
        const RawFrame close = co_await peer.frame();
        REQUIRE(close == RawFrame{close_frame, raw_close(1001)});
    };
    run_coro(bench.context, talk());
    bench.wait(server);
}

TEST_CASE("websocket: frames that leave together join what is queued already", "[WS-050][WS-060]") {
    WsBench bench;
    auto tls = any_tls();
    const auto server = bench.spawn(serve_echo(bench));
    // A client masks each on its own; the server sends them back.
    const auto talk = [&]() -> asio::awaitable<void> {
        WsConnectRequest request{bench.url(), {}};
        auto connected = co_await WebSocket::connect(bench.context, std::move(request), tls,
                                                     bench.limits, *bench.keep_alive);
        REQUIRE(connected.has_value());
        WebSocket socket = std::move(*connected);
        SharedFrames frames;
        frames.add(SharedFrame("two"));
        frames.add(SharedFrame("three"));
        socket.send("one");
        REQUIRE(socket.send(frames) == WebSocket::Push::queued);
        std::vector<std::string> got;
        std::vector<WsMessage> batch;
        while (got.size() < 3) {
            const bool more = co_await socket.read(batch);
            REQUIRE(more);
            for (const WsMessage& message : batch) {
                got.emplace_back(message.payload);
            }
        }
        REQUIRE(got == std::vector<std::string>{"one", "two", "three"});
    };
    run_coro(bench.context, talk());
    bench.wait(server);
}

TEST_CASE("websocket: a peer that never reads is closed within the time for closing",
          "[WS-061][WSR-053]") {
    for (const bool drop : {false, true}) {
        WsBench bench(quick());
        asio::steady_timer given_up(bench.context, 1h);
        const auto push = [&]() -> asio::awaitable<WsEnd> {
            WebSocket socket = co_await bench.accept();
            const std::string text(10'000, 'x');
            while (socket.send(text) == WebSocket::Push::queued) {
            }
            if (drop) {
                socket.drop(close_code::try_again_later);
                CHECK(socket.queued_bytes() < 10'010);
            } else {
                socket.close(close_code::going_away);
            }
            co_await socket.room();  // nothing can be sent any more: no reason to wait
            co_return co_await echo(socket);
        };
        const auto server = bench.spawn(push());
        const auto idle = [&]() -> asio::awaitable<int> {
            RawPeer peer(bench);
            co_await peer.connect();
            co_await given_up.async_wait(as_result);
            co_return 0;
        };
        const auto peer = bench.spawn(idle());
        const WsEnd end = bench.wait(server);
        given_up.cancel();
        CHECK_FALSE(end.by_peer);
        CHECK(end.code == (drop ? close_code::try_again_later : close_code::going_away));
        CHECK(end.detail == "closed by us, and the peer did not answer in time");
        bench.wait(peer);
    }
}

TEST_CASE("websocket: a dropped peer that reads again sees whole frames and the code", "[WS-061]") {
    WsBench bench(small());
    const SharedFrame frame(std::string(30'000, 'x'));
    const auto push = [&]() -> asio::awaitable<WsEnd> {
        WebSocket socket = co_await bench.accept();
        while (socket.send(frame) == WebSocket::Push::queued) {
        }
        socket.drop(close_code::try_again_later);
        socket.drop(close_code::normal);
        co_return co_await echo(socket);
    };
    const auto server = bench.spawn(push());
    const auto talk = [&]() -> asio::awaitable<void> {
        RawPeer peer(bench);
        co_await peer.connect();
        co_await pause(20ms);
        RawFrame got = co_await peer.frame();
        while (got == RawFrame{text_frame, std::string(30'000, 'x')}) {
            got = co_await peer.frame();
        }
        REQUIRE(got == RawFrame{close_frame, raw_close(1013)});
        co_await peer.write(masked_frame(close_frame, raw_close(1013)));
        const RawFrame end = co_await peer.frame();
        REQUIRE(end == RawFrame{0, "end"});
    };
    run_coro(bench.context, talk());
    CHECK(bench.wait(server).detail == "closed by us");
}

TEST_CASE("websocket: a flood of pings that are not read does not pile up", "[WS-014]") {
    WsBench bench(small());
    bench.told = GENERATE(false, true);
    std::optional<WebSocket> socket;
    const auto serve = [&]() -> asio::awaitable<WsEnd> {
        socket = co_await bench.accept();
        if (bench.told) {
            co_return co_await echo_told(bench, *socket);
        }
        co_return co_await echo(*socket);
    };
    const auto server = bench.spawn(serve());
    std::size_t most = 0;
    const auto talk = [&]() -> asio::awaitable<void> {
        RawPeer peer(bench);
        co_await peer.connect();
        std::string flood;
        for (int i = 0; i < 500; ++i) {
            flood += masked_frame(ping_frame, std::string(120, 'p'));
        }
        for (int i = 0; i < 400; ++i) {  // 26 MB, more than the buffers between the two hold
            co_await peer.write(flood);
            most = std::max(most, socket->queued_bytes());
        }
        co_await peer.write(masked_frame(ping_frame, "the latest"));
        co_await peer.write(masked_frame(close_frame, raw_close(1000)));
        RawFrame last;
        RawFrame frame = co_await peer.frame();
        while (frame.first == pong_frame) {
            last = frame;
            frame = co_await peer.frame();
        }
        REQUIRE(last == RawFrame{pong_frame, "the latest"});
        REQUIRE(frame == RawFrame{close_frame, raw_close(1000)});
    };
    run_coro(bench.context, talk());
    CHECK(most < 128 * 1024);
    bench.wait(server);
}

TEST_CASE("websocket: abort cuts the connection and wakes everybody", "[WSR-053]") {
    WsBench bench;
    bench.told = GENERATE(false, true);
    std::optional<WebSocket> socket;
    const auto serve = [&]() -> asio::awaitable<WsEnd> {
        socket = co_await bench.accept();
        if (bench.told) {
            co_return co_await echo_told(bench, *socket);
        }
        co_return co_await echo(*socket);
    };
    const auto server = bench.spawn(serve());
    const auto talk = [&]() -> asio::awaitable<void> {
        RawPeer peer(bench);
        co_await peer.connect();
        co_await pause(10ms);
        socket->abort();
        socket->abort();
        REQUIRE_FALSE(socket->open());
        REQUIRE(socket->send("x") == WebSocket::Push::closed);
        co_await socket->room();
        const RawFrame end = co_await peer.frame();
        REQUIRE(end == RawFrame{0, "end"});
    };
    run_coro(bench.context, talk());
    const WsEnd end = bench.wait(server);
    CHECK_FALSE(end.by_peer);
    CHECK(end.code == close_code::abnormal);
    CHECK(end.detail == "cut by us");
}

TEST_CASE("websocket: destruction with everything pending is clean", "[WSR-053]") {
    for (const bool drained : {true, false}) {
        auto bench = std::make_unique<WsBench>();
        std::optional<WebSocket> socket;
        const auto serve = [&]() -> asio::awaitable<int> {
            socket = co_await bench->accept();
            co_return 0;
        };
        const auto server = bench->spawn(serve());
        RawPeer peer(*bench);
        run_coro(bench->context, peer.connect());
        bench->wait(server);
        std::vector<WsMessage> batch;
        const auto reading = bench->spawn(socket->read(batch));
        while (socket->send(std::string(100'000, 'x')) == WebSocket::Push::queued) {
        }
        const auto waiting = [&]() -> asio::awaitable<int> {
            co_await socket->room();
            co_return 0;
        };
        const auto room = bench->spawn(waiting());
        bench->context.restart();
        bench->context.poll();
        socket->close(close_code::going_away);
        WebSocket moved = std::move(*socket);
        socket.reset();
        { const WebSocket gone = std::move(moved); }
        if (drained) {
            CHECK_FALSE(bench->wait(reading));
            bench->wait(room);
        }
        peer.socket.close();
        bench.reset();
    }
}

}  // namespace cqhttp::net
