#pragma once

#include "cli/bench_socket.hpp"
#include "gateway/base/result.hpp"

#include <chrono>
#include <csignal>
#include <optional>
#include <string>
#include <vector>

namespace cqhttp::cli::bench {

using Clock = std::chrono::steady_clock;

// Why a run ends without a result, and the exit code that says so.
struct Fault {
    int exit_code = 0;
    std::string what;
};

// Something with a file descriptor that the stage watches.
class Pollable {
public:
    virtual ~Pollable() = default;
    // Called when it can be read or written, or is broken; `events` as epoll has them.
    virtual void ready(unsigned events) = 0;
};

// What every part of a run shares: the wait for sockets, memory to read into, and the first thing
// that went wrong, which ends the run. While it lives, Ctrl-C (SIGINT), SIGTERM and SIGHUP are
// noticed instead of ending the program. Lives on one thread.
class Stage {
public:
    Stage();
    ~Stage();
    Stage(const Stage&) = delete;
    Stage& operator=(const Stage&) = delete;

    // Watches for input; change() adds and drops the wish to write.
    void watch(int descriptor, unsigned events, Pollable& owner);
    void change(int descriptor, unsigned events, Pollable& owner);

    // Serves what is ready; waits for it until then at the longest.
    void serve(Clock::time_point until);

    // When the sockets were last looked at: one look at the clock counts for all that a read
    // brought.
    Clock::time_point now() const noexcept { return now_; }
    void look_at_clock() noexcept { now_ = Clock::now(); }

    // The first one counts.
    void fail(int exit_code, std::string what);
    const std::optional<Fault>& fault() const noexcept { return fault_; }

    // Memory to receive into, used by one reader at a time.
    std::vector<char>& room() noexcept { return room_; }

private:
    void take_signal();

    Descriptor poll_;
    Descriptor signals_;
    sigset_t before_{};
    Clock::time_point now_ = Clock::now();
    std::vector<char> room_;
    std::optional<Fault> fault_;
};

}  // namespace cqhttp::cli::bench
