#include "gateway/protocol/action_request.hpp"

#include "gateway/base/limits.hpp"
#include "gateway/base/text.hpp"

#include <simdjson.h>

#include <algorithm>
#include <bit>
#include <cstring>
#include <utility>

namespace cqhttp::protocol {
namespace {

namespace ondemand = simdjson::ondemand;

// What a document may leave behind in the parser's buffers; a larger one has them freed.
constexpr std::size_t kept_buffer = 1024 * 1024;
constexpr std::size_t smallest_buffer = 4096;
// Parameters for which there is room at once; their names and texts are no longer than the
// document.
constexpr std::size_t usual_members = 4;
constexpr std::string_view byte_order_mark = "\xEF\xBB\xBF";
constexpr std::string_view simple_escapes = "\"\\/bfnrt";

bool is_digit(char byte) {
    return byte >= '0' && byte <= '9';
}

bool is_blank(char byte) {
    return byte == ' ' || byte == '\t' || byte == '\n' || byte == '\r';
}

std::string_view without_trailing_blanks(std::string_view text) {
    while (!text.empty() && is_blank(text.back())) {
        text.remove_suffix(1);
    }
    return text;
}

// ---- scalars, by the grammar of RFC 8259 --------------------------------------------------------

enum class Number { integer, real, wrong };

// Takes the digits at the start of `text`; false if there is none.
bool take_digits(std::string_view& text) {
    std::size_t count = 0;
    while (count < text.size() && is_digit(text[count])) {
        ++count;
    }
    text.remove_prefix(count);
    return count > 0;
}

// The text of a number is never converted here, so it may be of any size and precision (ECHO-013).
Number check_number(std::string_view text) {
    if (text.starts_with('-')) {
        text.remove_prefix(1);
    }
    const bool leading_zero = text.starts_with('0');
    const std::size_t before = text.size();
    if (!take_digits(text) || (leading_zero && before - text.size() > 1)) {
        return Number::wrong;
    }
    Number kind = Number::integer;
    if (text.starts_with('.')) {
        kind = Number::real;
        text.remove_prefix(1);
        if (!take_digits(text)) {
            return Number::wrong;
        }
    }
    if (text.starts_with('e') || text.starts_with('E')) {
        kind = Number::real;
        text.remove_prefix(1);
        if (text.starts_with('+') || text.starts_with('-')) {
            text.remove_prefix(1);
        }
        if (!take_digits(text)) {
            return Number::wrong;
        }
    }
    return text.empty() ? kind : Number::wrong;
}

enum class Escapes {
    none,
    good,
    half_pair,  // grammatical, but half a surrogate pair is no text; JavaScript writes such strings
    wrong,
};

// The code unit of \uXXXX, whose digits start at `at`.
std::optional<unsigned> code_unit(std::string_view text, std::size_t at) {
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

bool is_between(unsigned unit, unsigned first, unsigned last) {
    return unit >= first && unit <= last;
}

// `content` is what stands between the quotes. That it holds no control characters and is UTF-8 was
// seen by simdjson's first stage.
Escapes check_escapes(std::string_view content) {
    std::size_t at = content.find('\\');
    Escapes found = at == std::string_view::npos ? Escapes::none : Escapes::good;
    while (at != std::string_view::npos) {
        const std::string_view escape = content.substr(at, 2);
        at += 2;
        if (escape != "\\u") {
            if (escape.size() < 2 || simple_escapes.find(escape[1]) == std::string_view::npos) {
                return Escapes::wrong;
            }
        } else {
            const auto unit = code_unit(content, at);
            if (!unit) {
                return Escapes::wrong;
            }
            at += 4;
            const bool first_half = is_between(*unit, 0xD800, 0xDBFF);
            const auto other = first_half && content.substr(at, 2) == "\\u"
                                   ? code_unit(content, at + 2)
                                   : std::nullopt;
            if (other && is_between(*other, 0xDC00, 0xDFFF)) {
                at += 6;
            } else if (first_half || is_between(*unit, 0xDC00, 0xDFFF)) {
                found = Escapes::half_pair;
            }
        }
        at = content.find('\\', at);
    }
    return found;
}

// ---- values -------------------------------------------------------------------------------------

// A value of which every byte was checked.
struct Checked {
    ParamKind kind = ParamKind::null;
    std::string_view raw;  // as it stands in the document, without the white space around it
    Escapes escapes = Escapes::none;  // of a text
};

// A name of an object.
struct Name {
    std::string_view text;  // decoded, valid until the next document
    bool usable = false;    // half a surrogate pair makes a name that nothing is called
};

// On-demand parsing looks only at what it is asked for, and simdjson's number and literal readers
// look at less than the whole token. So everything is asked for and every token is checked here;
// what is left to simdjson is UTF-8, control characters, the ends of strings and the order of
// brackets, commas and colons.
bool check_value(ondemand::value value, std::size_t depth, Checked& checked);

bool read_name(ondemand::field& field, Name& name) {
    const char* const start = field.key().raw();
    const char* end = start;
    bool escaped = false;
    while (*end != '"') {  // the first stage saw a closing quote
        escaped = escaped || *end == '\\';
        end += *end == '\\' ? 2 : 1;
    }
    name.text = {start, static_cast<std::size_t>(end - start)};
    name.usable = true;
    if (!escaped) {
        return true;
    }
    const Escapes escapes = check_escapes(name.text);
    name.usable = escapes != Escapes::half_pair;
    if (escapes == Escapes::good) {
        return field.unescaped_key().get(name.text) == simdjson::SUCCESS;
    }
    return escapes != Escapes::wrong;
}

// Calls `member(name, value)` for each member; it checks the value and says whether to go on.
template <class Member>
bool for_each_member(ondemand::object& object, Member member) {
    for (simdjson::simdjson_result<ondemand::field> entry : object) {
        ondemand::field field;
        Name name;
        if (std::move(entry).get(field) != simdjson::SUCCESS || !read_name(field, name) ||
            !member(name, field.value())) {
            return false;
        }
    }
    return true;
}

bool check_object(ondemand::value& value, std::size_t depth) {
    ondemand::object object;
    return value.get_object().get(object) == simdjson::SUCCESS &&
           for_each_member(object, [depth](const Name&, ondemand::value& content) {
               Checked checked;
               return check_value(content, depth + 1, checked);
           });
}

bool check_array(ondemand::value& value, std::size_t depth) {
    ondemand::array array;
    if (value.get_array().get(array) != simdjson::SUCCESS) {
        return false;
    }
    for (simdjson::simdjson_result<ondemand::value> entry : array) {
        ondemand::value content;
        Checked checked;
        if (std::move(entry).get(content) != simdjson::SUCCESS ||
            !check_value(content, depth + 1, checked)) {
            return false;
        }
    }
    return true;
}

bool check_container(ondemand::value& value, std::size_t depth, Checked& checked) {
    if (depth > max_json_depth) {
        return false;
    }
    const char* const start = checked.raw.data();
    if (checked.kind == ParamKind::object ? !check_object(value, depth)
                                          : !check_array(value, depth)) {
        return false;
    }
    // Every value stands inside the document's object, so there is a next token.
    const char* next = nullptr;
    if (value.current_location().get(next) != simdjson::SUCCESS) {
        return false;
    }
    checked.raw = without_trailing_blanks({start, static_cast<std::size_t>(next - start)});
    return true;
}

// A string must not be left to simdjson to skip: what it skips is taken for a name if a colon
// follows, so that {"a":"b":1} would be let through. Other scalars are skipped as they should.
bool pass_string(ondemand::value& value) {
    return value.get_raw_json_string().error() == simdjson::SUCCESS;
}

bool check_literal(Checked& checked, ParamKind kind, std::string_view literal) {
    checked.kind = kind;
    return checked.raw == literal;
}

// `depth` is the value's own if it is an object or array.
bool check_value(ondemand::value value, std::size_t depth, Checked& checked) {
    checked.raw = without_trailing_blanks(value.raw_json_token());
    if (checked.raw.empty()) {
        return false;
    }
    switch (checked.raw.front()) {
        case '"':
            checked.kind = ParamKind::text;
            if (checked.raw.size() < 2 || checked.raw.back() != '"') {
                return false;
            }
            checked.escapes = check_escapes(checked.raw.substr(1, checked.raw.size() - 2));
            return checked.escapes != Escapes::wrong && pass_string(value);
        case '{': checked.kind = ParamKind::object; return check_container(value, depth, checked);
        case '[': checked.kind = ParamKind::array; return check_container(value, depth, checked);
        case 't': return check_literal(checked, ParamKind::boolean, "true");
        case 'f': return check_literal(checked, ParamKind::boolean, "false");
        case 'n': return check_literal(checked, ParamKind::null, "null");
        default: {
            const Number number = check_number(checked.raw);
            checked.kind = number == Number::integer ? ParamKind::integer : ParamKind::real;
            return number != Number::wrong;
        }
    }
}

// The text of a checked string, valid until the next document; nothing and false for half a
// surrogate pair.
bool read_string(ondemand::value value, const Checked& checked, std::string_view& text) {
    text = checked.raw.substr(1, checked.raw.size() - 2);
    if (checked.escapes == Escapes::half_pair ||
        (checked.escapes == Escapes::good && value.get_string().get(text) != simdjson::SUCCESS)) {
        text = {};
        return false;
    }
    return true;
}

// The members of `object`, whose own depth is `depth`, as parameters. Their names and texts are
// `most_bytes` at most. More than `max_params` are checked, but `complete` becomes false.
bool read_members(ondemand::object& object, std::size_t depth, std::size_t most_bytes,
                  Params& params, bool& complete) {
    std::size_t count = 0;
    return for_each_member(object, [&](const Name& name, ondemand::value& value) {
        Checked checked;
        if (!check_value(value, depth + 1, checked)) {
            return false;
        }
        complete = complete && ++count <= max_params;
        if (!complete || !name.usable) {
            return true;
        }
        Param param{name.text, checked.kind, checked.raw};
        if (checked.kind == ParamKind::text && !read_string(value, checked, param.text)) {
            param.kind = ParamKind::invalid;
        }
        if (params.size() == 0) {
            params.reserve(usual_members, most_bytes);
        }
        params.add_last(param);
        return true;
    });
}

// Whether nothing but white space is left.
bool is_at_end(ondemand::document& document) {
    return document.current_location().error() == simdjson::OUT_OF_BOUNDS;
}

}  // namespace

class RequestParser::Impl {
public:
    bool add_json_params(Params& params, std::string_view body) {
        ondemand::document document;
        ondemand::object root;
        Params members;
        bool complete = true;
        if (!open(body, document, root) || !read_members(root, 1, body.size(), members, complete) ||
            !complete || !is_at_end(document)) {
            return false;
        }
        members.trim();
        params.add_missing(std::move(members));
        return true;
    }

