#include "gateway/tests/support/process.hpp"

#include "gateway/tests/support/temp_dir.hpp"

#include <fcntl.h>
#include <fstream>
#include <signal.h>
#include <sstream>
#include <stdexcept>
#include <sys/wait.h>
#include <thread>
#include <unistd.h>

namespace cqhttp::test {
namespace {

std::string read_file(const std::filesystem::path& file) {
    std::ifstream in(file, std::ios::binary);
    std::ostringstream text;
    text << in.rdbuf();
    return text.str();
}

void redirect(const std::filesystem::path& file, int flags, int target) {
    const int descriptor = ::open(file.c_str(), flags, 0600);
    if (descriptor < 0 || ::dup2(descriptor, target) < 0) {
        ::_exit(126);
    }
    ::close(descriptor);
}

}  // namespace

Process::Process(const Options& options)
    : output_file_(options.output_directory / "stdout"),
      error_file_(options.output_directory / "stderr") {
    const auto input_file = options.output_directory / "stdin";
    std::ofstream(input_file, std::ios::binary) << options.input;
    std::vector<char*> arguments;
    for (const auto& argument : options.arguments) {
        arguments.push_back(const_cast<char*>(argument.c_str()));
    }
    arguments.push_back(nullptr);
    pid_ = ::fork();
    if (pid_ < 0) {
        throw std::runtime_error("cannot fork");
    }
    if (pid_ == 0) {
        redirect(input_file, O_RDONLY, STDIN_FILENO);
        redirect(output_file_, O_WRONLY | O_CREAT | O_APPEND, STDOUT_FILENO);
        redirect(error_file_, O_WRONLY | O_CREAT | O_APPEND, STDERR_FILENO);
        for (const auto& [name, value] : options.environment) {
            ::setenv(name.c_str(), value.c_str(), 1);
        }
        ::execv(arguments[0], arguments.data());
        ::_exit(127);
    }
}

Process::~Process() {
    if (running()) {
        signal(SIGKILL);
        wait();
    }
}

bool Process::running() {
    return !code_ && !wait(std::chrono::milliseconds(0));
}

void Process::signal(int number) {
    if (!code_) {
        ::kill(pid_, number);
    }
}

std::optional<int> Process::wait(std::chrono::milliseconds limit) {
    const auto deadline = std::chrono::steady_clock::now() + limit;
    while (!code_) {
        int status = 0;
        if (::waitpid(pid_, &status, WNOHANG) == pid_) {
            code_ = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
            break;
        }
        if (std::chrono::steady_clock::now() >= deadline) {
            break;
        }
        std::this_thread::sleep_for(std::chrono::milliseconds(2));
    }
    return code_;
}

std::string Process::output() const {
    return read_file(output_file_);
}

std::string Process::errors() const {
    return read_file(error_file_);
}

Finished run(const std::vector<std::string>& arguments, const std::string& input,
             const std::vector<std::pair<std::string, std::string>>& environment) {
    const TempDir folder;
    Process process({arguments, environment, input, folder.path()});
    const auto code = process.wait(std::chrono::seconds(60));
    if (!code) {
        throw std::runtime_error(arguments[0] + " did not end in time: " + process.errors());
    }
    return {*code, process.output(), process.errors()};
}

}  // namespace cqhttp::test
