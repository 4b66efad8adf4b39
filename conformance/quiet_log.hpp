#pragma once

#include "gateway/base/log.hpp"

#include <string>

namespace cqhttp::conformance {

// For parts of `net` that want a log. Only what is a mistake of the suite itself (an exception in
// one of its tasks) is written, to standard error.
Log quiet_log(std::string part);

}  // namespace cqhttp::conformance
