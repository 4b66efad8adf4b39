#pragma once

#include <nlohmann/json.hpp>

#include <optional>
#include <string>
#include <string_view>

// The suite's own reading of JSON: it shares no code with the gateway's protocol.
namespace cqhttp::conformance {

using Json = nlohmann::json;

// One document without anything behind it; nothing if it is none, is not UTF-8, or is nested
// deeper than 256.
std::optional<Json> parse_json(std::string_view text);

// Compact text; never throws.
std::string dump(const Json& value);
// The same, cut where it is long: for messages.
std::string dump_short(const Json& value);

// The member of an object; null (the JSON value) if there is none or it is no object.
const Json& member(const Json& object, std::string_view name);
bool has_member(const Json& object, std::string_view name);

// Equal as JSON: 1 and 1.0 differ, as do "1" and 1; the order of members does not matter.
bool same_json(const Json& a, const Json& b);

// The text of a member of the outermost object exactly as it stands in `document`, without the
// white space around it; nothing if there is none. The last of several counts.
std::optional<std::string> raw_member(std::string_view document, std::string_view name);

}  // namespace cqhttp::conformance
