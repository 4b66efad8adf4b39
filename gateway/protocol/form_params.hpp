#pragma once

#include "gateway/protocol/params.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace cqhttp::protocol {

// Pairs of a query or a form body, decoded (HTTP-044 ... HTTP-047). Never fails: a value or name
// that is not UTF-8 becomes a parameter of kind `invalid`; pairs after the first `max_params` are
// ignored.
void add_form_params(Params& params, std::string_view encoded);

// Value of one decoded query pair, e.g. access_token; the first of that name (AUTH-013).
std::optional<std::string> find_query_value(std::string_view query, std::string_view name);

}  // namespace cqhttp::protocol
