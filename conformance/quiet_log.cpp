#include "conformance/quiet_log.hpp"

#include <cstdio>
#include <utility>

namespace cqhttp::conformance {
namespace {

class ErrorsOnly final : public LogSink {
public:
    bool enabled(LogLevel level) const noexcept override { return level == LogLevel::error; }
    void write(LogLevel, std::string_view part, std::string_view text) override {
        std::fprintf(stderr, "conformance suite, %.*s: %.*s\n", static_cast<int>(part.size()),
                     part.data(), static_cast<int>(text.size()), text.data());
    }
};

}  // namespace

Log quiet_log(std::string part) {
    static ErrorsOnly sink;
    return Log(sink, std::move(part));
}

}  // namespace cqhttp::conformance
