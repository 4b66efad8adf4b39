#include "cli/bench_known.hpp"

#include <cstring>

namespace cqhttp::cli::bench {
namespace {

constexpr char every_bit = '\xff';
constexpr char digit_bits = '\xf0';  // those that '0' to '9' have in common

std::uint64_t word_at(const char* text) noexcept {
    std::uint64_t word = 0;
    std::memcpy(&word, text, sizeof word);
    return word;
}

bool is_digit(char byte) noexcept {
    return byte >= '0' && byte <= '9';
}

}  // namespace

bool KnownText::matches(std::string_view text) const noexcept {
    constexpr std::size_t step = sizeof(std::uint64_t);
    if (text.size() != text_.size() || text.empty()) {
        return false;
    }
    std::uint64_t difference = 0;
    std::size_t at = 0;
    for (; at + step <= text.size(); at += step) {
        difference |=
            (word_at(text.data() + at) ^ word_at(text_.data() + at)) & word_at(mask_.data() + at);
    }
    for (; at < text.size(); ++at) {
        difference |= static_cast<unsigned char>((text[at] ^ text_[at]) & mask_[at]);
    }
    return difference == 0;
}

bool KnownText::differs_by_digits(std::string_view text, Range fixed) const noexcept {
    if (text.size() != text_.size()) {
        return false;
    }
    for (std::size_t at = 0; at < text.size(); ++at) {
        const bool digits = is_digit(text[at]) && is_digit(text_[at]);
        const bool may_vary = digits && (at < fixed.begin || at >= fixed.end);
        if (text[at] != text_[at] && !may_vary) {
            return false;
        }
    }
    return true;
}

void KnownText::learn(std::string_view text, Range fixed) {
    if (!differs_by_digits(text, fixed)) {
        text_ = text;
        mask_.assign(text.size(), every_bit);
        return;
    }
    for (std::size_t at = 0; at < text.size(); ++at) {
        if (text[at] != text_[at]) {
            vary({at, at + 1});
        }
    }
}

void KnownText::vary(Range digits) {
    for (std::size_t at = digits.begin; at < digits.end; ++at) {
        mask_[at] = digit_bits;
        text_[at] = '0';
    }
}

// All eight at once, as bytes of a word: each must be below ten; then neighbours are joined to
// numbers of two, four and eight digits.
std::uint32_t eight_digits(const char* text) noexcept {
    std::uint64_t word = word_at(text) ^ 0x3030303030303030;
    if (((word | (word + 0x7676767676767676)) & 0x8080808080808080) != 0) {
        return 0;
    }
    word = (word * 10 + (word >> 8)) & 0x00ff00ff00ff00ff;
    word = (word * 100 + (word >> 16)) & 0x0000ffff0000ffff;
    word = word * 10'000 + (word >> 32);
    return static_cast<std::uint32_t>(word);
}

}  // namespace cqhttp::cli::bench
