#include "gateway/base/log.hpp"

#include "gateway/base/log_spdlog.hpp"
#include "gateway/tests/support/catch.hpp"
#include "gateway/tests/support/recording_log.hpp"

#include <array>
#include <cstdio>
#include <unistd.h>

namespace cqhttp {

// Counts how often it is formatted.
struct Costly {
    int* formatted;
};

}  // namespace cqhttp

template <>
struct fmt::formatter<cqhttp::Costly> {
    constexpr auto parse(format_parse_context& context) { return context.begin(); }

    template <class Context>
    auto format(const cqhttp::Costly& costly, Context& context) const {
        ++*costly.formatted;
        return fmt::format_to(context.out(), "costly");
    }
};

namespace cqhttp {
namespace {

// What `work` writes to standard error.
template <class Work>
std::string captured_stderr(Work work) {
    std::FILE* const file = std::tmpfile();
    REQUIRE(file != nullptr);
    std::fflush(stderr);
    const int saved = ::dup(STDERR_FILENO);
    ::dup2(::fileno(file), STDERR_FILENO);
    work();
    ::dup2(saved, STDERR_FILENO);
    ::close(saved);
    std::rewind(file);
    std::array<char, 4096> buffer{};
    const std::size_t size = std::fread(buffer.data(), 1, buffer.size(), file);
    std::fclose(file);
    return std::string(buffer.data(), size);
}

TEST_CASE("log: a line carries its level and part and the formatted text", "[log]") {
    test::RecordingLog sink;
    const Log log(sink, "ws_reverse");
    log.debug("frame size={}", 12);
    log.info("connected url={}", "ws://127.0.0.1/");
    log.warn("connection lost code={} retry_in={}s", 1006, 3);
    log.error("cannot listen");

    const auto lines = sink.lines();
    REQUIRE(lines.size() == 4);
    CHECK(lines[0].level == LogLevel::debug);
    CHECK(lines[0].text == "frame size=12");
    CHECK(lines[1].level == LogLevel::info);
    CHECK(lines[1].text == "connected url=ws://127.0.0.1/");
    CHECK(lines[2].level == LogLevel::warn);
    CHECK(lines[2].text == "connection lost code=1006 retry_in=3s");
    CHECK(lines[3].level == LogLevel::error);
    CHECK(lines[3].text == "cannot listen");
    CHECK(lines[3].part == "ws_reverse");
    CHECK(sink.count(LogLevel::warn, "con") == 1);
    CHECK(sink.count(LogLevel::debug, "con") == 2);
}

TEST_CASE("log: a line that is off is not formatted", "[log]") {
    test::RecordingLog sink(LogLevel::warn);
    const Log log(sink, "http_api");
    int formatted = 0;
    log.debug("{}", Costly{&formatted});
    log.info("{}", Costly{&formatted});
    CHECK(formatted == 0);
    CHECK_FALSE(log.enabled(LogLevel::info));
    CHECK(log.enabled(LogLevel::warn));

    log.warn("{}", Costly{&formatted});
    CHECK(formatted == 1);
    REQUIRE(sink.lines().size() == 1);
    CHECK(sink.lines()[0].text == "costly");
}

TEST_CASE("log: a renamed handle writes to the same sink", "[log]") {
    test::RecordingLog sink;
    const Log log(sink, "app");
    log.named("hub").info("one");
    log.info("two");
    REQUIRE(sink.lines().size() == 2);
    CHECK(sink.lines()[0].part == "hub");
    CHECK(sink.lines()[1].part == "app");
}

TEST_CASE("log: the terminal log writes one line to standard error before it returns", "[log]") {
    const std::string written = captured_stderr([] {
        const auto sink = make_terminal_log(LogLevel::info);
        const Log log(*sink, "http_api");
        log.debug("invisible");
        log.info("listening address={}", "127.0.0.1:5700");
        log.warn("braces {{}} and percent %v stay");
    });
    INFO(written);
    CHECK(written.find("invisible") == std::string::npos);
    CHECK(written.find("http_api: listening address=127.0.0.1:5700\n") != std::string::npos);
    CHECK(written.find("http_api: braces {} and percent %v stay\n") != std::string::npos);
    CHECK(written.find("info") < written.find("warn"));
}

TEST_CASE("log: a terminal log that is off writes nothing", "[log]") {
    const std::string written = captured_stderr([] {
        const auto sink = make_terminal_log(LogLevel::off);
        CHECK_FALSE(sink->enabled(LogLevel::error));
        Log(*sink, "app").error("invisible");
    });
    CHECK(written.empty());
}

}  // namespace
}  // namespace cqhttp
