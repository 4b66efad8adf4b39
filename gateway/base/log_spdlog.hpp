#pragma once

#include "gateway/base/log.hpp"

#include <memory>

namespace cqhttp {

// Writes `2026-11-23 06:00:00.123 info  http_api: text` to standard error, with colours on a
// terminal. Thread-safe; a line is written before the call returns.
std::unique_ptr<LogSink> make_terminal_log(LogLevel level);

}  // namespace cqhttp
