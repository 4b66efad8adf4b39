#pragma once

#include "gateway/account/entities.hpp"
#include "gateway/base/result.hpp"
#include "gateway/protocol/json.hpp"

#include <cstdint>
#include <string_view>

// The seed file of a sandbox world (docs/sandbox.md). Pure: text in, rows out.
namespace cqhttp::account {

// Reads a seed. "self" in it stands for `self_id`. The error names every member that is wrong by
// its path, "groups[0].members[2].user: no user 5", so that a seed is mended in one go.
Result<WorldData> parse_world(std::string_view text, std::int64_t self_id);

// A seed that parse_world reads back as the same rows.
protocol::Json world_to_json(const WorldData& world);

}  // namespace cqhttp::account
