#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace cqhttp::conformance {

// What is said about a case in the end.
enum class Verdict : std::uint8_t {
    pass,
    fail,         // a MUST is broken
    warn,         // a SHOULD, or what only the original's source settles, is broken
    info,         // a MAY, or a rule of our gateway that binds nobody else, differs
    skip,         // not run: not of this profile, or not for this target
    unsupported,  // not run: the target, or what is known about it, lacks something
    error         // the suite could not come to a verdict
};
inline constexpr std::size_t verdict_count = 7;

// "pass", "fail", ...
std::string_view to_text(Verdict verdict) noexcept;
std::optional<Verdict> verdict_of(std::string_view word) noexcept;

// One thing that is not as it must be.
struct Mismatch {
    std::string expected;
    std::string actual;
};

// The result of a matcher: nothing if all is well.
using Check = std::optional<Mismatch>;

// What a case found out. It starts as a pass; the first check that does not hold is kept.
class Outcome {
public:
    enum class Kind : std::uint8_t { holds, broken, note, unsupported, error };

    static Outcome unsupported(std::string why) {
        return Outcome(Kind::unsupported, std::move(why));
    }
    static Outcome error(std::string why) { return Outcome(Kind::error, std::move(why)); }
    // All is well, and there is something to tell.
    static Outcome note(std::string text) { return Outcome(Kind::note, std::move(text)); }

    Outcome() = default;
    // A check alone is an outcome.
    Outcome(Check check);  // NOLINT: meant to convert

    // Notes that a check does not hold, unless an earlier one did not. `when` says in which
    // situation it was made and stands before the expectation. Returns whether all is well so far.
    bool check(Check check, std::string_view when = {});
    // Takes over an outcome that does not hold.
    bool check(Outcome other, std::string_view when = {});

    bool holds() const noexcept { return kind_ == Kind::holds || kind_ == Kind::note; }
    Kind kind() const noexcept { return kind_; }
    const Mismatch& mismatch() const noexcept { return mismatch_; }
    const std::string& text() const noexcept { return text_; }  // of the other kinds

private:
    Outcome(Kind kind, std::string text) : kind_(kind), text_(std::move(text)) {}

    Kind kind_ = Kind::holds;
    Mismatch mismatch_;
    std::string text_;
};

}  // namespace cqhttp::conformance
