#pragma once

#include "gateway/account/backend.hpp"
#include "gateway/protocol/action_request.hpp"

namespace cqhttp::action {

// Where the calls of a transport go: to the dispatcher, or to it by way of its loop.
class Calls {
public:
    virtual ~Calls() = default;
    // Never throws. An unknown action answers retcode 1404, which HTTP turns into status 404. What
    // is needed longer than the call is taken out of the request; what is left of it is the
    // caller's.
    virtual account::Answer call(protocol::ActionRequest&& request) = 0;
};

}  // namespace cqhttp::action
