#pragma once

#include "conformance/http.hpp"
#include "conformance/json.hpp"
#include "conformance/wire.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace cqhttp::conformance {

namespace opcode {
inline constexpr int continuation = 0, text = 1, binary = 2, close = 8, ping = 9, pong = 10;
}

// A frame to be sent. Masked is what the side must do unless somebody wants it wrong.
struct FrameOut {
    int op = opcode::text;
    std::string payload;
    bool fin = true;
    std::optional<bool> masked = {};
};

// A frame as it came, unmasked, or what came instead of one.
struct Frame {
    int op = -1;  // -1: none came, see trouble
    std::string payload;
    bool fin = true;
    bool masked = false;
    std::string trouble;  // "the connection was closed", "nothing came within 5 s"
    bool timed_out = false;

    bool is_text() const noexcept { return op == opcode::text && fin; }
    // Status of a close frame; 0 for others and for one without a status.
    int close_code() const noexcept;
    // The payload as JSON; a discarded value if it is none.
    Json json() const;
    // "text {...}", "close 1000", "none: the connection was closed": for messages.
    std::string text() const;
};

// One WebSocket after its handshake, of either side. It sends what it is told to, right or wrong,
// and shows every frame that comes; nothing is answered behind the case's back.
class WsLink {
public:
    enum class Side : std::uint8_t { client, server };

    WsLink(Wire wire, Side side);

    asio::awaitable<bool> send(FrameOut frame);
    asio::awaitable<bool> send_text(std::string text);
    asio::awaitable<bool> send_json(Json value);
    // The next frame, of any kind.
    asio::awaitable<Frame> receive();
    // The next data frame: pings before it are answered, pongs passed over.
    asio::awaitable<Frame> receive_data();

    // Returns when the other side serves the connection: when it has answered a ping or has sent
    // something by itself, which is passed over.
    asio::awaitable<void> settle();

    // Sends a text and returns the next data frame.
    asio::awaitable<Frame> ask(std::string text);
    // {"action":action,"params":params}, with an echo if that is not discarded.
    asio::awaitable<Frame> call(std::string action, Json params = Json::object(),
                                Json echo = Json(Json::value_t::discarded));

    // Sends a close frame (code 0: without a status), waits for the answer and the end of the
    // connection, and returns the close frame that came.
    asio::awaitable<Frame> close(int code = 1000);

    Wire& wire() noexcept { return wire_; }
    Side side() const noexcept { return side_; }
    bool open() const noexcept { return wire_.open(); }

private:
    asio::awaitable<bool> need(std::size_t size);

    Wire wire_;
    Side side_;
};

// How an attempt to open a WebSocket went.
struct WsOpening {
    HttpReply reply;
    std::string key;             // that was sent
    std::optional<WsLink> link;  // there if the answer was 101
};

// Sends the handshake over a new connection. `headers` come after those of RFC 6455.
asio::awaitable<WsOpening> open_websocket(Wire wire, Url url, Headers headers);

// The request of such a handshake, as bytes.
std::string handshake_request(const Url& url, const std::string& key, const Headers& headers);
// Sec-WebSocket-Accept for a key (RFC 6455 section 4.2.2).
std::string accept_for(std::string_view key);
// A frame as bytes.
std::string frame_bytes(const FrameOut& frame, bool masked);

}  // namespace cqhttp::conformance
