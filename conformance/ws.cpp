#include "conformance/ws.hpp"

#include "gateway/base/text.hpp"

#include <fmt/format.h>
#include <openssl/sha.h>

#include <array>
#include <utility>

namespace cqhttp::conformance {
namespace {

constexpr std::size_t longest_frame = 256 * 1024 * 1024;
constexpr std::string_view mask_key = "\x11\x7f\x33\x05";

std::string_view name_of(int op) {
    switch (op) {
        case opcode::continuation: return "continuation";
        case opcode::text: return "text";
        case opcode::binary: return "binary";
        case opcode::close: return "close";
        case opcode::ping: return "ping";
        case opcode::pong: return "pong";
        default: return "reserved opcode";
    }
}

int status_of(std::string_view payload) {
    if (payload.size() < 2) {
        return 0;
    }
    return static_cast<unsigned char>(payload[0]) * 256 + static_cast<unsigned char>(payload[1]);
}

// "[text] {...}", "[close 1000] bye"
std::string shown(int op, bool fin, bool odd_mask, std::string_view payload) {
    std::string text = fmt::format("[{}", name_of(op));
    if (op == opcode::close && payload.size() >= 2) {
        text += fmt::format(" {}", status_of(payload));
        payload.remove_prefix(2);
    }
    text += fin ? "" : ", more follows";
    text += odd_mask ? ", wrongly masked or not" : "";
    return text + "] " + std::string(payload);
}

std::string close_payload(int code) {
    std::string payload;
    if (code != 0) {
        payload += static_cast<char>(code / 256);
        payload += static_cast<char>(code % 256);
    }
    return payload;
}

}  // namespace

int Frame::close_code() const noexcept {
    return op == opcode::close ? status_of(payload) : 0;
}

Json Frame::json() const {
    auto value = parse_json(payload);
    return value ? std::move(*value) : Json(Json::value_t::discarded);
}

std::string Frame::text() const {
    if (op < 0) {
        return "no frame: " + trouble;
    }
    if (op == opcode::close) {
        return fmt::format("a close frame with status {}", close_code());
    }
    constexpr std::size_t longest = 400;
    std::string_view cut = payload;
    cut = cut.substr(0, longest);
    return fmt::format("a {} frame{}: {}", name_of(op), fin ? "" : " that is not the last",
                       printable(cut));
}

WsLink::WsLink(Wire wire, Side side) : wire_(std::move(wire)), side_(side) {
    wire_.show_bytes(false);
}

asio::awaitable<bool> WsLink::send(FrameOut frame) {
    const bool usual = side_ == Side::client;
    const bool masked = frame.masked.value_or(usual);
    std::string text = shown(frame.op, frame.fin, masked != usual, frame.payload);
    std::string bytes = frame_bytes(frame, masked);
    const bool sent = co_await wire_.send(std::move(bytes), std::move(text));
    co_return sent;
}

asio::awaitable<bool> WsLink::send_text(std::string text) {
    FrameOut frame;
    frame.payload = std::move(text);
    return send(std::move(frame));
}

asio::awaitable<bool> WsLink::send_json(Json value) {
    return send_text(dump(value));
}

asio::awaitable<bool> WsLink::need(std::size_t size) {
    while (wire_.buffer().size() < size) {
        const bool more = co_await wire_.fill();
        if (!more) {
            co_return false;
        }
    }
    co_return true;
}

asio::awaitable<Frame> WsLink::receive() {
    Frame frame;
    std::string& buffer = wire_.buffer();
    std::size_t head = 2;
    std::size_t length = 0;
    bool whole = co_await need(head);
    if (whole) {
        frame.masked = (buffer[1] & 0x80) != 0;
        length = static_cast<unsigned char>(buffer[1]) & 0x7FU;
        const std::size_t more = length == 126 ? 2U : length == 127 ? 8U : 0U;
        whole = co_await need(head + more);
        if (whole && more > 0) {
            length = 0;
            for (std::size_t i = 0; i < more; ++i) {
                length = length << 8U | static_cast<unsigned char>(buffer[head + i]);
            }
        }
        head += more + (frame.masked ? 4U : 0U);
    }
    if (whole && length > longest_frame) {
        frame.trouble = fmt::format("a frame that announces {} bytes", length);
        wire_.close();
        co_return frame;
    }
    if (whole) {
        whole = co_await need(head + length);
    }
    if (!whole) {
        frame.trouble = wire_.trouble();
        frame.timed_out = wire_.timed_out();
        co_return frame;
    }
    frame.op = buffer[0] & 0x0F;
    frame.fin = (buffer[0] & 0x80) != 0;
    frame.payload = buffer.substr(head, length);
    for (std::size_t i = 0; frame.masked && i < length; ++i) {
        frame.payload[i] = static_cast<char>(frame.payload[i] ^ buffer[head - 4 + i % 4]);
    }
    buffer.erase(0, head + length);
    const bool odd = frame.masked != (side_ == Side::server);
    wire_.context().transcript->received(wire_.name(),
                                         shown(frame.op, frame.fin, odd, frame.payload));
    co_return frame;
}

asio::awaitable<Frame> WsLink::receive_data() {
    for (;;) {
        Frame frame = co_await receive();
        if (frame.op == opcode::ping) {
            FrameOut answer;
            answer.op = opcode::pong;
            answer.payload = frame.payload;
            co_await send(std::move(answer));
        } else if (frame.op != opcode::pong) {
            co_return frame;
        }
    }
}

asio::awaitable<void> WsLink::settle() {
    FrameOut ping;
    ping.op = opcode::ping;
    ping.payload = "settle";
    co_await send(std::move(ping));
    co_await receive();
}

asio::awaitable<Frame> WsLink::ask(std::string text) {
    co_await send_text(std::move(text));
    co_return co_await receive_data();
}

asio::awaitable<Frame> WsLink::call(std::string action, Json params, Json echo) {
    Json request;
    request["action"] = std::move(action);
    request["params"] = std::move(params);
    if (!echo.is_discarded()) {
        request["echo"] = std::move(echo);
    }
    return ask(dump(request));
}

asio::awaitable<Frame> WsLink::close(int code) {
    FrameOut frame;
    frame.op = opcode::close;
    frame.payload = close_payload(code);
    co_await send(std::move(frame));
    Frame last;
    do {
        last = co_await receive();
    } while (last.op >= 0 && last.op != opcode::close);
    if (side_ == Side::client) {
        co_await wire_.ended();
    }
    wire_.close();
    co_return last;
}

std::string handshake_request(const Url& url, const std::string& key, const Headers& headers) {
    std::string text = fmt::format(
        "GET {} HTTP/1.1\r\nHost: {}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
        "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: {}\r\n",
        url.target, url.host_header(), key);
    for (const auto& [name, value] : headers) {
        text += fmt::format("{}: {}\r\n", name, value);
    }
    return text + "\r\n";
}

std::string accept_for(std::string_view key) {
    const std::string text = std::string(key) + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";
    std::array<unsigned char, SHA_DIGEST_LENGTH> digest{};
    SHA1(reinterpret_cast<const unsigned char*>(text.data()), text.size(), digest.data());
    return base64_encode({reinterpret_cast<const char*>(digest.data()), digest.size()});
}

std::string frame_bytes(const FrameOut& frame, bool masked) {
    const std::string& payload = frame.payload;
    const unsigned mask_bit = masked ? 0x80U : 0U;
    std::string bytes;
    bytes += static_cast<char>((frame.fin ? 0x80 : 0) | frame.op);
    std::size_t digits = 0;
    if (payload.size() < 126) {
        bytes += static_cast<char>(mask_bit | payload.size());
    } else {
        digits = payload.size() < 65536 ? 2 : 8;
        bytes += static_cast<char>(mask_bit | (digits == 2 ? 126U : 127U));
    }
    for (; digits > 0; --digits) {
        bytes += static_cast<char>(payload.size() >> (8 * (digits - 1)));
    }
    if (!masked) {
        return bytes + payload;
    }
    bytes += mask_key;
    for (std::size_t i = 0; i < payload.size(); ++i) {
        bytes += static_cast<char>(payload[i] ^ mask_key[i % mask_key.size()]);
    }
    return bytes;
}

asio::awaitable<WsOpening> open_websocket(Wire wire, Url url, Headers headers) {
    WsOpening opening;
    opening.key = "dGhlIHNhbXBsZSBub25jZQ==";
    const bool connected = co_await wire.connect(url);
    if (connected) {
        co_await wire.send(handshake_request(url, opening.key, headers));
    }
    opening.reply = co_await read_reply(wire, "GET");
    if (opening.reply.status == 101) {
        opening.link.emplace(std::move(wire), WsLink::Side::client);
    }
    co_return opening;
}

}  // namespace cqhttp::conformance
