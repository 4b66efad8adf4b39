// Loads one HTTP server of this machine: every connection writes a request, waits for the answer
// and writes the next one. Prints one line of JSON. Its own work per request is small (prepared
// bytes, an answer is searched and not parsed), so it may share a small machine with the server.

#include "bench/descriptor.hpp"
#include "bench/http_exchange.hpp"
#include "bench/options.hpp"
#include "bench/process_clock.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <cstddef>
#include <cstdio>
#include <limits>
#include <string>
#include <string_view>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/types.h>
#include <unistd.h>
#include <utility>
#include <vector>

namespace cqhttp::bench {
namespace {

using Clock = std::chrono::steady_clock;
using std::chrono::nanoseconds;

constexpr std::size_t room_per_answer = 4096;

struct Plan {
    std::uint16_t port = 0;
    pid_t pid = 0;  // of the server; 0 if its CPU time does not matter
    std::size_t connections = 0;
    std::size_t requests = 0;
    std::size_t warm_up = 0;  // requests before the measured ones
    std::chrono::seconds longest{};
    std::string request;
};

struct Instant {
    Clock::time_point time;
    nanoseconds server{}, own{};
};

struct Measured {
    Instant begin, end;
    std::vector<nanoseconds> latencies;
};

struct Connection {
    Descriptor socket;
    Clock::time_point sent;
    std::size_t received = 0;
    std::array<char, room_per_answer> room;
};

// One run of load: opens all connections, then serves whichever has its answer.
class Load {
public:
    Load(Plan plan, ProcessClock server, ProcessClock own)
        : plan_(std::move(plan)), server_(server), own_(own), connections_(plan_.connections) {
        measured_.latencies.reserve(plan_.requests);
    }

    Result<Measured> run() {
        if (auto opened = open(); !opened) {
            return opened.error();
        }
        const auto deadline = Clock::now() + plan_.longest;
        std::array<epoll_event, 64> events;
        for (Connection& connection : connections_) {
            if (auto sent = send(connection); !sent) {
                return sent.error();
            }
        }
        while (measured_.latencies.size() < plan_.requests) {
            const int count = ::epoll_wait(poll_.number(), events.data(), events.size(), 1000);
            if (count < 0 && errno != EINTR) {
                return system_failure("cannot wait");
            }
            if (Clock::now() > deadline) {
                return failure("the server did not answer all requests in time");
            }
            for (int i = 0; i < count; ++i) {
                auto& event = events[static_cast<std::size_t>(i)];
                if (auto served = serve(*static_cast<Connection*>(event.data.ptr)); !served) {
                    return served.error();
                }
            }
        }
        return std::move(measured_);
    }

private:
    Result<void> open() {
        poll_ = Descriptor(::epoll_create1(EPOLL_CLOEXEC));
        for (Connection& connection : connections_) {
            auto socket = connect_to(plan_.port);
            if (!socket) {
                return socket.error();
            }
            connection.socket = std::move(*socket);
            epoll_event event = {.events = EPOLLIN, .data = {.ptr = &connection}};
            if (::epoll_ctl(poll_.number(), EPOLL_CTL_ADD, connection.socket.number(), &event)) {
                return system_failure("cannot watch a socket");
            }
        }
        return {};
    }

