#include "gateway/net/usual_answer.hpp"

#include "gateway/base/text.hpp"

#include <algorithm>
#include <cstdint>

namespace cqhttp::net {
namespace {

constexpr std::string_view version = "HTTP/1.1 2";
constexpr std::string_view line_end = "\r\n";

bool is_digit(char c) noexcept {
    return c >= '0' && c <= '9';
}

bool is_printable(std::string_view text) noexcept {
    return std::all_of(text.begin(), text.end(), [](char c) { return c >= ' ' && c <= '~'; });
}

bool is_name(std::string_view text) noexcept {
    return !text.empty() && std::all_of(text.begin(), text.end(), [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || is_digit(c) || c == '-' ||
               c == '_';
    });
}

// The text before the next line end, which is taken off `rest` with it; nothing without one.
std::optional<std::string_view> take_line(std::string_view& rest) noexcept {
    const std::size_t size = rest.find('\r');
    if (size == std::string_view::npos || !rest.substr(size).starts_with(line_end)) {
        return std::nullopt;
    }
    const std::string_view line = rest.substr(0, size);
    rest.remove_prefix(size + line_end.size());
    return line;
}

// The status of "HTTP/1.1 204 No Content"; zero where that is no usual line.
unsigned read_status(std::string_view line) noexcept {
    constexpr std::size_t end = version.size() + 2;
    const bool usual = line.size() > end && line.starts_with(version) && is_digit(line[end - 2]) &&
                       is_digit(line[end - 1]) && line[end] == ' ' &&
                       is_printable(line.substr(end));
    return usual ? 200 + 10 * static_cast<unsigned>(line[end - 2] - '0') +
                       static_cast<unsigned>(line[end - 1] - '0')
                 : 0;
}

// A length that every reader takes for the same number.
bool read_length(std::string_view digits, std::optional<std::size_t>& length) noexcept {
    constexpr std::size_t most_digits = 18;
    if (length || digits.empty() || digits.size() > most_digits ||
        !std::all_of(digits.begin(), digits.end(), is_digit)) {
        return false;
    }
    length = 0;
    for (const char digit : digits) {
        length = *length * 10 + static_cast<std::size_t>(digit - '0');
    }
    return true;
}

// Whether the header may stand in a usual answer. Told apart by the length of their names first.
bool accept(std::string_view line, std::optional<std::size_t>& length) noexcept {
    const std::size_t colon = line.find(':');
    if (colon == std::string_view::npos || !is_name(line.substr(0, colon)) ||
        !is_printable(line.substr(colon))) {
        return false;
    }
    const std::string_view name = line.substr(0, colon);
    const std::string_view value = trim(line.substr(colon + 1));
    switch (name.size()) {
        case 7: return !iequals(name, "upgrade");
        case 10: return !iequals(name, "connection") || iequals(value, "keep-alive");
        case 14: return !iequals(name, "content-length") || read_length(value, length);
        case 16: return !iequals(name, "proxy-connection");
        case 17: return !iequals(name, "transfer-encoding");
        default: return true;
    }
}

}  // namespace

std::optional<UsualAnswer> read_usual_answer(std::string_view data) {
    constexpr unsigned no_content = 204;
    std::string_view rest = data;
    const auto first = take_line(rest);
    const unsigned status = first ? read_status(*first) : 0;
    if (status == 0) {
        return std::nullopt;
    }
    std::optional<std::size_t> length;
    while (!rest.starts_with(line_end)) {
        const auto line = take_line(rest);
        if (!line || !accept(*line, length)) {
            return std::nullopt;
        }
    }
    const bool bodyless = status == no_content;
    if (bodyless ? length.value_or(0) != 0 : !length) {
        return std::nullopt;
    }
    return UsualAnswer{status, data.size() - rest.size() + line_end.size(), length.value_or(0)};
}

}  // namespace cqhttp::net
