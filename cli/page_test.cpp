#include "cli/page.hpp"

#include "gateway/tests/support/catch.hpp"

using cqhttp::cli::lay_out;
using cqhttp::cli::split_words;

TEST_CASE("page: words are what blanks separate", "[cli]") {
    REQUIRE(split_words("  a  bc d ") == std::vector<std::string>{"a", "bc", "d"});
    REQUIRE(split_words("").empty());
    REQUIRE(split_words("   ").empty());
}

TEST_CASE("page: a paragraph starts at its indent and wraps to it", "[cli]") {
    const auto words = split_words("one two three four");
    REQUIRE(lay_out({"head", 6, 14}, words) ==
            "head  one two\n"
            "      three\n"
            "      four\n");
}

TEST_CASE("page: a head beyond the indent pushes the first line only", "[cli]") {
    const auto words = split_words("one two");
    REQUIRE(lay_out({"longer head", 4, 16}, words) ==
            "longer head one\n"
            "    two\n");
}

TEST_CASE("page: without a width everything is one line", "[cli]") {
    REQUIRE(lay_out({"h", 4, 0}, split_words("one two three four five six")) ==
            "h   one two three four five six\n");
}

TEST_CASE("page: a word wider than the page stands alone", "[cli]") {
    REQUIRE(lay_out({"", 2, 8}, split_words("a incomprehensible b")) ==
            "  a\n"
            "  incomprehensible\n"
            "  b\n");
}

TEST_CASE("page: nothing but a head leaves no blanks behind it", "[cli]") {
    REQUIRE(lay_out({"head", 20, 80}, {}) == "head\n");
}

TEST_CASE("page: a line may be exactly as wide as the page", "[cli]") {
    REQUIRE(lay_out({"", 0, 7}, split_words("one two six")) == "one two\nsix\n");
}
