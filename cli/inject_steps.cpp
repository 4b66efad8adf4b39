#include "cli/inject_steps.hpp"

#include "gateway/base/text.hpp"
#include "gateway/protocol/message.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <optional>
#include <utility>

namespace cqhttp::cli {
namespace {

using protocol::Json;

constexpr double longest_pause = 24 * 60 * 60;

Result<std::chrono::milliseconds> read_pause(const Json& value) {
    const double seconds = value.is_number() ? value.get<double>() : -1;
    if (!(seconds >= 0) || seconds > longest_pause) {
        return failure(fmt::format("after: must be seconds from 0 to {:.0f}", longest_pause));
    }
    return std::chrono::milliseconds(static_cast<std::int64_t>(std::ceil(seconds * 1000)));
}

Result<InjectStep> read_step(std::string_view line) {
    auto json = protocol::parse_json(line);
    if (json.has_error()) {
        return failure("not JSON: " + json.error().detail);
    }
    if (!json->is_object()) {
        return failure(R"(must be an object, like {"after": 0.5, "event": {...}})");
    }
    InjectStep step;
    if (json->contains("post_type")) {
        step.event = std::move(*json);
        return step;
    }
    for (const auto& [name, value] : json->items()) {
        if (name == "after") {
            auto pause = read_pause(value);
            if (pause.has_error()) {
                return pause.error();
            }
            step.after = *pause;
        } else if (name == "event") {
            step.event = value;
        } else {
            return failure(fmt::format("{}: unknown member; a step has after and event", name));
        }
    }
    if (!step.event.is_object()) {
        return failure(step.event.is_null() ? "event: is missing" : "event: must be an object");
    }
    return step;
}

bool is_segment(const Json& value) {
    const auto type = value.is_object() ? value.find("type") : value.end();
    return type != value.end() && type->is_string();
}

}  // namespace

Result<std::vector<InjectStep>> read_script(std::string_view text, const std::string& name) {
    std::vector<InjectStep> steps;
    std::size_t number = 0;
    while (!text.empty()) {
        const std::size_t end = std::min(text.find('\n'), text.size());
        const std::string_view line = trim(text.substr(0, end));
        text.remove_prefix(std::min(end + 1, text.size()));
        ++number;
        if (line.empty() || line.starts_with('#')) {
            continue;
        }
        auto step = read_step(line);
        if (step.has_error()) {
            return failure(fmt::format("{}:{}: {}", name, number, step.error().detail));
        }
        step->where = fmt::format("{}:{}", name, number);
        steps.push_back(std::move(*step));
    }
    return steps;
}

Json message_of(std::string_view typed, bool plain) {
    if (plain) {
        return protocol::escape_text(typed);
    }
    const std::string_view start = trim(typed);
    if (start.starts_with('[') || start.starts_with('{')) {
        auto json = protocol::parse_json(start);
        const bool segments =
            json && (is_segment(*json) || (json->is_array() && !json->empty() &&
                                           std::all_of(json->begin(), json->end(), is_segment)));
        if (segments) {
            return std::move(*json);
        }
    }
    return std::string(typed);
}

}  // namespace cqhttp::cli
