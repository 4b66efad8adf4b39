#include "conformance/outcome.hpp"

#include <array>

namespace cqhttp::conformance {
namespace {

constexpr std::array<std::string_view, verdict_count> words{"pass", "fail",        "warn", "info",
                                                            "skip", "unsupported", "error"};

}  // namespace

std::string_view to_text(Verdict verdict) noexcept {
    return words[static_cast<std::size_t>(verdict)];
}

std::optional<Verdict> verdict_of(std::string_view word) noexcept {
    for (std::size_t i = 0; i < words.size(); ++i) {
        if (words[i] == word) {
            return static_cast<Verdict>(i);
        }
    }
    return std::nullopt;
}

Outcome::Outcome(Check found) {
    check(std::move(found));
}

bool Outcome::check(Outcome other, std::string_view when) {
    if (holds() && !other.holds()) {
        *this = std::move(other);
        if (!when.empty()) {
            mismatch_.expected = std::string(when) + ": " + mismatch_.expected;
        }
    }
    return holds();
}

bool Outcome::check(Check found, std::string_view when) {
    if (found && holds()) {
        kind_ = Kind::broken;
        mismatch_ = std::move(*found);
        if (!when.empty()) {
            mismatch_.expected = std::string(when) + ": " + mismatch_.expected;
        }
    }
    return holds();
}

}  // namespace cqhttp::conformance
