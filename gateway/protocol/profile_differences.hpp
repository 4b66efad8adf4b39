#pragma once

#include "gateway/protocol/profile.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace cqhttp::protocol {

struct ProfileDifference {
    std::string_view subject;
    std::string here, there;
};

// What `profile` does otherwise than `other`, for people, in the order of the table of profiles.
std::vector<ProfileDifference> differences(const Profile& profile, const Profile& other);

// Names of the actions that `profile` has and `other` has not, in the order of the catalogue.
std::vector<std::string_view> further_actions(const Profile& profile, const Profile& other);

}  // namespace cqhttp::protocol
