// WebSockets that tell a receiver what they bring.
#include "gateway/net/websocket.hpp"
#include "gateway/net/ws_test_support.hpp"
#include "gateway/tests/support/catch.hpp"
#include "gateway/tests/support/run_coro.hpp"

#include <boost/asio/post.hpp>

#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace cqhttp::net {
namespace {

using std::chrono_literals::operator""ms;
using std::chrono_literals::operator""s;
using cqhttp::test::run_coro;

constexpr unsigned text_frame = 0x81;
constexpr unsigned close_frame = 0x88;
constexpr unsigned ping_frame = 0x89;
constexpr unsigned pong_frame = 0x8A;

// Writes down what it is told. A test waits for it with until().
class Recorder : public WsReceiver {
public:
    Recorder(asio::io_context& context, WebSocket connection) : socket(std::move(connection)) {
        changed_ = std::make_unique<asio::steady_timer>(context);
        changed_->expires_at(asio::steady_timer::time_point::max());
    }

    void received(std::span<const WsMessage> batch) override {
        ++calls;
        for (const WsMessage& message : batch) {
            texts.emplace_back(message.payload);
        }
        on_received();
        changed_->cancel();
    }
    void ended() override {
        ++ends;
        changed_->cancel();
    }

    template <class Condition>
    asio::awaitable<void> until(Condition holds) {
        while (!holds()) {
            co_await changed_->async_wait(as_result);
        }
    }
    asio::awaitable<void> until_ended() {
        while (ends == 0) {
            co_await changed_->async_wait(as_result);
        }
    }

    WebSocket socket;
    std::vector<std::string> texts;
    int calls = 0;
    int ends = 0;

protected:
    virtual void on_received() {}

private:
    std::unique_ptr<asio::steady_timer> changed_;
};

class Holder final : public Recorder {
public:
    using Recorder::Recorder;

private:
    void on_received() override {
        socket.hold();
        socket.send("held");
    }
};

class Aborter final : public Recorder {
public:
    using Recorder::Recorder;

private:
    void on_received() override {
        socket.abort();
        CHECK(ends == 0);
    }
};

// Gone with its WebSocket as soon as it has ended.
class Mortal final : public WsReceiver {
public:
    Mortal(WebSocket socket, std::unique_ptr<Mortal>& owner)
        : socket_(std::move(socket)), owner_(owner) {
        socket_.start(*this);
    }
    void received(std::span<const WsMessage>) override { socket_.close(close_code::normal); }
    void ended() override { owner_.reset(); }

private:
    WebSocket socket_;
    std::unique_ptr<Mortal>& owner_;
};

template <class Receiver>
asio::awaitable<int> accept_into(WsBench& bench, std::unique_ptr<Receiver>& place) {
    WebSocket socket = co_await bench.accept();
    place = std::make_unique<Receiver>(bench.context, std::move(socket));
    co_return 0;
}

// A server with this receiver, and its peer, connected.
template <class Receiver>
struct Pair {
    explicit Pair(Limits limits = {}, const std::string& behind = {}) : bench(limits), peer(bench) {
        const auto accepted = bench.spawn(accept_into(bench, receiver));
        run_coro(bench.context, peer.connect(behind));
        bench.wait(accepted);
    }

    WsBench bench;
    RawPeer peer;
    std::unique_ptr<Receiver> receiver;
};

}  // namespace

TEST_CASE("websocket receiver: messages are told as they come and pings answered meanwhile",
          "[WS-014][WS-015]") {
    Pair<Recorder> pair({}, masked_frame(text_frame, "early"));
    Recorder& receiver = *pair.receiver;
    receiver.socket.start(receiver);
    const auto talk = [&]() -> asio::awaitable<void> {
        const auto one_came = [&] { return receiver.texts.size() == 1; };
        const auto three_came = [&] { return receiver.texts.size() == 3; };
        co_await receiver.until(one_came);
        co_await pair.peer.write(masked_frame(ping_frame, "a") + masked_frame(0x01, "one, ") +
                                 masked_frame(ping_frame, "b") + masked_frame(0x80, "whole") +
                                 masked_frame(text_frame, "two"));
        co_await receiver.until(three_came);
        const RawFrame first = co_await pair.peer.frame();
        const RawFrame second = co_await pair.peer.frame();
        REQUIRE(first == RawFrame{pong_frame, "a"});
        REQUIRE(second == RawFrame{pong_frame, "b"});
        co_await pair.peer.write(masked_frame(close_frame, raw_close(1000)));
        co_await receiver.until_ended();
    };
    run_coro(pair.bench.context, talk());
    CHECK(receiver.texts == std::vector<std::string>{"early", "one, whole", "two"});
    CHECK(receiver.calls == 2);
    CHECK(receiver.ends == 1);
    CHECK(receiver.socket.end().code == close_code::normal);
}

