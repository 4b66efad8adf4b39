#pragma once

// What the WebSocket tests share: a loop with one of our WebSockets on it, and a peer made of a
// bare socket that knows only as much of RFC 6455 as it needs to misbehave.

#include "gateway/base/text.hpp"
#include "gateway/net/websocket.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/buffer.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>

#include <chrono>
#include <memory>
#include <optional>
#include <ostream>
#include <span>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace cqhttp::net {

using asio::ip::tcp;
inline constexpr auto as_result = asio::as_tuple(asio::use_awaitable);

template <class T>
using Later = std::shared_ptr<std::optional<T>>;

// An event loop with a listening socket; what is spawned on it must be waited for.
class WsBench {
public:
    explicit WsBench(Limits chosen = {})
        : limits(chosen), keep_alive(std::make_unique<WsKeepAlive>(context, limits)) {
        auto ended = [this](std::exception_ptr) { looking_ = false; };
        asio::co_spawn(context, keep_alive->run(), ended);
    }
    ~WsBench() {
        keep_alive->stop();
        context.restart();
        while (looking_ && context.run_one_for(std::chrono::seconds(60)) != 0) {
        }
        context.poll();  // what was cancelled says so
    }

    std::uint16_t port() const { return acceptor.local_endpoint().port(); }
    Url url(const std::string& target = "/", const std::string& scheme = "ws") const {
        return parse_url(scheme + "://127.0.0.1:" + std::to_string(port()) + target).value();
    }

    template <class T>
    Later<T> spawn(asio::awaitable<T> work) {
        auto result = std::make_shared<std::optional<T>>();
        auto ended = [result](std::exception_ptr error, T value) {
            if (error) {
                std::rethrow_exception(error);
            }
            *result = std::move(value);
        };
        asio::co_spawn(context, std::move(work), std::move(ended));
        return result;
    }

    template <class T>
    T wait(const Later<T>& result) {
        context.restart();
        const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(60);
        while (!*result && context.run_one_until(deadline) != 0) {
        }
        if (!*result) {
            throw std::runtime_error("it did not end in time");
        }
        return std::move(**result);
    }

    // Takes the next connection and shakes hands as a server does.
    asio::awaitable<WebSocket> accept() {
        auto [error, socket] = co_await acceptor.async_accept(as_result);
        std::string head;
        std::string buffer(4096, ' ');
        while (head.find("\r\n\r\n") == std::string::npos) {
            auto [failed, size] = co_await socket.async_read_some(asio::buffer(buffer), as_result);
            if (failed) {
                throw std::runtime_error("no handshake");
            }
            head.append(buffer, 0, size);
        }
        const std::size_t end = head.find("\r\n\r\n") + 4;
        request = head.substr(0, end);
        const std::string lower = to_lower(request);
        const std::size_t key = lower.find("sec-websocket-key:") + 18;
        const std::size_t key_end = request.find("\r\n", key);
        const std::string answer =
            print_switching(accept_value(trim(request.substr(key, key_end - key))));
        co_await asio::async_write(socket, asio::buffer(answer), as_result);
        co_return WebSocket::accept(std::move(socket), head.substr(end), limits, *keep_alive);
    }

    asio::io_context context;
    Limits limits;
    std::unique_ptr<WsKeepAlive> keep_alive;
    tcp::acceptor acceptor{context, tcp::endpoint(asio::ip::address_v4::loopback(), 0)};
    std::string request;  // the last handshake's
    bool told = false;    // what serves is told what comes and does not read

private:
    bool looking_ = true;
};

inline asio::awaitable<void> pause(std::chrono::milliseconds time) {
    asio::steady_timer timer(co_await asio::this_coro::executor, time);
    co_await timer.async_wait(as_result);
}

// Sends every message back as text, as fast as the peer takes them, until the end.
inline asio::awaitable<WsEnd> echo(WebSocket& socket) {
    std::vector<WsMessage> batch;
    bool more = co_await socket.read(batch);
    while (more) {
        for (const WsMessage& message : batch) {
            if (!socket.has_room()) {
                co_await socket.room();
            }
            socket.send(message.payload);
        }
        more = co_await socket.read(batch);
    }
    co_return socket.end();
}

