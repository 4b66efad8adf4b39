#pragma once

#include "cli/bench_calls.hpp"
#include "cli/bench_posts.hpp"

#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace cqhttp::cli::bench {

class Events;

// One who gets every event once, in order.
struct Receiver {
    std::uint32_t next = 0;  // number of the event that must come
};

// A WebSocket on /event/.
class Subscriber final : public Connection {
public:
    Subscriber(Stage& stage, const Approach& approach, Events& events)
        : Connection(stage, approach), events_(events) {}
    Receiver& receiver() noexcept { return receiver_; }

private:
    void received(std::string_view text, std::string_view head) override;
    std::size_t receive_known(std::string_view bytes) override;

    Events& events_;
    Receiver receiver_;
};

struct EventPlan {
    std::string name;
    std::string unit;  // "delivery" or "post"
    ApiCall stimulus;  // causes one event; "{n}" in it is its number
    bool own = false;  // the stimulus is ours: a message, padded to `bytes`
    std::size_t bytes = 0;
    std::size_t subscribers = 0;
    std::size_t burst = 1;  // events caused together
    Pace pace;              // in events
    ApiTarget target;       // of the stimulus
};

// A private message to the account of that many further characters.
ApiCall own_stimulus(std::size_t padding);

// Calls that cause events, and those who must get them. Every event is followed to each receiver by
// a number in its text; where the stimulus has none, events are counted. In a closed loop the next
// burst follows once all of the last one has arrived everywhere.
class Events final : public Part, private Caller, private PostSink {
public:
    Events(Stage& stage, const Approach& stimuli, EventPlan plan);
    ~Events() override;

    // Who gets the events; before connections().
    void subscribe(const Approach& approach);
    void receive_posts(PostPlan plan);

    // An event has come.
    void arrived(Receiver& receiver, std::string_view text);
    // The same for one that was not checked yet: false where it must be.
    bool arrived_known(Receiver& receiver, std::string_view text);

    std::vector<Connection*> connections() override;
    void prepare() override;
    bool prepared() const override;
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
    enum class Phase : std::uint8_t { idle, probing, warm, measured, stopped };

    struct Flight {  // an event that has not arrived everywhere
        Clock::time_point due, sent;
        std::size_t missing = 0;
    };

    void answered(CallConnection& connection, const PendingCall& call, bool in_order) override;
    void served(CallConnection& connection) override;
    void posted(std::size_t address, std::string_view body) override;
    bool may_begin() const noexcept;
    bool quiet() const noexcept;
    void cause(Clock::time_point due);
    void cause_burst(Clock::time_point now);
    bool belongs(const Receiver& receiver, std::string_view text);
    void count(Receiver& receiver, std::string_view text);
    void learn(const Receiver& receiver, std::string_view text);
    void finish_probe();
    void make_stimulus(std::size_t padding);
    std::size_t receivers() const noexcept;

    Stage& stage_;
    EventPlan plan_;
    PreparedCall stimulus_;
    ReplyReader replies_;
    CallConnection caller_;
    std::vector<std::unique_ptr<Subscriber>> subscribers_;
    std::unique_ptr<PostReceiver> posts_;
    std::vector<Receiver> addresses_;  // of its posts
    std::deque<Flight> flights_;
    std::uint32_t first_ = 0;  // number of the first flight
    std::uint32_t next_ = 0;   // number of the next event
    std::uint64_t begun_ = 0;
    std::size_t probe_copies_ = 0;  // of the number in an event
    KnownText known_;               // event, but for its numbers
    std::size_t number_at_ = 0;     // the event's own, in it
    Clock::duration step_{};
    Clock::time_point measured_from_, due_, last_due_;
    Phase phase_ = Phase::idle;
    Tally tally_;
};

}  // namespace cqhttp::cli::bench
