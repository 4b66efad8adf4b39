#include "cli/event_watch.hpp"

#include <fmt/format.h>

#include <utility>

namespace cqhttp::cli {
namespace {

Result<std::optional<EventMatch>> read_match(std::string_view option, const std::string& typed) {
    if (typed.empty()) {
        return std::optional<EventMatch>();
    }
    auto match = EventMatch::read(option, typed);
    if (match.has_error()) {
        return match.error();
    }
    return std::optional<EventMatch>(std::move(match.value()));
}

}  // namespace

Result<EventWatch> EventWatch::read(const WatchOptions& options) {
    EventWatch watch;
    auto filter = read_match("--filter", options.filter);
    if (filter.has_error()) {
        return filter.error();
    }
    auto until = read_match("--until", options.until);
    if (until.has_error()) {
        return until.error();
    }
    watch.filter_ = std::move(filter.value());
    watch.until_ = std::move(until.value());
    watch.count_ = options.count;
    return watch;
}

EventWatch::Verdict EventWatch::see(std::string_view event) {
    if (reached_ || (filter_ && !filter_->holds(event))) {
        return {};
    }
    ++shown_;
    reached_ = (count_ != 0 && shown_ >= count_) || (until_ && until_->holds(event));
    return {true, reached_};
}

std::string EventWatch::progress() const {
    if (count_ != 0) {
        return fmt::format("{} of {} events came", shown_, count_);
    }
    return fmt::format("{} event{} came, none that --until waits for", shown_,
                       shown_ == 1 ? "" : "s");
}

}  // namespace cqhttp::cli
