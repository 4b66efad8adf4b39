#pragma once

#include "gateway/protocol/action_request.hpp"
#include "gateway/protocol/event.hpp"
#include "gateway/protocol/profile.hpp"

#include <string_view>
#include <vector>

namespace cqhttp::protocol {

// What the answer to an event asks for.
struct QuickOperation {
    std::vector<ActionRequest> calls;  // in the order reply, delete, kick, ban (QOP-009)
    bool block = false;                // QOP-038
};

// Translates the body of an answer into ordinary calls (QOP-001 ... QOP-040). A body that is empty,
// not JSON or not an object asks for nothing (QOP-002, QOP-004). Pure.
QuickOperation read_quick_operation(const Event& event, std::string_view body,
                                    const Profile& profile);

}  // namespace cqhttp::protocol