    FrameRequest read_frame(std::string_view frame) {
        ondemand::document document;
        ondemand::object root;
        FrameRequest request;
        ActionRequest& call = request.call.emplace();
        bool named = false;
        bool complete = true;
        const auto member = [&](const Name& name, ondemand::value& value) {
            if (name.text == "params") {
                call.params = {};
                complete = true;
                return read_params(value, frame.size(), call.params, complete);
            }
            Checked checked;
            std::string_view text;
            if (!check_value(value, 2, checked)) {
                return false;
            }
            if (name.text == "echo") {
                request.echo.emplace(checked.raw);
            } else if (name.text == "action") {
                named = checked.kind == ParamKind::text && read_string(value, checked, text);
                call.action = named ? text : std::string_view();
            }
            return true;
        };
        if (!open(frame, document, root) || !for_each_member(root, member) ||
            !is_at_end(document)) {
            return {};
        }
        if (!named || !complete) {
            request.call.reset();
        } else {
            call.params.trim();
        }
        return request;
    }

    // One large document must not hold its memory for the rest of the connection's life.
    void release_large_buffers() {
        if (capacity_ > kept_buffer) {
            parser_ = ondemand::parser();
            buffer_.reset();
            capacity_ = 0;
        }
    }

private:
    // False unless `text` begins with an object. The views of the document are into `buffer_`.
    bool open(std::string_view text, ondemand::document& document, ondemand::object& root) {
        if (text.starts_with(byte_order_mark)) {
            text.remove_prefix(byte_order_mark.size());
        }
        if (text.empty() || !reserve(text.size())) {
            return false;
        }
        std::memcpy(buffer_.get(), text.data(), text.size());
        // simdjson may look at the bytes after the end; they must not be an earlier document's.
        std::memset(buffer_.get() + text.size(), 0, simdjson::SIMDJSON_PADDING);
        return parser_.iterate(buffer_.get(), text.size(), text.size() + simdjson::SIMDJSON_PADDING)
                       .get(document) == simdjson::SUCCESS &&
               document.get_object().get(root) == simdjson::SUCCESS;
    }

