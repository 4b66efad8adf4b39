#pragma once

#include "cli/event_match.hpp"
#include "cli/listen_options.hpp"

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace cqhttp::cli {

// Decides for each event. An event that the filter holds back neither counts nor ends anything.
class EventWatch {
public:
    static Result<EventWatch> read(const WatchOptions& options);

    struct Verdict {
        bool show = false;
        bool last = false;  // the goal is reached with this one
    };
    Verdict see(std::string_view event);

    // Whether something certain is waited for, and what has come of it: "2 of 5 events".
    bool has_goal() const noexcept { return count_ != 0 || until_.has_value(); }
    bool reached() const noexcept { return reached_; }
    std::string progress() const;

private:
    EventWatch() = default;

    std::optional<EventMatch> filter_, until_;
    std::size_t count_ = 0;
    std::size_t shown_ = 0;
    bool reached_ = false;
};

}  // namespace cqhttp::cli
