#pragma once

#include <string>
#include <sys/types.h>
#include <vector>

namespace cqhttp::conformance::test {

// A program on a terminal of its own, and the person in front of it.
class Terminal {
public:
    explicit Terminal(const std::vector<std::string>& command);
    ~Terminal();  // ends the program
    Terminal(const Terminal&) = delete;
    Terminal& operator=(const Terminal&) = delete;

    // Waits until the program has written this.
    bool shows(const std::string& text);
    void type(const std::string& text);
    // Waits for its end: its exit code, 128 + n for a death by signal n, -1 if it does not end.
    int wait();
    const std::string& screen() const { return screen_; }

private:
    void look();

    int terminal_ = -1;
    pid_t pid_ = -1;
    std::string screen_;
};

}  // namespace cqhttp::conformance::test
