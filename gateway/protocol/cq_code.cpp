#include "gateway/protocol/message.hpp"

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstring>

namespace cqhttp::protocol {
namespace {

// --- escapes ----------------------------------------------------------------------------------

constexpr std::size_t entity_length = 5;  // of each of the four

// What the entity that `text` begins with stands for; 0 if it begins with none. Entities neither
// overlap nor arise from one another, so reading them from left to right is the same as replacing
// &amp; last (MSG-021).
char entity_at(std::string_view text) {
    if (text.starts_with("&amp;")) {
        return '&';
    }
    if (text.starts_with("&#91;")) {
        return '[';
    }
    if (text.starts_with("&#93;")) {
        return ']';
    }
    return text.starts_with("&#44;") ? ',' : '\0';
}

void append_unescaped(std::string& out, std::string_view text) {
    std::size_t begin = 0;
    std::size_t position = text.find('&');
    while (position != std::string_view::npos) {
        const char plain = entity_at(text.substr(position));
        if (plain == '\0') {
            position = text.find('&', position + 1);
            continue;
        }
        out += text.substr(begin, position - begin);
        out.push_back(plain);
        begin = position + entity_length;
        position = text.find('&', begin);
    }
    out += text.substr(begin);
}

enum class Place { text, value };

// Where a byte has to be escaped: 1 in texts, 2 in values, 3 in both.
constexpr std::array<unsigned char, 256> special_bytes = [] {
    std::array<unsigned char, 256> table{};
    table['&'] = table['['] = table[']'] = 3;
    table[','] = 2;
    return table;
}();

// Position of the first such byte from `at` on, or the end.
std::size_t find_special(std::string_view text, std::size_t at, Place place) {
    const unsigned here = place == Place::value ? 2 : 1;
    while (at < text.size() && (special_bytes[static_cast<unsigned char>(text[at])] & here) == 0) {
        ++at;
    }
    return at;
}

void append_escaped(std::string& out, std::string_view text, Place place) {
    std::size_t begin = 0;
    for (std::size_t i = find_special(text, 0, place); i < text.size();
         i = find_special(text, i + 1, place)) {
        std::string_view entity;
        switch (text[i]) {
            case '&': entity = "&amp;"; break;
            case '[': entity = "&#91;"; break;
            case ']': entity = "&#93;"; break;
            default: entity = "&#44;"; break;
        }
        out += text.substr(begin, i - begin);
        out += entity;
        begin = i + 1;
    }
    out += text.substr(begin);
}

// Whether one of the eight bytes is `byte`.
bool holds(std::uint64_t eight_bytes, unsigned char byte) {
    constexpr std::uint64_t ones = 0x0101'0101'0101'0101U;
    const std::uint64_t zero_where_equal = eight_bytes ^ (ones * byte);
    return ((zero_where_equal - ones) & ~zero_where_equal & (ones * 0x80)) != 0;
}

// --- reading ----------------------------------------------------------------------------------

// Rule 1, for a text that begins with '['.
bool starts_code(std::string_view text) {
    return text.size() >= 6 && text.starts_with("[CQ:") && text[4] != ']';
}

// Rule 2; MSG-033 with `wide`. The end of the text if all of it is a name.
std::size_t end_of_name(std::string_view text, std::size_t begin, bool wide) {
    const auto is_name = [wide](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
               (wide && (c == '_' || c == '-' || c == '.'));
    };
    while (begin < text.size() && is_name(text[begin])) {
        ++begin;
    }
    return begin;
}

std::string_view trim_white_space(std::string_view text) {
    constexpr std::string_view white = " \t\n\v\f\r";
    const std::size_t begin = text.find_first_not_of(white);
    return begin == std::string_view::npos
               ? std::string_view()
               : text.substr(begin, text.find_last_not_of(white) - begin + 1);
}

void add_field(Segment& segment, std::string_view name, std::string_view value) {
    SegmentField& field = segment.fields.emplace_back();
    field.name = name;
    append_unescaped(field.value, value);
}

// Rule 5 in the form of 4.0: the next '=', then the next ','.
void read_parameters_4_0(Segment& segment, std::string_view text) {
    while (!text.empty()) {
        const std::size_t equals = text.find('=');
        if (equals == std::string_view::npos) {
            add_field(segment, text, {});
            return;
        }
        const std::size_t comma = text.find(',', equals);
        add_field(
            segment, text.substr(0, equals),
            text.substr(equals + 1, comma == std::string_view::npos ? comma : comma - equals - 1));
        if (comma == std::string_view::npos) {
            return;
        }
        text.remove_prefix(comma + 1);
    }
}

// Rule 5 since 4.15: split at ',' first.
void read_parameters(Segment& segment, std::string_view text) {
    while (true) {
        const std::size_t comma = text.find(',');
        const std::string_view part = text.substr(0, comma);
        if (const std::size_t equals = part.find('='); equals != std::string_view::npos) {
            add_field(segment, trim_white_space(part.substr(0, equals)), part.substr(equals + 1));
        }
        if (comma == std::string_view::npos) {
            return;
        }
        text.remove_prefix(comma + 1);
    }
}

void add_text(Message& message, std::string_view text) {
    if (text.empty()) {
        return;
    }
    Segment& segment = message.emplace_back();
    segment.type = "text";
    SegmentField& field = segment.fields.emplace_back();
    field.name = "text";
    append_unescaped(field.value, text);
}

void add_code(Message& message, std::string_view name, std::string_view parameters,
              const Profile& profile) {
    Segment& segment = message.emplace_back();
    segment.type = name;
    if (parameters.empty()) {
        return;
    }
    if (profile.cq_parameters == CqParameterRule::keep_without_equals) {
        read_parameters_4_0(segment, parameters);
    } else {
        read_parameters(segment, parameters);
    }
    order_fields(segment.fields);  // rule 6
}

}  // namespace

bool is_plain_text(std::string_view text) noexcept {
    constexpr std::size_t step = sizeof(std::uint64_t);
    if (text.size() < step) {
        return find_special(text, 0, Place::text) == text.size();
    }
    const std::size_t last = text.size() - step;  // these may be looked at twice
    for (std::size_t at = 0;; at = std::min(at + step, last)) {
        std::uint64_t bytes = 0;
        std::memcpy(&bytes, text.data() + at, step);
        if (holds(bytes, '&') || holds(bytes, '[') || holds(bytes, ']')) {
            return false;
        }
        if (at == last) {
            return true;
        }
    }
}

std::string escape_text(std::string_view text) {
    std::string out;
    append_escaped(out, text, Place::text);
    return out;
}

std::string escape_value(std::string_view value) {
    std::string out;
    append_escaped(out, value, Place::value);
    return out;
}

std::string unescape(std::string_view text) {
    std::string out;
    append_unescaped(out, text);
    return out;
}

// Every byte is looked at a fixed number of times: a failed name goes on where it failed, and a
// missing ']' ends the scan for good (rule 4).
Message parse_cq(std::string_view text, const Profile& profile) {
    constexpr auto npos = std::string_view::npos;
    Message message;
    std::size_t text_begin = 0;
    std::size_t position = text.find('[');
    while (position != npos) {
        if (!starts_code(text.substr(position))) {
            position = text.find('[', position + 1);
            continue;
        }
        const std::size_t name_begin = position + 4;
        const std::size_t name_end = end_of_name(text, name_begin, profile.wide_cq_names);
        if (name_end == text.size()) {
            break;
        }
        if (text[name_end] != ',' && text[name_end] != ']') {
            position = text.find('[', name_end);
            continue;
        }
        const std::size_t code_end = text.find(']', name_end);
        if (code_end == npos) {
            break;
        }
        if (message.empty()) {
            message.reserve(8);  // most messages are shorter
        }
        add_text(message, text.substr(text_begin, position - text_begin));
        const std::size_t parameters = std::min(name_end + 1, code_end);
        add_code(message, text.substr(name_begin, name_end - name_begin),
                 text.substr(parameters, code_end - parameters), profile);
        text_begin = code_end + 1;
        position = text.find('[', text_begin);
    }
    add_text(message, text.substr(text_begin));
    return message;
}

void append_cq(std::string& out, const Message& message) {
    for (const Segment& segment : message) {
        if (segment.type == "text") {
            if (const std::string* const text = segment.find("text")) {
                append_escaped(out, *text, Place::text);
            }
        } else if (!segment.type.empty()) {
            out += "[CQ:";
            out += segment.type;
            for (const SegmentField& field : segment.fields) {
                out += ',';
                out += field.name;
                out += '=';
                append_escaped(out, field.value, Place::value);
            }
            out += ']';
        }
    }
}

std::string to_cq(const Message& message) {
    std::string out;
    append_cq(out, message);
    return out;
}

}  // namespace cqhttp::protocol
