#include "cli/bench_process.hpp"

#include "gateway/tests/support/catch.hpp"

#include <csignal>
#include <sys/wait.h>
#include <unistd.h>
#include <vector>

namespace bench = cqhttp::cli::bench;

namespace {

const std::string table =
    "  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout "
    "inode\n"
    "   0: 0100007F:1644 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 "
    "4711 1 0000000000000000 100 0 0 10 0\n"
    "   1: 0100007F:1644 0100007F:9C40 01 00000000:00000000 00:00000000 00000000     0        0 "
    "4712 1 0000000000000000 100 0 0 10 0\n"
    "   2: 0100007F:1A2C 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 "
    "4713 1 0000000000000000 100 0 0 10 0\n"
    "   3: 00000000:1644 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 "
    "4714 1 0000000000000000 100 0 0 10 0\n";

}  // namespace

TEST_CASE("bench process: listening sockets of a port are told from its connections",
          "[cli][bench]") {
    REQUIRE(bench::listening_inodes(table, 5700) == std::vector<std::uint64_t>{4711, 4714});
    REQUIRE(bench::listening_inodes(table, 6700) == std::vector<std::uint64_t>{4713});
    REQUIRE(bench::listening_inodes(table, 80).empty());
    REQUIRE(bench::listening_inodes("", 80).empty());
}

TEST_CASE("bench process: work is seen in the CPU time and memory of a process", "[cli][bench]") {
    const auto clock = bench::ProcessClock::of(::getpid());
    REQUIRE(clock.has_value());
    const auto before = clock->cpu();
    const auto memory_before = clock->memory();
    REQUIRE(before.has_value());
    REQUIRE(memory_before.has_value());
    REQUIRE(memory_before->own <= memory_before->resident);
    std::vector<char> work(32 * 1024 * 1024, 'x');
    volatile unsigned sum = 0;
    for (const char c : work) {
        sum = sum + static_cast<unsigned char>(c);
    }
    const auto after = clock->cpu();
    const auto memory_after = clock->memory();
    REQUIRE(after.has_value());
    REQUIRE(after->total > before->total);
    REQUIRE(memory_after->own >= memory_before->own + work.size() / 2);
}

TEST_CASE("bench process: a process that has ended has no CPU time", "[cli][bench]") {
    const pid_t child = ::fork();
    if (child == 0) {
        ::pause();
        ::_exit(0);
    }
    const auto clock = bench::ProcessClock::of(child);
    REQUIRE(clock.has_value());
    REQUIRE(clock->cpu().has_value());
    ::kill(child, SIGKILL);
    ::waitpid(child, nullptr, 0);
    REQUIRE_FALSE(clock->cpu().has_value());
    REQUIRE_FALSE(clock->memory().has_value());
    REQUIRE(bench::ProcessClock::of(child).has_error());
}
