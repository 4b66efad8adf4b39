#pragma once

#include "gateway/base/result.hpp"
#include "gateway/protocol/json.hpp"
#include "gateway/protocol/profile.hpp"

#include <string_view>
#include <vector>

namespace cqhttp::cli {

// The events in a text: one JSON value, an array of them, or one on each line. The error says where
// it is no JSON, or what is no object.
Result<std::vector<protocol::Json>> read_events(std::string_view text);

// An event as it was received, turned into what the gateway's filter has seen: `message` as an
// array of segments (FLT-013) and the 4.x shape (BC-006). What is no event stays as it is.
protocol::Json as_filters_see(protocol::Json event, const protocol::Profile& profile);

}  // namespace cqhttp::cli
