#pragma once

#include "gateway/account/entities.hpp"

#include <cstdint>
#include <string_view>

namespace cqhttp::account {

// The account's number where none is configured. The built-in world has no user of that number.
inline constexpr std::int64_t default_self_id = 10086001;

// Text of fixtures/world/default.json, put into the program when it is built.
std::string_view default_world_text();

// The built-in world for an account of that number. Where one of its users has the number, that
// user goes by default_self_id instead.
WorldData default_world(std::int64_t self_id);

}  // namespace cqhttp::account
