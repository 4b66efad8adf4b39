#pragma once

#include "gateway/account/entities.hpp"
#include "gateway/base/result.hpp"

#include <cstdint>
#include <filesystem>

namespace cqhttp::account {

// The world of a seed file, or the built-in one without a path. Errors name the file and every
// mistake in it.
Result<WorldData> read_seed(const std::filesystem::path& seed, std::int64_t self_id);

}  // namespace cqhttp::account
