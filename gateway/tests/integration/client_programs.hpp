#pragma once

#include "gateway/tests/support/process.hpp"

#include <cstdlib>
#include <filesystem>
#include <optional>
#include <sstream>
#include <string>
#include <utility>
#include <vector>

namespace cqhttp::test {

using Command = std::vector<std::string>;

// For programs of others: 127.0.0.1 is reached without a proxy.
inline const std::vector<std::pair<std::string, std::string>> no_proxy{{"no_proxy", "*"},
                                                                       {"NO_PROXY", "*"}};

// Full path of a program on PATH.
inline std::optional<std::string> find_program(const std::string& name) {
    const char* path = std::getenv("PATH");
    std::istringstream folders(path != nullptr ? path : "");
    for (std::string folder; std::getline(folders, folder, ':');) {
        const std::filesystem::path file = std::filesystem::path(folder) / name;
        std::error_code ignored;
        if (std::filesystem::is_regular_file(file, ignored)) {
            return file.string();
        }
    }
    return std::nullopt;
}

inline bool works(const Command& command) {
    std::error_code ignored;
    return std::filesystem::exists(command.front(), ignored) && run(command).code == 0;
}

}  // namespace cqhttp::test
