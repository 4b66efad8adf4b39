#pragma once

#include "conformance/report.hpp"

#include <span>
#include <string>

namespace cqhttp::conformance {

// One page that needs nothing else: every case of one run or, side by side, of several, with its
// requirement and what was on the wire. It works without scripts; with them it can be filtered.
std::string to_html(std::span<const RunReport> reports);

}  // namespace cqhttp::conformance
