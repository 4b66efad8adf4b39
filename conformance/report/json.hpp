#pragma once

#include "conformance/report.hpp"
#include "gateway/base/result.hpp"

#include <string>
#include <string_view>

namespace cqhttp::conformance {

// The report for programs, and for a later `conformance report`. Its form has a version, which
// changes when a reader could stumble: "cqhttp-conformance/1". docs/conformance.md describes it.
std::string to_json(const RunReport& report);
// Reads it back. The error says what is wrong.
Result<RunReport> read_report(std::string_view text);

}  // namespace cqhttp::conformance
