#pragma once

#include "conformance/case.hpp"
#include "conformance/report.hpp"
#include "conformance/target/target.hpp"

#include <chrono>
#include <memory>
#include <span>
#include <string>
#include <vector>

namespace cqhttp::conformance {

// A failure that somebody knows about.
struct KnownFailure {
    std::string id, reason, link;
};

struct RunOptions {
    Profile profile = Profile::cqhttp_4_0;
    double timeout_factor = 1;
    int jobs = 1;
    int repeat = 1;
    bool fail_fast = false;
    bool strict = false;  // what would be a warning is a failure
    std::vector<KnownFailure> known;
};

// Told what happens while it happens; calls come one at a time, from any thread.
class Observer {
public:
    virtual ~Observer() = default;
    virtual void begun(const Case& which) = 0;
    virtual void ended(const CaseResult& result, std::size_t done, std::size_t total) = 0;
};

// How long a case may wait for something that must happen, and how long it may take in all.
std::chrono::milliseconds patience_for(double timeout_factor);
std::chrono::milliseconds deadline_for(double timeout_factor);

// Runs the cases, those of one setup one after another against one start of the target. SIGINT and
// SIGTERM end the run early.
RunReport run(std::span<const Case* const> cases, std::unique_ptr<Target> target,
              const RunOptions& options, Observer& observer);

}  // namespace cqhttp::conformance
