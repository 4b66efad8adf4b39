#include "cli/json_text.hpp"

#include "gateway/tests/support/catch.hpp"

using cqhttp::cli::format_json;
using cqhttp::cli::JsonStyle;

namespace {
constexpr JsonStyle pretty{.pretty = true, .color = false};
}

TEST_CASE("json text: compact text is one line without blanks outside strings", "[cli]") {
    REQUIRE(format_json("{ \"a\" : [ 1 ,\n 2 ] ,\t\"b c\" : \" x , y \" }\r\n", {}) ==
            R"({"a":[1,2],"b c":" x , y "})");
}

TEST_CASE("json text: order and repeated names and spelling of numbers stay", "[cli]") {
    REQUIRE(
        format_json(R"({"z":1e2,"a":-0,"z":123456789012345678901234567890,"s":"\u4f60\/"})", {}) ==
        R"({"z":1e2,"a":-0,"z":123456789012345678901234567890,"s":"\u4f60\/"})");
}

TEST_CASE("json text: pretty text has one member per line", "[cli]") {
    REQUIRE(format_json(R"({"status":"ok","data":{"list":[1,{"x":null}]}})", pretty) ==
            "{\n"
            "  \"status\": \"ok\",\n"
            "  \"data\": {\n"
            "    \"list\": [\n"
            "      1,\n"
            "      {\n"
            "        \"x\": null\n"
            "      }\n"
            "    ]\n"
            "  }\n"
            "}");
}

TEST_CASE("json text: empty objects and arrays stay on their line", "[cli]") {
    REQUIRE(format_json("{\"a\":{ },\"b\":[\n]}", pretty) == "{\n  \"a\": {},\n  \"b\": []\n}");
}

TEST_CASE("json text: brackets and colons and quotes inside strings change nothing", "[cli]") {
    REQUIRE(format_json(R"({"k":"[{:,\"}\\"})", {}) == R"({"k":"[{:,\"}\\"})");
    REQUIRE(format_json(R"(["a\\","b"])", pretty) == "[\n  \"a\\\\\",\n  \"b\"\n]");
}

TEST_CASE("json text: a document may be a scalar and may start with a byte order mark", "[cli]") {
    REQUIRE(format_json(" true ", pretty) == "true");
    REQUIRE(format_json("\xEF\xBB\xBF{\"a\":1}", {}) == R"({"a":1})");
    REQUIRE(format_json("\"x\"", {}) == "\"x\"");
}

TEST_CASE("json text: colours tell keys and strings and numbers and words apart", "[cli]") {
    REQUIRE(format_json(R"({"k":["s",1,true]})", {.pretty = false, .color = true}) ==
            "{\x1b[36m\"k\"\x1b[0m:[\x1b[32m\"s\"\x1b[0m,\x1b[33m1\x1b[0m,\x1b[35mtrue\x1b[0m]}");
}

TEST_CASE("json text: control characters that a terminal might obey are escaped for it", "[cli]") {
    REQUIRE(format_json("\"a\xC2\x9B"
                        "31m\x7F\xC2\xA9\"",
                        pretty) == "\"a\\u009b31m\\u007f\xC2\xA9\"");
    REQUIRE(format_json("\"\xC2\x9B\"", {}) == "\"\xC2\x9B\"");
}
