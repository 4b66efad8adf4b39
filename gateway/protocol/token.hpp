#pragma once

#include "gateway/base/secret.hpp"
#include "gateway/protocol/profile.hpp"

#include <optional>
#include <string_view>

namespace cqhttp::protocol {

// What a request brought along. Views into the request.
struct Credentials {
    std::optional<std::string_view> authorization;  // the header's value, absent without the header
    std::optional<std::string_view> query_token;    // decoded value of access_token= in the query
};

enum class Access { granted, missing /* 401 */, wrong /* 403 */ };

// The truth table of chapter 10 (AUTH-001 ... AUTH-026). An empty configured token grants
// everything.
Access check_access(const Secret& configured, const Credentials& presented, const Profile& profile);

}  // namespace cqhttp::protocol
