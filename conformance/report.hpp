#pragma once

#include "conformance/case.hpp"
#include "conformance/transcript.hpp"

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace cqhttp::conformance {

// What became of one case.
struct CaseResult {
    std::string id;
    Verdict verdict = Verdict::pass;
    std::string expected, actual;  // of what did not hold
    std::string text;              // why it was not run, or what there is to tell
    std::vector<Transcript::Entry> transcript;
    std::string log;  // of a target that the suite started
    std::chrono::microseconds duration{};
    int runs = 1;                  // with --repeat; the result is that of the worst
    int not_held = 0;              // how many of them did not hold
    bool known = false;            // it is on the list of known failures, and failed
    bool unexpected_pass = false;  // it is on the list, and passed
    std::string known_reason, known_link;
};

// A run of the suite against one target.
struct RunReport {
    std::string target;
    Profile profile = Profile::cqhttp_4_0;
    std::string suite_version;
    std::int64_t started = 0;  // Unix seconds
    std::chrono::milliseconds duration{};
    std::vector<CaseResult> results;  // in the order of the table
    std::string unreachable;          // why the target could not be reached at all; empty: it was
    bool interrupted = false;

    std::size_t count(Verdict verdict) const;
    // Failures that are not on the list of known ones.
    std::size_t new_failures() const;
    std::size_t unexpected_passes() const;
};

// Exit codes of `conformance run`, in its --help.
namespace run_exit {
inline constexpr int ok = 0, failures = 1, usage = 2, unreachable = 3, suite_error = 4,
                     interrupted = 130;
}
int exit_code_of(const RunReport& report, bool strict);

}  // namespace cqhttp::conformance
