#pragma once

#include "gateway/base/result.hpp"
#include "gateway/protocol/event_filter.hpp"

#include <string>
#include <string_view>

namespace cqhttp::cli {

// An event filter that was given on the command line: the language of event_filter files
// (chapter 08), applied to events as they arrive.
class EventMatch {
public:
    // `typed` is the filter itself, or @FILE. The error names `option`, the place and the way out.
    static Result<EventMatch> read(std::string_view option, std::string_view typed);

    // Whether the text of an event is JSON and passes.
    bool holds(std::string_view event) const;
    // The same, with the rule that decided: `user_id: 501 is not 502`.
    protocol::EventFilter::Verdict explain(std::string_view event) const;

private:
    explicit EventMatch(protocol::EventFilter filter) : filter_(std::move(filter)) {}
    protocol::EventFilter filter_;
};

}  // namespace cqhttp::cli
