#pragma once

#include <chrono>

namespace cqhttp::action {

// Restarts the gateway: every listener and connection ends, the configuration is read again, all
// starts anew (ACT-041). Implemented by the program.
class Restarter {
public:
    virtual ~Restarter() = default;
    // Returns at once; answers under way are delivered before anything is shut down (ACT-040). A
    // request while one is pending changes nothing.
    virtual void restart_after(std::chrono::milliseconds delay) = 0;
};

}  // namespace cqhttp::action
