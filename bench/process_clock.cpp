#include "bench/process_clock.hpp"

#include <fmt/format.h>

namespace cqhttp::bench {

Result<ProcessClock> ProcessClock::of(pid_t pid) {
    ProcessClock clock;
    clock.used_ = pid != 0;
    const int code = clock.used_ ? ::clock_getcpuclockid(pid, &clock.id_) : 0;
    if (code != 0) {
        return failure({code, boost::system::system_category()},
                       fmt::format("cannot read the CPU time of process {}", pid));
    }
    return clock;
}

std::chrono::nanoseconds ProcessClock::now() const {
    timespec time = {};
    if (used_) {
        ::clock_gettime(id_, &time);
    }
    return std::chrono::seconds(time.tv_sec) + std::chrono::nanoseconds(time.tv_nsec);
}

}  // namespace cqhttp::bench
