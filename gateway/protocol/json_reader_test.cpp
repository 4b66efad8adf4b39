#include "gateway/protocol/json_reader.hpp"

#include "gateway/base/limits.hpp"
#include "gateway/tests/support/catch.hpp"

#include <string>
#include <vector>

namespace cqhttp::protocol {
namespace {

std::string name_of(ParamKind kind) {
    switch (kind) {
        case ParamKind::text: return "text";
        case ParamKind::integer: return "integer";
        case ParamKind::real: return "real";
        case ParamKind::boolean: return "boolean";
        case ParamKind::null: return "null";
        case ParamKind::array: return "array";
        case ParamKind::object: return "object";
        case ParamKind::invalid: break;
    }
    return "invalid";
}

// The document as one value: its kind and raw text, or "refused".
std::string read(std::string_view document) {
    JsonReader reader(document);
    JsonValue value;
    const bool read = reader.read_value(1, value) && reader.at_end();
    return read ? name_of(value.kind) + " " + std::string(value.raw) : "refused";
}

std::string nested(std::size_t depth) {
    return std::string(depth, '[') + std::string(depth, ']');
}

// The text of the string, "half" where it has none, "refused" where it is no JSON.
std::string decode(std::string_view document) {
    JsonReader reader(document);
    JsonValue value;
    if (!reader.read_value(1, value) || !reader.at_end()) {
        return "refused";
    }
    std::string memory;
    std::string_view text;
    return decode_json_string(value.string, memory, text) ? std::string(text) : "half";
}

}  // namespace

TEST_CASE("json reader: a value is what stands between the white space", "[json]") {
    CHECK(read("12") == "integer 12");
    CHECK(read(" \t\r\n-0 \n") == "integer -0");
    CHECK(read("1234567890123456789012") == "integer 1234567890123456789012");
    CHECK(read("1.50") == "real 1.50");
    CHECK(read("1E400") == "real 1E400");
    CHECK(read("-0.1e-7") == "real -0.1e-7");
    CHECK(read("2e+5") == "real 2e+5");
    CHECK(read("true") == "boolean true");
    CHECK(read("false") == "boolean false");
    CHECK(read("null") == "null null");
    CHECK(read("\"a\x7F\"") == "text \"a\x7F\"");
    CHECK(read("[ ]") == "array [ ]");
    CHECK(read(" { } ") == "object { }");
    CHECK(read("[1, {\"a\" : [true,null]} ,\"x\"]") == "array [1, {\"a\" : [true,null]} ,\"x\"]");
    CHECK(read("\xEF\xBB\xBF{}") == "object {}");
}

TEST_CASE("json reader: what the grammar does not have is refused", "[json]") {
    for (const char* document : {"",
                                 " ",
                                 "\xEF\xBB\xBF",
                                 "01",
                                 "1.",
                                 ".5",
                                 "+1",
                                 "-",
                                 "1e",
                                 "1e+",
                                 "0x1",
                                 "1 2",
                                 "NaN",
                                 "Infinity",
                                 "tru",
                                 "truex",
                                 "True",
                                 "nul",
                                 "[",
                                 "]",
                                 "[1",
                                 "[1,]",
                                 "[,1]",
                                 "[1 2]",
                                 "{",
                                 "{,}",
                                 "{\"a\"}",
                                 "{\"a\":}",
                                 "{a:1}",
                                 "{\"a\":1,}",
                                 "{\"a\":1 \"b\":2}",
                                 "{\"a\":\"b\":1}",
                                 "{\"a\":1]",
                                 "[1}",
                                 "{1:2}",
                                 "'a'",
                                 "\"",
                                 "\"a",
                                 "\"\\\"",
                                 "\"\\",
                                 "\"\\x\"",
                                 "\"\\u12\"",
                                 "\"\\u12g4\"",
                                 "\"\\u 123\"",
                                 "\"\n\"",
                                 "\"\t\"",
                                 "\"\x01\"",
                                 "\"\xFF\"",
                                 "\"\xED\xA0\x80\"",
                                 "\xA0 1",
                                 "1\xC2\xA0",
                                 "\v1",
                                 "1/**/",
                                 "\"a\"\"b\"",
                                 "[]]",
                                 "\xEF\xBB\xBF\xEF\xBB\xBF{}"}) {
        INFO(document);
        CHECK(read(document) == "refused");
    }
    CHECK(read(std::string_view("1\0", 2)) == "refused");
    CHECK(read(std::string_view("\"\0\"", 3)) == "refused");
}

TEST_CASE("json reader: it nests so deep and no deeper", "[json]") {
    CHECK(read(nested(max_json_depth)) == "array " + nested(max_json_depth));
    CHECK(read(nested(max_json_depth + 1)) == "refused");
    CHECK(read(std::string(1'000'000, '[')) == "refused");
}

TEST_CASE("json reader: strings are decoded as they are written", "[json]") {
    CHECK(decode(R"("plain")") == "plain");
    CHECK(decode(R"("\"\\\/\b\f\n\r\t")") == "\"\\/\b\f\n\r\t");
    CHECK(decode(R"("a\u4f60\u0041b")") ==
          "a\xE4\xBD\xA0"
          "Ab");
    CHECK(decode(R"("\uD83D\uDE00!")") == "\xF0\x9F\x98\x80!");
    CHECK(decode(R"("\u00e9\u0000")") == std::string("\xC3\xA9\0", 3));
    for (const char* half : {R"("\ud800")", R"("\udc00")", R"("\ud800x")", R"("\ud800\n")",
                             R"("\ud800\ud800")", R"("\udc00\ud800")", R"("\ud83d\ude00\udfff")"}) {
        INFO(half);
        CHECK(decode(half) == "half");
    }
    CHECK(decode(R"("\ud800\u12")") == "refused");
    CHECK(decode("\"" + std::string(100'000, 'x') + "\\n\"") == std::string(100'000, 'x') + "\n");
}

TEST_CASE("json reader: members come in the order they are written", "[json]") {
    JsonReader reader(R"( { "a" : 1 , "b\n":[2] , "a":"x" } )");
    REQUIRE(reader.at_object());
    std::vector<std::string> seen;
    REQUIRE(reader.for_each_member([&](const JsonString& name) {
        JsonValue value;
        const bool read = reader.read_value(2, value);
        seen.push_back(std::string(name.content) + "=" + std::string(value.raw));
        return read;
    }));
    CHECK(reader.at_end());
    CHECK(seen == std::vector<std::string>{"a=1", "b\\n=[2]", "a=\"x\""});
}

}  // namespace cqhttp::protocol
