#include "conformance/json.hpp"

#include "gateway/base/text.hpp"

namespace cqhttp::conformance {
namespace {

constexpr std::size_t deepest = 256;
constexpr std::size_t longest_quote = 600;

std::size_t skip_blanks(std::string_view text, std::size_t at) {
    const std::size_t next = text.find_first_not_of(" \t\r\n", at);
    return next == std::string_view::npos ? text.size() : next;
}

// Position behind the string that starts at `at`.
std::size_t string_end(std::string_view text, std::size_t at) {
    for (++at; at < text.size() && text[at] != '"'; ++at) {
        at += text[at] == '\\' ? 1U : 0U;
    }
    return at + 1;
}

// Position behind the value that starts at `at` in a valid document.
std::size_t value_end(std::string_view text, std::size_t at) {
    int depth = 0;
    while (at < text.size()) {
        const char c = text[at];
        if (c == '"') {
            at = string_end(text, at);
        } else if (c == '{' || c == '[') {
            ++depth;
            ++at;
        } else if (c == '}' || c == ']') {
            --depth;
            ++at;
        } else if (depth > 0) {
            ++at;
        } else {
            return text.find_first_of(",]} \t\r\n", at);
        }
        if (depth == 0) {
            return at;
        }
    }
    return at;
}

// Bounds the nesting before a parser that recurses sees the text.
bool is_shallow(std::string_view text) {
    std::size_t depth = 0;
    for (std::size_t at = 0; at < text.size(); ++at) {
        if (text[at] == '"') {
            at = string_end(text, at) - 1;
        } else if (text[at] == '{' || text[at] == '[') {
            if (++depth > deepest) {
                return false;
            }
        } else if ((text[at] == '}' || text[at] == ']') && depth > 0) {
            --depth;
        }
    }
    return true;
}

}  // namespace

std::optional<Json> parse_json(std::string_view text) {
    if (!is_valid_utf8(text) || !is_shallow(text)) {
        return std::nullopt;
    }
    Json value = Json::parse(text, nullptr, false);
    if (value.is_discarded()) {
        return std::nullopt;
    }
    return value;
}

std::string dump(const Json& value) {
    return value.dump(-1, ' ', false, Json::error_handler_t::replace);
}

std::string dump_short(const Json& value) {
    std::string text = dump(value);
    if (text.size() > longest_quote) {
        text = replace_invalid_utf8(text.substr(0, longest_quote)) + " ...";
    }
    return text;
}

const Json& member(const Json& object, std::string_view name) {
    static const Json nothing;
    if (!object.is_object()) {
        return nothing;
    }
    const auto found = object.find(name);
    return found == object.end() ? nothing : *found;
}

bool has_member(const Json& object, std::string_view name) {
    return object.is_object() && object.find(name) != object.end();
}

bool same_json(const Json& a, const Json& b) {
    if (a.is_object() && b.is_object()) {
        if (a.size() != b.size()) {
            return false;
        }
        for (const auto& [name, value] : a.items()) {
            const auto other = b.find(name);
            if (other == b.end() || !same_json(value, *other)) {
                return false;
            }
        }
        return true;
    }
    if (a.is_array() && b.is_array()) {
        if (a.size() != b.size()) {
            return false;
        }
        for (std::size_t i = 0; i < a.size(); ++i) {
            if (!same_json(a[i], b[i])) {
                return false;
            }
        }
        return true;
    }
    // nlohmann holds 1 to be equal to 1.0.
    return a.is_number_float() == b.is_number_float() && a == b;
}

// Not by way of parse_json(): 1E400 is JSON, and that does not take it.
std::optional<std::string> raw_member(std::string_view document, std::string_view name) {
    std::optional<std::string> found;
    std::size_t at = skip_blanks(document, 0);
    if (at == document.size() || document[at] != '{') {
        return found;
    }
    at = skip_blanks(document, at + 1);
    while (at < document.size() && document[at] == '"') {
        const std::size_t name_end = string_end(document, at);
        const auto key = parse_json(document.substr(at, name_end - at));
        at = skip_blanks(document, name_end);
        at = skip_blanks(document, at + 1);  // the colon
        const std::size_t end = value_end(document, at);
        if (key && *key == name) {
            found = std::string(document.substr(at, end - at));
        }
        at = skip_blanks(document, end);
        at = skip_blanks(document, at + 1);  // the comma
    }
    return found;
}

}  // namespace cqhttp::conformance
