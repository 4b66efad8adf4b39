#include "gateway/net/usual_head.hpp"

#include "gateway/base/text.hpp"

#include <algorithm>
#include <array>
#include <cstring>

namespace cqhttp::net {
namespace {

constexpr std::string_view version = " HTTP/1.1\r\n";
constexpr std::string_view line_end = "\r\n";

// RFC 9110 section 5.6.2.
constexpr std::array<bool, 256> token_bytes = [] {
    std::array<bool, 256> table{};
    for (unsigned byte = 0; byte < 128; ++byte) {
        const char c = static_cast<char>(byte);
        table[byte] = (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') ||
                      std::string_view("!#$%&'*+-.^_`|~").find(c) != std::string_view::npos;
    }
    return table;
}();

constexpr std::uint64_t every_byte(unsigned char byte) {
    return 0x0101'0101'0101'0101U * byte;
}

bool is_printable(char c) noexcept {
    return c >= ' ' && c <= '~';
}

// Eight bytes at a time: none with a high bit, below the blank, or DEL.
bool are_printable(const char* bytes) noexcept {
    std::uint64_t word = 0;
    std::memcpy(&word, bytes, sizeof word);
    const std::uint64_t controls = word - every_byte(' ');
    const std::uint64_t beyond = word + every_byte(1);
    return ((word | controls | beyond) & every_byte(0x80)) == 0;
}

bool is_printable(std::string_view text) noexcept {
    std::size_t at = 0;
    for (; at + sizeof(std::uint64_t) <= text.size(); at += sizeof(std::uint64_t)) {
        if (!are_printable(text.data() + at)) {
            return false;
        }
    }
    while (at < text.size() && is_printable(text[at])) {
        ++at;
    }
    return at == text.size();
}

// Takes the text before the next line end off `data`, which it takes too; nothing where that is not
// printable.
std::optional<std::string_view> take_line(std::string_view& data) {
    const std::size_t size = data.find('\r');
    if (size == std::string_view::npos || !data.substr(size).starts_with(line_end) ||
        !is_printable(data.substr(0, size))) {
        return std::nullopt;
    }
    const std::string_view line = data.substr(0, size);
    data.remove_prefix(size + line_end.size());
    return line;
}

std::optional<HeaderView> split(std::string_view line) {
    std::size_t size = 0;
    while (size < line.size() && token_bytes[static_cast<unsigned char>(line[size])]) {
        ++size;
    }
    if (size == 0 || size == line.size() || line[size] != ':') {
        return std::nullopt;
    }
    return HeaderView{line.substr(0, size), trim(line.substr(size + 1))};
}

// A length that every reader takes for the same number.
bool read_length(std::string_view digits, std::optional<std::uint64_t>& length) {
    constexpr std::size_t most_digits = 18;
    if (length || digits.empty() || digits.size() > most_digits) {
        return false;
    }
    length = 0;
    for (const char digit : digits) {
        if (digit < '0' || digit > '9') {
            return false;
        }
        length = *length * 10 + static_cast<std::uint64_t>(digit - '0');
    }
    return true;
}

// Whether the header may stand in a usual head. Told apart by their length first.
bool accept(const HeaderView& header, std::optional<std::uint64_t>& length) {
    switch (header.name.size()) {
        case 6: return !iequals(header.name, "expect");
        case 7: return !iequals(header.name, "upgrade");
        case 10: return !iequals(header.name, "connection") || iequals(header.value, "keep-alive");
        case 14:
            return !iequals(header.name, "content-length") || read_length(header.value, length);
        case 16: return !iequals(header.name, "proxy-connection");
        case 17: return !iequals(header.name, "transfer-encoding");
        default: return true;
    }
}

}  // namespace

std::optional<UsualHead> read_usual_head(std::string_view data, std::vector<HeaderView>& headers) {
    std::string_view rest = data;
    UsualHead head{};
    head.method = rest.substr(0, rest.starts_with("GET /")    ? 3
                                 : rest.starts_with("POST /") ? 4
                                                              : 0);
    if (head.method.empty()) {
        return std::nullopt;
    }
    rest.remove_prefix(head.method.size() + 1);
    const std::size_t blank = rest.find(' ');
    if (blank == std::string_view::npos || !rest.substr(blank).starts_with(version) ||
        !is_printable(rest.substr(0, blank))) {
        return std::nullopt;
    }
    head.target = rest.substr(0, blank);
    rest.remove_prefix(blank + version.size());
    headers.clear();
    std::optional<std::uint64_t> length;
    while (!rest.starts_with(line_end)) {
        const auto line = take_line(rest);
        const auto header = line ? split(*line) : std::nullopt;
        if (!header || !accept(*header, length)) {
            headers.clear();
            return std::nullopt;
        }
        headers.push_back(*header);
    }
    head.size = data.size() - rest.size() + line_end.size();
    head.content_length = length.value_or(0);
    return head;
}

}  // namespace cqhttp::net
