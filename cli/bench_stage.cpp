#include "cli/bench_stage.hpp"

#include "cli/console.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <span>
#include <sys/epoll.h>
#include <sys/signalfd.h>
#include <unistd.h>
#include <utility>

namespace cqhttp::cli::bench {
namespace {

constexpr std::size_t room_size = 256 * 1024;
constexpr std::size_t events_at_once = 256;

// An open loop needs a finer clock than the milliseconds of epoll_wait; a kernel or a container
// without the finer call has to do with those.
int wait_for(int poll, std::span<epoll_event> events, std::chrono::nanoseconds time) {
    using std::chrono::milliseconds;
    const auto whole = std::chrono::duration_cast<std::chrono::seconds>(time);
    const timespec exact{.tv_sec = whole.count(), .tv_nsec = (time - whole).count()};
    const int size = static_cast<int>(events.size());
    const int count = ::epoll_pwait2(poll, events.data(), size, &exact, nullptr);
    if (count < 0 && (errno == ENOSYS || errno == EPERM)) {
        const auto rounded = std::chrono::ceil<milliseconds>(time);
        return ::epoll_wait(poll, events.data(), size, static_cast<int>(rounded.count()));
    }
    return count;
}

}  // namespace

Stage::Stage() : poll_(::epoll_create1(EPOLL_CLOEXEC)), room_(room_size) {
    sigset_t signals;
    sigemptyset(&signals);
    for (const int signal : {SIGINT, SIGTERM, SIGHUP}) {
        sigaddset(&signals, signal);
    }
    ::sigprocmask(SIG_BLOCK, &signals, &before_);
    signals_ = Descriptor(::signalfd(-1, &signals, SFD_CLOEXEC | SFD_NONBLOCK));
    epoll_event event{.events = EPOLLIN, .data = {.ptr = nullptr}};
    if (!poll_.valid() || !signals_.valid() ||
        ::epoll_ctl(poll_.number(), EPOLL_CTL_ADD, signals_.number(), &event) != 0) {
        fail(exit_code::no_answer, system_failure("cannot wait for sockets").detail);
    }
}

Stage::~Stage() {
    ::sigprocmask(SIG_SETMASK, &before_, nullptr);
}

void Stage::watch(int descriptor, unsigned events, Pollable& owner) {
    epoll_event event{.events = events, .data = {.ptr = &owner}};
    if (::epoll_ctl(poll_.number(), EPOLL_CTL_ADD, descriptor, &event) != 0) {
        fail(exit_code::no_answer, system_failure("cannot watch a socket").detail);
    }
}

void Stage::change(int descriptor, unsigned events, Pollable& owner) {
    epoll_event event{.events = events, .data = {.ptr = &owner}};
    if (::epoll_ctl(poll_.number(), EPOLL_CTL_MOD, descriptor, &event) != 0) {
        fail(exit_code::no_answer, system_failure("cannot watch a socket").detail);
    }
}

void Stage::serve(Clock::time_point until) {
    std::array<epoll_event, events_at_once> events;
    const auto left = std::chrono::nanoseconds(until - Clock::now());
    const int count = wait_for(poll_.number(), events, std::max(left, std::chrono::nanoseconds(0)));
    if (count < 0 && errno != EINTR) {
        fail(exit_code::no_answer, system_failure("cannot wait for sockets").detail);
    }
    look_at_clock();
    for (int i = 0; i < count && !fault_; ++i) {
        const epoll_event& event = events[static_cast<std::size_t>(i)];
        if (event.data.ptr == nullptr) {
            take_signal();
        } else {
            static_cast<Pollable*>(event.data.ptr)->ready(event.events);
        }
    }
}

void Stage::take_signal() {
    signalfd_siginfo info{};
    if (::read(signals_.number(), &info, sizeof info) == sizeof info) {
        fail(exit_code::interrupted, "interrupted; nothing was measured");
    }
}

void Stage::fail(int exit_code, std::string what) {
    if (!fault_) {
        fault_ = Fault{exit_code, std::move(what)};
    }
}

}  // namespace cqhttp::cli::bench
