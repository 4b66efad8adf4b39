#pragma once

#include "cli/console.hpp"
#include "gateway/base/log.hpp"

#include <fmt/format.h>

#include <string_view>

namespace cqhttp::cli {

// What the parts below have to say to people: warnings and errors become notes.
class NoteLog final : public LogSink {
public:
    explicit NoteLog(Console& console) : console_(console) {}

    bool enabled(LogLevel level) const noexcept override { return level >= LogLevel::warn; }
    void write(LogLevel, std::string_view part, std::string_view text) override {
        console_.note(fmt::format("{}: {}", part, text));
    }

private:
    Console& console_;
};

}  // namespace cqhttp::cli
