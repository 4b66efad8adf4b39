#pragma once

#include "gateway/base/result.hpp"

#include <chrono>
#include <ctime>
#include <sys/types.h>

namespace cqhttp::bench {

// CPU time, user and system, of all threads of a process since its start.
class ProcessClock {
public:
    // Process 0 is none: its time stands still.
    static Result<ProcessClock> of(pid_t pid);

    std::chrono::nanoseconds now() const;

private:
    clockid_t id_ = 0;
    bool used_ = false;
};

}  // namespace cqhttp::bench
