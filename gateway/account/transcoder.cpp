#include "gateway/account/transcoder.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <cerrno>
#include <csignal>
#include <fcntl.h>
#include <optional>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>
#include <utility>
#include <vector>

extern char** environ;  // NOLINT: POSIX wants it declared by its user

namespace cqhttp::account {
namespace {

namespace errc = boost::system::errc;
using Clock = std::chrono::steady_clock;

// How often a running program is asked whether it has ended. Conversions take longer than that, and
// this way no signal handler is needed.
constexpr std::chrono::milliseconds poll_interval{10};

Error known_failure(errc::errc_t code, std::string detail) {
    return Error{make_error_code(code), std::move(detail)};
}

std::vector<std::string> arguments_of(const TranscodeJob& job) {
    // Only plain files may be opened, whatever a playlist in disguise asks for.
    std::vector<std::string> arguments{
        job.program, "-nostdin", "-hide_banner", "-loglevel",        "error", "-protocol_whitelist",
        "file",      "-y",       "-i",           job.input.string(), "-vn"};
    if (job.output.extension() == ".amr") {
        // The codec knows this rate only.
        arguments.insert(arguments.end(), {"-ar", "8000", "-ac", "1"});
    }
    arguments.push_back(job.output.string());
    return arguments;
}

// A started program. Ends it, if it still runs, when it goes out of scope.
class Child {
public:
    static Result<Child> start(const TranscodeJob& job);
    ~Child() {
        if (pid_ > 0) {
            ::kill(pid_, SIGKILL);
            wait_for(0);
        }
    }
    Child(Child&& other) noexcept : pid_(std::exchange(other.pid_, 0)) {}
    Child& operator=(Child&&) = delete;

    // Its wait status once it has ended.
    std::optional<int> poll() { return wait_for(WNOHANG); }

private:
    explicit Child(pid_t pid) : pid_(pid) {}

    std::optional<int> wait_for(int options) {
        int status = 0;
        pid_t ended = 0;
        do {
            ended = ::waitpid(pid_, &status, options);
        } while (ended < 0 && errno == EINTR);
        if (ended == 0) {
            return std::nullopt;
        }
        // From here on the number may belong to somebody else.
        const bool known = std::exchange(pid_, 0) == ended;
        return known ? status : -1;
    }

    pid_t pid_;
};

Result<Child> Child::start(const TranscodeJob& job) {
    std::vector<std::string> arguments = arguments_of(job);
    std::vector<char*> vector;
    vector.reserve(arguments.size() + 1);
    for (std::string& argument : arguments) {
        vector.push_back(argument.data());
    }
    vector.push_back(nullptr);

    posix_spawn_file_actions_t files;
    posix_spawnattr_t attributes;
    ::posix_spawn_file_actions_init(&files);
    ::posix_spawnattr_init(&attributes);
    for (const int stream : {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO}) {
        ::posix_spawn_file_actions_addopen(&files, stream, "/dev/null", O_RDWR, 0);
    }
    // Sockets of ours are not all marked close-on-exec.
    ::posix_spawn_file_actions_addclosefrom_np(&files, STDERR_FILENO + 1);
    sigset_t none;
    sigset_t all;
    ::sigemptyset(&none);
    ::sigfillset(&all);
    ::posix_spawnattr_setsigmask(&attributes, &none);
    ::posix_spawnattr_setsigdefault(&attributes, &all);
    ::posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);

    pid_t pid = 0;
    const int error =
        ::posix_spawnp(&pid, job.program.c_str(), &files, &attributes, vector.data(), environ);
    ::posix_spawnattr_destroy(&attributes);
    ::posix_spawn_file_actions_destroy(&files);
    if (error != 0) {
        const boost::system::error_code why(error, boost::system::system_category());
        return known_failure(errc::function_not_supported,
                             "cannot run " + job.program + ": " + why.message());
    }
    return Child(pid);
}

}  // namespace

asio::awaitable<Result<void>> transcode(TranscodeJob job) {
    auto child = Child::start(job);
    if (!child) {
        co_return child.error();
    }
    asio::steady_timer timer(co_await asio::this_coro::executor);
    const Clock::time_point deadline = Clock::now() + job.limit;
    std::optional<int> status = child->poll();
    while (!status) {
        if (Clock::now() >= deadline) {
            co_return known_failure(errc::timed_out,
                                    job.program + " took too long for " + job.input.string());
        }
        timer.expires_after(poll_interval);
        const auto [error] = co_await timer.async_wait(asio::as_tuple(asio::use_awaitable));
        if (error) {
            co_return failure(error, "waiting for " + job.program);
        }
        status = child->poll();
    }
    if (!WIFEXITED(*status) || WEXITSTATUS(*status) != 0) {
        co_return known_failure(errc::illegal_byte_sequence,
                                job.program + " cannot convert " + job.input.string());
    }
    co_return Result<void>();
}

}  // namespace cqhttp::account
