#pragma once

#include "cli/conformance_options.hpp"
#include "cli/console.hpp"

namespace cqhttp::cli {

// `conformance list`, `explain` and `coverage`: what needs no target. Returns the exit code.
int run_view(const ConformanceRequest& options, Console& console);

}  // namespace cqhttp::cli
