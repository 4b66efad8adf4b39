#pragma once

#include "cli/command_line.hpp"
#include "cli/listen_options.hpp"

#include <cstdint>
#include <string>

namespace cqhttp::cli {

// Options of the commands that wait for events, as typed.

class WatchLine {  // --filter, --until, --count, --timeout
public:
    void declare(CLI::App& app);
    Fault read(WatchOptions& watch) const;

private:
    CLI::Option* count_option_ = nullptr;
    CLI::Option* filter_option_ = nullptr;
    CLI::Option* until_option_ = nullptr;
    CLI::Option* timeout_option_ = nullptr;
    std::string filter_, until_;
    std::int64_t count_ = 0;
    double timeout_ = 0;
};

class FormLine {  // --json, --text
public:
    void declare(CLI::App& app);
    Fault read(LineForm& form) const;

private:
    bool json_ = false, text_ = false;
};

}  // namespace cqhttp::cli
