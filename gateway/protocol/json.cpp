#include "gateway/protocol/json.hpp"

#include "gateway/base/limits.hpp"
#include "gateway/base/text.hpp"

#include <algorithm>
#include <optional>

namespace cqhttp::protocol {
namespace {

// "line 3, column 7: what", where `offset` is the byte that is to blame. Columns count characters.
Error at(std::string_view text, std::size_t offset, std::string_view what) {
    const std::string_view before = text.substr(0, std::min(offset, text.size()));
    const auto line = std::count(before.begin(), before.end(), '\n') + 1;
    const std::size_t line_start = before.rfind('\n') + 1;  // npos + 1 is the start
    const std::size_t column = count_code_points(before.substr(line_start)) + 1;
    std::string detail = "line " + std::to_string(line) + ", column " + std::to_string(column);
    detail += ": ";
    detail += what;
    return failure(std::move(detail));
}

// Offset of the bracket that opens one level too many. The parser itself builds any depth, but what
// prints, compares or copies the value afterwards recurses.
std::optional<std::size_t> too_deep(std::string_view text) {
    std::size_t depth = 0;
    bool in_string = false;
    for (std::size_t i = 0; i < text.size(); ++i) {
        const char c = text[i];
        if (in_string) {
            i += c == '\\' ? 1 : 0;
            in_string = c != '"';
        } else if (c == '"') {
            in_string = true;
        } else if (c == '[' || c == '{') {
            if (++depth > max_json_depth) {
                return i;
            }
        } else if ((c == ']' || c == '}') && depth > 0) {
            --depth;
        }
    }
    return std::nullopt;
}

// Reads a document only to learn where and why it is broken.
class ErrorFinder final : public nlohmann::json_sax<Json> {
public:
    std::size_t offset() const noexcept { return offset_; }
    std::string_view reason() const noexcept { return reason_; }

    bool null() override { return true; }
    bool boolean(bool) override { return true; }
    bool number_integer(number_integer_t) override { return true; }
    bool number_unsigned(number_unsigned_t) override { return true; }
    bool number_float(number_float_t, const string_t&) override { return true; }
    bool string(string_t&) override { return true; }
    bool binary(binary_t&) override { return true; }
    bool start_object(std::size_t) override { return true; }
    bool key(string_t&) override { return true; }
    bool end_object() override { return true; }
    bool start_array(std::size_t) override { return true; }
    bool end_array() override { return true; }

    // The text of the exception is "[json...] parse error at ...: syntax error while parsing value
    // - invalid literal; last read: 'x'". What was read stays out of ours: the document may hold a
    // token.
    bool parse_error(std::size_t read, const std::string&, const Json::exception& error) override {
        offset_ = read > 0 ? read - 1 : 0;
        const std::string text = error.what();
        const std::size_t dash = text.find(" - ");
        if (error.id == number_overflow) {
            reason_ = "number out of range";
        } else if (dash != std::string::npos) {
            reason_ = text.substr(dash + 3);
            reason_.erase(std::min(reason_.find("; last read"), reason_.size()));
        }
        return false;
    }

private:
    static constexpr int number_overflow = 406;  // of the library's list of exceptions

    std::size_t offset_ = 0;
    std::string reason_ = "not valid JSON";
};

}  // namespace

Result<Json> parse_json(std::string_view text) {
    if (text.starts_with("\xEF\xBB\xBF")) {
        text.remove_prefix(3);
    }
    // The parser takes a zero byte for the end of the document.
    if (const std::size_t zero = text.find('\0'); zero != std::string_view::npos) {
        return at(text, zero, "zero byte");
    }
    if (const auto offset = too_deep(text)) {
        return at(text, *offset,
                  "nested deeper than " + std::to_string(max_json_depth) + " levels");
    }
    Json parsed = Json::parse(text.begin(), text.end(), nullptr, false);
    if (parsed.is_discarded()) {
        ErrorFinder finder;
        Json::sax_parse(text.begin(), text.end(), &finder);
        return at(text, finder.offset(), finder.reason());
    }
    return parsed;
}

std::string dump_json(const Json& value) {
    return value.dump(-1, ' ', false, Json::error_handler_t::replace);
}

}  // namespace cqhttp::protocol
