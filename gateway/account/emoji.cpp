#include "gateway/account/emoji.hpp"

#include "gateway/base/text.hpp"

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstring>
#include <optional>
#include <utility>

namespace cqhttp::account {
namespace {

using protocol::Message;
using protocol::Segment;

struct Range {
    char32_t first, last;
};

// The 4.0 set of chapter 07 section 8, in ascending order.
constexpr std::array<Range, 97> emoji_set{{
    {0x203C, 0x203C},   {0x2049, 0x2049},   {0x2122, 0x2122},   {0x2139, 0x2139},
    {0x2194, 0x2195},   {0x21A9, 0x21AA},   {0x231A, 0x231B},   {0x23E9, 0x23EC},
    {0x23F0, 0x23F0},   {0x23F3, 0x23F3},   {0x24C2, 0x24C2},   {0x25AA, 0x25AB},
    {0x25B6, 0x25B6},   {0x25C0, 0x25C0},   {0x25FB, 0x25FE},   {0x2600, 0x2601},
    {0x260E, 0x260E},   {0x2611, 0x2611},   {0x2614, 0x2615},   {0x261D, 0x261D},
    {0x263A, 0x263A},   {0x2648, 0x2653},   {0x2660, 0x2660},   {0x2663, 0x2663},
    {0x2665, 0x2666},   {0x2668, 0x2668},   {0x267B, 0x267B},   {0x267F, 0x267F},
    {0x2693, 0x2693},   {0x26A0, 0x26A1},   {0x26AA, 0x26AB},   {0x26BD, 0x26BE},
    {0x26C4, 0x26C5},   {0x26CE, 0x26CE},   {0x26D4, 0x26D4},   {0x26EA, 0x26EA},
    {0x26F2, 0x26F3},   {0x26F5, 0x26F5},   {0x26FA, 0x26FA},   {0x26FD, 0x26FD},
    {0x2702, 0x2702},   {0x2705, 0x2705},   {0x2708, 0x270C},   {0x270F, 0x270F},
    {0x2712, 0x2712},   {0x2714, 0x2714},   {0x2716, 0x2716},   {0x2728, 0x2728},
    {0x2733, 0x2734},   {0x2744, 0x2744},   {0x2747, 0x2747},   {0x274C, 0x274C},
    {0x274E, 0x274E},   {0x2753, 0x2755},   {0x2757, 0x2757},   {0x2764, 0x2764},
    {0x2795, 0x2797},   {0x27A1, 0x27A1},   {0x27B0, 0x27B0},   {0x27BF, 0x27BF},
    {0x2934, 0x2935},   {0x2B05, 0x2B07},   {0x2B1B, 0x2B1C},   {0x2B50, 0x2B50},
    {0x2B55, 0x2B55},   {0x303D, 0x303D},   {0x3297, 0x3297},   {0x3299, 0x3299},
    {0xE50A, 0xE50A},   {0x1F004, 0x1F004}, {0x1F0CF, 0x1F0CF}, {0x1F170, 0x1F171},
    {0x1F17E, 0x1F17F}, {0x1F18E, 0x1F18E}, {0x1F191, 0x1F19A}, {0x1F1E6, 0x1F1FF},
    {0x1F201, 0x1F202}, {0x1F21A, 0x1F21A}, {0x1F22F, 0x1F22F}, {0x1F232, 0x1F23A},
    {0x1F250, 0x1F251}, {0x1F300, 0x1F320}, {0x1F330, 0x1F335}, {0x1F337, 0x1F37C},
    {0x1F380, 0x1F393}, {0x1F3A0, 0x1F3C4}, {0x1F3C6, 0x1F3CA}, {0x1F3E0, 0x1F3F0},
    {0x1F400, 0x1F43E}, {0x1F440, 0x1F440}, {0x1F442, 0x1F4F7}, {0x1F4F9, 0x1F4FC},
    {0x1F500, 0x1F53D}, {0x1F550, 0x1F567}, {0x1F5FB, 0x1F640}, {0x1F645, 0x1F64F},
    {0x1F680, 0x1F6C5},
}};

constexpr std::size_t size_of_set() {
    std::size_t count = 0;
    for (const Range& range : emoji_set) {
        count += range.last - range.first + 1;
    }
    return count;
}
static_assert(size_of_set() == 844);

constexpr std::string_view code_start = "[CQ:emoji,";
constexpr std::string_view keycap_prefix = "100000";
constexpr std::string_view variation_selector = "\xEF\xB8\x8F";  // U+FE0F
constexpr std::string_view keycap = "\xE2\x83\xA3";              // U+20E3

bool is_character(std::int64_t number) {
    const bool surrogate = number >= 0xD800 && number <= 0xDFFF;
    return number > 0 && number <= 0x10FFFF && !surrogate;
}

// The characters that an id stands for (EMO-002), as text of a CQ string.
std::optional<std::string> characters_of(std::string_view id) {
    if (!std::all_of(id.begin(), id.end(), [](char c) { return c >= '0' && c <= '9'; })) {
        return std::nullopt;
    }
    const bool is_keycap = id.size() > keycap_prefix.size() && id.starts_with(keycap_prefix);
    const auto number = parse_int64(is_keycap ? id.substr(keycap_prefix.size()) : id);
    if (!number || !is_character(*number)) {
        return std::nullopt;
    }
    std::string character;
    append_utf8(character, static_cast<char32_t>(*number));
    std::string text = protocol::escape_text(character);
    if (is_keycap) {
        text.append(variation_selector).append(keycap);
    }
    return text;
}

// The text of the emoji code at the start of `cq`, and how long the code is.
struct Code {
    std::string text;
    std::size_t length = 0;
};

std::optional<Code> read_code(std::string_view cq) {
    const std::size_t end = cq.find(']');
    if (!cq.starts_with(code_start) || end == std::string_view::npos) {
        return std::nullopt;
    }
    std::string_view parameter = cq.substr(code_start.size(), end - code_start.size());
    parameter.remove_prefix(std::min(parameter.find_first_not_of(' '), parameter.size()));
    if (!parameter.starts_with("id=")) {
        return std::nullopt;
    }
    auto text = characters_of(parameter.substr(3));
    if (!text) {
        return std::nullopt;
    }
    return Code{std::move(*text), end + 1};
}

bool is_keycap_base(char byte) {
    return byte == '#' || byte == '*' || (byte >= '0' && byte <= '9');
}

// EMO-003: some senders lose the last of the three code points of a keycap.
void complete_keycaps(std::string& text) {
    std::size_t at = text.find(variation_selector, 1);
    while (at != std::string::npos) {
        const std::size_t after = at + variation_selector.size();
        if (is_keycap_base(text[at - 1]) && text.compare(after, keycap.size(), keycap) != 0) {
            text.insert(after, keycap);
        }
        at = text.find(variation_selector, after);
    }
}

// Code points of valid UTF-8, with the place of each.
struct Character {
    char32_t code_point = 0;
    std::size_t length = 1;
};

Character read_character(std::string_view text) {
    const auto lead = static_cast<unsigned char>(text.front());
    const std::size_t length = lead < 0x80 ? 1U : lead < 0xE0 ? 2U : lead < 0xF0 ? 3U : 4U;
    if (length == 1 || length > text.size()) {
        return {lead, 1};
    }
    auto code_point = static_cast<char32_t>(lead & (0xFFU >> (length + 1)));
    for (std::size_t i = 1; i < length; ++i) {
        const auto next = static_cast<unsigned char>(text[i]);
        code_point = (code_point << 6U) | (next & 0x3FU);
    }
    return {code_point, length};
}

// The first bytes of U+203C, the lowest of the set, and of what comes after it.
constexpr unsigned char lowest_lead = 0xE2;

bool begins_with_eight_ascii(std::string_view text) {
    std::uint64_t bytes = 0;
    if (text.size() < sizeof bytes) {
        return false;
    }
    std::memcpy(&bytes, text.data(), sizeof bytes);
    return (bytes & 0x8080'8080'8080'8080U) == 0;
}

void append_text(Message& out, std::string_view text) {
    if (!text.empty()) {
        out.push_back(Segment::text(std::string(text)));
    }
}

void append_converted(Message& out, std::string_view text) {
    std::size_t start = 0;
    for (std::size_t at = 0; at < text.size();) {
        const Character character = read_character(text.substr(at));
        if (is_emoji_4_0(character.code_point)) {
            append_text(out, text.substr(start, at - start));
            Segment emoji;
            emoji.type = "emoji";
            emoji.set("id", std::to_string(static_cast<std::uint32_t>(character.code_point)));
            out.push_back(std::move(emoji));
            start = at + character.length;
        }
        at += character.length;
    }
    append_text(out, text.substr(start));
}

}  // namespace

bool is_emoji_4_0(char32_t code_point) noexcept {
    // What people write: other alphabets, and the ideographs.
    if (code_point < emoji_set.front().first || (code_point >= 0x3400 && code_point <= 0xD7FF)) {
        return false;
    }
    const auto* const range =
        std::lower_bound(emoji_set.begin(), emoji_set.end(), code_point,
                         [](const Range& row, char32_t key) { return row.last < key; });
    return range != emoji_set.end() && code_point >= range->first;
}

std::string emoji_to_characters(std::string_view cq) {
    std::string out;
    out.reserve(cq.size());
    std::size_t start = 0;
    for (std::size_t at = cq.find(code_start); at != std::string_view::npos;
         at = cq.find(code_start, at)) {
        const auto code = read_code(cq.substr(at));
        if (!code) {
            at += code_start.size();
            continue;
        }
        out.append(cq.substr(start, at - start)).append(code->text);
        at += code->length;
        start = at;
    }
    out.append(cq.substr(start));
    complete_keycaps(out);
    return out;
}

bool holds_emoji(const Message& message) noexcept {
    return std::any_of(message.begin(), message.end(), [](const Segment& segment) {
        const std::string* text = segment.type == "text" ? segment.find("text") : nullptr;
        return text != nullptr && text_holds_emoji(*text);
    });
}

// Most texts hold nothing that could be one.
bool text_holds_emoji(std::string_view text) noexcept {
    std::size_t at = 0;
    while (at < text.size()) {
        if (static_cast<unsigned char>(text[at]) < lowest_lead) {
            at += begins_with_eight_ascii(text.substr(at)) ? 8U : 1U;
            continue;
        }
        const Character character = read_character(text.substr(at));
        if (is_emoji_4_0(character.code_point)) {
            return true;
        }
        at += character.length;
    }
    return false;
}

Message emoji_to_codes(const Message& message) {
    Message out;
    out.reserve(message.size());
    for (const Segment& segment : message) {
        const std::string* text = segment.type == "text" ? segment.find("text") : nullptr;
        if (text == nullptr) {
            out.push_back(segment);
        } else {
            append_converted(out, *text);
        }
    }
    return out;
}

}  // namespace cqhttp::account
