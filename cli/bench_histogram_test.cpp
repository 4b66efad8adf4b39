#include "cli/bench_histogram.hpp"

#include "gateway/tests/support/catch.hpp"

#include <cmath>

using cqhttp::cli::bench::Histogram;
using std::chrono::hours;
using std::chrono::milliseconds;
using std::chrono::nanoseconds;

TEST_CASE("bench histogram: nothing recorded has no durations", "[cli][bench]") {
    const Histogram none;
    REQUIRE(none.count() == 0);
    REQUIRE(none.percentile(50) == nanoseconds(0));
    REQUIRE(none.min() == nanoseconds(0));
    REQUIRE(none.max() == nanoseconds(0));
    REQUIRE(none.mean() == nanoseconds(0));
}

TEST_CASE("bench histogram: short durations are exact", "[cli][bench]") {
    Histogram some;
    for (int i = 1; i <= 100; ++i) {
        some.record(nanoseconds(i));
    }
    REQUIRE(some.count() == 100);
    REQUIRE(some.min() == nanoseconds(1));
    REQUIRE(some.percentile(0) == nanoseconds(1));
    REQUIRE(some.percentile(50) == nanoseconds(50));
    REQUIRE(some.percentile(90) == nanoseconds(90));
    REQUIRE(some.percentile(99) == nanoseconds(99));
    REQUIRE(some.percentile(99.9) == nanoseconds(100));
    REQUIRE(some.percentile(100) == nanoseconds(100));
    REQUIRE(some.mean() == nanoseconds(50));
}

TEST_CASE("bench histogram: no percentile is off by more than a hundredth", "[cli][bench]") {
    // One value per bucket and its neighbours, from nanoseconds to minutes.
    for (double value = 1; value < 1e12; value *= 1.03) {
        const nanoseconds exact(static_cast<long>(value));
        INFO(exact.count());
        Histogram some;
        some.record(exact);
        some.record(hours(24));
        const nanoseconds found = some.percentile(50);
        REQUIRE(found >= exact);
        REQUIRE(static_cast<double>(found.count()) <= static_cast<double>(exact.count()) * 1.01);
    }
}

TEST_CASE("bench histogram: what is negative or endless is counted", "[cli][bench]") {
    Histogram some;
    some.record(nanoseconds(-5));
    some.record(hours(10));
    REQUIRE(some.count() == 2);
    REQUIRE(some.min() == nanoseconds(0));
    REQUIRE(some.percentile(50) == nanoseconds(0));
    REQUIRE(some.max() == hours(10));
    REQUIRE(some.percentile(100) <= some.max());
}

TEST_CASE("bench histogram: two together are as one", "[cli][bench]") {
    Histogram one, other, both;
    for (int i = 0; i < 1000; ++i) {
        (i % 3 == 0 ? one : other).record(nanoseconds(i * 1000));
        both.record(nanoseconds(i * 1000));
    }
    one.add(other);
    REQUIRE(one.count() == both.count());
    REQUIRE(one.min() == both.min());
    REQUIRE(one.max() == both.max());
    REQUIRE(one.mean() == both.mean());
    for (const double percent : {1.0, 50.0, 90.0, 99.0, 99.9}) {
        REQUIRE(one.percentile(percent) == both.percentile(percent));
    }
}

TEST_CASE("bench histogram: one duration may be recorded many times at once", "[cli][bench]") {
    Histogram some;
    some.record(nanoseconds(10), 99);
    some.record(milliseconds(1));
    REQUIRE(some.count() == 100);
    REQUIRE(some.percentile(99) == nanoseconds(10));
    REQUIRE(some.percentile(99.5) == milliseconds(1));
}
