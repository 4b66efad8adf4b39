#pragma once

namespace cqhttp::app {

// What scripts can rely on.
inline constexpr int exit_ok = 0;      // ended orderly
inline constexpr int exit_failed = 1;  // failed while running
inline constexpr int exit_usage = 2;   // wrong usage or configuration, or a port that is taken

}  // namespace cqhttp::app
