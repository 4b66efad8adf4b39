#include "cli/bench_meter.hpp"

#include <fmt/format.h>

#include <ctime>

namespace cqhttp::cli::bench {
namespace {

std::chrono::nanoseconds own_time() {
    timespec time{};
    ::clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time);
    return std::chrono::seconds(time.tv_sec) + std::chrono::nanoseconds(time.tv_nsec);
}

}  // namespace

Result<Meter> Meter::of(const std::vector<pid_t>& pids) {
    Meter meter;
    for (const pid_t pid : pids) {
        auto clock = ProcessClock::of(pid);
        if (clock.has_error()) {
            return clock.error();
        }
        meter.clocks_.push_back(clock.value());
    }
    return meter;
}

Meter Meter::of_listener(const Endpoint& endpoint) {
    Meter meter;
    if (!endpoint.loopback()) {
        meter.problem_ = "the target is not on this machine";
        return meter;
    }
    const Listeners found = find_listeners(endpoint.port());
    if (auto known = of(found.pids); known.has_value() && !found.pids.empty()) {
        return known.value();
    }
    meter.problem_ =
        found.others_hidden
            ? "the process that listens there belongs to another user or container; "
              "--pid names it, root may read it"
            : fmt::format("no process of this machine listens on port {}", endpoint.port());
    return meter;
}

Meter::Reading Meter::read() const {
    Reading reading;
    reading.time = Clock::now();
    for (const ProcessClock& clock : clocks_) {
        const auto cpu = clock.cpu();
        const auto memory = clock.memory();
        if (!cpu || !memory) {
            reading.alive = false;
            continue;
        }
        reading.server.total += cpu->total;
        reading.server.user += cpu->user;
        reading.server.kernel += cpu->kernel;
        reading.memory.resident += memory->resident;
        reading.memory.own += memory->own;
    }
    reading.own = own_time();
    return reading;
}

std::vector<pid_t> Meter::pids() const {
    std::vector<pid_t> pids;
    for (const ProcessClock& clock : clocks_) {
        pids.push_back(clock.pid());
    }
    return pids;
}

std::chrono::nanoseconds own_cpu(const Meter::Reading& from, const Meter::Reading& to) {
    return to.own - from.own;
}

CpuTime server_cpu(const Meter::Reading& from, const Meter::Reading& to) {
    return {to.server.total - from.server.total, to.server.user - from.server.user,
            to.server.kernel - from.server.kernel};
}

}  // namespace cqhttp::cli::bench
