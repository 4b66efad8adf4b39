#pragma once

#include "cli/api_client.hpp"
#include "gateway/base/result.hpp"
#include "gateway/protocol/params.hpp"

#include <optional>
#include <span>
#include <string>

namespace cqhttp::cli {

// Parameters as the command line gives them.
struct ParameterTexts {
    std::span<const std::string> pairs;     // name=value (a text) and name:=JSON (a typed value)
    std::optional<std::string> param_json;  // an object; pairs win over its members
};

// Reads them for that encoding. Numbers keep their spelling. The error says which argument is wrong
// and how to write it.
Result<protocol::Params> read_parameters(const ParameterTexts& texts, Encoding encoding);

}  // namespace cqhttp::cli
