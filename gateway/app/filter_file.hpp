#pragma once

#include "gateway/base/result.hpp"
#include "gateway/protocol/event_filter.hpp"

#include <filesystem>

namespace cqhttp::app {

// Reads an event filter (FLT-002 ... FLT-005). The error names the file, the place and the reason.
Result<protocol::EventFilter> load_filter(const std::filesystem::path& file);

}  // namespace cqhttp::app
