#pragma once

#include "gateway/base/result.hpp"

#include <boost/asio/awaitable.hpp>

#include <chrono>
#include <cstddef>
#include <filesystem>
#include <optional>
#include <string>
#include <sys/types.h>
#include <utility>
#include <vector>

namespace cqhttp::conformance {

namespace asio = boost::asio;

// A program with its children, in a process group of its own, its output in one file. What still
// runs when this is destroyed is killed; the program is also killed when this process dies.
class Process {
public:
    struct Command {
        std::vector<std::string> words;  // the program first, looked up in PATH
        std::vector<std::pair<std::string, std::string>> environment = {};  // besides ours
        std::filesystem::path directory;                                    // to run in
        std::filesystem::path log;  // takes standard output and error
        std::string input = {};     // for standard input, at most 64 KiB
    };

    static Result<Process> start(const Command& command);
    Process(Process&& other) noexcept;
    Process& operator=(Process&& other) noexcept;
    ~Process();

    // How it ended: "exit code 1", "signal 11 (Segmentation fault)"; nothing while it runs.
    std::optional<std::string> ended();
    bool succeeded() const noexcept { return status_ && *status_ == 0; }
    // Waits for the end; false if it runs on.
    asio::awaitable<bool> wait(std::chrono::milliseconds limit);
    // SIGTERM to the program, SIGKILL to what is left of the group after the limit.
    asio::awaitable<void> stop(std::chrono::milliseconds limit);
    void signal(int number);

private:
    explicit Process(pid_t pid) : pid_(pid) {}
    void kill_group() noexcept;

    pid_t pid_ = -1;
    std::optional<int> status_;
};

}  // namespace cqhttp::conformance
