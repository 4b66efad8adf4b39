#include "cli/event_match.hpp"

#include "cli/input.hpp"
#include "gateway/protocol/json.hpp"

#include <fmt/format.h>

#include <utility>

namespace cqhttp::cli {
namespace {

constexpr std::size_t longest_filter = 1024 * 1024;

// The error of a filter that was typed: whoever meets the language for the first time types a word.
std::string advice(std::string_view typed) {
    if (typed.starts_with('{')) {
        return {};
    }
    return R"(; a filter is a JSON object, for example '{"message_type":"group"}', or @FILE)";
}

}  // namespace

Result<EventMatch> EventMatch::read(std::string_view option, std::string_view typed) {
    std::string text(typed);
    const bool in_file = typed.starts_with('@');
    if (in_file) {
        auto content = read_file(std::string(typed.substr(1)), longest_filter);
        if (content.has_error()) {
            return failure(fmt::format("{}: {}", option, content.error().detail));
        }
        text = std::move(content.value());
    }
    auto filter = protocol::EventFilter::parse(text);
    if (filter.has_error()) {
        return failure(fmt::format("{}: {}{}{}", option, in_file ? typed.substr(1) : "",
                                   in_file ? ": " : "", filter.error().detail) +
                       (in_file ? "" : advice(typed)));
    }
    return EventMatch(std::move(filter.value()));
}

bool EventMatch::holds(std::string_view event) const {
    const auto parsed = protocol::parse_json(event);
    return parsed.has_value() && filter_.passes(*parsed);
}

protocol::EventFilter::Verdict EventMatch::explain(std::string_view event) const {
    const auto parsed = protocol::parse_json(event);
    if (parsed.has_error()) {
        return {false, "not JSON: " + parsed.error().detail};
    }
    return filter_.explain(*parsed);
}

}  // namespace cqhttp::cli