// The same for a connection that tells what it brings.
class EchoReceiver final : public WsReceiver {
public:
    EchoReceiver(asio::io_context& context, WebSocket& socket)
        : context_(context), socket_(socket), changed_(context) {
        changed_.expires_at(asio::steady_timer::time_point::max());
    }

    void received(std::span<const WsMessage> batch) override {
        for (const WsMessage& message : batch) {
            if (left_.empty() && socket_.has_room()) {
                socket_.send(message.payload);
            } else {
                left_.emplace_back(message.payload);
            }
        }
        if (!left_.empty()) {
            socket_.hold();
            auto sent = [](std::exception_ptr error) {
                if (error) {
                    std::rethrow_exception(error);
                }
            };
            asio::co_spawn(context_, send_left(), sent);
        }
    }
    void ended() override {
        ended_ = true;
        changed_.cancel();
    }

    asio::awaitable<WsEnd> end() {
        while (!ended_ || !left_.empty()) {
            co_await changed_.async_wait(as_result);
        }
        co_return socket_.end();
    }

private:
    asio::awaitable<void> send_left() {
        for (const std::string& text : left_) {
            if (!socket_.has_room()) {
                co_await socket_.room();
            }
            socket_.send(text);
        }
        left_.clear();
        socket_.go_on();
        changed_.cancel();
    }

    asio::io_context& context_;
    WebSocket& socket_;
    asio::steady_timer changed_;  // never expires
    std::vector<std::string> left_;
    bool ended_ = false;
};

inline asio::awaitable<WsEnd> echo_told(WsBench& bench, WebSocket& socket) {
    EchoReceiver receiver(bench.context, socket);
    socket.start(receiver);
    co_return co_await receiver.end();
}

inline asio::awaitable<WsEnd> serve_echo(WsBench& bench) {
    WebSocket socket = co_await bench.accept();
    if (bench.told) {
        co_return co_await echo_told(bench, socket);
    }
    co_return co_await echo(socket);
}

inline TlsContext any_tls(bool verify = false) {
    return TlsContext::client({.verify = verify, .ca_file = {}}).value();
}

// Connects where that is expected to fail.
inline asio::awaitable<WsConnectError> fail_to_connect(WsBench& bench, WsConnectRequest request,
                                                       TlsContext& tls,
                                                       Interruption* interruption = nullptr) {
    auto outcome = co_await WebSocket::connect(bench.context, std::move(request), tls, bench.limits,
                                               *bench.keep_alive, interruption);
    if (outcome) {
        throw std::runtime_error("it did connect");
    }
    co_return outcome.error();
}

// A frame as it stands on the wire, unmasked. `first` is 0 at the end of the connection; `payload`
// then says how it ended.
struct RawFrame {
    unsigned first = 0;
    std::string payload;
    bool masked = false;

    bool operator==(const RawFrame&) const = default;
};

inline std::ostream& operator<<(std::ostream& out, const RawFrame& frame) {
    return out << "frame " << frame.first << (frame.masked ? " masked '" : " '") << frame.payload
               << "'";
}

inline std::string masked_frame(unsigned first, std::string_view payload) {
    std::string frame(1, static_cast<char>(first));
    if (payload.size() < 126) {
        frame.push_back(static_cast<char>(0x80U | payload.size()));
    } else {
        const bool small = payload.size() <= 0xFFFF;
        frame.push_back(small ? '\xfe' : '\xff');
        for (int shift = small ? 8 : 56; shift >= 0; shift -= 8) {
            frame.push_back(static_cast<char>(payload.size() >> static_cast<unsigned>(shift)));
        }
    }
    constexpr std::string_view key = "\x11\x22\x83\x44";
    frame += key;
    for (std::size_t i = 0; i < payload.size(); ++i) {
        frame.push_back(static_cast<char>(payload[i] ^ key[i % 4]));
    }
    return frame;
}

