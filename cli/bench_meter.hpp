#pragma once

#include "cli/bench_process.hpp"
#include "cli/bench_report.hpp"
#include "cli/bench_stage.hpp"

#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace cqhttp::cli::bench {

// Reads what the processes of the target and this one have used so far.
class Meter {
public:
    Meter() = default;
    // Measures this process only, and says why.
    explicit Meter(std::string problem) : problem_(std::move(problem)) {}

    // The processes that were named; an error if one cannot be read.
    static Result<Meter> of(const std::vector<pid_t>& pids);
    // Those that listen at that endpoint, if it is of this machine and they may be seen.
    static Meter of_listener(const Endpoint& endpoint);

    struct Reading {
        Clock::time_point time;
        CpuTime server;
        Memory memory;
        std::chrono::nanoseconds own{};
        bool alive = true;  // all processes of the target
    };
    Reading read() const;

    bool known() const noexcept { return !clocks_.empty(); }
    // Why it is not.
    const std::string& problem() const noexcept { return problem_; }
    std::vector<pid_t> pids() const;

private:
    std::vector<ProcessClock> clocks_;
    std::string problem_;
};

// What was used between two readings.
std::chrono::nanoseconds own_cpu(const Meter::Reading& from, const Meter::Reading& to);
CpuTime server_cpu(const Meter::Reading& from, const Meter::Reading& to);

}  // namespace cqhttp::cli::bench
