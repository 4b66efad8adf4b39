#pragma once

#include "gateway/protocol/params.hpp"

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace cqhttp::protocol {

// What the backslashes in a string of a document are.
enum class JsonEscapes : std::uint8_t {
    none,
    good,
    half_pair,  // grammatical, but half a surrogate pair is no text; JavaScript writes such strings
};

// A string of a document: what stands between its quotes.
struct JsonString {
    std::string_view content;
    JsonEscapes escapes = JsonEscapes::none;
};

// A value of a document, of which every byte was checked. The kind is never `invalid`.
struct JsonValue {
    ParamKind kind = ParamKind::null;
    std::string_view raw;  // as it stands in the document
    JsonString string;     // of a text
};

// Walks over one JSON document from its beginning to its end, in order, and checks every byte: the
// grammar of RFC 8259 and nothing else, UTF-8, and how deep it nests. Nothing is built: numbers
// stay as they are written and may be of any size and precision (ECHO-013), strings are decoded by
// whoever wants them. The first function that returns false has found what is no JSON, or deeper
// than `max_json_depth`; the rest of the document is not to be asked for after that.
class JsonReader {
public:
    // The document must stay where it is. A byte order mark at its start is skipped.
    explicit JsonReader(std::string_view document);

    // What comes next is an object.
    bool at_object() noexcept { return is_next('{'); }

    // Calls `member(name)` for each member of the object that comes next; it reads the member's
    // value and says whether to go on.
    template <class Member>
    bool for_each_member(Member member) {
        if (!take('{')) {
            return false;
        }
        if (take('}')) {
            return true;
        }
        do {
            JsonString name;
            if (!take_string(name) || !take(':') || !member(name)) {
                return false;
            }
        } while (take(','));
        return take('}');
    }

    // Reads the value that comes next; `depth` is its own if it is an object or array, 1 that of
    // the outermost.
    bool read_value(std::size_t depth, JsonValue& value);

    // Whether nothing but white space is left.
    bool at_end() noexcept;

private:
    static constexpr bool is_blank(char byte) noexcept {
        return byte == ' ' || byte == '\t' || byte == '\n' || byte == '\r';
    }
    void skip_blanks() noexcept {
        while (at_ != end_ && is_blank(*at_)) {
            ++at_;
        }
    }
    bool is_next(char sign) noexcept {
        skip_blanks();
        return at_ != end_ && *at_ == sign;
    }
    bool take(char sign) noexcept {
        const bool there = is_next(sign);
        at_ += there ? 1 : 0;
        return there;
    }
    bool take_string(JsonString& string);
    bool take_escaped_string(std::string_view rest, std::size_t size, JsonString& string);
    bool take_elements(std::size_t depth);
    bool take_members(std::size_t depth);
    bool take_content(std::size_t depth, JsonValue& value);
    bool take_digits() noexcept;
    bool take_number(ParamKind& kind) noexcept;
    bool take_word(std::string_view word) noexcept;

    const char* at_;
    const char* end_;
};

bool decode_escaped_string(const JsonString& string, std::string& memory, std::string_view& text);

// The text of a string. `memory` is used where something has to be decoded; the text is valid until
// it changes. A string with half a surrogate pair has none: false.
inline bool decode_json_string(const JsonString& string, std::string& memory,
                               std::string_view& text) {
    if (string.escapes != JsonEscapes::none) {
        return decode_escaped_string(string, memory, text);
    }
    text = string.content;
    return true;
}

}  // namespace cqhttp::protocol
