#include "cli/bench_calls.hpp"

#include "cli/console.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace cqhttp::cli::bench {

void CallConnection::call(const PreparedCall& call, Clock::time_point due, std::uint32_t number) {
    pending_.push_back({echo_, due, stage().now()});
    call.append(output(), echo_, number);
    echo_ = echo_ == last_number ? first_number : echo_ + 1;
}

void CallConnection::received(std::string_view text, std::string_view head) {
    const ReplyFacts facts = replies_.read(text, head);
    if (facts.fault) {
        stage().fail(facts.fault->exit_code, approach().url.printable() + ": " + facts.fault->what);
    } else if (!answered(facts.echo)) {
        stage().fail(
            exit_code::failed,
            approach().url.printable() + ": an answer that nobody has asked for: " + excerpt(text));
    }
}

std::size_t CallConnection::receive_known(std::string_view bytes) {
    const auto known = ws_ ? replies_.find_frame(bytes) : replies_.find_answer(bytes);
    const auto echo = ws_ ? std::optional(known.echo) : std::nullopt;
    return known.size > 0 && answered(echo) ? known.size : 0;
}

bool CallConnection::answered(std::optional<std::uint32_t> echo) {
    if (pending_.empty()) {
        return false;
    }
    if (!echo || pending_.front().echo == *echo) {
        const PendingCall call = pending_.front();
        pending_.pop_front();
        caller_.answered(*this, call, true);
        return true;
    }
    const auto has_echo = [&echo](const PendingCall& call) { return call.echo == *echo; };
    const auto found = std::find_if(pending_.begin(), pending_.end(), has_echo);
    if (found == pending_.end()) {
        return false;
    }
    const PendingCall call = *found;
    pending_.erase(found);
    caller_.answered(*this, call, false);
    return true;
}

void CallConnection::received_all() {
    caller_.served(*this);
}

Calls::Calls(Stage& stage, const Approach& approach, CallPlan plan)
    : stage_(stage), plan_(std::move(plan)), replies_(!approach.upgrade.empty()) {
    Caller& caller = *this;
    for (std::size_t i = 0; i < plan_.connections; ++i) {
        connections_.push_back(std::make_unique<CallConnection>(stage, approach, caller, replies_));
    }
    tally_.name = plan_.name;
    tally_.connections = plan_.connections;
    tally_.in_flight = plan_.in_flight;
    tally_.rate = plan_.pace.per_second;
    if (open_loop()) {
        const std::chrono::duration<double> step(1 / plan_.pace.per_second);
        step_ = std::max(std::chrono::duration_cast<Clock::duration>(step), Clock::duration(1));
    }
}

std::vector<Connection*> Calls::connections() {
    std::vector<Connection*> all;
    for (const auto& connection : connections_) {
        all.push_back(connection.get());
    }
    return all;
}

void Calls::begin(Clock::time_point now) {
    phase_ = phase_ == Phase::idle ? Phase::warm : phase_;
    due_ = last_due_ = now;
    for (const auto& connection : connections_) {
        if (open_loop()) {
            continue;
        }
        fill(*connection, now);
        connection->flush();
    }
    for (std::size_t i = 0; open_loop() && i < plan_.in_flight; ++i) {
        for (const auto& connection : connections_) {
            free_.push_back(connection.get());
        }
    }
    tick(now);
}

void Calls::measure(Clock::time_point now) {
    phase_ = Phase::measured;
    measured_from_ = now;
    tally_.operations = 0;
    tally_.reordered = 0;
    begun_ = pending_;
}

void Calls::stop(Clock::time_point now) {
    phase_ = Phase::stopped;
    last_due_ = now;
}

bool Calls::may_begin() const noexcept {
    if (phase_ == Phase::measured) {
        return plan_.pace.limit == 0 || begun_ < plan_.pace.limit;
    }
    return phase_ == Phase::warm;
}

void Calls::begin_call(CallConnection& connection, Clock::time_point due) {
    connection.call(plan_.call, due, number_);
    number_ = number_ == last_number ? first_number : number_ + 1;
    ++pending_;
    ++begun_;
}

void Calls::fill(CallConnection& connection, Clock::time_point now) {
    while (connection.pending() < plan_.in_flight && may_begin()) {
        begin_call(connection, now);
    }
}

void Calls::answered(CallConnection& connection, const PendingCall& call, bool in_order) {
    --pending_;
    if (!in_order) {
        ++tally_.reordered;
        if (plan_.in_order) {
            stage_.fail(exit_code::failed, "answers came in another order than the calls");
            return;
        }
    }
    if (phase_ == Phase::measured) {
        ++tally_.operations;
    }
    if (phase_ != Phase::warm && call.due >= measured_from_) {
        tally_.latency.record(stage_.now() - call.due);
    }
    if (open_loop()) {
        free_.push_back(&connection);
    }
}

void Calls::served(CallConnection& connection) {
    const auto now = stage_.now();
    if (open_loop()) {
        tick(now);
    } else if (phase_ == Phase::warm || phase_ == Phase::measured) {
        fill(connection, now);
        connection.flush();
    }
}

// Whether an open loop has to begin a call now. What was due before stop() is still begun
// afterwards.
bool Calls::owes(Clock::time_point now) const noexcept {
    if (phase_ == Phase::stopped) {
        return plan_.pace.limit == 0 && due_ <= last_due_;
    }
    return due_ <= now && may_begin();
}

void Calls::tick(Clock::time_point now) {
    if (!open_loop()) {
        return;
    }
    while (owes(now) && !free_.empty()) {
        CallConnection* connection = free_.front();
        free_.pop_front();
        begin_call(*connection, due_);
        unflushed_.push_back(connection);
        due_ += step_;
    }
    for (CallConnection* connection : unflushed_) {
        if (!connection->output().empty()) {
            connection->flush();
        }
    }
    unflushed_.clear();
}

void Calls::give_up(Clock::time_point now) {
    for (const auto& connection : connections_) {
        for (const PendingCall& call : connection->calls()) {
            tally_.latency.record(now - call.due);
            ++tally_.unfinished;
        }
    }
    for (; open_loop() && owes(now); due_ += step_) {
        tally_.latency.record(now - due_);
        ++tally_.unfinished;
    }
}

Clock::time_point Calls::due() const {
    const bool waits = open_loop() && !free_.empty() && may_begin();
    return waits ? due_ : Clock::time_point::max();
}

bool Calls::done() const {
    return pending_ == 0 && !(open_loop() && owes(last_due_));
}

bool Calls::enough() const {
    return plan_.pace.limit != 0 && tally_.operations >= plan_.pace.limit;
}

std::optional<Clock::time_point> Calls::waiting_since() const {
    if (pending_ == 0) {
        return {};
    }
    auto oldest = Clock::time_point::max();
    for (const auto& connection : connections_) {
        if (connection->pending() > 0) {
            oldest = std::min(oldest, connection->calls().front().sent);
        }
    }
    return oldest;
}

std::string Calls::silence() const {
    return "a call was not answered in time; --timeout SECONDS waits longer";
}

Tally Calls::tally() const {
    return tally_;
}

}  // namespace cqhttp::cli::bench