TEST_CASE("websocket receiver: who is held is told nothing until it goes on", "[WS-042]") {
    Pair<Holder> pair;
    Holder& receiver = *pair.receiver;
    receiver.socket.start(receiver);
    const auto talk = [&]() -> asio::awaitable<void> {
        co_await pair.peer.write(masked_frame(text_frame, "one"));
        const RawFrame held = co_await pair.peer.frame();  // what was sent does not wait
        REQUIRE(held == RawFrame{text_frame, "held"});
        co_await pair.peer.write(masked_frame(text_frame, "two") +
                                 masked_frame(close_frame, raw_close(1000)));
        co_await pause(20ms);
        REQUIRE(receiver.calls == 1);
        receiver.socket.send("answer");
        receiver.socket.go_on();
        const RawFrame answer = co_await pair.peer.frame();
        REQUIRE(answer == RawFrame{text_frame, "answer"});
        const RawFrame again = co_await pair.peer.frame();
        REQUIRE(again == RawFrame{text_frame, "held"});
        // The close frame waits: what was asked for before it can still be answered.
        REQUIRE(receiver.socket.open());
        receiver.socket.send("last");
        receiver.socket.go_on();
        const RawFrame last = co_await pair.peer.frame();
        REQUIRE(last == RawFrame{text_frame, "last"});
        const RawFrame close = co_await pair.peer.frame();
        REQUIRE(close == RawFrame{close_frame, raw_close(1000)});
        co_await receiver.until_ended();
    };
    run_coro(pair.bench.context, talk());
    CHECK(receiver.texts == std::vector<std::string>{"one", "two"});
    CHECK(receiver.socket.end().by_peer);
}

