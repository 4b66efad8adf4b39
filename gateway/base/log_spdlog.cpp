#include "gateway/base/log_spdlog.hpp"

#include <spdlog/logger.h>
#include <spdlog/sinks/stdout_color_sinks.h>

namespace cqhttp {
namespace {

spdlog::level::level_enum to_spdlog(LogLevel level) {
    switch (level) {
        case LogLevel::debug: return spdlog::level::debug;
        case LogLevel::info: return spdlog::level::info;
        case LogLevel::warn: return spdlog::level::warn;
        case LogLevel::error: return spdlog::level::err;
        case LogLevel::off: return spdlog::level::off;
    }
    return spdlog::level::off;
}

class TerminalLog final : public LogSink {
public:
    explicit TerminalLog(LogLevel level)
        : logger_("cqhttp", std::make_shared<spdlog::sinks::stderr_color_sink_mt>()) {
        logger_.set_level(to_spdlog(level));
        logger_.set_pattern("%Y-%m-%d %H:%M:%S.%e %^%-7l%$ %v");
    }

    bool enabled(LogLevel level) const noexcept override {
        return logger_.should_log(to_spdlog(level));
    }

    void write(LogLevel level, std::string_view part, std::string_view text) override {
        logger_.log(to_spdlog(level), "{}: {}", part, text);
    }

private:
    spdlog::logger logger_;
};

}  // namespace

std::unique_ptr<LogSink> make_terminal_log(LogLevel level) {
    return std::make_unique<TerminalLog>(level);
}

}  // namespace cqhttp
