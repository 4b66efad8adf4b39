#pragma once

#include "gateway/protocol/action_catalogue.hpp"
#include "gateway/protocol/profile.hpp"

#include <string>

namespace cqhttp::cli {

// A command line that calls the action and succeeds against the sandbox's built-in world
// (fixtures/world/default.json).
std::string example_of(const protocol::ActionSpec& spec, protocol::ProfileId profile);

// What has to be so for it; empty for most actions.
std::string example_needs(const protocol::ActionSpec& spec);

}  // namespace cqhttp::cli
