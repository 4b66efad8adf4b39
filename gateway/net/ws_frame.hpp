#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace cqhttp::net {

// Status codes of close frames (RFC 6455 section 7.4).
namespace close_code {
inline constexpr std::uint16_t normal = 1000;
inline constexpr std::uint16_t going_away = 1001;
inline constexpr std::uint16_t protocol_error = 1002;
inline constexpr std::uint16_t none = 1005;      // a close frame without a status; never sent
inline constexpr std::uint16_t abnormal = 1006;  // no close frame at all; never sent
inline constexpr std::uint16_t bad_utf8 = 1007;
inline constexpr std::uint16_t policy = 1008;
inline constexpr std::uint16_t too_big = 1009;
inline constexpr std::uint16_t try_again_later = 1013;
}  // namespace close_code

// Whether a close frame may carry this status (RFC 6455 section 7.4, with the registered
// 1012-1014).
bool is_close_status(std::uint16_t code) noexcept;

// One message, whole and unmasked. A view into the connection's buffers, valid until the next read.
struct WsMessage {
    std::string_view payload;
    bool binary = false;
};

// Which end of the connection we are: a server reads masked frames, a client writes them.
enum class WsRole : std::uint8_t { server, client };

enum class WsOpcode : std::uint8_t {
    continuation = 0,
    text = 1,
    binary = 2,
    close = 8,
    ping = 9,
    pong = 10,
};

inline constexpr std::size_t ws_max_header = 14;
inline constexpr std::size_t ws_max_control_payload = 125;

struct WsFrameHeader {
    std::uint64_t payload = 0;  // bytes that follow the header
    std::array<char, 4> mask{};
    std::uint8_t size = 0;  // of the header itself
    WsOpcode opcode = WsOpcode::text;
    bool fin = true;
    bool masked = false;
};

// Prints the header into `out`, returns its length.
std::size_t print_frame_header(const WsFrameHeader& header,
                               std::span<char, ws_max_header> out) noexcept;

// Appends a whole frame: unmasked from a server, masked with these four bytes from a client.
void append_frame(std::string& out, WsOpcode opcode, std::string_view payload,
                  std::optional<std::array<char, 4>> mask = std::nullopt);

// Payload of a close frame; a code that is never sent makes an empty one.
std::string print_close(std::uint16_t code);

// Length of the frame (header and payload) that `bytes` starts with. `bytes` was printed by us and
// holds at least its header.
std::size_t printed_frame_length(std::string_view bytes) noexcept;

// Masks or unmasks `data`, whose first byte is byte `offset` of the payload. Says whether the
// result has a byte that is not ASCII.
bool apply_mask(std::span<char> data, std::array<char, 4> mask, std::size_t offset = 0) noexcept;

// Finds messages and control frames in the bytes of one connection, whatever their segmentation. No
// sockets and no time. A frame that is complete in the caller's buffer is unmasked there and handed
// out as a view; only what is incomplete or fragmented is copied, once. The cost is linear in the
// bytes, and memory never exceeds the bound of one message (beyond messages already handed out).
class WsDecoder {
public:
    enum class Found : std::uint8_t { nothing, message, ping, pong, close, error };

    WsDecoder(WsRole role, std::size_t max_message) noexcept;
    ~WsDecoder();
    WsDecoder(WsDecoder&&) noexcept;
    WsDecoder& operator=(WsDecoder&&) noexcept;

    // Reads from the front of `data`, changing it in place, and takes away what it used. `nothing`:
    // all of it is used. After `close` or `error` it must not be called again.
    Found next(std::span<char>& data);

    // After a message: it lies in the caller's buffer or here, until forget().
    const WsMessage& message() const noexcept { return message_; }
    // After a ping or pong: its payload; after a close: its reason; after an error: what is wrong.
    // Until the next call of next().
    std::string_view text() const noexcept { return text_; }
    // After a close: its status, or close_code::none; after an error: the status to close with.
    std::uint16_t code() const noexcept { return code_; }

    // No message handed out is in use any more: memory goes back.
    void forget() noexcept;

private:
    struct Partial;
    enum class HeaderState : std::uint8_t { incomplete, complete, wrong };

    HeaderState read_header(std::span<const char> data, WsFrameHeader& header);
    HeaderState take_header(std::span<char>& data, WsFrameHeader& header);
    bool check_first_bytes(unsigned char first, unsigned char second);
    Found take_data(std::span<char>& data, const WsFrameHeader& header);
    Found take_control(std::span<char>& data, const WsFrameHeader& header);
    Found gather(std::span<char>& data);
    Found finish_message();
    Found finish_control(WsOpcode opcode, std::string_view payload);
    Found deliver(std::string_view payload, bool binary, bool ascii);
    Found fail(std::uint16_t code, std::string_view what) noexcept;
    Partial& partial();

    std::unique_ptr<Partial> partial_;  // only while something is incomplete or handed out from it
    std::size_t max_message_;
    WsMessage message_;
    std::string_view text_;
    std::uint16_t code_ = 0;
    WsRole role_;
    bool in_frame_ = false;    // the payload of a frame is incomplete
    bool in_message_ = false;  // a first fragment was read and no last one
};

}  // namespace cqhttp::net
