#pragma once

#include <chrono>
#include <optional>
#include <string_view>

namespace cqhttp::cli {

// "10s", "500ms", "1.5m", "2h", or seconds without a unit; rounded up to milliseconds. Nothing if
// it is none of these, negative, or longer than ten years.
std::optional<std::chrono::milliseconds> parse_duration(std::string_view text);

}  // namespace cqhttp::cli
