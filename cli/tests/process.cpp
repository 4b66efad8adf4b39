#include "cli/tests/process.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <cstdlib>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdexcept>
#include <string_view>
#include <sys/ioctl.h>
#include <sys/wait.h>
#include <system_error>
#include <termios.h>
#include <unistd.h>

extern char** environ;

namespace cqhttp::cli::test {
namespace {

using Clock = std::chrono::steady_clock;

constexpr std::array<std::string_view, 6> variables{"CQHTTP_URL", "CQHTTP_TOKEN", "CQHTTP_SECRET",
                                                    "NO_COLOR",   "COLUMNS",      "TERM"};

int checked(int result, const char* what) {
    if (result < 0) {
        throw std::system_error(errno, std::generic_category(), what);
    }
    return result;
}

struct Ends {
    int ours = -1;
    int theirs = -1;
};

Ends make_pipe(bool they_write) {
    std::array<int, 2> ends{};
    checked(::pipe2(ends.data(), O_CLOEXEC), "pipe2");
    return they_write ? Ends{ends[0], ends[1]} : Ends{ends[1], ends[0]};
}

Ends make_terminal(unsigned short columns) {
    Ends ends;
    ends.ours = checked(::posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC), "posix_openpt");
    checked(::grantpt(ends.ours), "grantpt");
    checked(::unlockpt(ends.ours), "unlockpt");
    ends.theirs = checked(::open(::ptsname(ends.ours), O_RDWR | O_NOCTTY | O_CLOEXEC), "pts");
    termios settings{};
    checked(::tcgetattr(ends.theirs, &settings), "tcgetattr");
    settings.c_oflag &= ~static_cast<tcflag_t>(OPOST);  // no carriage returns
    checked(::tcsetattr(ends.theirs, TCSANOW, &settings), "tcsetattr");
    winsize size{};
    size.ws_row = 25;
    size.ws_col = columns;
    checked(::ioctl(ends.theirs, TIOCSWINSZ, &size), "TIOCSWINSZ");
    return ends;
}

Ends make_output(const Start& start) {
    switch (start.output) {
        case Output::pipe: return make_pipe(true);
        case Output::terminal: return make_terminal(start.columns);
        case Output::full_device:
            return {-1, checked(::open("/dev/full", O_WRONLY | O_CLOEXEC), "/dev/full")};
    }
    return {};
}

std::vector<std::string> environment_of(const Start& start) {
    std::vector<std::string> list;
    for (char** entry = environ; *entry != nullptr; ++entry) {
        const std::string_view text(*entry);
        const std::string_view name = text.substr(0, text.find('='));
        if (std::find(variables.begin(), variables.end(), name) == variables.end()) {
            list.emplace_back(text);
        }
    }
    for (const auto& [name, value] : start.environment) {
        list.push_back(name + "=" + value);
    }
    return list;
}

std::vector<char*> pointers_to(std::vector<std::string>& texts) {
    std::vector<char*> pointers;
    for (std::string& text : texts) {
        pointers.push_back(text.data());
    }
    pointers.push_back(nullptr);
    return pointers;
}

void close_and_forget(int& descriptor) {
    if (descriptor >= 0) {
        ::close(descriptor);
        descriptor = -1;
    }
}

void read_some(int& descriptor, std::string& into) {
    std::array<char, 4096> piece{};
    const ssize_t count = ::read(descriptor, piece.data(), piece.size());
    if (count > 0) {
        into.append(piece.data(), static_cast<std::size_t>(count));
    } else {
        close_and_forget(descriptor);  // the end; a terminal says EIO
    }
}

void write_some(int& descriptor, std::string& from) {
    const ssize_t count = from.empty() ? -1 : ::write(descriptor, from.data(), from.size());
    if (count > 0) {
        from.erase(0, static_cast<std::size_t>(count));
    }
    if (count <= 0 || from.empty()) {
        close_and_forget(descriptor);
    }
}

// The program that was built beside the tests, or the one of another preset.
std::string program() {
    const char* folder = std::getenv("CQHTTP_PROGRAMS");
    return folder != nullptr ? std::string(folder) + "/cqhttp-cli" : CQHTTP_CLI;
}

}  // namespace

