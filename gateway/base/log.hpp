#pragma once

#include <fmt/format.h>

#include <string>
#include <string_view>
#include <utility>

namespace cqhttp {

enum class LogLevel { debug, info, warn, error, off };

// Where log lines go. One implementation writes to the terminal or a file, one records for tests.
// write() may be called from any thread.
class LogSink {
public:
    virtual ~LogSink() = default;
    virtual bool enabled(LogLevel level) const noexcept = 0;
    virtual void write(LogLevel level, std::string_view part, std::string_view text) = 0;
};

// A named handle to a sink, cheap to copy. A line that is off costs one virtual call and formats
// nothing. The sink must outlive the handle.
//
// Levels: error, a human must act; warn, degraded and recovering by itself; info, life cycle only;
// debug, one line per request or event. Text is English, lower case, without a full stop, facts as
// key=value. Tokens and secrets appear at no level.
class Log {
public:
    Log(LogSink& sink, std::string part) : sink_(&sink), part_(std::move(part)) {}

    template <class... Args>
    void debug(fmt::format_string<Args...> format, Args&&... args) const {
        write(LogLevel::debug, format, std::forward<Args>(args)...);
    }
    template <class... Args>
    void info(fmt::format_string<Args...> format, Args&&... args) const {
        write(LogLevel::info, format, std::forward<Args>(args)...);
    }
    template <class... Args>
    void warn(fmt::format_string<Args...> format, Args&&... args) const {
        write(LogLevel::warn, format, std::forward<Args>(args)...);
    }
    template <class... Args>
    void error(fmt::format_string<Args...> format, Args&&... args) const {
        write(LogLevel::error, format, std::forward<Args>(args)...);
    }

    bool enabled(LogLevel level) const noexcept { return sink_->enabled(level); }

    // The same sink under another name.
    Log named(std::string part) const { return Log(*sink_, std::move(part)); }

private:
    template <class... Args>
    void write(LogLevel level, fmt::format_string<Args...> format, Args&&... args) const {
        if (sink_->enabled(level)) {
            sink_->write(level, part_, fmt::format(format, std::forward<Args>(args)...));
        }
    }

    LogSink* sink_;
    std::string part_;
};

}  // namespace cqhttp
