#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace cqhttp::cli::bench {

// A text that was checked in full, and what it may look like the next time: the same but for digits
// of numbers that were seen to vary. Comparing costs a tenth of a check; what is not known goes
// through the check, and learn() takes it in.
class KnownText {
public:
    // Whether the text is, but for numbers that vary, the one that was learnt.
    bool matches(std::string_view text) const noexcept;

    // `text` is good. Where it differs from what is known only by digits outside of `fixed`, these
    // digits vary from now on; otherwise it is what is known from now on.
    struct Range {
        std::size_t begin = 0, end = 0;
    };
    void learn(std::string_view text, Range fixed);

    // Makes these digits of what is known vary.
    void vary(Range digits);

    std::size_t size() const noexcept { return text_.size(); }
    bool empty() const noexcept { return text_.empty(); }

private:
    bool differs_by_digits(std::string_view text, Range fixed) const noexcept;

    std::string text_;  // varying digits are '0'
    std::string mask_;  // which bits of a byte count
};

// The number that eight digits make; 0 where they are none.
std::uint32_t eight_digits(const char* text) noexcept;

}  // namespace cqhttp::cli::bench
