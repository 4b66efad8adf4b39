#pragma once

#include "conformance/report.hpp"
#include "conformance/runner.hpp"
#include "gateway/base/result.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace cqhttp::conformance {

// A file of known failures: one per line, "id | reason | link", the link may be left out; # starts
// a comment. The error names the line, for an id the suite does not have, too.
Result<std::vector<KnownFailure>> read_known(std::string_view text);

// Such a file for everything that failed or was warned of in a run. Reasons and links that were
// known stay.
std::string write_known(const RunReport& report);

}  // namespace cqhttp::conformance
