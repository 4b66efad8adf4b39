#pragma once

#include "cli/bench_meter.hpp"
#include "cli/bench_part.hpp"
#include "cli/bench_stage.hpp"

#include <chrono>
#include <functional>
#include <memory>
#include <vector>

namespace cqhttp::cli::bench {

struct Timing {
    std::chrono::milliseconds warm_up{1'000};
    std::chrono::milliseconds duration{5'000};  // measured at the longest
    std::chrono::milliseconds timeout{10'000};  // for each connection, answer and event
};

// Connects everything, warms up, measures, lets end what is under way. Whatever goes wrong is the
// stage's fault then.
class Run {
public:
    Run(Stage& stage, const Meter& meter, const Timing& timing)
        : stage_(stage), meter_(meter), timing_(timing) {}

    void add(std::unique_ptr<Part> part) { parts_.push_back(std::move(part)); }

    // False: see stage.fault().
    bool measure(bool limited);
    // Instead of measure(): opens these connections and keeps them for `hold`, idle.
    bool ramp(const std::vector<Connection*>& connections, std::chrono::milliseconds hold);

    std::vector<Tally> tallies() const;
    const Meter::Reading& before() const noexcept { return before_; }  // the first connection
    const Meter::Reading& from() const noexcept { return from_; }
    const Meter::Reading& to() const noexcept { return to_; }

private:
    bool open_all(const std::vector<Connection*>& connections);
    bool drop_opened(std::vector<Connection*>& opening);
    // Serves until `done` says so, which is true, or until the deadline or a fault.
    bool serve(const std::function<bool()>& done, Clock::time_point deadline);
    void check_silence(Clock::time_point now);
    bool all(bool (Part::*ask)() const) const;
    void drain();

    Stage& stage_;
    const Meter& meter_;
    Timing timing_;
    std::vector<std::unique_ptr<Part>> parts_;
    Meter::Reading before_, from_, to_;
    Clock::time_point silence_checked_;
};

}  // namespace cqhttp::cli::bench
