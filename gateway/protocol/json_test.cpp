#include "gateway/protocol/json.hpp"

#include "gateway/base/limits.hpp"
#include "gateway/base/text.hpp"
#include "gateway/tests/support/catch.hpp"

#include <array>
#include <cmath>

namespace cqhttp::protocol {
namespace {

std::string repeated(std::string_view piece, std::size_t times) {
    std::string text;
    text.reserve(piece.size() * times);
    for (std::size_t i = 0; i < times; ++i) {
        text += piece;
    }
    return text;
}

std::string nested(std::size_t depth) {
    return repeated("[", depth) + repeated("]", depth);
}

TEST_CASE("json: a document is parsed", "[json]") {
    const auto parsed = parse_json(" {\"a\": [1, -2.5, true, null, \"\\u4f60\"]}\n");
    REQUIRE(parsed.has_value());
    CHECK(*parsed == Json{{"a", {1, -2.5, true, nullptr, "你"}}});
    CHECK(parse_json("7")->get<int>() == 7);
    CHECK(parse_json("\"\"")->get<std::string>().empty());
}

TEST_CASE("json: a byte order mark at the start is skipped", "[json]") {
    const auto parsed = parse_json("\xEF\xBB\xBF{}");
    REQUIRE(parsed.has_value());
    CHECK(parsed->is_object());
    const auto broken = parse_json("\xEF\xBB\xBFx");
    REQUIRE(broken.has_error());
    CHECK(broken.error().detail.starts_with("line 1, column 1: "));
}

TEST_CASE("json: a repeated member name keeps its last value", "[json]") {
    CHECK(*parse_json("{\"a\":1,\"a\":2}") == Json{{"a", 2}});
}

TEST_CASE("json: nesting is accepted up to the bound and no further", "[json]") {
    CHECK(parse_json(nested(max_json_depth)).has_value());
    const auto deeper = parse_json(nested(max_json_depth + 1));
    REQUIRE(deeper.has_error());
    CHECK(deeper.error().detail == "line 1, column 129: nested deeper than 128 levels");
    CHECK(parse_json(repeated("{\"a\":", max_json_depth) + "1" + repeated("}", max_json_depth))
              .has_value());
    CHECK(parse_json(repeated("{\"a\":[", 65) + repeated("]}", 65)).has_error());
}

TEST_CASE("json: brackets side by side are not nested", "[json]") {
    const auto wide = parse_json(std::string(1, '[') + repeated("[[]],", 5000) + "[]]");
    REQUIRE(wide.has_value());
    CHECK(wide->size() == 5001);
}

TEST_CASE("json: brackets inside strings do not count", "[json]") {
    CHECK(parse_json(std::string(1, '"') + repeated("[", 1000) + '"').has_value());
    CHECK(parse_json("[\"\\\"" + repeated("{", 1000) + "\"]").has_value());
    CHECK(parse_json("[\"\\\\\"," + nested(max_json_depth) + "]").has_error());
}

TEST_CASE("json: half a million open brackets are an ordinary error", "[json]") {
    for (const char* piece : {"[", "{\"a\":", "[{\"a\":", "{", "]["}) {
        INFO(piece);
        CHECK(parse_json(repeated(piece, 500'000)).has_error());
    }
    CHECK(parse_json(nested(500'000)).has_error());
}

struct BrokenRow {
    std::string_view name;
    std::string_view text;
    std::string_view where;
};

constexpr std::array<BrokenRow, 14> broken_rows{{
    {"empty", "", "line 1, column 1: "},
    {"blanks", "  \n ", "line 2, column 2: "},
    {"bare word", "nope", "line 1, column 2: "},
    {"missing colon", "{\"a\" 1}", "line 1, column 6: "},
    {"comma before the end", "[1,]", "line 1, column 4: "},
    {"second line", "{\n  \"a\": 1\n  \"b\": 2\n}", "line 3, column 5: "},
    {"columns count characters", "[\"你好\" x]", "line 1, column 7: "},
    {"not closed", "[1", "line 1, column 3: "},
    {"text after the end", "{} x", "line 1, column 4: "},
    {"two documents", "{}{}", "line 1, column 3: "},
    {"line break in a string", "[\"a\nb\"]", "line 1, column 4: "},
    {"lone surrogate", "[\"\\ud800\"]", "line 1, column 9: "},
    {"invalid UTF-8", "[\"\xFF\"]", "line 1, column 3: "},
    {"leading zero", "[01]", "line 1, column 3: "},
}};

TEST_CASE("json: an error names line and column", "[json]") {
    for (const BrokenRow& row : broken_rows) {
        INFO(row.name);
        const auto parsed = parse_json(row.text);
        REQUIRE(parsed.has_error());
        INFO(parsed.error().detail);
        CHECK(parsed.error().detail.substr(0, row.where.size()) == row.where);
        CHECK(parsed.error().detail.size() > row.where.size());
    }
}

TEST_CASE("json: an error says why and quotes nothing of the document", "[json]") {
    const auto parsed = parse_json("{\"access_token\": \"hunter2\n\"}");
    REQUIRE(parsed.has_error());
    CHECK(parsed.error().detail.find("invalid string") != std::string::npos);
    CHECK(parsed.error().detail.find("hunter2") == std::string::npos);
    const auto word = parse_json("{\"access_token\": hunter2}");
    REQUIRE(word.has_error());
    CHECK(word.error().detail.find("hunter2") == std::string::npos);
}

TEST_CASE("json: numbers beyond the range are an error", "[json]") {
    CHECK(parse_json("9223372036854775807")->get<std::int64_t>() == INT64_MAX);
    for (const char* text : {"[1,\n1e400]", "[1,\n-1e999]"}) {
        const auto parsed = parse_json(text);
        REQUIRE(parsed.has_error());
        CHECK(parsed.error().detail.starts_with("line 2, column "));
        CHECK(parsed.error().detail.ends_with(": number out of range"));
    }
}

TEST_CASE("json: a zero byte is not white space", "[json]") {
    CHECK(parse_json(std::string_view("{}\0", 3)).has_error());
    CHECK(parse_json(std::string_view("\0{}", 3)).has_error());
}

TEST_CASE("json: dump is compact and keeps characters as they are", "[json]") {
    CHECK(dump_json(Json{{"b", {1, "你"}}, {"a", nullptr}}) == "{\"a\":null,\"b\":[1,\"你\"]}");
}

TEST_CASE("json: dump never throws", "[json]") {
    const std::string dumped = dump_json(Json{{"a", "x\xFFy"}, {"b\xC3", 1}});
    CHECK(is_valid_utf8(dumped));
    CHECK(*parse_json(dumped) == Json{{"a", "x\uFFFDy"}, {"b\uFFFD", 1}});
    CHECK(dump_json(Json(std::nan(""))) == "null");
}

}  // namespace
}  // namespace cqhttp::protocol
