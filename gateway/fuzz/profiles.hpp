#pragma once

#include "gateway/protocol/profile.hpp"

#include <array>

namespace cqhttp::fuzz {

inline constexpr std::array<protocol::ProfileId, 3> all_profile_ids{
    protocol::ProfileId::cqhttp_4_0, protocol::ProfileId::cqhttp_4_15,
    protocol::ProfileId::onebot_11};

}  // namespace cqhttp::fuzz
