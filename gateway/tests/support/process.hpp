#pragma once

#include <chrono>
#include <filesystem>
#include <optional>
#include <string>
#include <sys/types.h>
#include <utility>
#include <vector>

namespace cqhttp::test {

// A program started by a test, its output kept in files. What still runs when this is destroyed is
// killed.
class Process {
public:
    struct Options {
        std::vector<std::string> arguments;  // the program's path first
        std::vector<std::pair<std::string, std::string>> environment = {};  // besides ours
        std::string input = {};
        std::filesystem::path output_directory;  // for the two output files
    };

    explicit Process(const Options& options);
    ~Process();
    Process(const Process&) = delete;
    Process& operator=(const Process&) = delete;

    pid_t pid() const noexcept { return pid_; }
    bool running();
    void signal(int number);
    // The exit code, 128 + n for a death by signal n; nothing if it has not ended by then.
    std::optional<int> wait(std::chrono::milliseconds limit = std::chrono::seconds(60));

    std::string output() const;  // of standard output so far
    std::string errors() const;  // of standard error so far

private:
    pid_t pid_ = -1;
    std::optional<int> code_;
    std::filesystem::path output_file_, error_file_;
};

struct Finished {
    int code;
    std::string output, errors;
};

// Runs a program to its end.
Finished run(const std::vector<std::string>& arguments, const std::string& input = {},
             const std::vector<std::pair<std::string, std::string>>& environment = {});

}  // namespace cqhttp::test
