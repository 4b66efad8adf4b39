#pragma once

#include "conformance/report.hpp"

#include <string>
#include <string_view>

namespace cqhttp::conformance {

// For CI systems: one <testsuite> per chapter. What does not hold is a failure where it counts as
// one, what was not run is skipped, what came to no verdict is an error; warnings stand in the
// output of a case that passed.
std::string to_junit(const RunReport& report);

// Test Anything Protocol, version 13, with its directives for known failures and for what was not
// run.
std::string to_tap(const RunReport& report);

// A table of chapters and a list of what does not hold, for a pull request or a release page.
std::string to_markdown(const RunReport& report);

// The text with the characters that XML and HTML reserve written as entities, and those XML forbids
// left out.
std::string xml_escaped(std::string_view text);

}  // namespace cqhttp::conformance
