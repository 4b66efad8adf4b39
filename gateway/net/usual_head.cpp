#include "gateway/net/usual_head.hpp"

#include "gateway/base/text.hpp"

#include <algorithm>
#include <array>
#include <bit>
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

// The high bit of every byte that is not printable ASCII: has that bit itself, is below the blank,
// or is DEL. A carry may flag bytes behind one that is flagged rightly, never before it.
std::uint64_t flag_unprintable(const char* bytes) noexcept {
    std::uint64_t word = 0;
    std::memcpy(&word, bytes, sizeof word);
    const std::uint64_t controls = word - every_byte(' ');
    const std::uint64_t beyond = word + every_byte(1);
    return (word | controls | beyond) & every_byte(0x80);
}

constexpr bool is_printable(char c) noexcept {
    return c >= ' ' && c <= '~';
}

// How many printable bytes `text` begins with.
std::size_t printable_run(std::string_view text) noexcept {
    static_assert(std::endian::native == std::endian::little, "the first byte is the lowest one");
    std::size_t at = 0;
    for (; at + sizeof(std::uint64_t) <= text.size(); at += sizeof(std::uint64_t)) {
        const std::uint64_t flags = flag_unprintable(text.data() + at);
        if (flags != 0) {
            return at + static_cast<std::size_t>(std::countr_zero(flags)) / 8;
        }
    }
    while (at < text.size() && is_printable(text[at])) {
        ++at;
    }
    return at;
}

std::string_view without_blanks(std::string_view text) noexcept {
    while (text.starts_with(' ')) {
        text.remove_prefix(1);
    }
    while (text.ends_with(' ')) {
        text.remove_suffix(1);
    }
    return text;
}

// Takes a header with the end of its line off `data`; nothing where it is not a token, a colon and
// printable bytes.
std::optional<HeaderView> take_header(std::string_view& data) {
    std::size_t name_size = 0;
    while (name_size < data.size() && token_bytes[static_cast<unsigned char>(data[name_size])]) {
        ++name_size;
    }
    if (name_size == 0 || name_size == data.size() || data[name_size] != ':') {
        return std::nullopt;
    }
    const std::size_t size = name_size + 1 + printable_run(data.substr(name_size + 1));
    if (!data.substr(size).starts_with(line_end)) {
        return std::nullopt;
    }
    const std::string_view value = data.substr(name_size + 1, size - name_size - 1);
    const HeaderView header{data.substr(0, name_size), without_blanks(value)};
    data.remove_prefix(size + line_end.size());
    return header;
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

// Most others differ in the first letter.
bool is(const HeaderView& header, std::string_view name) {
    return (header.name.front() | 0x20) == (name.front() | 0x20) && iequals(header.name, name);
}

// Whether the header may stand in a usual head. Told apart by their length first.
bool accept(const HeaderView& header, std::optional<std::uint64_t>& length) {
    switch (header.name.size()) {
        case 6: return !is(header, "Expect");
        case 7: return !is(header, "Upgrade");
        case 10: return !is(header, "Connection") || iequals(header.value, "keep-alive");
        case 14: return !is(header, "Content-Length") || read_length(header.value, length);
        case 16: return !is(header, "Proxy-Connection");
        case 17: return !is(header, "Transfer-Encoding");
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
        printable_run(rest.substr(0, blank)) != blank) {
        return std::nullopt;
    }
    head.target = rest.substr(0, blank);
    rest.remove_prefix(blank + version.size());
    headers.clear();
    std::optional<std::uint64_t> length;
    while (!rest.starts_with(line_end)) {
        const auto header = take_header(rest);
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
