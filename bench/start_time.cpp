// Starts a server, ends it again and prints two numbers in milliseconds: how long it took from fork
// to the first answered call, and how much CPU time the server used for it, which a busy machine
// changes less. What stands after "--" is the server's command line.

#include "bench/descriptor.hpp"
#include "bench/http_exchange.hpp"
#include "bench/options.hpp"
#include "bench/process_clock.hpp"

#include <fmt/format.h>

#include <array>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <fcntl.h>
#include <limits>
#include <sched.h>
#include <signal.h>
#include <string>
#include <sys/socket.h>
#include <sys/wait.h>
#include <thread>
#include <unistd.h>
#include <vector>

namespace cqhttp::bench {
namespace {

using Clock = std::chrono::steady_clock;
using std::chrono_literals::operator""s;
using std::chrono_literals::operator""ms;
using std::chrono_literals::operator""us;

constexpr auto longest_start = 5s;
constexpr auto longest_end = 5s;
constexpr auto pause = 200us;
constexpr std::uint64_t any_core = 1024;

// Becomes the server. Its output would mix with ours.
[[noreturn]] void become(std::vector<char*>& command, std::uint64_t core) {
    if (core != any_core) {
        cpu_set_t cores;
        CPU_ZERO(&cores);
        CPU_SET(core, &cores);
        ::sched_setaffinity(0, sizeof cores, &cores);
    }
    const int nowhere = ::open("/dev/null", O_WRONLY);
    ::dup2(nowhere, STDOUT_FILENO);
    ::dup2(nowhere, STDERR_FILENO);
    ::execvp(command[0], command.data());
    ::_exit(127);
}

bool answers(std::uint16_t port, const std::string& request) {
    const auto socket = connect_to(port);
    if (!socket) {
        return false;
    }
    ::send(socket->number(), request.data(), request.size(), MSG_NOSIGNAL);
    std::array<char, 4096> room;
    std::size_t received = 0;
    Answer answer;
    while (answer.state == Answer::State::incomplete) {
        const ssize_t size =
            ::recv(socket->number(), room.data() + received, room.size() - received, 0);
        if (size <= 0) {
            return false;
        }
        received += static_cast<std::size_t>(size);
        answer = find_answer({room.data(), received});
    }
    return answer.state == Answer::State::good;
}

bool ended(pid_t pid) {
    return ::waitpid(pid, nullptr, WNOHANG) != 0;
}

void end(pid_t pid) {
    ::kill(pid, SIGTERM);
    const auto deadline = Clock::now() + longest_end;
    while (!ended(pid)) {
        if (Clock::now() > deadline) {
            ::kill(pid, SIGKILL);
            ::waitpid(pid, nullptr, 0);
            return;
        }
        std::this_thread::sleep_for(1ms);
    }
}

struct Start {
    std::chrono::duration<double, std::milli> time, cpu;
};

Result<Start> measure(std::vector<std::string> arguments, std::uint64_t core, std::uint16_t port) {
    std::vector<char*> command;
    for (std::string& argument : arguments) {
        command.push_back(argument.data());
    }
    command.push_back(nullptr);
    const std::string request = request_text(Method::get, {});
    const auto begin = Clock::now();
    const pid_t pid = ::fork();
    if (pid < 0) {
        return system_failure("cannot fork");
    }
    if (pid == 0) {
        become(command, core);
    }
    while (!answers(port, request)) {
        if (ended(pid)) {
            return failure("the server ended before it answered");
        }
        if (Clock::now() > begin + longest_start) {
            end(pid);
            return failure("the server did not answer in time");
        }
        std::this_thread::sleep_for(pause);
    }
    Start start;
    start.time = Clock::now() - begin;
    const auto clock = ProcessClock::of(pid);
    if (clock) {
        start.cpu = clock->now();
    }
    end(pid);
    if (!clock) {
        return clock.error();
    }
    return start;
}

Result<void> run(int argc, const char* const* argv) {
    Options options{{{"port", "0"}, {"core", std::to_string(any_core)}}};
    if (auto read = options.read(argc, argv); !read) {
        return read;
    }
    const auto port = options.number("port", std::numeric_limits<std::uint16_t>::max());
    const auto core = options.number("core", any_core);
    if (!port || !core) {
        return port ? core.error() : port.error();
    }
    if (options.command.empty()) {
        return failure("the command line of a server is missing after --");
    }
    const auto start = measure(options.command, *core, static_cast<std::uint16_t>(*port));
    if (!start) {
        return start.error();
    }
    fmt::print("{:.2f} {:.2f}\n", start->time.count(), start->cpu.count());
    return {};
}

}  // namespace
}  // namespace cqhttp::bench

int main(int argc, char** argv) {
    if (const auto done = cqhttp::bench::run(argc, argv); !done) {
        fmt::print(stderr, "start_time: {}\n", done.error().detail);
        return 1;
    }
    return 0;
}
