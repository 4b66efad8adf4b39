#pragma once

#include "gateway/base/log.hpp"
#include "gateway/config/load.hpp"

#include <filesystem>
#include <optional>
#include <string>

namespace cqhttp::app {

// What the command line of cqhttp-gateway says.
struct Options {
    config::LoadOptions load;
    bool check = false;                               // --check
    std::optional<std::filesystem::path> ready_file;  // --ready-file
    std::optional<LogLevel> log_level;                // --log-level: wins over the configuration
};

// Either options, or the program has said what there was to say (help, version, a usage error) and
// ends with that code.
struct ParsedOptions {
    std::optional<Options> options;
    int exit_code = 0;
};

ParsedOptions parse_options(int argc, const char* const* argv);

}  // namespace cqhttp::app
