#include "gateway/net/ws_frame.hpp"

#include "gateway/base/ensure.hpp"
#include "gateway/base/text.hpp"

#include <algorithm>
#include <cstring>
#include <utility>
#include <vector>

namespace cqhttp::net {
namespace {

constexpr unsigned fin_bit = 0x80;
constexpr unsigned reserved_bits = 0x70;
constexpr unsigned opcode_bits = 0x0F;
constexpr unsigned mask_bit = 0x80;
constexpr unsigned length_bits = 0x7F;
constexpr unsigned length_16 = 126;
constexpr unsigned length_64 = 127;

bool is_control(WsOpcode opcode) noexcept {
    return static_cast<unsigned>(opcode) >= 8;
}

bool is_known(unsigned opcode) noexcept {
    return opcode <= 2 || (opcode >= 8 && opcode <= 10);
}

std::uint64_t read_big_endian(std::span<const char> bytes) noexcept {
    std::uint64_t value = 0;
    for (const char byte : bytes) {
        value = value << 8U | static_cast<unsigned char>(byte);
    }
    return value;
}

void write_big_endian(std::span<char> out, std::uint64_t value) noexcept {
    for (std::size_t i = out.size(); i-- > 0;) {
        out[i] = static_cast<char>(value & 0xFFU);
        value >>= 8U;
    }
}

// Bytes of the length beyond the seven bits of the second byte.
std::size_t extended_length(unsigned short_length) noexcept {
    return short_length == length_16 ? 2 : short_length == length_64 ? 8 : 0;
}

std::string_view view(std::span<const char> bytes) noexcept {
    return {bytes.data(), bytes.size()};
}

// Most messages are: worth a quick look before a thorough one.
bool is_ascii(std::string_view text) noexcept {
    std::uint64_t seen = 0;
    while (text.size() >= sizeof seen) {
        std::uint64_t word = 0;
        std::memcpy(&word, text.data(), sizeof word);
        seen |= word;
        text.remove_prefix(sizeof word);
    }
    for (const char byte : text) {
        seen |= static_cast<unsigned char>(byte);
    }
    return (seen & 0x8080808080808080U) == 0;
}

}  // namespace

bool is_close_status(std::uint16_t code) noexcept {
    return (code >= 1000 && code <= 1003) || (code >= 1007 && code <= 1014) ||
           (code >= 3000 && code <= 4999);
}

std::size_t print_frame_header(const WsFrameHeader& header,
                               std::span<char, ws_max_header> out) noexcept {
    const unsigned fin = header.fin ? fin_bit : 0;
    const unsigned mask = header.masked ? mask_bit : 0;
    const std::size_t extended = header.payload < length_16 ? 0 : header.payload <= 0xFFFF ? 2 : 8;
    const unsigned length = extended == 0   ? static_cast<unsigned>(header.payload)
                            : extended == 2 ? length_16
                                            : length_64;
    out[0] = static_cast<char>(fin | static_cast<unsigned>(header.opcode));
    out[1] = static_cast<char>(mask | length);
    write_big_endian(out.subspan(2, extended), header.payload);
    std::size_t size = 2 + extended;
    if (header.masked) {
        std::memcpy(out.data() + size, header.mask.data(), header.mask.size());
        size += header.mask.size();
    }
    return size;
}

void append_frame(std::string& out, WsOpcode opcode, std::string_view payload,
                  std::optional<std::array<char, 4>> mask) {
    WsFrameHeader header;
    header.opcode = opcode;
    header.payload = payload.size();
    header.masked = mask.has_value();
    header.mask = mask.value_or(std::array<char, 4>{});
    std::array<char, ws_max_header> printed;
    const std::size_t size = print_frame_header(header, printed);
    // One growth for both parts, and geometric: reserve() alone would grow to the exact size.
    if (out.capacity() - out.size() < size + payload.size()) {
        out.reserve(std::max(out.size() + size + payload.size(), out.capacity() * 2));
    }
    out.append(printed.data(), size);
    out.append(payload);
    if (mask) {
        apply_mask(std::span<char>(out).last(payload.size()), *mask);
    }
}

std::string print_close(std::uint16_t code) {
    if (!is_close_status(code)) {
        return {};
    }
    std::array<char, 2> printed{};
    write_big_endian(printed, code);
    return {printed.data(), printed.size()};
}

std::size_t printed_frame_length(std::string_view bytes) noexcept {
    const auto second = static_cast<unsigned char>(bytes[1]);
    const unsigned length = second & length_bits;
    const std::size_t extended = extended_length(length);
    const std::size_t payload =
        extended == 0 ? length
                      : static_cast<std::size_t>(read_big_endian(bytes.substr(2, extended)));
    const std::size_t mask = (second & mask_bit) != 0 ? 4 : 0;
    return 2 + extended + mask + payload;
}

bool apply_mask(std::span<char> data, std::array<char, 4> mask, std::size_t offset) noexcept {
    std::array<char, 8> turned{};
    for (std::size_t i = 0; i < turned.size(); ++i) {
        turned[i] = mask[(offset + i) & 3U];
    }
    std::uint64_t key = 0;
    std::memcpy(&key, turned.data(), sizeof key);
    std::uint64_t seen = 0;
    char* at = data.data();
    std::size_t left = data.size();
    for (; left >= sizeof key; left -= sizeof key, at += sizeof key) {
        std::uint64_t word = 0;
        std::memcpy(&word, at, sizeof word);
        word ^= key;
        seen |= word;
        std::memcpy(at, &word, sizeof word);
    }
    for (std::size_t i = 0; i < left; ++i) {
        at[i] = static_cast<char>(at[i] ^ turned[i]);
        seen |= static_cast<unsigned char>(at[i]);
    }
    return (seen & 0x8080808080808080U) != 0;
}

// What lies between the reads: a header cut in two, the payload of an incomplete frame, the
// fragments of a message, and the messages that were put together here.
struct WsDecoder::Partial {
    std::array<char, ws_max_header> head{};
    std::size_t head_size = 0;
    WsFrameHeader frame;        // the incomplete one
    std::uint64_t missing = 0;  // bytes of its payload
    std::string control;        // payload of an incomplete control frame
    std::string message;        // what is there of the incomplete message
    bool binary = false;
    bool ascii = true;
    std::vector<std::unique_ptr<std::string>> finished;  // by pointer: views must not move
};

WsDecoder::WsDecoder(WsRole role, std::size_t max_message) noexcept
    : max_message_(max_message), role_(role) {}
WsDecoder::~WsDecoder() = default;
WsDecoder::WsDecoder(WsDecoder&&) noexcept = default;
WsDecoder& WsDecoder::operator=(WsDecoder&&) noexcept = default;

WsDecoder::Partial& WsDecoder::partial() {
    if (!partial_) {
        partial_ = std::make_unique<Partial>();
    }
    return *partial_;
}

void WsDecoder::forget() noexcept {
    if (!partial_) {
        return;
    }
    partial_->finished.clear();
    if (!in_frame_ && !in_message_ && partial_->head_size == 0) {
        partial_.reset();
    }
}

WsDecoder::Found WsDecoder::next(std::span<char>& data) {
    for (;;) {
        if (in_frame_) {
            const Found found = gather(data);
            if (found != Found::nothing || in_frame_) {
                return found;
            }
            continue;
        }
        WsFrameHeader header;
        switch (take_header(data, header)) {
            case HeaderState::incomplete: return Found::nothing;
            case HeaderState::wrong: return Found::error;
            case HeaderState::complete: break;
        }
        const Found found =
            is_control(header.opcode) ? take_control(data, header) : take_data(data, header);
        if (found != Found::nothing || data.empty()) {
            return found;
        }
    }
}

// A header that is whole in `data` is read there; one that is cut is gathered byte by byte, which
// is at most fourteen of them.
WsDecoder::HeaderState WsDecoder::take_header(std::span<char>& data, WsFrameHeader& header) {
    if (!partial_ || partial_->head_size == 0) {
        const HeaderState state = read_header(data, header);
        if (state == HeaderState::complete) {
            data = data.subspan(header.size);
        } else if (state == HeaderState::incomplete && !data.empty()) {
            ensure(data.size() < ws_max_header, "a whole header is complete");
            std::memcpy(partial().head.data(), data.data(), data.size());
            partial_->head_size = data.size();
            data = {};
        }
        return state;
    }
    Partial& kept = *partial_;
    while (!data.empty()) {
        kept.head[kept.head_size++] = data.front();
        data = data.subspan(1);
        const auto state = read_header(std::span(kept.head).first(kept.head_size), header);
        if (state != HeaderState::incomplete) {
            kept.head_size = 0;
            return state;
        }
    }
    return HeaderState::incomplete;
}

WsDecoder::HeaderState WsDecoder::read_header(std::span<const char> data, WsFrameHeader& header) {
    if (data.size() < 2) {
        return HeaderState::incomplete;
    }
    const auto first = static_cast<unsigned char>(data[0]);
    const auto second = static_cast<unsigned char>(data[1]);
    if (!check_first_bytes(first, second)) {
        return HeaderState::wrong;
    }
    header.fin = (first & fin_bit) != 0;
    header.opcode = static_cast<WsOpcode>(first & opcode_bits);
    header.masked = (second & mask_bit) != 0;
    header.payload = second & length_bits;
    const std::size_t extended = extended_length(second & length_bits);
    if (data.size() < 2 + extended) {
        return HeaderState::incomplete;
    }
    if (extended != 0) {
        header.payload = read_big_endian(data.subspan(2, extended));
        if (header.payload < (extended == 2 ? length_16 : 0x10000U)) {
            fail(close_code::protocol_error, "a frame length in a longer form than it needs");
            return HeaderState::wrong;
        }
        if (header.payload >> 63U != 0) {
            fail(close_code::protocol_error, "a frame length beyond 63 bits");
            return HeaderState::wrong;
        }
    }
    // Decided before the payload, and the mask, arrive.
    const std::size_t before = in_message_ ? partial_->message.size() : 0;
    if (!is_control(header.opcode) && header.payload > max_message_ - before) {
        fail(close_code::too_big, "a message over the bound");
        return HeaderState::wrong;
    }
    const std::size_t size = 2 + extended + (header.masked ? header.mask.size() : 0);
    if (data.size() < size) {
        return HeaderState::incomplete;
    }
    if (header.masked) {
        std::memcpy(header.mask.data(), data.data() + 2 + extended, header.mask.size());
    }
    header.size = static_cast<std::uint8_t>(size);
    return HeaderState::complete;
}

bool WsDecoder::check_first_bytes(unsigned char first, unsigned char second) {
    const char* wrong = nullptr;
    const unsigned opcode = first & opcode_bits;
    const bool fin = (first & fin_bit) != 0;
    const bool masked = (second & mask_bit) != 0;
    if ((first & reserved_bits) != 0) {
        wrong = "a frame with reserved bits";
    } else if (!is_known(opcode)) {
        wrong = "a frame with an unknown opcode";
    } else if (masked != (role_ == WsRole::server)) {
        wrong = masked ? "a masked frame from a server" : "an unmasked frame from a client";
    } else if (opcode >= 8 && !fin) {
        wrong = "a fragmented control frame";
    } else if (opcode >= 8 && (second & length_bits) > ws_max_control_payload) {
        wrong = "a control frame over 125 bytes";
    } else if (opcode == 0 && !in_message_) {
        wrong = "a continuation of nothing";
    } else if ((opcode == 1 || opcode == 2) && in_message_) {
        wrong = "a new message inside a fragmented one";
    }
    if (wrong != nullptr) [[unlikely]] {
        fail(close_code::protocol_error, wrong);
        return false;
    }
    return true;
}

WsDecoder::Found WsDecoder::take_data(std::span<char>& data, const WsFrameHeader& header) {
    const bool whole = header.fin && header.opcode != WsOpcode::continuation;
    if (whole && header.payload <= data.size()) [[likely]] {
        const auto payload = data.first(static_cast<std::size_t>(header.payload));
        data = data.subspan(payload.size());
        bool ascii = false;
        if (header.masked) {
            ascii = !apply_mask(payload, header.mask);
        }
        return deliver(view(payload), header.opcode == WsOpcode::binary, ascii);
    }
    Partial& kept = partial();
    if (header.opcode != WsOpcode::continuation) {
        kept.message.clear();
        kept.binary = header.opcode == WsOpcode::binary;
        kept.ascii = true;
        in_message_ = !header.fin;
    }
    kept.frame = header;
    kept.missing = header.payload;
    in_frame_ = true;
    return gather(data);
}

WsDecoder::Found WsDecoder::take_control(std::span<char>& data, const WsFrameHeader& header) {
    if (header.payload <= data.size()) [[likely]] {
        const auto payload = data.first(static_cast<std::size_t>(header.payload));
        data = data.subspan(payload.size());
        if (header.masked) {
            apply_mask(payload, header.mask);
        }
        return finish_control(header.opcode, view(payload));
    }
    Partial& kept = partial();
    kept.control.clear();
    kept.frame = header;
    kept.missing = header.payload;
    in_frame_ = true;
    return gather(data);
}

// Goes on with the payload of an incomplete frame.
WsDecoder::Found WsDecoder::gather(std::span<char>& data) {
    Partial& kept = *partial_;
    const bool control = is_control(kept.frame.opcode);
    std::string& target = control ? kept.control : kept.message;
    const auto count = static_cast<std::size_t>(std::min<std::uint64_t>(kept.missing, data.size()));
    if (count != 0) {
        target.append(data.data(), count);
        data = data.subspan(count);
        const auto added = std::span<char>(target).last(count);
        bool ascii = false;
        if (kept.frame.masked) {
            const std::uint64_t offset = kept.frame.payload - kept.missing;
            ascii = !apply_mask(added, kept.frame.mask, static_cast<std::size_t>(offset & 3U));
        }
        kept.ascii = control ? kept.ascii : kept.ascii && ascii;
        kept.missing -= count;
    }
    if (kept.missing != 0) {
        return Found::nothing;
    }
    in_frame_ = false;
    if (control) {
        return finish_control(kept.frame.opcode, kept.control);
    }
    return kept.frame.fin ? finish_message() : Found::nothing;
}

WsDecoder::Found WsDecoder::finish_message() {
    Partial& kept = *partial_;
    in_message_ = false;
    const auto& message =
        kept.finished.emplace_back(std::make_unique<std::string>(std::move(kept.message)));
    kept.message = {};
    return deliver(*message, kept.binary, kept.ascii);
}

// `ascii` is what unmasking has seen; false where it did not look.
WsDecoder::Found WsDecoder::deliver(std::string_view payload, bool binary, bool ascii) {
    if (!binary && !ascii && !is_ascii(payload) && !is_valid_utf8(payload)) {
        return fail(close_code::bad_utf8, "a text message that is not UTF-8");
    }
    message_ = WsMessage{payload, binary};
    return Found::message;
}

WsDecoder::Found WsDecoder::finish_control(WsOpcode opcode, std::string_view payload) {
    text_ = payload;
    if (opcode != WsOpcode::close) {
        return opcode == WsOpcode::ping ? Found::ping : Found::pong;
    }
    code_ = close_code::none;
    if (payload.empty()) {
        return Found::close;
    }
    if (payload.size() == 1) {
        return fail(close_code::protocol_error, "a close frame with half a status");
    }
    code_ = static_cast<std::uint16_t>(read_big_endian(payload.substr(0, 2)));
    text_ = payload.substr(2);
    if (!is_close_status(code_)) {
        return fail(close_code::protocol_error, "a close frame with a status that is never sent");
    }
    if (!is_valid_utf8(text_)) {
        return fail(close_code::bad_utf8, "a close reason that is not UTF-8");
    }
    return Found::close;
}

WsDecoder::Found WsDecoder::fail(std::uint16_t code, std::string_view what) noexcept {
    code_ = code;
    text_ = what;
    return Found::error;
}

}  // namespace cqhttp::net
