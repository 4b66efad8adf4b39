#pragma once

#include "gateway/config/config.hpp"
#include "gateway/config/report.hpp"

#include <cstdint>
#include <span>

namespace cqhttp::config {

// What is wrong between accounts, or between the parts of one: two servers on one port, two
// profiles in one gateway.
enum class Servers : std::uint8_t { compare, skip };
void check_conflicts(std::span<const AccountConfig> accounts, Servers servers, Report& report);

}  // namespace cqhttp::config