inline std::string raw_close(std::uint16_t code) {
    return {static_cast<char>(code >> 8U), static_cast<char>(code & 0xFFU)};
}

class RawPeer {
public:
    explicit RawPeer(WsBench& bench) : socket(bench.context), bench_(bench) {}

    // Connects and asks for a WebSocket; `behind` leaves in the same segment.
    asio::awaitable<void> connect(std::string behind = {}) {
        const tcp::endpoint endpoint = bench_.acceptor.local_endpoint();
        co_await socket.async_connect(endpoint, as_result);
        co_await write(
            "GET / HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
            "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n" +
            behind);
        while (received.find("\r\n\r\n") == std::string::npos) {
            const bool alive = co_await more();
            if (!alive) {
                throw std::runtime_error("no answer to the handshake");
            }
        }
        received.erase(0, received.find("\r\n\r\n") + 4);
    }

    // The server side: takes a connection and lets it in.
    asio::awaitable<void> accept(std::string behind = {}) {
        auto [error, accepted] = co_await bench_.acceptor.async_accept(as_result);
        socket = std::move(accepted);
        while (received.find("\r\n\r\n") == std::string::npos) {
            const bool alive = co_await more();
            if (!alive) {
                throw std::runtime_error("no handshake");
            }
        }
        const std::size_t key = received.find("Sec-WebSocket-Key: ") + 19;
        const std::string accept_key = accept_value(received.substr(key, 24));
        received.erase(0, received.find("\r\n\r\n") + 4);
        co_await write(print_switching(accept_key) + behind);
    }

    asio::awaitable<bool> write(std::string bytes) {
        auto [error, size] = co_await asio::async_write(socket, asio::buffer(bytes), as_result);
        co_return !error;
    }

    asio::awaitable<RawFrame> frame() {
        for (;;) {
            std::optional<RawFrame> found = take();
            if (found) {
                co_return std::move(*found);
            }
            const bool alive = co_await more();
            if (!alive) {
                RawFrame end;
                end.payload = how_it_ended_;
                co_return end;
            }
        }
    }

    // Resets the connection.
    void reset() {
        socket.set_option(tcp::socket::linger(true, 0));
        socket.close();
    }

    tcp::socket socket;
    std::string received;

private:
    asio::awaitable<bool> more() {
        std::string buffer(65536, ' ');
        auto [error, size] = co_await socket.async_read_some(asio::buffer(buffer), as_result);
        received.erase(0, std::exchange(taken_, 0));
        received.append(buffer, 0, size);
        how_it_ended_ = error == asio::error::eof ? "end" : error.message();
        co_return !error;
    }

    std::optional<RawFrame> take() {
        const std::string_view unread = std::string_view(received).substr(taken_);
        const auto byte = [unread](std::size_t i) {
            return static_cast<unsigned>(static_cast<unsigned char>(unread[i]));
        };
        if (unread.size() < 2) {
            return std::nullopt;
        }
        const bool masked = (byte(1) & 0x80U) != 0;
        std::size_t length = byte(1) & 0x7FU;
        const std::size_t extra = length == 126 ? 2 : length == 127 ? 8 : 0;
        const std::size_t head = 2 + extra + (masked ? 4 : 0);
        if (unread.size() < head) {
            return std::nullopt;
        }
        if (extra != 0) {
            length = 0;
            for (std::size_t i = 0; i < extra; ++i) {
                length = length << 8U | byte(2 + i);
            }
        }
        if (unread.size() - head < length) {
            return std::nullopt;
        }
        RawFrame frame{byte(0), std::string(unread.substr(head, length)), masked};
        for (std::size_t i = 0; masked && i < length; ++i) {
            frame.payload[i] = static_cast<char>(frame.payload[i] ^ unread[head - 4 + i % 4]);
        }
        taken_ += head + length;
        return frame;
    }

    WsBench& bench_;
    std::size_t taken_ = 0;  // bytes of `received` that frame() has returned
    std::string how_it_ended_;
};

}  // namespace cqhttp::net
