#pragma once

#include "cli/bench_connection.hpp"
#include "cli/bench_histogram.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace cqhttp::cli::bench {

// How often something is done.
struct Pace {
    double per_second = 0;    // open loop at this rate; 0: closed loop, the next follows the last
    std::uint64_t limit = 0;  // measured operations, then no more; 0: until stop()
};

// What one part has found.
struct Tally {
    std::string name;           // "ws", "get", "events"
    std::string unit = "call";  // of an operation; also "delivery", "post", "connection"
    std::size_t connections = 0;
    std::size_t in_flight = 1;     // of each connection
    double rate = 0;               // that was asked for; 0: closed loop
    std::uint64_t operations = 0;  // calls, deliveries or posts that ended while it was measured
    std::uint64_t events = 0;      // whose deliveries they are
    std::size_t event_bytes = 0;
    std::uint64_t reordered = 0;   // answers that came in another order than the calls
    std::uint64_t foreign = 0;     // events that nobody here has caused
    std::uint64_t unfinished = 0;  // of an open loop that the target did not keep up with
    Histogram latency;             // of an open loop: from when it was due
};

// A part of a run: connections of one kind and what they do. It works from begin() to stop() and
// counts from measure() on. Owned by the run; lives on its stage.
class Part {
public:
    virtual ~Part() = default;

    // All connections that must be open before begin().
    virtual std::vector<Connection*> connections() = 0;

    // Something that must be found out first, and whether it is.
    virtual void prepare() {}
    virtual bool prepared() const { return true; }

    virtual void begin(Clock::time_point now) = 0;
    // Before begin() where there is no warm-up.
    virtual void measure(Clock::time_point now) = 0;
    // Begins nothing more. `operations` stands still, latencies of what is under way still count.
    virtual void stop(Clock::time_point now) = 0;
    // Waits no longer: what an open loop still owes is unfinished, its latency at least what it is
    // now.
    virtual void give_up(Clock::time_point now) = 0;

    virtual void tick(Clock::time_point now) = 0;
    virtual Clock::time_point due() const { return Clock::time_point::max(); }

    // Whether the limit of its pace is reached.
    virtual bool enough() const = 0;
    // Since when the target owes its oldest answer or event; nothing where it owes none.
    virtual std::optional<Clock::time_point> waiting_since() const = 0;
    // Whether everything that was due is done.
    virtual bool done() const = 0;
    // What to say when that is too long.
    virtual std::string silence() const = 0;

    virtual Tally tally() const = 0;
};

}  // namespace cqhttp::cli::bench
