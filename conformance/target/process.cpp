#include "conformance/target/process.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <fmt/format.h>

#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

namespace cqhttp::conformance {
namespace {

// Everything the child needs, made before the fork: after it only calls that are safe there.
struct Prepared {
    explicit Prepared(const Process::Command& command)
        : words(command.words), directory(command.directory.string()) {
        for (const auto& [name, value] : command.environment) {
            variables.push_back(name + "=" + value);
        }
        for (char** entry = environ; *entry != nullptr; ++entry) {
            variables.emplace_back(*entry);
        }
        for (std::string& word : words) {
            arguments.push_back(word.data());
        }
        for (std::string& variable : variables) {
            environment.push_back(variable.data());
        }
        arguments.push_back(nullptr);
        environment.push_back(nullptr);
    }

    std::vector<std::string> words, variables;
    std::vector<char*> arguments, environment;
    std::string directory;
};

[[noreturn]] void become(const Prepared& prepared, int input, int log) {
    ::setpgid(0, 0);
    ::prctl(PR_SET_PDEATHSIG, SIGKILL);
    sigset_t none;
    sigemptyset(&none);
    ::sigprocmask(SIG_SETMASK, &none, nullptr);
    for (const int number : {SIGINT, SIGTERM, SIGPIPE}) {
        ::signal(number, SIG_DFL);
    }
    const bool ready = ::dup2(input, STDIN_FILENO) >= 0 && ::dup2(log, STDOUT_FILENO) >= 0 &&
                       ::dup2(log, STDERR_FILENO) >= 0 &&
                       (prepared.directory.empty() || ::chdir(prepared.directory.c_str()) == 0);
    // A server of the suite that the target held open would take its connections and never answer.
    ::close_range(STDERR_FILENO + 1, ~0U, 0);
    if (ready) {
        ::execvpe(prepared.arguments[0], prepared.arguments.data(), prepared.environment.data());
    }
    const char* reason = std::strerror(errno);
    static_cast<void>(!::write(STDERR_FILENO, reason, std::strlen(reason)));
    ::_exit(127);
}

// A descriptor that holds `text` and nothing more.
int input_of(const std::string& text) {
    if (text.empty()) {
        return ::open("/dev/null", O_RDONLY | O_CLOEXEC);
    }
    int ends[2] = {-1, -1};
    if (::pipe2(ends, O_CLOEXEC) != 0) {
        return -1;
    }
    static_cast<void>(!::write(ends[1], text.data(), text.size()));
    ::close(ends[1]);
    return ends[0];
}

}  // namespace

Result<Process> Process::start(const Command& command) {
    const Prepared prepared(command);
    const int input = input_of(command.input);
    const int log = ::open(command.log.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
    pid_t pid = -1;
    if (input >= 0 && log >= 0) {
        pid = ::fork();
    }
    if (pid == 0) {
        become(prepared, input, log);
    }
    const int reason = errno;
    ::close(input);
    ::close(log);
    if (pid < 0) {
        return failure(boost::system::error_code(reason, boost::system::system_category()),
                       "cannot start " + command.words[0]);
    }
    ::setpgid(pid, pid);
    return Process(pid);
}

Process::Process(Process&& other) noexcept
    : pid_(std::exchange(other.pid_, -1)), status_(other.status_) {}

Process& Process::operator=(Process&& other) noexcept {
    std::swap(pid_, other.pid_);
    std::swap(status_, other.status_);
    return *this;
}

Process::~Process() {
    if (pid_ > 0) {
        kill_group();
        if (!status_) {
            ::waitpid(pid_, nullptr, 0);
        }
    }
}

void Process::kill_group() noexcept {
    ::kill(-pid_, SIGKILL);
}

void Process::signal(int number) {
    if (!ended()) {
        ::kill(pid_, number);
    }
}

std::optional<std::string> Process::ended() {
    int status = 0;
    if (!status_ && ::waitpid(pid_, &status, WNOHANG) == pid_) {
        status_ = status;
    }
    if (!status_) {
        return std::nullopt;
    }
    if (WIFSIGNALED(*status_)) {
        const int number = WTERMSIG(*status_);
        return fmt::format("signal {} ({})", number, ::strsignal(number));
    }
    return fmt::format("exit code {}", WEXITSTATUS(*status_));
}

asio::awaitable<bool> Process::wait(std::chrono::milliseconds limit) {
    const auto deadline = std::chrono::steady_clock::now() + limit;
    asio::steady_timer timer(co_await asio::this_coro::executor);
    std::chrono::milliseconds pause(1);
    while (!ended()) {
        if (std::chrono::steady_clock::now() >= deadline) {
            co_return false;
        }
        timer.expires_after(pause);
        pause = std::min(pause * 2, std::chrono::milliseconds(20));
        constexpr auto token = asio::as_tuple(asio::use_awaitable);
        co_await timer.async_wait(token);
    }
    co_return true;
}

asio::awaitable<void> Process::stop(std::chrono::milliseconds limit) {
    signal(SIGTERM);
    co_await wait(limit);
    kill_group();
    constexpr std::chrono::seconds after_kill(10);
    co_await wait(after_kill);
}

}  // namespace cqhttp::conformance
