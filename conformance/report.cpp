#include "conformance/report.hpp"

#include <algorithm>

namespace cqhttp::conformance {
namespace {

template <class Predicate>
std::size_t count_if(const std::vector<CaseResult>& results, Predicate predicate) {
    return static_cast<std::size_t>(std::count_if(results.begin(), results.end(), predicate));
}

}  // namespace

std::size_t RunReport::count(Verdict verdict) const {
    return count_if(results, [verdict](const CaseResult& r) { return r.verdict == verdict; });
}

std::size_t RunReport::new_failures() const {
    return count_if(results,
                    [](const CaseResult& r) { return r.verdict == Verdict::fail && !r.known; });
}

std::size_t RunReport::unexpected_passes() const {
    return count_if(results, [](const CaseResult& r) { return r.unexpected_pass; });
}

int exit_code_of(const RunReport& report, bool strict) {
    if (report.interrupted) {
        return run_exit::interrupted;
    }
    if (!report.unreachable.empty()) {
        return run_exit::unreachable;
    }
    if (report.count(Verdict::error) > 0) {
        return run_exit::suite_error;
    }
    const bool failed = report.new_failures() > 0 || (strict && report.unexpected_passes() > 0);
    return failed ? run_exit::failures : run_exit::ok;
}

}  // namespace cqhttp::conformance
