#include "gateway/protocol/json_reader.hpp"

#include "gateway/base/limits.hpp"
#include "gateway/base/text.hpp"
#include "gateway/protocol/json_escape.hpp"

#include <algorithm>
#include <optional>

namespace cqhttp::protocol {
namespace {

constexpr std::string_view byte_order_mark = "\xEF\xBB\xBF";
constexpr std::string_view simple_escapes = "\"\\/bfnrt";
constexpr std::string_view simple_meanings = "\"\\/\b\f\n\r\t";

constexpr bool is_digit(char byte) noexcept {
    return byte >= '0' && byte <= '9';
}

constexpr bool is_between(unsigned unit, unsigned first, unsigned last) noexcept {
    return unit >= first && unit <= last;
}

// The code unit of \uXXXX, whose digits start at `at`.
std::optional<unsigned> code_unit(std::string_view text, std::size_t at) noexcept {
    if (text.size() < at + 4) {
        return std::nullopt;
    }
    unsigned unit = 0;
    for (const char digit : text.substr(at, 4)) {
        const char low = static_cast<char>(digit | 0x20);
        if (!is_digit(digit) && (low < 'a' || low > 'f')) {
            return std::nullopt;
        }
        const int number = is_digit(digit) ? digit - '0' : low - 'a' + 10;
        unit = unit * 16 + static_cast<unsigned>(number);
    }
    return unit;
}

// The second half of a surrogate pair, if its escape starts at `at`.
std::optional<unsigned> second_half(std::string_view text, std::size_t at) noexcept {
    const auto unit = text.substr(at, 2) == "\\u" ? code_unit(text, at + 2) : std::nullopt;
    return unit && is_between(*unit, 0xDC00, 0xDFFF) ? unit : std::nullopt;
}

// Looks at all escapes of a string; nothing where one is not of the grammar.
std::optional<JsonEscapes> check_escapes(std::string_view content) noexcept {
    JsonEscapes found = JsonEscapes::good;
    std::size_t at = content.find('\\');
    while (at != std::string_view::npos) {
        const std::string_view escape = content.substr(at, 2);
        at += 2;
        if (escape == "\\u") {
            const auto unit = code_unit(content, at);
            if (!unit) {
                return std::nullopt;
            }
            at += 4;
            const bool first_half = is_between(*unit, 0xD800, 0xDBFF);
            if (first_half && second_half(content, at)) {
                at += 6;
            } else if (first_half || is_between(*unit, 0xDC00, 0xDFFF)) {
                found = JsonEscapes::half_pair;
            }
        } else if (escape.size() < 2 || simple_escapes.find(escape[1]) == std::string_view::npos) {
            return std::nullopt;
        }
        at = content.find('\\', at);
    }
    return found;
}

// Appends what the escape at `at` stands for, and goes behind it. The escape was checked.
void append_unescaped(std::string& out, std::string_view content, std::size_t& at) {
    const char sign = content[at + 1];
    at += 2;
    if (sign != 'u') {
        out += simple_meanings[simple_escapes.find(sign)];
        return;
    }
    char32_t code_point = code_unit(content, at).value_or(0);
    at += 4;
    if (is_between(code_point, 0xD800, 0xDBFF)) {
        const char32_t low = second_half(content, at).value_or(0xDC00);
        code_point = 0x10000 + ((code_point - 0xD800) << 10U) + (low - 0xDC00);
        at += 6;
    }
    append_utf8(out, code_point);
}

}  // namespace

JsonReader::JsonReader(std::string_view document) {
    if (document.starts_with(byte_order_mark)) {
        document.remove_prefix(byte_order_mark.size());
    }
    if (!is_valid_utf8(document)) {
        document = {};  // which is no JSON either
    }
    at_ = document.data();
    end_ = document.data() + document.size();
}

bool JsonReader::at_end() noexcept {
    skip_blanks();
    return at_ == end_;
}

bool JsonReader::take_string(JsonString& string) {
    if (!take('"')) {
        return false;
    }
    const std::string_view rest(at_, static_cast<std::size_t>(end_ - at_));
    const std::size_t size = find_json_escape(rest, 0);
    if (size == rest.size() || rest[size] != '"') {
        return take_escaped_string(rest, size, string);
    }
    at_ += size + 1;
    string.content = {rest.data(), size};
    string.escapes = JsonEscapes::none;
    return true;
}

// The string at the front of `rest` holds an escape at `size`, or what is wrong.
bool JsonReader::take_escaped_string(std::string_view rest, std::size_t size, JsonString& string) {
    while (size + 1 < rest.size() && rest[size] == '\\') {
        size = find_json_escape(rest, size + 2);
    }
    if (size >= rest.size() || rest[size] != '"') {
        return false;  // it does not end, or holds a control character
    }
    at_ += size + 1;
    string.content = rest.substr(0, size);
    const auto escapes = check_escapes(string.content);
    string.escapes = escapes.value_or(JsonEscapes::none);
    return escapes.has_value();
}

bool JsonReader::take_members(std::size_t depth) {
    return for_each_member([this, depth](const JsonString&) {
        JsonValue value;
        return read_value(depth + 1, value);
    });
}

bool JsonReader::take_elements(std::size_t depth) {
    if (!take('[')) {
        return false;
    }
    if (take(']')) {
        return true;
    }
    do {
        JsonValue value;
        if (!read_value(depth + 1, value)) {
            return false;
        }
    } while (take(','));
    return take(']');
}

bool JsonReader::take_digits() noexcept {
    const char* const start = at_;
    while (at_ != end_ && is_digit(*at_)) {
        ++at_;
    }
    return at_ != start;
}

// As much as belongs to a number: digits that may not follow are left, and fit nowhere.
bool JsonReader::take_number(ParamKind& kind) noexcept {
    const auto takes = [this](char sign) {
        const bool there = at_ != end_ && *at_ == sign;
        at_ += there ? 1 : 0;
        return there;
    };
    kind = ParamKind::integer;
    takes('-');
    if (!takes('0') && !take_digits()) {
        return false;
    }
    if (takes('.')) {
        kind = ParamKind::real;
        if (!take_digits()) {
            return false;
        }
    }
    if (takes('e') || takes('E')) {
        kind = ParamKind::real;
        if (!takes('+')) {
            takes('-');
        }
        return take_digits();
    }
    return true;
}

bool JsonReader::take_word(std::string_view word) noexcept {
    if (!std::string_view(at_, static_cast<std::size_t>(end_ - at_)).starts_with(word)) {
        return false;
    }
    at_ += word.size();
    return true;
}

bool JsonReader::take_content(std::size_t depth, JsonValue& value) {
    switch (*at_) {
        case '"': value.kind = ParamKind::text; return take_string(value.string);
        case '{':
            value.kind = ParamKind::object;
            return depth <= max_json_depth && take_members(depth);
        case '[':
            value.kind = ParamKind::array;
            return depth <= max_json_depth && take_elements(depth);
        case 't': value.kind = ParamKind::boolean; return take_word("true");
        case 'f': value.kind = ParamKind::boolean; return take_word("false");
        case 'n': value.kind = ParamKind::null; return take_word("null");
        default: return take_number(value.kind);
    }
}

bool JsonReader::read_value(std::size_t depth, JsonValue& value) {
    skip_blanks();
    const char* const start = at_;
    if (at_ == end_ || !take_content(depth, value)) {
        return false;
    }
    value.raw = {start, static_cast<std::size_t>(at_ - start)};
    return true;
}

bool decode_escaped_string(const JsonString& string, std::string& memory, std::string_view& text) {
    if (string.escapes == JsonEscapes::half_pair) {
        return false;
    }
    memory.clear();
    std::size_t at = 0;
    while (at < string.content.size()) {
        const std::size_t escape = std::min(string.content.find('\\', at), string.content.size());
        memory += string.content.substr(at, escape - at);
        at = escape;
        if (at < string.content.size()) {
            append_unescaped(memory, string.content, at);
        }
    }
    text = memory;
    return true;
}

}  // namespace cqhttp::protocol
