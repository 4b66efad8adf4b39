#pragma once

#include "cli/bench_part.hpp"
#include "cli/bench_process.hpp"

#include <chrono>
#include <optional>
#include <string>
#include <vector>

namespace cqhttp::cli::bench {

// What the operating system said about the target while it was measured.
struct ServerCost {
    std::vector<pid_t> pids;
    CpuTime cpu;           // spent
    Memory before, after;  // before the first connection; at the end of the measurement
};

// All of one run.
struct Report {
    std::string name;
    std::string scenario;
    std::string what;  // in words: "get_login_info"
    std::string target;
    std::string started;  // UTC
    std::chrono::duration<double> seconds{};
    std::vector<Tally> parts;
    std::optional<ServerCost> server;
    std::string no_server;  // why there is no server cost
    std::chrono::nanoseconds own_cpu{};
};

// One line of JSON; a file of results is any number of them.
std::string json_text(const Report& report);
// For people.
std::string plain_text(const Report& report);

// "1.25 ms", "840 us", "12.4 s".
std::string readable(std::chrono::nanoseconds time);
// "1 234 567".
std::string readable(std::uint64_t number);

}  // namespace cqhttp::cli::bench
