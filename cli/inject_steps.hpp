#pragma once

#include "gateway/base/result.hpp"
#include "gateway/protocol/json.hpp"

#include <chrono>
#include <string>
#include <string_view>
#include <vector>

namespace cqhttp::cli {

// One event that somebody wants to happen.
struct InjectStep {
    std::chrono::milliseconds after{0};  // the step before it
    protocol::Json event;
    std::string where = {};  // "script.jsonl:3" or "event 2 of 7", for what goes wrong
};

// A scenario: one {"after": SECONDS, "event": {...}} on each line, or an event itself; empty lines
// and lines that begin with # say nothing. The error names line and member, of the first mistake.
Result<std::vector<InjectStep>> read_script(std::string_view text, const std::string& name);

// `typed` as the value of an event's `message`: the JSON of a segment or of an array of segments
// stays that, everything else is a CQ string, or its text where it is `plain`.
protocol::Json message_of(std::string_view typed, bool plain);

}  // namespace cqhttp::cli
