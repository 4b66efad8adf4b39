#include "cli/duration.hpp"

#include "gateway/tests/support/catch.hpp"

using cqhttp::cli::parse_duration;
using std::chrono_literals::operator""h;
using std::chrono_literals::operator""min;
using std::chrono_literals::operator""ms;
using std::chrono_literals::operator""s;

TEST_CASE("duration: numbers with and without a unit", "[cli]") {
    CHECK(parse_duration("10s") == 10s);
    CHECK(parse_duration("10") == 10s);
    CHECK(parse_duration("0") == 0ms);
    CHECK(parse_duration("500ms") == 500ms);
    CHECK(parse_duration("1.5") == 1500ms);
    CHECK(parse_duration("0.0001s") == 1ms);
    CHECK(parse_duration("2m") == 2min);
    CHECK(parse_duration("1h") == 1h);
}

TEST_CASE("duration: what is none", "[cli]") {
    for (const char* text : {"", "s", "-1s", "1 s", "1d", "1e3", "inf", "nan", "10 ", "1s2", "s1",
                             "999999999999h", "0x10"}) {
        INFO(text);
        CHECK_FALSE(parse_duration(text).has_value());
    }
}