    // A request is far smaller than the buffer of an idle socket: it goes out whole or not at all.
    Result<void> send(Connection& connection) {
        connection.sent = Clock::now();
        const ssize_t size = ::send(connection.socket.number(), plan_.request.data(),
                                    plan_.request.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
        if (size != static_cast<ssize_t>(plan_.request.size())) {
            return system_failure("cannot send a request");
        }
        return {};
    }

    Result<void> serve(Connection& connection) {
        const std::size_t space = connection.room.size() - connection.received;
        const ssize_t size =
            ::recv(connection.socket.number(), connection.room.data() + connection.received, space,
                   MSG_DONTWAIT);
        if (size < 0 && (errno == EAGAIN || errno == EINTR)) {
            return {};
        }
        if (size <= 0) {
            return size < 0 ? system_failure("cannot receive")
                            : failure("the server closed a connection");
        }
        connection.received += static_cast<std::size_t>(size);
        const std::string_view received(connection.room.data(), connection.received);
        const Answer answer = find_answer(received);
        if (answer.state == Answer::State::incomplete && received.size() < room_per_answer) {
            return {};
        }
        if (answer.state != Answer::State::good || answer.size != received.size()) {
            return failure(fmt::format("this is no good answer: {}", received));
        }
        connection.received = 0;
        note(Clock::now() - connection.sent);
        return send(connection);
    }

    void note(nanoseconds latency) {
        ++answered_;
        if (answered_ > plan_.warm_up && measured_.latencies.size() < plan_.requests) {
            measured_.latencies.push_back(latency);
        }
        if (answered_ == plan_.warm_up) {
            measured_.begin = {Clock::now(), server_.now(), own_.now()};
        } else if (answered_ == plan_.warm_up + plan_.requests) {
            measured_.end = {Clock::now(), server_.now(), own_.now()};
        }
    }

    Plan plan_;
    ProcessClock server_, own_;
    Descriptor poll_;
    std::vector<Connection> connections_;
    std::size_t answered_ = 0;
    Measured measured_;
};

double microseconds(nanoseconds time) {
    return static_cast<double>(time.count()) / 1000;
}

double percentile(std::vector<nanoseconds>& latencies, std::size_t percent) {
    const std::size_t place = (latencies.size() - 1) * percent / 100;
    const auto middle = latencies.begin() + static_cast<std::ptrdiff_t>(place);
    std::nth_element(latencies.begin(), middle, latencies.end());
    return microseconds(*middle);
}

void print(Measured& measured) {
    const auto requests = static_cast<double>(measured.latencies.size());
    const std::chrono::duration<double> time = measured.end.time - measured.begin.time;
    fmt::print(
        "{{\"requests\":{},\"seconds\":{:.3f},\"requests_per_second\":{:.0f},"
        "\"server_cpu_us\":{:.3f},\"own_cpu_us\":{:.3f},\"p50_us\":{:.1f},\"p99_us\":{:.1f}}}\n",
        measured.latencies.size(), time.count(), requests / time.count(),
        microseconds(measured.end.server - measured.begin.server) / requests,
        microseconds(measured.end.own - measured.begin.own) / requests,
        percentile(measured.latencies, 50), percentile(measured.latencies, 99));
}

Result<Plan> read_plan(const Options& options) {
    const std::string& method = options.text("method");
    if (method != "get" && method != "post") {
        return failure("--method takes get or post");
    }
    const auto port = options.number("port", std::numeric_limits<std::uint16_t>::max());
    const auto pid = options.number("pid", std::numeric_limits<pid_t>::max());
    const auto connections = options.number("connections", 1024);
    const auto requests = options.number("requests", 10'000'000);
    const auto longest = options.number("seconds", 3600);
    for (const auto& number : {port, pid, connections, requests, longest}) {
        if (!number) {
            return number.error();
        }
    }
    if (*port == 0 || *connections == 0 || *requests == 0) {
        return failure("--port, --connections and --requests must not be 0");
    }
    Plan plan;
    plan.port = static_cast<std::uint16_t>(*port);
    plan.pid = static_cast<pid_t>(*pid);
    plan.connections = *connections;
    plan.requests = *requests;
    plan.warm_up = std::max(*connections, *requests / 10);
    plan.longest = std::chrono::seconds(*longest);
    plan.request =
        request_text(method == "get" ? Method::get : Method::post, options.text("token"));
    return plan;
}

Result<void> run(int argc, const char* const* argv) {
    Options options{{{"port", "0"},
                     {"pid", "0"},
                     {"connections", "64"},
                     {"requests", "50000"},
                     {"method", "get"},
                     {"token", ""},
                     {"seconds", "60"}}};
    if (auto read = options.read(argc, argv); !read) {
        return read;
    }
    auto plan = read_plan(options);
    if (!plan) {
        return plan.error();
    }
    const auto server = ProcessClock::of(plan->pid);
    const auto own = ProcessClock::of(::getpid());
    if (!server || !own) {
        return server ? own.error() : server.error();
    }
    auto measured = Load(std::move(*plan), *server, *own).run();
    if (!measured) {
        return measured.error();
    }
    print(*measured);
    return {};
}

}  // namespace
}  // namespace cqhttp::bench

int main(int argc, char** argv) {
    if (const auto done = cqhttp::bench::run(argc, argv); !done) {
        fmt::print(stderr, "http_load: {}\n", done.error().detail);
        return 1;
    }
    return 0;
}
