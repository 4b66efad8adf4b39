#pragma once

#include "gateway/tests/support/ws_peer.hpp"

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

namespace cqhttp::test {

// A connection to the server of a test, its handshake request read and not yet answered.
class WsVisitor {
public:
    WsVisitor(std::unique_ptr<HttpPeer> peer, std::string request)
        : peer_(std::move(peer)), request_(std::move(request)) {}

    const std::string& request() const noexcept { return request_; }
    std::string request_line() const { return request_.substr(0, request_.find("\r\n")); }
    // Value of a request header; empty without one.
    std::string header(std::string_view name) const;

    // Completes the handshake.
    WsVisitor& let_in();
    bool send(std::string_view text) { return peer_->send(server_frame(1, text)); }
    bool send_bytes(std::string_view bytes) { return peer_->send(bytes); }
    // A close frame; code 0: one without a status.
    void close(int code);
    PeerFrame receive() { return read_frame(*peer_, buffer_); }
    // The payload of the next frame, which is a masked text frame; throws for anything else.
    std::string receive_text();
    bool ended() { return peer_->ended(); }
    // Closes TCP without a close frame.
    void hang_up() { peer_.reset(); }
    void reset() {
        peer_->reset_at_end();
        peer_.reset();
    }

private:
    std::unique_ptr<HttpPeer> peer_;
    std::string request_;
    std::string buffer_;
};

// The bot's side of the reverse WebSocket: a port of 127.0.0.1 that refuses connections until
// listen(). Of few lines and independent of the gateway's own WebSocket.
class WsListener {
public:
    enum class Start { listening, refusing };

    explicit WsListener(Start start = Start::listening);
    ~WsListener();
    WsListener(const WsListener&) = delete;
    WsListener& operator=(const WsListener&) = delete;

    void listen();
    // From now on connections are refused; who waits to be accepted is reset.
    void refuse();
    // "ws://127.0.0.1:<port><target>"
    std::string url(const std::string& target = "/") const;
    std::uint16_t port() const noexcept { return port_; }
    // The next connection and its request; throws when none comes.
    WsVisitor accept();
    // Whether a connection waits to be accepted.
    bool visited() const;

private:
    int keeper_ = -1;  // bound and never listening, so that nobody else gets the port
    int socket_ = -1;
    std::uint16_t port_ = 0;
};

}  // namespace cqhttp::test
