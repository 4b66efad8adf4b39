#pragma once

#include "gateway/tests/support/http_peer.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace cqhttp::test {

// A frame as it came, unmasked.
struct PeerFrame {
    int opcode = -1;  // -1: the connection ended
    std::string payload = {};
    bool masked = false;

    bool text() const { return opcode == 1; }
    // Status of a close frame; 0 for others and for one without a status.
    int close_code() const;
};

// One masked client frame, as bytes.
std::string client_frame(int opcode, std::string_view payload, bool fin = true, bool mask = true);
inline std::string text_frame(std::string_view payload) {
    return client_frame(1, payload);
}
// One frame of a server, as bytes.
inline std::string server_frame(int opcode, std::string_view payload) {
    return client_frame(opcode, payload, true, false);
}
// The next frame of a connection; `buffer` keeps what came behind it.
PeerFrame read_frame(HttpPeer& peer, std::string& buffer);

// The handshake request of a client, as bytes.
std::string upgrade_request(const std::string& target,
                            const std::vector<std::string>& headers = {});

// A WebSocket client of few lines, independent of the gateway's own.
class WsPeer {
public:
    // Connects and does the handshake; status() tells how it went. With `receive_buffer` the system
    // holds no more than about that many bytes for a peer that does not read.
    WsPeer(std::uint16_t port, const std::string& target,
           const std::vector<std::string>& headers = {}, int receive_buffer = 0);

    int status() const noexcept { return response_.status; }
    const PeerResponse& response() const noexcept { return response_; }
    bool send(std::string_view text) { return peer_.send(text_frame(text)); }
    bool send_bytes(std::string_view bytes) { return peer_.send(bytes); }
    PeerFrame receive();
    // The payload of the next text frame; throws for anything else.
    std::string receive_text();
    bool ended() { return peer_.ended(); }

private:
    HttpPeer peer_;
    PeerResponse response_;
    std::string buffer_;
};

}  // namespace cqhttp::test