Process::Process(Start start) : input_(std::move(start.input)) {
    ::signal(SIGPIPE, SIG_IGN);  // the program may end before it has read its input
    std::vector<std::string> arguments{program()};
    arguments.insert(arguments.end(), start.arguments.begin(), start.arguments.end());
    std::vector<std::string> environment = environment_of(start);
    const std::vector<char*> argument_list = pointers_to(arguments);
    const std::vector<char*> environment_list = pointers_to(environment);
    const Ends in = make_pipe(false);
    const Ends out = make_output(start);
    const Ends err = make_pipe(true);
    pid_ = checked(::fork(), "fork");
    if (pid_ == 0) {
        ::dup2(in.theirs, STDIN_FILENO);
        ::dup2(out.theirs, STDOUT_FILENO);
        ::dup2(err.theirs, STDERR_FILENO);
        ::signal(SIGPIPE, SIG_DFL);
        ::execve(argument_list[0], argument_list.data(), environment_list.data());
        ::_exit(127);
    }
    ::close(in.theirs);
    ::close(out.theirs);
    ::close(err.theirs);
    in_ = in.ours;
    out_ = out.ours;
    err_ = err.ours;
}

Process::~Process() {
    if (pid_ > 0) {
        ::kill(pid_, SIGKILL);
        ::waitpid(pid_, nullptr, 0);
    }
    close_and_forget(in_);
    close_and_forget(out_);
    close_and_forget(err_);
}

void Process::send_signal(int signal) const {
    checked(::kill(pid_, signal), "kill");
}

void Process::type(std::string_view text) {
    while (!text.empty()) {
        const ssize_t count = ::write(in_, text.data(), text.size());
        text.remove_prefix(static_cast<std::size_t>(checked(static_cast<int>(count), "write")));
    }
}

void Process::end_input() {
    close_and_forget(in_);
}

// Moves what there is to move. False when the time is up.
bool Process::pump(Deadline deadline) {
    const int in = input_.empty() ? -1 : in_;
    std::array<pollfd, 3> ends{{{in, POLLOUT, 0}, {out_, POLLIN, 0}, {err_, POLLIN, 0}}};
    const auto left =
        std::chrono::duration_cast<std::chrono::milliseconds>(deadline - Clock::now());
    if (left.count() <= 0 ||
        ::poll(ends.data(), ends.size(), static_cast<int>(left.count())) == 0) {
        return false;
    }
    if (ends[0].revents != 0) {
        write_some(in_, input_);
    }
    if (ends[1].revents != 0) {
        read_some(out_, ended_.out);
    }
    if (ends[2].revents != 0) {
        read_some(err_, ended_.err);
    }
    return true;
}

const Ended& Process::wait_for(std::string_view text) {
    const auto deadline = Clock::now() + std::chrono::seconds(60);
    while (ended_.out.find(text) == std::string::npos &&
           ended_.err.find(text) == std::string::npos) {
        if ((out_ < 0 && err_ < 0) || !pump(deadline)) {
            throw std::runtime_error("cqhttp-cli did not say \"" + std::string(text) +
                                     "\"; it said: " + ended_.out + ended_.err);
        }
    }
    return ended_;
}

Ended Process::wait() {
    const auto deadline = Clock::now() + std::chrono::seconds(60);
    if (input_.empty()) {
        end_input();
    }
    while (out_ >= 0 || err_ >= 0) {
        if (!pump(deadline)) {
            ::kill(pid_, SIGKILL);
            throw std::runtime_error("cqhttp-cli did not end in time; it said: " + ended_.err);
        }
    }
    int status = 0;
    checked(::waitpid(pid_, &status, 0), "waitpid");
    pid_ = -1;
    ended_.code = WIFEXITED(status) ? WEXITSTATUS(status) : 1000 + WTERMSIG(status);
    return ended_;
}

Ended run(Start start) {
    Process process(std::move(start));
    return process.wait();
}

}  // namespace cqhttp::cli::test
