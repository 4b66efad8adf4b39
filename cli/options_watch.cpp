#include "cli/watch_line.hpp"

#include <CLI/CLI.hpp>
#include <fmt/format.h>

namespace cqhttp::cli {

void WatchLine::declare(CLI::App& app) {
    filter_option_ =
        app.add_option("--filter", filter_, "leave out events that do not pass this filter")
            ->option_text("FILTER");
    until_option_ =
        app.add_option("--until", until_, "end with the first event that passes this filter")
            ->option_text("FILTER");
    count_option_ =
        app.add_option("--count", count_, "end with this number of events")->option_text("N");
    timeout_option_ =
        app.add_option("--timeout", timeout_, "end after that long")->option_text("SECONDS");
}

Fault WatchLine::read(WatchOptions& watch) const {
    if (count_option_->count() > 0 && count_ < 1) {
        return "--count takes 1 or more";
    }
    if (filter_option_->count() > 0 && filter_.empty()) {
        return R"(--filter wants a filter, for example '{"message_type":"group"}')";
    }
    if (until_option_->count() > 0 && until_.empty()) {
        return R"(--until wants a filter, for example '{"message_type":"group"}')";
    }
    if (timeout_option_->count() > 0 && timeout_ == 0) {
        return "--timeout takes more than 0 seconds; without it there is no end";
    }
    watch.filter = filter_;
    watch.until = until_;
    watch.count = static_cast<std::size_t>(count_);
    return read_seconds("--timeout", timeout_, watch.timeout);
}

void FormLine::declare(CLI::App& app) {
    app.add_flag("--json", json_, "one JSON document on each line, on a terminal, too");
    app.add_flag("--text", text_, "lines for people, in a pipe, too");
}

Fault FormLine::read(LineForm& form) const {
    if (json_ && text_) {
        return "--json and --text are two forms of the output: leave one out";
    }
    form = json_ ? LineForm::json : text_ ? LineForm::text : LineForm::automatic;
    return {};
}

}  // namespace cqhttp::cli
