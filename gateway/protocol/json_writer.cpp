#include "gateway/protocol/json_writer.hpp"

#include "gateway/protocol/json_escape.hpp"

#include <algorithm>
#include <array>
#include <charconv>

namespace cqhttp::protocol {
namespace {

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
    return text.size() <= short_text && find_json_escape(text, 0) == text.size();
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
        const std::size_t end = find_json_escape(text, begin);
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
