#include "conformance/json.hpp"

#include "gateway/tests/support/catch.hpp"

namespace cqhttp::conformance {

TEST_CASE("json: only whole documents of UTF-8 are read", "[conformance]") {
    CHECK(parse_json(R"({"a":[1,2.5,"x",null]})"));
    for (const char* text : {"", "{", "{} x", "{'a':1}", "\"\xff\"", "[1,]", "// x\n1"}) {
        INFO(text);
        CHECK_FALSE(parse_json(text));
    }
    CHECK(parse_json(std::string(256, '[') + std::string(256, ']')));
    CHECK_FALSE(parse_json(std::string(100'000, '[')));
}

TEST_CASE("json: equality tells integers from floats and strings", "[conformance]") {
    const auto same = [](const char* a, const char* b) {
        return same_json(*parse_json(a), *parse_json(b));
    };
    CHECK(same(R"({"a":1,"b":[true,null]})", R"({"b":[true,null],"a":1})"));
    CHECK_FALSE(same("1", "1.0"));
    CHECK_FALSE(same("1", "\"1\""));
    CHECK_FALSE(same("[1,2]", "[2,1]"));
    CHECK_FALSE(same("{\"a\":null}", "{}"));
    CHECK(same("18446744073709551615", "18446744073709551615"));
    CHECK_FALSE(same("9007199254740993", "9007199254740992"));
}

TEST_CASE("json: the raw text of a member is found as it stands", "[conformance]") {
    CHECK(raw_member(R"({"a": 1e2 ,"echo": {"x":[1.0,-0]} })", "echo") == R"({"x":[1.0,-0]})");
    CHECK(raw_member(R"({"a": 1e2 ,"b":2})", "a") == "1e2");
    CHECK(raw_member(R"({"\u0065cho":"}\"{","z":1})", "echo") == R"("}\"{")");
    CHECK(raw_member(R"({"a":{"echo":1}})", "echo") == std::nullopt);
    CHECK(raw_member(R"({"a":1,"a":2})", "a") == "2");
    CHECK(raw_member(R"({"a":1,"echo":1E400})", "echo") == "1E400");
    CHECK(raw_member(R"({"echo":"cut)", "echo") != "cut");
    CHECK(raw_member(R"({"ech\)", "echo") == std::nullopt);
    CHECK(raw_member("", "a") == std::nullopt);
    CHECK(raw_member("{}", "a") == std::nullopt);
    CHECK(raw_member("[1]", "a") == std::nullopt);
    CHECK(raw_member(" {\n\"a\" : null\n}", "a") == "null");
}

}  // namespace cqhttp::conformance
