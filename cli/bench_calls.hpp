#pragma once

#include "cli/bench_part.hpp"
#include "cli/bench_wire.hpp"

#include <cstdint>
#include <deque>
#include <memory>
#include <vector>

namespace cqhttp::cli::bench {

class CallConnection;

// A call that is not answered yet.
struct PendingCall {
    std::uint32_t echo = 0;
    Clock::time_point due, sent;  // equal in a closed loop
};

// Who makes calls over connections.
class Caller {
public:
    virtual ~Caller() = default;
    virtual void answered(CallConnection& connection, const PendingCall& call, bool in_order) = 0;
    // All answers of one read are reported.
    virtual void served(CallConnection& connection) = 0;
};

// Calls over one connection, any number of them in flight. Over a WebSocket an answer belongs to
// the call with its echo; over HTTP to the oldest one. A failed call ends the run.
class CallConnection final : public Connection {
public:
    CallConnection(Stage& stage, const Approach& approach, Caller& caller, ReplyReader& replies)
        : Connection(stage, approach),
          caller_(caller),
          replies_(replies),
          ws_(!approach.upgrade.empty()) {}

    // flush() sends it.
    void call(const PreparedCall& call, Clock::time_point due, std::uint32_t number);
    std::size_t pending() const noexcept { return pending_.size(); }
    const std::deque<PendingCall>& calls() const noexcept { return pending_; }

private:
    void received(std::string_view text, std::string_view head) override;
    std::size_t receive_known(std::string_view bytes) override;
    void received_all() override;
    // False where nobody has asked for it.
    bool answered(std::optional<std::uint32_t> echo);

    Caller& caller_;
    ReplyReader& replies_;
    std::deque<PendingCall> pending_;
    std::uint32_t echo_ = first_number;
    bool ws_;
};

struct CallPlan {
    std::string name;
    PreparedCall call;
    std::size_t connections = 1;
    std::size_t in_flight = 1;
    bool in_order = false;  // an answer out of order is a fault
    Pace pace;
};

// The same call again and again over several connections. In a closed loop every answer is followed
// by the next call of that connection. In an open one calls are due at a fixed rate; one that finds
// every connection busy waits, and its latency counts from when it was due, so that a slow target
// cannot hide (no coordinated omission).
class Calls final : public Part, private Caller {
public:
    Calls(Stage& stage, const Approach& approach, CallPlan plan);

    std::vector<Connection*> connections() override;
    void begin(Clock::time_point now) override;
    void measure(Clock::time_point now) override;
    void stop(Clock::time_point now) override;
    void give_up(Clock::time_point now) override;
    void tick(Clock::time_point now) override;
    Clock::time_point due() const override;
    bool enough() const override;
    std::optional<Clock::time_point> waiting_since() const override;
    bool done() const override;
    std::string silence() const override;
    Tally tally() const override;

private:
    enum class Phase : std::uint8_t { idle, warm, measured, stopped };

    void answered(CallConnection& connection, const PendingCall& call, bool in_order) override;
    void served(CallConnection& connection) override;
    bool open_loop() const noexcept { return plan_.pace.per_second > 0; }
    bool may_begin() const noexcept;
    bool owes(Clock::time_point now) const noexcept;
    void begin_call(CallConnection& connection, Clock::time_point due);
    void fill(CallConnection& connection, Clock::time_point now);

    Stage& stage_;
    CallPlan plan_;
    ReplyReader replies_;
    std::vector<std::unique_ptr<CallConnection>> connections_;
    std::deque<CallConnection*> free_;        // open loop: one entry for each call that fits
    std::vector<CallConnection*> unflushed_;  // open loop: within one tick
    std::size_t pending_ = 0;
    std::uint64_t begun_ = 0;  // since measure(), and what was under way then
    std::uint32_t number_ = first_number;
    Clock::duration step_{};  // open loop: between two calls
    Clock::time_point measured_from_, due_, last_due_;
    Phase phase_ = Phase::idle;
    Tally tally_;
};

}  // namespace cqhttp::cli::bench
