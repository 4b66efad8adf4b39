#pragma once

#include <algorithm>
#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string_view>

namespace cqhttp::protocol {

// The bytes that may not stand in a JSON string as they are: quote, backslash, control characters.
inline constexpr std::array<bool, 256> json_escaped_bytes = [] {
    std::array<bool, 256> table{};
    std::fill_n(table.begin(), 0x20, true);
    table['"'] = table['\\'] = true;
    return table;
}();

// The high bit of every such byte among eight. Bytes behind one that is flagged may be flagged too,
// none before it.
inline std::uint64_t flag_json_escapes(const char* bytes) noexcept {
    constexpr std::uint64_t ones = 0x0101'0101'0101'0101U;
    std::uint64_t word = 0;
    std::memcpy(&word, bytes, sizeof word);
    // In bytes below 0x80 each difference has its high bit if the byte is one of those.
    const std::uint64_t quote = (word ^ (ones * '"')) - ones;
    const std::uint64_t backslash = (word ^ (ones * '\\')) - ones;
    const std::uint64_t control = word - ones * 0x20;
    return (quote | backslash | control) & ~word & (ones * 0x80);
}

// Position of the first such byte from `begin` on, or the size of `text`.
inline std::size_t find_json_escape(std::string_view text, std::size_t begin) noexcept {
    static_assert(std::endian::native == std::endian::little, "the first byte is the lowest one");
    std::size_t at = begin;
    for (; at + 8 <= text.size(); at += 8) {
        const std::uint64_t flags = flag_json_escapes(text.data() + at);
        if (flags != 0) {
            return at + static_cast<std::size_t>(std::countr_zero(flags)) / 8;
        }
    }
    while (at < text.size() && !json_escaped_bytes[static_cast<unsigned char>(text[at])]) {
        ++at;
    }
    return at;
}

}  // namespace cqhttp::protocol
