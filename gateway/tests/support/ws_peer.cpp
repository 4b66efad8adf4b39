#include "gateway/tests/support/ws_peer.hpp"

#include <stdexcept>

namespace cqhttp::test {

int PeerFrame::close_code() const {
    if (opcode != 8 || payload.size() < 2) {
        return 0;
    }
    return static_cast<unsigned char>(payload[0]) * 256 + static_cast<unsigned char>(payload[1]);
}

std::string client_frame(int opcode, std::string_view payload, bool fin, bool mask) {
    const std::string key{'\x11', '\x7f', '\x33', '\x05'};
    const int masked = mask ? 0x80 : 0;
    std::string bytes;
    bytes += static_cast<char>((fin ? 0x80 : 0) | opcode);
    if (payload.size() < 126) {
        bytes += static_cast<char>(masked | static_cast<int>(payload.size()));
    } else if (payload.size() < 65536) {
        bytes += static_cast<char>(masked | 126);
        bytes += static_cast<char>(payload.size() >> 8U);
        bytes += static_cast<char>(payload.size());
    } else {
        bytes += static_cast<char>(masked | 127);
        for (int shift = 56; shift >= 0; shift -= 8) {
            bytes += static_cast<char>(payload.size() >> static_cast<unsigned>(shift));
        }
    }
    if (!mask) {
        return bytes.append(payload);
    }
    bytes += key;
    for (std::size_t i = 0; i < payload.size(); ++i) {
        bytes += static_cast<char>(payload[i] ^ key[i % 4]);
    }
    return bytes;
}

std::string upgrade_request(const std::string& target, const std::vector<std::string>& headers) {
    std::string request = "GET " + target +
                          " HTTP/1.1\r\nHost: 127.0.0.1\r\nUpgrade: websocket\r\n"
                          "Connection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
                          "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n";
    for (const auto& line : headers) {
        request += line + "\r\n";
    }
    return request + "\r\n";
}

WsPeer::WsPeer(std::uint16_t port, const std::string& target,
               const std::vector<std::string>& headers, int receive_buffer)
    : peer_(port, receive_buffer) {
    peer_.send(upgrade_request(target, headers));
    response_ = peer_.receive();
}

PeerFrame read_frame(HttpPeer& peer, std::string& buffer) {
    const auto need = [&](std::size_t size) {
        while (buffer.size() < size) {
            const std::string more = peer.receive_some();
            if (more.empty()) {
                return false;
            }
            buffer += more;
        }
        return true;
    };
    if (!need(2)) {
        return {};
    }
    PeerFrame frame;
    frame.masked = (buffer[1] & 0x80) != 0;
    std::size_t length = static_cast<unsigned char>(buffer[1]) & 0x7fU;
    std::size_t head = 2;
    if (length >= 126) {
        const std::size_t digits = length == 126 ? 2 : 8;
        if (!need(2 + digits)) {
            return {};
        }
        length = 0;
        for (std::size_t i = 0; i < digits; ++i) {
            length = length * 256 + static_cast<unsigned char>(buffer[2 + i]);
        }
        head += digits;
    }
    head += frame.masked ? 4 : 0;
    if (!need(head + length)) {
        return {};
    }
    frame.opcode = buffer[0] & 0x0f;
    frame.payload = buffer.substr(head, length);
    for (std::size_t i = 0; frame.masked && i < length; ++i) {
        frame.payload[i] = static_cast<char>(frame.payload[i] ^ buffer[head - 4 + i % 4]);
    }
    buffer.erase(0, head + length);
    return frame;
}

PeerFrame WsPeer::receive() {
    return read_frame(peer_, buffer_);
}

std::string WsPeer::receive_text() {
    PeerFrame frame = receive();
    if (!frame.text()) {
        throw std::runtime_error("expected a text frame, got opcode " +
                                 std::to_string(frame.opcode));
    }
    return std::move(frame.payload);
}

}  // namespace cqhttp::test
