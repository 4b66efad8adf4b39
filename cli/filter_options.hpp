#pragma once

#include "cli/console.hpp"
#include "gateway/protocol/profile.hpp"

#include <string>

namespace cqhttp::cli {

struct FilterTestOptions {
    std::string filter;  // a file, or the filter itself where it begins with {
    std::string event;   // a file; "-": standard input
    bool json = false;
    protocol::ProfileId profile = protocol::ProfileId::cqhttp_4_0;
    ColorMode color = ColorMode::automatic;
};

}  // namespace cqhttp::cli
