#include "conformance/tests/terminal.hpp"

#include "conformance/tests/suite_program.hpp"

#include <array>
#include <fcntl.h>
#include <pty.h>
#include <signal.h>
#include <stdexcept>
#include <sys/wait.h>
#include <unistd.h>

namespace cqhttp::conformance::test {

Terminal::Terminal(const std::vector<std::string>& command) {
    std::vector<char*> arguments;
    for (const std::string& word : command) {
        arguments.push_back(const_cast<char*>(word.c_str()));
    }
    arguments.push_back(nullptr);
    winsize size{};
    size.ws_row = 40;
    size.ws_col = 100;
    pid_ = ::forkpty(&terminal_, nullptr, nullptr, &size);
    if (pid_ < 0) {
        throw std::runtime_error("cannot open a terminal");
    }
    if (pid_ == 0) {
        ::execv(arguments[0], arguments.data());
        ::_exit(127);
    }
    ::fcntl(terminal_, F_SETFL, O_NONBLOCK);
}

Terminal::~Terminal() {
    if (pid_ > 0) {
        ::kill(pid_, SIGKILL);
        ::waitpid(pid_, nullptr, 0);
    }
    ::close(terminal_);
}

void Terminal::look() {
    std::array<char, 4096> chunk{};
    for (ssize_t size = 1; size > 0;) {
        size = ::read(terminal_, chunk.data(), chunk.size());
        screen_.append(chunk.data(), size > 0 ? static_cast<std::size_t>(size) : 0);
    }
}

bool Terminal::shows(const std::string& text) {
    return eventually([this, &text] {
        look();
        return screen_.find(text) != std::string::npos;
    });
}

void Terminal::type(const std::string& text) {
    if (::write(terminal_, text.data(), text.size()) != static_cast<ssize_t>(text.size())) {
        throw std::runtime_error("cannot type");
    }
}

int Terminal::wait() {
    int status = 0;
    const bool ended = eventually([this, &status] {
        look();
        return ::waitpid(pid_, &status, WNOHANG) == pid_;
    });
    if (!ended) {
        return -1;
    }
    pid_ = -1;
    look();
    return WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
}

}  // namespace cqhttp::conformance::test
