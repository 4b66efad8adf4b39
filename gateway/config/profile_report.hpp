#pragma once

#include "gateway/protocol/profile.hpp"

#include <string>

namespace cqhttp::config {

// What the profile changes against cqhttp-4.0, for `--check`: behaviour, actions, keys and
// defaults. All of it is read from the tables.
std::string describe_profile(protocol::ProfileId profile);

}  // namespace cqhttp::config
