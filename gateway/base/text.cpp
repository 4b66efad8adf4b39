#include "gateway/base/text.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstring>

namespace cqhttp {
namespace {

constexpr char ascii_lower(char c) noexcept {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

constexpr bool is_blank(char c) noexcept {
    return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

// Value of a hex digit, -1 for anything else.
constexpr int hex_value(char c) noexcept {
    if (c >= '0' && c <= '9') {
        return c - '0';
    }
    const char lower = ascii_lower(c);
    return lower >= 'a' && lower <= 'f' ? lower - 'a' + 10 : -1;
}

constexpr bool is_unreserved(char c) noexcept {
    const char lower = ascii_lower(c);
    return (lower >= 'a' && lower <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '.' ||
           c == '_' || c == '~';
}

std::string decode(std::string_view text, bool plus_is_space) {
    std::string out(text);  // what is decoded is never longer
    if (text.find('%') == std::string_view::npos && text.find('+') == std::string_view::npos) {
        return out;
    }
    const char plus = plus_is_space ? ' ' : '+';
    char* next = out.data();
    for (std::size_t i = 0; i < text.size(); ++i) {
        char c = text[i];
        if (c == '%' && text.size() - i > 2) {
            const int high = hex_value(text[i + 1]);
            const int low = hex_value(text[i + 2]);
            if (high >= 0 && low >= 0) {
                c = static_cast<char>(high * 16 + low);
                i += 2;
            }
        } else if (c == '+') {
            c = plus;
        }
        *next++ = c;
    }
    out.resize(static_cast<std::size_t>(next - out.data()));
    return out;
}

struct Utf8Sequence {
    std::size_t length;  // of the character, or of the bytes one U+FFFD stands for
    bool valid;
};

// The sequence a non-ASCII byte starts. Table 3-7 of the Unicode Standard; an ill-formed sequence
// is as long as the part of it that could have begun a character ("maximal subpart").
Utf8Sequence utf8_sequence(std::string_view text) noexcept {
    const auto byte = [text](std::size_t i) { return static_cast<unsigned char>(text[i]); };
    const unsigned char lead = byte(0);
    if (lead < 0xC2 || lead > 0xF4) {
        return {1, false};
    }
    unsigned char low = 0x80;
    unsigned char high = 0xBF;
    if (lead == 0xE0) {
        low = 0xA0;  // no overlong forms
    } else if (lead == 0xED) {
        high = 0x9F;  // no surrogates
    } else if (lead == 0xF0) {
        low = 0x90;
    } else if (lead == 0xF4) {
        high = 0x8F;  // nothing beyond U+10FFFF
    }
    const std::size_t wanted = lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : 4;
    for (std::size_t i = 1; i < wanted; ++i) {
        if (i == text.size() || byte(i) < low || byte(i) > high) {
            return {i, false};
        }
        low = 0x80;
        high = 0xBF;
    }
    return {wanted, true};
}

std::size_t ascii_run(std::string_view text) noexcept {
    constexpr std::uint64_t high_bits = 0x8080'8080'8080'8080U;
    std::size_t run = 0;
    for (std::uint64_t word = 0; run + sizeof word <= text.size(); run += sizeof word) {
        std::memcpy(&word, text.data() + run, sizeof word);
        if ((word & high_bits) != 0) {
            break;
        }
    }
    const char* const end = text.data() + text.size();
    const char* next = text.data() + run;
    while (next != end && static_cast<unsigned char>(*next) < 0x80) {
        ++next;
    }
    return static_cast<std::size_t>(next - text.data());
}

constexpr std::string_view base64_alphabet =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

constexpr std::array<std::int8_t, 256> base64_values = [] {
    std::array<std::int8_t, 256> values{};
    values.fill(-1);
    for (std::size_t i = 0; i < base64_alphabet.size(); ++i) {
        values[static_cast<unsigned char>(base64_alphabet[i])] = static_cast<std::int8_t>(i);
    }
    return values;
}();

}  // namespace

bool iequals(std::string_view a, std::string_view b) noexcept {
    if (a.size() != b.size()) {
        return false;
    }
    // What is equal is mostly written in the same way.
    return a == b || std::equal(a.begin(), a.end(), b.begin(),
                                [](char x, char y) { return ascii_lower(x) == ascii_lower(y); });
}

std::string to_lower(std::string_view text) {
    std::string lower(text);
    std::transform(lower.begin(), lower.end(), lower.begin(), ascii_lower);
    return lower;
}

std::string_view trim(std::string_view text) noexcept {
    while (!text.empty() && is_blank(text.front())) {
        text.remove_prefix(1);
    }
    while (!text.empty() && is_blank(text.back())) {
        text.remove_suffix(1);
    }
    return text;
}

std::string percent_decode(std::string_view text) {
    return decode(text, false);
}

std::string form_decode(std::string_view text) {
    return decode(text, true);
}

std::string percent_encode(std::string_view text) {
    constexpr std::string_view digits = "0123456789ABCDEF";
    std::string out;
    out.reserve(text.size());
    for (const char c : text) {
        if (is_unreserved(c)) {
            out.push_back(c);
            continue;
        }
        const auto byte = static_cast<unsigned char>(c);
        out.push_back('%');
        out.push_back(digits[byte >> 4U]);
        out.push_back(digits[byte & 15U]);
    }
    return out;
}

bool is_valid_utf8(std::string_view text) noexcept {
    text.remove_prefix(ascii_run(text));
    while (!text.empty()) {
        const Utf8Sequence sequence = utf8_sequence(text);
        if (!sequence.valid) {
            return false;
        }
        text.remove_prefix(sequence.length);
        text.remove_prefix(ascii_run(text));
    }
    return true;
}

std::string replace_invalid_utf8(std::string_view text) {
    std::string out;
    out.reserve(text.size());
    while (!text.empty()) {
        const std::size_t ascii = ascii_run(text);
        out.append(text.substr(0, ascii));
        text.remove_prefix(ascii);
        if (!text.empty()) {
            const Utf8Sequence sequence = utf8_sequence(text);
            out.append(sequence.valid ? text.substr(0, sequence.length) : "\xEF\xBF\xBD");
            text.remove_prefix(sequence.length);
        }
    }
    return out;
}

void append_utf8(std::string& out, char32_t code_point) {
    const auto tail = [&out, code_point](unsigned shift) {
        out.push_back(static_cast<char>(0x80U | ((code_point >> shift) & 0x3FU)));
    };
    if (code_point < 0x80) {
        out.push_back(static_cast<char>(code_point));
    } else if (code_point < 0x800) {
        out.push_back(static_cast<char>(0xC0U | (code_point >> 6U)));
        tail(0);
    } else if (code_point < 0x10000) {
        out.push_back(static_cast<char>(0xE0U | (code_point >> 12U)));
        tail(6);
        tail(0);
    } else {
        out.push_back(static_cast<char>(0xF0U | (code_point >> 18U)));
        tail(12);
        tail(6);
        tail(0);
    }
}

std::size_t count_code_points(std::string_view text) noexcept {
    const std::size_t ascii = ascii_run(text);
    text.remove_prefix(ascii);
    const auto starts = std::count_if(text.begin(), text.end(), [](char c) {
        return (static_cast<unsigned char>(c) & 0xC0U) != 0x80U;
    });
    return ascii + static_cast<std::size_t>(starts);
}

std::string to_hex(std::string_view bytes) {
    constexpr std::string_view digits = "0123456789abcdef";
    std::string out(bytes.size() * 2, '\0');
    auto at = out.begin();
    for (const char c : bytes) {
        const auto byte = static_cast<unsigned char>(c);
        *at++ = digits[byte >> 4U];
        *at++ = digits[byte & 15U];
    }
    return out;
}

std::optional<std::string> base64_decode(std::string_view text) {
    // Padding is either complete or left out.
    if (text.size() % 4 == 0) {
        for (int i = 0; i < 2 && !text.empty() && text.back() == '='; ++i) {
            text.remove_suffix(1);
        }
    }
    if (text.size() % 4 == 1) {
        return std::nullopt;
    }
    std::string out;
    out.reserve(text.size() / 4 * 3 + 2);
    std::uint32_t bits = 0;
    unsigned count = 0;
    for (const char c : text) {
        const std::int8_t value = base64_values[static_cast<unsigned char>(c)];
        if (value < 0) {
            return std::nullopt;
        }
        bits = (bits << 6U) | static_cast<std::uint32_t>(value);
        count += 6;
        if (count >= 8) {
            count -= 8;
            out.push_back(static_cast<char>((bits >> count) & 0xFFU));
        }
    }
    return out;
}

std::string base64_encode(std::string_view bytes) {
    std::string out;
    out.reserve((bytes.size() + 2) / 3 * 4);
    while (!bytes.empty()) {
        const std::size_t taken = std::min<std::size_t>(3, bytes.size());
        std::uint32_t bits = 0;
        for (std::size_t i = 0; i < 3; ++i) {
            bits = (bits << 8U) | (i < taken ? static_cast<unsigned char>(bytes[i]) : 0U);
        }
        for (std::size_t i = 0; i < 4; ++i) {
            out.push_back(i <= taken ? base64_alphabet[(bits >> (18 - 6 * i)) & 0x3FU] : '=');
        }
        bytes.remove_prefix(taken);
    }
    return out;
}

std::optional<std::int64_t> parse_int64(std::string_view text) noexcept {
    // from_chars knows no '+', and "+-1" is not a number.
    if (text.size() > 1 && text.front() == '+' && text[1] != '-') {
        text.remove_prefix(1);
    }
    std::int64_t value = 0;
    const char* const end = text.data() + text.size();
    const auto [stopped, error] = std::from_chars(text.data(), end, value);
    if (error != std::errc{} || stopped != end) {
        return std::nullopt;
    }
    return value;
}

bool equal_in_constant_time(std::string_view a, std::string_view b) noexcept {
    // The length is no secret; the bytes are.
    if (a.size() != b.size()) {
        return false;
    }
    unsigned char difference = 0;
    for (std::size_t i = 0; i < a.size(); ++i) {
        const auto differing = static_cast<unsigned char>(a[i]) ^ static_cast<unsigned char>(b[i]);
        difference = static_cast<unsigned char>(difference | differing);
    }
    return difference == 0;
}

}  // namespace cqhttp
