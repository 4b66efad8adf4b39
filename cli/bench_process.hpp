#pragma once

#include "gateway/base/result.hpp"

#include <chrono>
#include <cstdint>
#include <ctime>
#include <optional>
#include <string>
#include <sys/types.h>
#include <vector>

// What the operating system says about a process of this machine.
namespace cqhttp::cli::bench {

// Bytes that are in memory: all of them, and those that are the process's own (no file behind
// them, nothing of the kernel's).
struct Memory {
    std::uint64_t resident = 0;
    std::uint64_t own = 0;
};

struct CpuTime {
    std::chrono::nanoseconds total{};           // user and system, all threads, exact
    std::chrono::nanoseconds user{}, kernel{};  // counted in clock ticks of 10 ms
};

class ProcessClock {
public:
    static Result<ProcessClock> of(pid_t pid);

    pid_t pid() const noexcept { return pid_; }
    // Nothing once the process has ended.
    std::optional<CpuTime> cpu() const;
    std::optional<Memory> memory() const;

private:
    pid_t pid_ = 0;
    clockid_t id_ = 0;
};

// A process that listens on a TCP port, and those whose sockets cannot be seen.
struct Listeners {
    std::vector<pid_t> pids;
    bool others_hidden = false;  // somebody listens there whom we may not see
};
Listeners find_listeners(std::uint16_t port);

// Inodes of the listening sockets of that port in the text of /proc/net/tcp or /proc/net/tcp6.
std::vector<std::uint64_t> listening_inodes(const std::string& table, std::uint16_t port);

}  // namespace cqhttp::cli::bench
