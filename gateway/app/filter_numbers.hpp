#pragma once

#include "gateway/base/log.hpp"
#include "gateway/config/config.hpp"
#include "gateway/event/filters.hpp"

#include <cstddef>
#include <map>
#include <optional>
#include <string>
#include <string_view>

namespace cqhttp::app {

// Reads the filter files of an account and of its sinks, each once, and knows their numbers.
class FilterNumbers {
public:
    // Sets the account's own filter. What is given by reference outlives this.
    FilterNumbers(const config::AccountConfig& config, event::Filters& filters, const Log& log);

    // The number of what `file` names for `sink`; empty: no filter. One that cannot be had holds
    // every event back from those who name it (FLT-004), and is said in the log.
    std::size_t number(const std::string& file, std::string_view sink);

private:
    const config::AccountConfig& config_;
    event::Filters& filters_;
    Log log_;
    std::optional<std::size_t> open_;
    std::map<std::string, std::size_t> numbers_;
};

}  // namespace cqhttp::app
