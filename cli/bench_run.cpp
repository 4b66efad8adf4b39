#include "cli/bench_run.hpp"

#include "cli/console.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace cqhttp::cli::bench {
namespace {

using std::chrono_literals::operator""ms;

// More at once would only overflow the queue of the listener.
constexpr std::size_t opening_at_once = 64;
constexpr auto longest_wait = 50ms;

}  // namespace

// False once one of them has taken too long.
bool Run::drop_opened(std::vector<Connection*>& opening) {
    std::erase_if(opening, [](const Connection* connection) { return connection->open(); });
    const auto now = Clock::now();
    for (const Connection* connection : opening) {
        if (now - connection->connected_from() > timing_.timeout) {
            stage_.fail(exit_code::no_answer,
                        "a connection was not accepted in time; --timeout SECONDS waits longer");
            return false;
        }
    }
    return true;
}

bool Run::open_all(const std::vector<Connection*>& connections) {
    std::vector<Connection*> opening;
    std::size_t begun = 0;
    while (begun < connections.size() || !opening.empty()) {
        while (begun < connections.size() && opening.size() < opening_at_once) {
            connections[begun]->connect(begun);
            opening.push_back(connections[begun]);
            ++begun;
        }
        stage_.serve(Clock::now() + longest_wait);
        if (stage_.fault() || !drop_opened(opening)) {
            return false;
        }
    }
    return true;
}

void Run::check_silence(Clock::time_point now) {
    if (now - silence_checked_ < longest_wait) {
        return;
    }
    silence_checked_ = now;
    for (const auto& part : parts_) {
        const auto since = part->waiting_since();
        if (since && now - *since > timing_.timeout) {
            stage_.fail(exit_code::no_answer, part->silence());
        }
    }
}

bool Run::serve(const std::function<bool()>& done, Clock::time_point deadline) {
    while (!stage_.fault() && !done()) {
        const auto now = Clock::now();
        if (now >= deadline) {
            return false;
        }
        auto until = std::min(deadline, now + longest_wait);
        for (const auto& part : parts_) {
            until = std::min(until, part->due());
        }
        stage_.serve(until);
        const auto served = Clock::now();
        for (const auto& part : parts_) {
            part->tick(served);
        }
        check_silence(served);
    }
    return !stage_.fault();
}

bool Run::all(bool (Part::*ask)() const) const {
    return std::all_of(parts_.begin(), parts_.end(),
                       [ask](const auto& part) { return ((*part).*ask)(); });
}

bool Run::measure(bool limited) {
    before_ = meter_.read();
    std::vector<Connection*> connections;
    for (const auto& part : parts_) {
        const auto more = part->connections();
        connections.insert(connections.end(), more.begin(), more.end());
    }
    if (!open_all(connections)) {
        return false;
    }
    for (const auto& part : parts_) {
        part->prepare();
    }
    serve([this] { return all(&Part::prepared); }, Clock::time_point::max());
    const bool warm = timing_.warm_up > 0ms;
    const auto begin = [this] {
        for (const auto& part : parts_) {
            part->begin(Clock::now());
        }
    };
    if (warm) {
        begin();
        serve([] { return false; }, Clock::now() + timing_.warm_up);
    }
    from_ = meter_.read();
    for (const auto& part : parts_) {
        part->measure(Clock::now());
    }
    if (!warm) {
        begin();
    }
    const auto enough = [this, limited] { return limited && all(&Part::enough); };
    const bool in_time = serve(enough, from_.time + timing_.duration);
    to_ = meter_.read();
    for (const auto& part : parts_) {
        part->stop(Clock::now());
    }
    if (limited && !in_time) {
        stage_.fail(exit_code::no_answer,
                    "not all of --requests were done in the time that "
                    "--seconds gives");
    }
    drain();
    if (meter_.known() && !to_.alive) {
        stage_.fail(exit_code::no_answer, "the process of the target has ended");
    }
    return !stage_.fault();
}

// An open loop that the target did not keep up with is a result, anything else that does not end is
// not.
void Run::drain() {
    serve([this] { return all(&Part::done); }, Clock::now() + timing_.timeout);
    for (const auto& part : parts_) {
        if (part->done()) {
            continue;
        }
        if (part->tally().rate > 0) {
            part->give_up(Clock::now());
        } else {
            stage_.fail(exit_code::no_answer, part->silence());
        }
    }
}

bool Run::ramp(const std::vector<Connection*>& connections, std::chrono::milliseconds hold) {
    before_ = from_ = meter_.read();
    if (!open_all(connections)) {
        return false;
    }
    to_ = meter_.read();
    serve([] { return false; }, Clock::now() + hold);
    to_.memory = meter_.read().memory;
    // All of them live if all of them answer.
    for (Connection* connection : connections) {
        connection->ping();
    }
    const auto answered = [&connections] {
        return std::all_of(connections.begin(), connections.end(),
                           [](const Connection* one) { return one->pongs() > 0; });
    };
    if (!serve(answered, Clock::now() + timing_.timeout)) {
        stage_.fail(exit_code::no_answer, "a connection did not answer a ping in time");
    }
    return !stage_.fault();
}

std::vector<Tally> Run::tallies() const {
    std::vector<Tally> all;
    for (const auto& part : parts_) {
        all.push_back(part->tally());
    }
    return all;
}

}  // namespace cqhttp::cli::bench
