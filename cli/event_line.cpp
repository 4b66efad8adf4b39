#include "cli/event_line.hpp"

#include "cli/console.hpp"
#include "gateway/base/text.hpp"
#include "gateway/protocol/json.hpp"
#include "gateway/protocol/message.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <ctime>
#include <optional>

namespace cqhttp::cli {
namespace {

using protocol::Json;

constexpr std::size_t longest_value = 60;  // characters of a member or of a segment's parameter
constexpr std::string_view dim = "\x1b[2m";
constexpr std::string_view plain = "\x1b[0m";

// What has a place of its own in the line, or is of use to programs only.
constexpr std::array shown_elsewhere = {
    "time",           "self_id",       "post_type",  "message_type",    "notice_type",
    "request_type",   "sub_type",      "event",      "group_id",        "discuss_id",
    "user_id",        "operator_id",   "message_id", "meta_event_type", "comment",
    "message",        "raw_message",   "font",       "sender",          "anonymous",
    "anonymous_flag", "message_format"};

// The member of that name if it is a text; empty otherwise.
std::string_view text_of(const Json& object, const char* name) {
    const auto member = object.find(name);
    const auto* text = member == object.end() ? nullptr : member->get_ptr<const std::string*>();
    return text == nullptr ? std::string_view() : std::string_view(*text);
}

// On one line, at most `bound` characters.
std::string one_line(std::string_view text, std::size_t bound) {
    std::string line;
    std::size_t characters = 0;
    for (const char c : text) {
        const bool starts = (static_cast<unsigned char>(c) & 0xC0U) != 0x80U;
        if (starts && ++characters > bound) {
            return without_controls(line) + "…";
        }
        if (c == '\n') {
            line += " ⏎ ";
        } else if (c != '\r') {
            line += c;
        }
    }
    return without_controls(line);
}

std::string value_text(const Json& value) {
    const auto* text = value.get_ptr<const std::string*>();
    return one_line(text == nullptr ? protocol::dump_json(value) : *text, longest_value);
}

std::string time_of_day(const Json& event, bool utc) {
    const auto member = event.find("time");
    const auto* seconds = member == event.end() ? nullptr : member->get_ptr<const std::int64_t*>();
    std::tm parts{};
    const std::time_t when = seconds == nullptr ? 0 : static_cast<std::time_t>(*seconds);
    if (seconds == nullptr ||
        (utc ? ::gmtime_r(&when, &parts) : ::localtime_r(&when, &parts)) == nullptr) {
        return "--:--:--";
    }
    return fmt::format("{:02}:{:02}:{:02}", parts.tm_hour, parts.tm_min, parts.tm_sec);
}

// message.private.friend, notice.group_upload, meta_event.heartbeat.
std::string kind_of(const Json& event) {
    std::string kind(text_of(event, "post_type"));
    for (const char* name :
         {"message_type", "notice_type", "request_type", "meta_event_type", "event", "sub_type"}) {
        const std::string_view part = text_of(event, name);
        if (!part.empty()) {
            kind += fmt::format("{}{}", kind.empty() ? "" : ".", part);
        }
    }
    return kind.empty() ? "event without a post_type" : one_line(kind, longest_value);
}

std::string_view color_of(const Json& event) {
    const std::string_view type = text_of(event, "post_type");
    if (type == "message") {
        return "\x1b[32m";
    }
    if (type == "request") {
        return "\x1b[35m";
    }
    return type == "meta_event" ? dim : "\x1b[33m";
}

// The name beside the number of who sent it, as far as the event says.
std::string name_of(const Json& event) {
    const auto anonymous = event.find("anonymous");
    if (anonymous != event.end() && anonymous->is_object()) {
        return fmt::format("anonymous {}", text_of(*anonymous, "name"));
    }
    if (!text_of(event, "anonymous").empty()) {  // the 3.x shape
        return fmt::format("anonymous {}", text_of(event, "anonymous"));
    }
    const auto sender = event.find("sender");
    if (sender == event.end() || !sender->is_object()) {
        return {};
    }
    const std::string_view card = text_of(*sender, "card");
    return std::string(card.empty() ? text_of(*sender, "nickname") : card);
}

std::string segment_text(const protocol::Segment& segment) {
    const std::string* first = nullptr;
    if (segment.type == "text") {
        first = segment.find("text");
        return first == nullptr ? "" : *first;
    }
    first = segment.find("qq");
    if (segment.type == "at" && first != nullptr) {
        return fmt::format(" @{} ", *first);
    }
    std::string shown = "[" + segment.type;
    const bool named_file = segment.find("file") != nullptr;
    for (const protocol::SegmentField& field : segment.fields) {
        if (!(named_file && field.name == "url")) {
            shown += fmt::format(" {}={}", field.name, one_line(field.value, longest_value));
        }
    }
    return shown + "]";
}

// The message as it would look in a chat: codes in brackets, texts as they are.
std::optional<std::string> message_text(const Json& message) {
    std::optional<protocol::Message> segments;
    if (const auto* text = message.get_ptr<const std::string*>()) {
        segments = protocol::parse_cq(*text, protocol::profile(protocol::ProfileId::cqhttp_4_15));
    } else if (message.is_array() || message.is_object()) {
        segments = protocol::parse_segments(protocol::dump_json(message),
                                            protocol::profile(protocol::ProfileId::onebot_11));
    }
    if (!segments) {
        return {};
    }
    std::string text;
    for (const protocol::Segment& segment : *segments) {
        text += segment_text(segment);
    }
    return text;
}

// What somebody wrote: the message, or the text of a request.
std::string words_of(const Json& event, std::size_t bound) {
    const auto comment = event.find("comment");
    if (comment != event.end()) {
        return fmt::format("\"{}\"", one_line(text_of(event, "comment"), bound));
    }
    const auto message = event.find("message");
    if (message == event.end()) {
        return {};
    }
    const std::string text = message_text(*message).value_or(protocol::dump_json(*message));
    const std::string shown = one_line(trim(text), bound);
    return text_of(event, "post_type") == "request" ? fmt::format("\"{}\"", shown) : shown;
}

// "image.png 1024 bytes", "every member=value that has no place of its own".
std::string further_members(const Json& event) {
    // Implementations add much to messages; there the message matters.
    if (text_of(event, "post_type") == "message") {
        return {};
    }
    std::string all;
    for (const auto& [name, value] : event.items()) {
        if (std::find(shown_elsewhere.begin(), shown_elsewhere.end(), name) ==
            shown_elsewhere.end()) {
            all += fmt::format("  {}={}", one_line(name, longest_value), value_text(value));
        }
    }
    return all;
}

std::string places_and_people(const Json& event) {
    std::string line;
    const auto add = [&event, &line](const char* member, std::string_view before) {
        const auto found = event.find(member);
        if (found != event.end()) {
            line += fmt::format("  {}{}", before, value_text(*found));
        }
    };
    add("group_id", "group ");
    add("discuss_id", "discuss ");
    add("user_id", "user ");
    const std::string name = name_of(event);
    if (!name.empty()) {
        line += fmt::format(" ({})", one_line(name, longest_value));
    }
    add("operator_id", "by ");
    add("message_id", "#");
    return line;
}

std::string no_event(std::string_view what, std::string_view text, std::size_t bound) {
    return fmt::format("--:--:--  {}: {}", what, one_line(replace_invalid_utf8(text), bound));
}

}  // namespace

std::string event_line(std::string_view event, EventLook look) {
    const auto parsed = protocol::parse_json(event);
    if (parsed.has_error()) {
        return no_event("not JSON", event, look.longest);
    }
    if (!parsed->is_object()) {
        return no_event("not an event", event, look.longest);
    }
    const Json& object = *parsed;
    const std::string words = words_of(object, look.longest);
    return fmt::format("{}{}{}  {}{}{}{}{}{}{}", look.color ? dim : "",
                       time_of_day(object, look.utc), look.color ? plain : "",
                       look.color ? color_of(object) : "", kind_of(object), look.color ? plain : "",
                       places_and_people(object), further_members(object),
                       words.empty() ? "" : "  ", words);
}

}  // namespace cqhttp::cli
