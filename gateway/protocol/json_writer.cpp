#include "gateway/protocol/json_writer.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstring>

namespace cqhttp::protocol {
namespace {

constexpr std::uint64_t every_byte(unsigned char byte) {
    return 0x0101'0101'0101'0101U * byte;
}

// Whether one of eight bytes is a quote, a backslash or a control character. May also say yes for
// eight bytes of which none is; never no where one is.
bool may_need_escape(const char* bytes) {
    std::uint64_t word = 0;
    std::memcpy(&word, bytes, sizeof word);
    const std::uint64_t quote = word ^ every_byte('"');
    const std::uint64_t backslash = word ^ every_byte('\\');
    const std::uint64_t has_quote = (quote - every_byte(1)) & ~quote;
    const std::uint64_t has_backslash = (backslash - every_byte(1)) & ~backslash;
    const std::uint64_t has_control = (word - every_byte(0x20)) & ~word;
    return ((has_quote | has_backslash | has_control) & every_byte(0x80)) != 0;
}

constexpr std::array<bool, 256> escaped_bytes = [] {
    std::array<bool, 256> table{};
    std::fill_n(table.begin(), 0x20, true);
    table['"'] = table['\\'] = true;
    return table;
}();

bool needs_escape(char c) {
    return escaped_bytes[static_cast<unsigned char>(c)];
}

// Position of the first byte from `begin` on that needs an escape, or the end.
std::size_t find_escape(std::string_view text, std::size_t begin) {
    std::size_t i = begin;
    for (; i + 8 <= text.size(); i += 8) {
        if (may_need_escape(text.data() + i)) {
            for (std::size_t j = i; j < i + 8; ++j) {
                if (needs_escape(text[j])) {
                    return j;
                }
            }
        }
    }
    while (i < text.size() && !needs_escape(text[i])) {
        ++i;
    }
    return i;
}

void append_escape(std::string& out, char c) {
    switch (c) {
        case '"': out += "\\\""; return;
        case '\\': out += "\\\\"; return;
        case '\b': out += "\\b"; return;
        case '\f': out += "\\f"; return;
        case '\n': out += "\\n"; return;
        case '\r': out += "\\r"; return;
        case '\t': out += "\\t"; return;
        default: break;
    }
    constexpr std::string_view digits = "0123456789abcdef";
    const auto byte = static_cast<unsigned char>(c);
    out += "\\u00";
    out += digits[byte >> 4U];
    out += digits[byte & 15U];
}

// What is short is put together first and appended at once: that costs less than several appends.
constexpr std::size_t short_text = 64;
using Piece = std::array<char, short_text + 8>;

bool is_short_and_plain(std::string_view text) {
    return text.size() <= short_text && find_escape(text, 0) == text.size();
}

// Each of these returns the place behind what it has put.
char* put_comma(char* at, bool needed) {
    *at = ',';
    return needed ? at + 1 : at;
}

char* put_string(char* at, std::string_view text) {
    *at++ = '"';
    at = std::copy(text.begin(), text.end(), at);
    *at++ = '"';
    return at;
}

void append_piece(std::string& out, const Piece& piece, const char* end) {
    out.append(piece.data(), static_cast<std::size_t>(end - piece.data()));
}

}  // namespace

void append_json_string(std::string& out, std::string_view text) {
    if (is_short_and_plain(text)) {
        Piece piece;
        append_piece(out, piece, put_string(piece.data(), text));
        return;
    }
    out += '"';
    std::size_t begin = 0;
    while (true) {
        const std::size_t end = find_escape(text, begin);
        out.append(text.data() + begin, end - begin);
        if (end == text.size()) {
            break;
        }
        append_escape(out, text[end]);
        begin = end + 1;
    }
    out += '"';
}

JsonWriter& JsonWriter::key(std::string_view name) {
    if (is_short_and_plain(name)) {
        Piece piece;
        char* end = put_string(put_comma(piece.data(), !first_), name);
        *end++ = ':';
        append_piece(out_, piece, end);
    } else {
        separate();
        append_json_string(out_, name);
        out_ += ':';
    }
    first_ = true;
    return *this;
}

JsonWriter& JsonWriter::value(std::string_view text) {
    separate();
    append_json_string(out_, text);
    return *this;
}

JsonWriter& JsonWriter::value(bool flag) {
    return raw(flag ? "true" : "false");
}

JsonWriter& JsonWriter::value(std::int64_t number) {
    Piece piece;
    char* const digits = put_comma(piece.data(), !first_);
    append_piece(out_, piece, std::to_chars(digits, piece.data() + piece.size(), number).ptr);
    first_ = false;
    return *this;
}

JsonWriter& JsonWriter::null() {
    return raw("null");
}

JsonWriter& JsonWriter::raw(std::string_view json) {
    separate();
    out_ += json;
    return *this;
}

JsonWriter& JsonWriter::open(char bracket) {
    separate();
    out_ += bracket;
    first_ = true;
    return *this;
}

JsonWriter& JsonWriter::close(char bracket) {
    out_ += bracket;
    first_ = false;
    return *this;
}

void JsonWriter::separate() {
    if (!first_) {
        out_ += ',';
    }
    first_ = false;
}

}  // namespace cqhttp::protocol
