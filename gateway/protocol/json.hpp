#pragma once

#include "gateway/base/result.hpp"

#include <nlohmann/json.hpp>

#include <string>
#include <string_view>

namespace cqhttp::protocol {

// A JSON value that is held in memory: configuration, filters, seed worlds, data of the actions
// that are not hot. Requests are read with RequestParser, replies are written with JsonWriter.
using Json = nlohmann::json;

// Parses one document. Never throws and never nests deeper than `max_json_depth`; the error names
// line and column. A UTF-8 byte order mark at the start is skipped.
Result<Json> parse_json(std::string_view text);

// Compact text. Never throws: invalid UTF-8 becomes U+FFFD.
std::string dump_json(const Json& value);

}  // namespace cqhttp::protocol
