#include "cli/filter_view.hpp"

#include "gateway/base/text.hpp"
#include "gateway/protocol/message.hpp"

#include <fmt/format.h>

#include <optional>
#include <string>
#include <utility>

namespace cqhttp::cli {
namespace {

using protocol::Json;

bool is(const Json& event, const char* name, std::string_view text) {
    const auto member = event.find(name);
    const auto* value = member == event.end() ? nullptr : member->get_ptr<const std::string*>();
    return value != nullptr && *value == text;
}

void rename(Json& event, const char* from, const char* to) {
    const auto member = event.find(from);
    if (member != event.end() && !event.contains(to)) {
        Json value = std::move(*member);
        event.erase(from);
        event[to] = std::move(value);
    }
}

// The name alone in the 3.x shape, with the flag beside it; the id is not in it.
void restore_anonymous(Json& event) {
    const auto member = event.find("anonymous");
    const auto* name = member == event.end() ? nullptr : member->get_ptr<const std::string*>();
    if (name == nullptr) {
        return;
    }
    Json anonymous;
    if (!name->empty()) {
        anonymous = {{"name", *name}, {"flag", event.value("anonymous_flag", Json(""))}};
    }
    event.erase("anonymous_flag");
    event["anonymous"] = std::move(anonymous);
}

std::optional<protocol::Message> segments_of(const Json& message,
                                             const protocol::Profile& profile) {
    if (const auto* text = message.get_ptr<const std::string*>()) {
        return protocol::parse_cq(*text, profile);
    }
    return message.is_structured() ? protocol::parse_segments(protocol::dump_json(message), profile)
                                   : std::nullopt;
}

void restore_message(Json& event, const protocol::Profile& profile) {
    const auto member = event.find("message");
    if (member == event.end()) {
        return;
    }
    auto segments = segments_of(*member, profile);
    if (!segments) {
        return;
    }
    protocol::normalise(*segments);
    const auto array = protocol::parse_json(protocol::to_segment_json(*segments));
    if (array.has_value()) {
        *member = *array;
    }
}

Result<std::vector<Json>> read_lines(std::string_view text) {
    std::vector<Json> events;
    for (std::size_t number = 1; !text.empty(); ++number) {
        const std::size_t end = text.find('\n');
        const std::string_view line = trim(text.substr(0, end));
        text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
        if (line.empty()) {
            continue;
        }
        auto event = protocol::parse_json(line);
        if (event.has_error()) {
            return failure(fmt::format("line {}: {}", number, event.error().detail));
        }
        events.push_back(std::move(*event));
    }
    return events;
}

}  // namespace

Result<std::vector<Json>> read_events(std::string_view text) {
    std::vector<Json> events;
    auto whole = protocol::parse_json(text);
    if (whole.has_value() && whole->is_array()) {
        events.assign(whole->begin(), whole->end());
    } else if (whole.has_value()) {
        events.push_back(std::move(*whole));
    } else {
        // A document over several lines has an error of its own; its first line alone is none.
        const auto first = protocol::parse_json(text.substr(0, text.find('\n')));
        auto lines = read_lines(text);
        if (lines.has_error()) {
            return first.has_error() ? whole.error() : lines.error();
        }
        events = std::move(*lines);
    }
    for (const Json& event : events) {
        if (!event.is_object()) {
            return failure(fmt::format("an event is a JSON object, not {}", event.type_name()));
        }
    }
    if (events.empty()) {
        return failure("there is no event in it");
    }
    return events;
}

Json as_filters_see(Json event, const protocol::Profile& profile) {
    if (!event.is_object()) {
        return event;
    }
    if (is(event, "post_type", "event") && event.contains("event")) {
        event["post_type"] = "notice";
        rename(event, "event", "notice_type");
    } else if (is(event, "post_type", "request")) {
        rename(event, "message", "comment");
    } else if (is(event, "post_type", "message")) {
        restore_anonymous(event);
        restore_message(event, profile);
    }
    return event;
}

}  // namespace cqhttp::cli
