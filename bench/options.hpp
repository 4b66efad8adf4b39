#pragma once

#include "gateway/base/result.hpp"

#include <cstdint>
#include <map>
#include <string>
#include <vector>

namespace cqhttp::bench {

// The command line of a benchmark: "--name value" pairs, then "--" and a command. `values` holds
// the defaults at first; a name it does not hold is a mistake.
struct Options {
    std::map<std::string, std::string> values;
    std::vector<std::string> command = {};

    Result<void> read(int argc, const char* const* argv);

    const std::string& text(const std::string& name) const { return values.at(name); }
    // A decimal number of at most `most`.
    Result<std::uint64_t> number(const std::string& name, std::uint64_t most) const;
};

}  // namespace cqhttp::bench
