#include "cli/body_variants.hpp"

#include "gateway/tests/support/catch.hpp"

#include <set>

namespace cli = cqhttp::cli;
using cqhttp::cli::rewrite_json;
using cqhttp::cli::Spacing;
using cqhttp::cli::Spelling;

namespace {

std::string spaced(const std::string& json, Spacing spacing) {
    return rewrite_json(json, {spacing, Spelling::as_it_is});
}

std::string spelled(const std::string& json, Spelling spelling) {
    return rewrite_json(json, {Spacing::as_it_is, spelling});
}

}  // namespace

TEST_CASE("body variants: JSON is spaced as libraries do it", "[cli]") {
    const std::string json = R"({ "b": [1,2 ,{}],"a":"x: y, z" ,"c":[ ] })";
    CHECK(spaced(json, Spacing::as_it_is) == json);
    CHECK(spaced(json, Spacing::compact) == R"({"b":[1,2,{}],"a":"x: y, z","c":[]})");
    CHECK(spaced(json, Spacing::blank_after) == R"({"b": [1, 2, {}], "a": "x: y, z", "c": []})");
    CHECK(spaced(R"({"a":[1,{"b":2}],"c":{}})", Spacing::indent_2) ==
          "{\n  \"a\": [\n    1,\n    {\n      \"b\": 2\n    }\n  ],\n  \"c\": {}\n}");
    CHECK(spaced("[1]", Spacing::indent_4) == "[\n    1\n]");
}

TEST_CASE("body variants: strings are spelled as libraries do it", "[cli]") {
    const std::string raw = "{\"é/中\":\"😀\\n\\\"\"}";
    const std::string escaped = R"({"\u00e9/\u4e2d":"\ud83d\ude00\n\""})";
    CHECK(spelled(raw, Spelling::escaped) == escaped);
    CHECK(spelled(escaped, Spelling::unescaped) == raw);
    CHECK(spelled(raw, Spelling::escaped_slashes) == "{\"é\\/中\":\"😀\\n\\\"\"}");
    CHECK(spelled(raw, Spelling::escaped_all) == R"({"\u00e9\/\u4e2d":"\ud83d\ude00\n\""})");
    CHECK(spelled(R"("a\/b\u0007\u00E9")", Spelling::unescaped) == "\"a/b\\u0007é\"");
    CHECK(spelled(escaped, Spelling::as_it_is) == escaped);
}

TEST_CASE("body variants: none is the body itself and each is asked for until one fits", "[cli]") {
    const std::string body = "{\"b\":\"é/\",\"a\": 1}\r\n";
    std::set<std::string> names;
    int seen = 0;
    cli::for_each_variant(body, [&](const cli::BodyVariant& variant) {
        CHECK(variant.text != body);
        names.insert(variant.name);
        ++seen;
        return false;
    });
    CHECK(seen > 30);
    CHECK(seen < 80);
    CHECK(names.size() == static_cast<std::size_t>(seen));
    int asked = 0;
    cli::for_each_variant(body, [&](const cli::BodyVariant&) { return ++asked == 3; });
    CHECK(asked == 3);
}

TEST_CASE("body variants: a long body and what is no JSON have the cheap ones", "[cli]") {
    for (const std::string& body :
         {"[" + std::string(2'000'000, ' ') + "]", std::string("\xFF{}"), std::string("[\"\xFF\"]"),
          std::string(300'000, '['), std::string()}) {
        int seen = 0;
        cli::for_each_variant(body, [&](const cli::BodyVariant& variant) {
            CHECK(variant.name.find("written again") == std::string::npos);
            ++seen;
            return false;
        });
        CHECK(seen < 12);
    }
}
