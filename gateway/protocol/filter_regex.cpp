#include "gateway/protocol/filter_regex.hpp"

#include "gateway/base/text.hpp"

#include <boost/regex.hpp>

#include <cstddef>
#include <cstdint>
#include <iterator>
#include <optional>
#include <string>
#include <utility>

namespace cqhttp::protocol {
namespace {

constexpr std::size_t longest_expression = 64 * 1024;
// How often a search may look at a byte: some tens of milliseconds.
constexpr std::int64_t looks_per_search = 5'000'000;
constexpr std::int64_t looks_per_byte = 16;

// A position in the text that counts every look at a byte. The library bounds a search by its own
// estimate, which grows with the square of expression and text: minutes for a long message.
class MeteredByte {
public:
    using iterator_category = std::bidirectional_iterator_tag;
    using value_type = char;
    using difference_type = std::ptrdiff_t;
    using pointer = const char*;
    using reference = const char&;

    MeteredByte() = default;
    MeteredByte(const char* byte, std::int64_t* looks_left)
        : byte_(byte), looks_left_(looks_left) {}

    reference operator*() const {
        if (--*looks_left_ < 0) {
            // As the library itself ends a search that has become too complex.
            throw boost::regex_error(boost::regex_constants::error_complexity);
        }
        return *byte_;
    }
    MeteredByte& operator++() {
        ++byte_;
        return *this;
    }
    MeteredByte operator++(int) { return {byte_++, looks_left_}; }
    MeteredByte& operator--() {
        --byte_;
        return *this;
    }
    MeteredByte operator--(int) { return {byte_--, looks_left_}; }
    bool operator==(const MeteredByte& other) const { return byte_ == other.byte_; }

private:
    const char* byte_ = nullptr;
    std::int64_t* looks_left_ = nullptr;
};

// Rewrites what ECMAScript and the library's dialect read differently: \uXXXX is a character here
// and "an upper-case letter" there, and escapes that ECMAScript does not know mean the character
// itself, while the library has more of them (\< \A \Q ...).
class Translator {
public:
    explicit Translator(std::string_view expression) : rest_(expression) {}

    std::string translate() {
        while (!rest_.empty()) {
            const char c = rest_.front();
            if (c == '\\' && rest_.size() > 1) {
                escape();
                continue;
            }
            in_class_ = in_class_ ? c != ']' : c == '[';
            out_ += c;
            rest_.remove_prefix(1);
        }
        return std::move(out_);
    }

private:
    void escape() {
        const char what = rest_[1];
        if (what == 'u') {
            if (const std::optional<char32_t> character = code_point()) {
                append(*character);
                return;
            }
        }
        const bool letter = (what >= 'a' && what <= 'z') || (what >= 'A' && what <= 'Z');
        constexpr std::string_view known_letters = "dDwWsSbBfnrtvcx";
        constexpr std::string_view word_marks = "<>`'";
        rest_.remove_prefix(2);
        if ((letter && known_letters.find(what) == std::string_view::npos) ||
            word_marks.find(what) != std::string_view::npos) {
            out_ += what;
        } else {
            out_ += '\\';
            out_ += what;
        }
    }

    // The value of \uXXXX at the start of `text`.
    static std::optional<char32_t> unit(std::string_view text) {
        if (text.size() < 6 || !text.starts_with("\\u")) {
            return std::nullopt;
        }
        char32_t value = 0;
        for (const char c : text.substr(2, 4)) {
            constexpr std::string_view digits = "0123456789abcdef";
            const std::size_t digit = digits.find(c >= 'A' && c <= 'F' ? char(c + ('a' - 'A')) : c);
            if (digit == std::string_view::npos) {
                return std::nullopt;
            }
            value = value * 16 + static_cast<char32_t>(digit);
        }
        return value;
    }

    // Takes one or, for a surrogate pair, two units. A lone half is no character.
    std::optional<char32_t> code_point() {
        const std::optional<char32_t> first = unit(rest_);
        if (!first || (*first >= 0xDC00 && *first <= 0xDFFF)) {
            return std::nullopt;
        }
        if (*first < 0xD800 || *first > 0xDBFF) {
            rest_.remove_prefix(6);
            return first;
        }
        const std::optional<char32_t> second = unit(rest_.substr(6));
        if (!second || *second < 0xDC00 || *second > 0xDFFF) {
            return std::nullopt;
        }
        rest_.remove_prefix(12);
        return 0x10000 + ((*first - 0xD800) << 10U) + (*second - 0xDC00);
    }

    void append(char32_t character) {
        std::string bytes;
        append_utf8(bytes, character);
        if (bytes.size() == 1) {
            out_ += "\\x" + to_hex(bytes);
        } else {
            out_ += in_class_ ? bytes : "(?:" + bytes + ")";
        }
    }

    std::string_view rest_;
    std::string out_;
    bool in_class_ = false;
};

}  // namespace

class FilterRegex::Impl {
public:
    explicit Impl(boost::regex expression) : expression_(std::move(expression)) {}

    bool found_in(std::string_view text) const {
        std::int64_t looks_left =
            looks_per_search + looks_per_byte * static_cast<std::int64_t>(text.size());
        const MeteredByte begin(text.data(), &looks_left);
        const MeteredByte end(text.data() + text.size(), &looks_left);
        try {
            return boost::regex_search(begin, end, expression_, boost::match_any);
        } catch (const std::runtime_error&) {
            return false;  // too complex, or out of the memory it may use
        }
    }

private:
    boost::regex expression_;
};

FilterRegex::FilterRegex(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
FilterRegex::FilterRegex(FilterRegex&&) noexcept = default;
FilterRegex& FilterRegex::operator=(FilterRegex&&) noexcept = default;
FilterRegex::~FilterRegex() = default;

Result<FilterRegex> FilterRegex::compile(std::string_view expression) {
    if (expression.size() > longest_expression) {
        return failure("the expression is longer than " + std::to_string(longest_expression) +
                       " bytes");
    }
    // ^ and $ mean the ends of the value, a dot is no line end (FLT-034).
    constexpr auto flags =
        boost::regex::ECMAScript | boost::regex::no_mod_m | boost::regex::no_mod_s;
    try {
        boost::regex compiled(Translator(expression).translate(), flags);
        return FilterRegex(std::make_unique<Impl>(std::move(compiled)));
    } catch (const std::runtime_error& error) {
        return failure(std::string("not a regular expression: ") + error.what());
    }
}

bool FilterRegex::found_in(std::string_view text) const {
    return impl_->found_in(text);
}

}  // namespace cqhttp::protocol
