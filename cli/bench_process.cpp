#include "cli/bench_process.hpp"

#include "gateway/base/text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <dirent.h>
#include <fstream>
#include <iterator>
#include <memory>
#include <sstream>
#include <unistd.h>

namespace cqhttp::cli::bench {
namespace {

std::string read_text(const std::string& path) {
    std::ifstream file(path);
    return {std::istreambuf_iterator<char>(file), {}};
}

// The value in KiB of a line "Name:   123 kB" of /proc/PID/status, in bytes.
std::optional<std::uint64_t> status_bytes(const std::string& status, std::string_view name) {
    const std::size_t at = status.find(name);
    if (at == std::string::npos) {
        return {};
    }
    return std::strtoull(status.c_str() + at + name.size(), nullptr, 10) * 1024;
}

template <class Visit>
void each_entry(const std::string& folder, Visit visit) {
    const auto close = [](DIR* open) { ::closedir(open); };
    const std::unique_ptr<DIR, decltype(close)> open(::opendir(folder.c_str()), close);
    while (open) {
        const dirent* entry = ::readdir(open.get());
        if (entry == nullptr) {
            return;
        }
        visit(std::string(entry->d_name));
    }
}

bool holds_socket(const std::string& folder, const std::vector<std::string>& sockets) {
    bool found = false;
    each_entry(folder, [&](const std::string& name) {
        char link[64];
        const ssize_t size = ::readlink((folder + "/" + name).c_str(), link, sizeof link);
        const std::string_view text(link, size > 0 ? static_cast<std::size_t>(size) : 0);
        found = found || std::find(sockets.begin(), sockets.end(), text) != sockets.end();
    });
    return found;
}

std::chrono::nanoseconds from_ticks(std::uint64_t ticks) {
    const auto per_second = static_cast<std::uint64_t>(::sysconf(_SC_CLK_TCK));
    return std::chrono::nanoseconds(ticks * (1'000'000'000 / per_second));
}

}  // namespace

Result<ProcessClock> ProcessClock::of(pid_t pid) {
    ProcessClock clock;
    clock.pid_ = pid;
    const int code = ::clock_getcpuclockid(pid, &clock.id_);
    if (code != 0) {
        return failure({code, boost::system::system_category()},
                       fmt::format("cannot read the CPU time of process {}", pid));
    }
    if (!clock.cpu()) {
        return failure(fmt::format("there is no process {}", pid));
    }
    return clock;
}

std::optional<CpuTime> ProcessClock::cpu() const {
    timespec time{};
    if (::clock_gettime(id_, &time) != 0) {
        return {};
    }
    CpuTime cpu;
    cpu.total = std::chrono::seconds(time.tv_sec) + std::chrono::nanoseconds(time.tv_nsec);
    const std::string stat = read_text(fmt::format("/proc/{}/stat", pid_));
    const std::size_t name_end = stat.rfind(')');
    if (name_end == std::string::npos) {
        return {};
    }
    // Fields 3 and on; user and system time are 14 and 15.
    std::istringstream fields(stat.substr(name_end + 1));
    std::string skipped;
    for (int field = 3; field < 14; ++field) {
        fields >> skipped;
    }
    std::uint64_t user = 0, kernel = 0;
    fields >> user >> kernel;
    cpu.user = from_ticks(user);
    cpu.kernel = from_ticks(kernel);
    return cpu;
}

std::optional<Memory> ProcessClock::memory() const {
    const std::string status = read_text(fmt::format("/proc/{}/status", pid_));
    const auto resident = status_bytes(status, "\nVmRSS:");
    const auto own = status_bytes(status, "\nRssAnon:");
    if (!resident || !own) {
        return {};
    }
    return Memory{*resident, *own};
}

std::vector<std::uint64_t> listening_inodes(const std::string& table, std::uint16_t port) {
    // "  sl  local_address rem_address st tx:rx tr:when retrnsmt uid timeout inode ..."
    const std::string ending = fmt::format(":{:04X}", port);
    std::vector<std::uint64_t> found;
    std::istringstream lines(table);
    for (std::string line; std::getline(lines, line);) {
        std::istringstream fields(line);
        std::string number, local, remote, state, skipped;
        fields >> number >> local >> remote >> state;
        if (state != "0A" || !local.ends_with(ending)) {
            continue;
        }
        std::uint64_t inode = 0;
        fields >> skipped >> skipped >> skipped >> skipped >> skipped >> inode;
        if (inode != 0) {
            found.push_back(inode);
        }
    }
    return found;
}

Listeners find_listeners(std::uint16_t port) {
    std::vector<std::string> sockets;
    for (const std::string table : {"/proc/net/tcp", "/proc/net/tcp6"}) {
        for (const std::uint64_t inode : listening_inodes(read_text(table), port)) {
            sockets.push_back(fmt::format("socket:[{}]", inode));
        }
    }
    Listeners found;
    if (sockets.empty()) {
        return found;
    }
    each_entry("/proc", [&](const std::string& name) {
        const auto pid = parse_int64(name);
        if (pid && holds_socket("/proc/" + name + "/fd", sockets)) {
            found.pids.push_back(static_cast<pid_t>(*pid));
        }
    });
    found.others_hidden = found.pids.empty();
    return found;
}

}  // namespace cqhttp::cli::bench
