#pragma once

#include <chrono>
#include <string>
#include <string_view>
#include <sys/types.h>
#include <utility>
#include <vector>

namespace cqhttp::cli::test {

enum class Output { pipe, terminal, full_device };

// How the program is started. Of this process's environment it gets everything but the variables
// that the program reads.
struct Start {
    std::vector<std::string> arguments;
    std::string input = {};
    std::vector<std::pair<std::string, std::string>> environment = {};
    Output output = Output::pipe;
    unsigned short columns = 80;  // of the terminal
};

struct Ended {
    int code = -1;  // 1000 + the signal that ended it
    std::string out;
    std::string err;
};

// The real cqhttp-cli. Throws std::runtime_error where the system does not play along.
class Process {
public:
    explicit Process(Start start);
    ~Process();  // ends the program if wait() has not
    Process(const Process&) = delete;
    Process& operator=(const Process&) = delete;

    void send_signal(int signal) const;
    // Writes to standard input, which stays open; wait() or end_input() closes it.
    void type(std::string_view text);
    void end_input();
    // Returns when the output or the error output holds `text`: all of it so far. Throws with what
    // there is after 60 s.
    const Ended& wait_for(std::string_view text);
    // Feeds the input, collects the output, and returns when the program has ended. After 60 s it
    // is killed.
    Ended wait();

private:
    using Deadline = std::chrono::steady_clock::time_point;
    bool pump(Deadline deadline);

    std::string input_;
    Ended ended_;
    pid_t pid_ = -1;
    int in_ = -1;
    int out_ = -1;
    int err_ = -1;
};

Ended run(Start start);

}  // namespace cqhttp::cli::test
