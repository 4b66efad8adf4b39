#pragma once

#include "gateway/base/result.hpp"
#include "gateway/protocol/profile.hpp"

#include <filesystem>
#include <string>

namespace cqhttp::config {

// The text of a generated config/<self>.json (chapter 09 section 4, CFG-040).
std::string default_file_text(protocol::ProfileId profile);

// Writes it, with the directories it needs. An existing file is an error, never overwritten
// (CFG-007). Only the owner may read it: a token will be added.
Result<void> write_default_file(const std::filesystem::path& path, protocol::ProfileId profile);

}  // namespace cqhttp::config
