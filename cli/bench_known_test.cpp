#include "cli/bench_known.hpp"

#include "gateway/tests/support/catch.hpp"

using cqhttp::cli::bench::eight_digits;
using cqhttp::cli::bench::KnownText;

TEST_CASE("bench known: what was learnt matches and nothing else does", "[cli][bench]") {
    KnownText known;
    REQUIRE(known.empty());
    REQUIRE_FALSE(known.matches(""));
    known.learn(R"({"a":17,"retcode":0})", {8, 19});
    REQUIRE(known.matches(R"({"a":17,"retcode":0})"));
    for (const char* other :
         {"", R"({"a":18,"retcode":0})", R"({"a":17,"retcode":0)", R"({"b":17,"retcode":0})",
          R"({"a":17,"retcode":0} )", R"({"a":17,"retcode":0))"}) {
        INFO(other);
        REQUIRE_FALSE(known.matches(other));
    }
}

TEST_CASE("bench known: digits that differed vary from then on", "[cli][bench]") {
    KnownText known;
    known.learn(R"({"id":17,"time":100,"retcode":0})", {20, 31});
    known.learn(R"({"id":18,"time":100,"retcode":0})", {20, 31});
    REQUIRE(known.matches(R"({"id":15,"time":100,"retcode":0})"));
    REQUIRE_FALSE(known.matches(R"({"id":15,"time":101,"retcode":0})"));
    REQUIRE_FALSE(known.matches(R"({"id":1x,"time":100,"retcode":0})"));
    REQUIRE_FALSE(known.matches(R"({"id":15,"time":100,"retcode":1})"));
}

TEST_CASE("bench known: a fixed digit and another text replace what is known", "[cli][bench]") {
    KnownText known;
    known.learn(R"({"id":17,"retcode":0})", {9, 20});
    known.learn(R"({"id":18,"retcode":1})", {9, 20});
    REQUIRE(known.matches(R"({"id":18,"retcode":1})"));
    REQUIRE_FALSE(known.matches(R"({"id":17,"retcode":0})"));
    REQUIRE_FALSE(known.matches(R"({"id":17,"retcode":1})"));
    known.learn(R"({"id":100,"retcode":1})", {10, 21});
    REQUIRE(known.matches(R"({"id":100,"retcode":1})"));
    REQUIRE_FALSE(known.matches(R"({"id":18,"retcode":1})"));
}

TEST_CASE("bench known: digits can be told to vary", "[cli][bench]") {
    KnownText known;
    known.learn("number 12345678, id 9", {});
    known.vary({7, 15});
    REQUIRE(known.matches("number 87654321, id 9"));
    REQUIRE_FALSE(known.matches("number 8765432a, id 9"));
    REQUIRE_FALSE(known.matches("number 87654321, id 8"));
}

TEST_CASE("bench known: eight digits are a number", "[cli][bench]") {
    REQUIRE(eight_digits("12345678") == 12'345'678U);
    REQUIRE(eight_digits("90000000,") == 90'000'000U);
    REQUIRE(eight_digits("1234567,") == 0);
    REQUIRE(eight_digits(":2345678") == 0);
}