    bool reserve(std::size_t size) {
        if (size <= capacity_) {
            return true;
        }
        const std::size_t capacity = std::bit_ceil(std::max(size, smallest_buffer));
        if (parser_.allocate(capacity) != simdjson::SUCCESS) {
            capacity_ = 0;
            return false;
        }
        buffer_ = std::make_unique_for_overwrite<char[]>(capacity + simdjson::SIMDJSON_PADDING);
        capacity_ = capacity;
        return true;
    }

    // `params` of a frame: anything but an object counts as {} (WS-023).
    static bool read_params(ondemand::value& value, std::size_t most_bytes, Params& params,
                            bool& complete) {
        ondemand::object object;
        if (value.raw_json_token().starts_with('{')) {
            return value.get_object().get(object) == simdjson::SUCCESS &&
                   read_members(object, 2, most_bytes, params, complete);
        }
        Checked checked;
        return check_value(value, 2, checked);
    }

    ondemand::parser parser_;
    std::unique_ptr<char[]> buffer_;
    std::size_t capacity_ = 0;
};

RequestParser::RequestParser() : impl_(std::make_unique<Impl>()) {}
RequestParser::~RequestParser() = default;
RequestParser::RequestParser(RequestParser&&) noexcept = default;
RequestParser& RequestParser::operator=(RequestParser&&) noexcept = default;

bool RequestParser::add_json_params(Params& params, std::string_view body) {
    const bool accepted = impl_->add_json_params(params, body);
    impl_->release_large_buffers();
    return accepted;
}

FrameRequest RequestParser::read_frame(std::string_view frame) {
    FrameRequest request = impl_->read_frame(frame);
    impl_->release_large_buffers();
    return request;
}

}  // namespace cqhttp::protocol
