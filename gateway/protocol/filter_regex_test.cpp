#include "gateway/protocol/filter_regex.hpp"

#include "gateway/tests/support/catch.hpp"

#include <string>

namespace cqhttp::protocol {
namespace {

FilterRegex regex(std::string_view expression) {
    Result<FilterRegex> compiled = FilterRegex::compile(expression);
    INFO(expression);
    REQUIRE(compiled.has_value());
    return std::move(*compiled);
}

bool found(std::string_view expression, std::string_view text) {
    return regex(expression).found_in(text);
}

TEST_CASE("filter regex: ECMAScript is understood", "[filter][FLT-034]") {
    CHECK(found(R"(\d{3}-\d+)", "call 555-1234 now"));
    CHECK(found(R"((a|b)\1)", "xbb"));
    CHECK_FALSE(found(R"((a|b)\1)", "ab"));
    CHECK(found("a(?=b)", "ab"));
    CHECK_FALSE(found("a(?!b)", "ab"));
    CHECK(found("a+?b", "aaab"));
    CHECK(found(R"(\bhi\b)", "say hi there"));
    CHECK_FALSE(found(R"(\bhi\b)", "this"));
    CHECK(found(R"([^\s]$)", "a b"));
    CHECK(found(R"(\x41\/\.)", "A/."));
    CHECK(found("[[:digit:]]", "7"));
    CHECK(found("a|", ""));
}

TEST_CASE("filter regex: the ends are those of the text", "[filter][FLT-034]") {
    CHECK(found("^two", "two\none"));
    CHECK_FALSE(found("^two", "one\ntwo"));
    CHECK(found("one$", "two\none"));
    CHECK_FALSE(found("one$", "one\ntwo"));
    CHECK_FALSE(found("one$", "one\n"));
    CHECK_FALSE(found("a.b", "a\nb"));
    CHECK(found("^$", ""));
    CHECK(found(R"(a\0b)", std::string_view("a\0b", 3)));
}

TEST_CASE("filter regex: escaped code points are characters", "[filter][FLT-034][FLT-035]") {
    CHECK(found(R"(^\u516c\u544a$)", "公告"));
    CHECK(found(R"(^\u516c+$)", "公公公"));
    CHECK(found(R"(\uD83D\uDE00)", "\xF0\x9F\x98\x80"));
    CHECK(found(R"(\u0041)", "A"));
    CHECK(found(R"(\u002A)", "*"));
    CHECK_FALSE(found(R"(\u516c)", "A"));
    CHECK(found(R"([\u0041\u0042]+$)", "AB"));
    // Not four digits: the letter itself.
    CHECK(found(R"(^\uz$)", "uz"));
    CHECK(found(R"(^\uD83D$)", "uD83D"));
}

TEST_CASE("filter regex: escapes of other dialects are the character itself", "[filter][FLT-034]") {
    CHECK(found(R"(^\<at\>$)", "<at>"));
    CHECK(found(R"(^\A\Z\Q\l$)", "AZQl"));
    CHECK(found(R"(^\\u0041$)", R"(\u0041)"));
}

TEST_CASE("filter regex: text that is not ASCII is matched as it is", "[filter][FLT-035]") {
    CHECK(found("公告.*结束", "x公告：今天结束y"));
    CHECK_FALSE(found("公告", "公示"));
    CHECK(found("(公告)+$", "公告公告"));
}

TEST_CASE("filter regex: a long text does not overflow the stack", "[filter][FLT-034]") {
    const std::string text(4'000'000, 'a');
    CHECK(found("^(?:a|b)", text));
    CHECK(found("^a*$", text));
    CHECK_FALSE(found("b", text));
    CHECK_FALSE(found("^(a|b)*c$", text));
    // Too much to remember: counted as not found.
    CHECK_NOTHROW(found("^(a|b)*$", text));
}

TEST_CASE("filter regex: a search that explodes has found nothing", "[filter][FLT-034]") {
    CHECK_FALSE(found("(a+)+$", std::string(40, 'a') + "b"));
    CHECK_FALSE(found("^(a|aa)+$", std::string(200, 'a') + "b"));
    CHECK_FALSE(found("(.*a){20}c", std::string(5'000, 'a')));
    CHECK_FALSE(found("x*x*x*x*x*y", std::string(100'000, 'x')));
    CHECK_FALSE(found("(()*)*b", std::string(1'000, 'a')));
}

TEST_CASE("filter regex: expressions that cannot be are refused", "[filter][FLT-005]") {
    const std::string many(30'000, '(');
    CHECK_FALSE(FilterRegex::compile(many).has_value());
    CHECK_FALSE(FilterRegex::compile(std::string(100'000, 'a')).has_value());
    CHECK_FALSE(FilterRegex::compile("(?<").has_value());
    CHECK_FALSE(FilterRegex::compile("a**b(").has_value());
    CHECK_NOTHROW(FilterRegex::compile(many + std::string(30'000, ')')));
}

TEST_CASE("filter regex: one may be used again after a search that exploded", "[filter][FLT-034]") {
    const FilterRegex expression = regex("(a+)+$");
    CHECK_FALSE(expression.found_in(std::string(40, 'a') + "b"));
    CHECK(expression.found_in("baaa"));
}

}  // namespace
}  // namespace cqhttp::protocol
