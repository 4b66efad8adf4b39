#pragma once

#include "gateway/base/log.hpp"

#include <mutex>
#include <string>
#include <vector>

namespace cqhttp::test {

// Keeps every line so that a test can assert it. Thread-safe.
class RecordingLog final : public LogSink {
public:
    struct Line {
        LogLevel level;
        std::string part;
        std::string text;
    };

    explicit RecordingLog(LogLevel level = LogLevel::debug) : level_(level) {}

    bool enabled(LogLevel level) const noexcept override { return level >= level_; }

    void write(LogLevel level, std::string_view part, std::string_view text) override {
        const std::lock_guard lock(mutex_);
        lines_.push_back({level, std::string(part), std::string(text)});
    }

    std::vector<Line> lines() const {
        const std::lock_guard lock(mutex_);
        return lines_;
    }

    // Number of lines at `level` or above that contain `piece`.
    std::size_t count(LogLevel level, std::string_view piece) const {
        std::size_t found = 0;
        for (const Line& line : lines()) {
            if (line.level >= level && line.text.find(piece) != std::string::npos) {
                ++found;
            }
        }
        return found;
    }

private:
    LogLevel level_;
    mutable std::mutex mutex_;
    std::vector<Line> lines_;
};

}  // namespace cqhttp::test
