#include "gateway/app/filter_numbers.hpp"

#include "gateway/app/filter_file.hpp"

#include <utility>

namespace cqhttp::app {

FilterNumbers::FilterNumbers(const config::AccountConfig& config, event::Filters& filters,
                             const Log& log)
    : config_(config), filters_(filters), log_(log.named("event")) {
    const std::string& file = config.events.filter;
    if (file.empty()) {
        open_ = event::Filters::of_account;
        return;
    }
    numbers_.emplace(file, event::Filters::of_account);
    auto filter = load_filter(config.app_directory / file);
    if (filter) {
        filters_.set(std::move(*filter));
        return;
    }
    log_.error("every event is held back: {}", filter.error().detail);
    filters_.close();
}

std::size_t FilterNumbers::number(const std::string& file, std::string_view sink) {
    if (file.empty()) {
        if (!open_) {
            open_ = filters_.add_open();
        }
        return *open_;
    }
    if (const auto known = numbers_.find(file); known != numbers_.end()) {
        return known->second;
    }
    auto filter = load_filter(config_.app_directory / file);
    std::size_t number = 0;
    if (filter) {
        number = filters_.add(std::move(*filter));
    } else {
        log_.error("every event is held back from {}: {}", sink, filter.error().detail);
        number = filters_.add_closed();
    }
    numbers_.emplace(file, number);
    return number;
}

}  // namespace cqhttp::app