TEST_CASE("websocket receiver: a peer that does not read is not read from", "[WS-061]") {
    class Amplifier final : public Recorder {
    public:
        using Recorder::Recorder;

    private:
        void on_received() override { socket.send(std::string(20'000, 'x')); }
    };
    Limits limits;
    limits.outbox_bytes = 64 * 1024;
    limits.ws_ping = 0ms;
    limits.ws_close = 60s;
    for (const bool closed_by_us : {false, true}) {
        Pair<Amplifier> pair(limits);
        Amplifier& receiver = *pair.receiver;
        receiver.socket.start(receiver);
        int sent = 0;
        const auto flood = [&]() -> asio::awaitable<void> {
            const auto all_came = [&] { return receiver.calls == sent; };
            while (receiver.socket.has_room()) {
                ++sent;
                co_await pair.peer.write(masked_frame(text_frame, "more"));
                co_await receiver.until(all_came);
            }
            const int calls = receiver.calls;
            co_await pair.peer.write(masked_frame(text_frame, "too much"));
            co_await pause(20ms);
            REQUIRE(receiver.calls == calls);
            if (closed_by_us) {
                receiver.socket.close(close_code::going_away);
            } else {
                co_await pair.peer.write(masked_frame(close_frame, raw_close(1000)));
            }
            RawFrame frame = co_await pair.peer.frame();
            int answers = 0;
            while (frame.first == text_frame) {
                ++answers;
                frame = co_await pair.peer.frame();
            }
            REQUIRE(answers == calls + (closed_by_us ? 0 : 1));
            REQUIRE(frame == RawFrame{close_frame, raw_close(closed_by_us ? 1001 : 1000)});
            co_await pair.peer.write(masked_frame(close_frame, raw_close(1000)));
            co_await receiver.until_ended();
        };
        run_coro(pair.bench.context, flood());
        CHECK(receiver.socket.end().by_peer == !closed_by_us);
    }
}

TEST_CASE("websocket receiver: the end is told once and in a turn of its own", "[WSR-044]") {
    SECTION("when it ends before it was started") {
        Pair<Recorder> pair;
        Recorder& receiver = *pair.receiver;
        receiver.socket.abort();
        receiver.socket.start(receiver);
        CHECK(receiver.ends == 0);
        run_coro(pair.bench.context, receiver.until_ended());
        CHECK(receiver.ends == 1);
    }
    SECTION("when it is cut") {
        Pair<Recorder> pair;
        Recorder& receiver = *pair.receiver;
        receiver.socket.start(receiver);
        receiver.socket.abort();
        receiver.socket.close(close_code::normal);
        CHECK(receiver.ends == 0);
        run_coro(pair.bench.context, receiver.until_ended());
        CHECK(receiver.ends == 1);
    }
    SECTION("when it is cut while messages are told") {
        Pair<Aborter> pair;
        Aborter& receiver = *pair.receiver;
        receiver.socket.start(receiver);
        const auto talk = [&]() -> asio::awaitable<void> {
            co_await pair.peer.write(masked_frame(text_frame, "cut me"));
            co_await receiver.until_ended();
        };
        run_coro(pair.bench.context, talk());
        CHECK(receiver.calls == 1);
        CHECK(receiver.socket.end().detail == "cut by us");
    }
    SECTION("when the peer has gone while nothing was read") {
        Pair<Holder> pair;
        Holder& receiver = *pair.receiver;
        receiver.socket.start(receiver);
        const auto talk = [&]() -> asio::awaitable<void> {
            const auto one_came = [&] { return receiver.calls == 1; };
            co_await pair.peer.write(masked_frame(text_frame, "call"));
            co_await receiver.until(one_came);
            pair.peer.reset();
            co_await pause(20ms);
            REQUIRE(receiver.ends == 0);
            receiver.socket.go_on();
            co_await receiver.until_ended();
        };
        run_coro(pair.bench.context, talk());
        CHECK(receiver.socket.end().code == close_code::abnormal);
    }
}

TEST_CASE("websocket receiver: it may go when it is told of the end", "[WSR-053]") {
    WsBench bench;
    std::unique_ptr<Mortal> mortal;
    const auto accept = [&]() -> asio::awaitable<int> {
        WebSocket socket = co_await bench.accept();
        mortal = std::make_unique<Mortal>(std::move(socket), mortal);
        co_return 0;
    };
    const auto accepted = bench.spawn(accept());
    const auto talk = [&]() -> asio::awaitable<void> {
        RawPeer peer(bench);
        co_await peer.connect();
        co_await peer.write(masked_frame(text_frame, "go"));
        const RawFrame close = co_await peer.frame();
        REQUIRE(close == RawFrame{close_frame, raw_close(1000)});
        co_await peer.write(masked_frame(close_frame, raw_close(1000)));
        const RawFrame end = co_await peer.frame();
        REQUIRE(end == RawFrame{0, "end"});
    };
    run_coro(bench.context, talk());
    bench.wait(accepted);
    const auto gone = [&]() -> asio::awaitable<int> {
        while (mortal) {
            co_await asio::post(bench.context, asio::use_awaitable);
        }
        co_return 0;
    };
    bench.wait(bench.spawn(gone()));
    CHECK(mortal == nullptr);
}

TEST_CASE("websocket receiver: destroyed at any time it is told nothing more", "[WSR-053]") {
    for (const bool ending : {false, true}) {
        Pair<Recorder> pair;
        auto& receiver = pair.receiver;
        receiver->socket.start(*receiver);
        while (receiver->socket.send(std::string(100'000, 'x')) == WebSocket::Push::queued) {
        }
        if (ending) {
            receiver->socket.abort();
        }
        receiver.reset();
        pair.bench.context.restart();
        pair.bench.context.poll();
        pair.peer.socket.close();
    }
}

}  // namespace cqhttp::net
