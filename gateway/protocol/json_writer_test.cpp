#include "gateway/protocol/json_writer.hpp"

#include "gateway/protocol/json.hpp"
#include "gateway/tests/support/catch.hpp"

#include <limits>

namespace cqhttp::protocol {
namespace {

std::string json_string(std::string_view text) {
    std::string out;
    append_json_string(out, text);
    return out;
}

TEST_CASE("json writer: text without special characters is only quoted", "[json_writer]") {
    CHECK(json_string("") == "\"\"");
    CHECK(json_string("hello, world") == "\"hello, world\"");
    CHECK(json_string("你好 😀 / \x7F <>&'") == "\"你好 😀 / \x7F <>&'\"");
}

TEST_CASE("json writer: what JSON demands is escaped", "[json_writer]") {
    CHECK(json_string("\"\\") == "\"\\\"\\\\\"");
    CHECK(json_string("\b\f\n\r\t") == "\"\\b\\f\\n\\r\\t\"");
    CHECK(json_string(std::string_view("\x00\x01\x0b\x1f", 4)) ==
          "\"\\u0000\\u0001\\u000b\\u001f\"");
    CHECK(json_string("a\nb\"c") == "\"a\\nb\\\"c\"");
}

TEST_CASE("json writer: an escape is found at every place of a text", "[json_writer]") {
    for (const char special : {'"', '\\', '\n', '\x01', '\x1f'}) {
        for (std::size_t length = 1; length <= 40; ++length) {
            for (std::size_t place = 0; place < length; ++place) {
                std::string text(length, 'a');
                text[place] = special;
                const std::string written = json_string(text);
                INFO(written);
                REQUIRE(written.size() > length + 2);
                REQUIRE(Json::parse(written).get<std::string>() == text);
            }
        }
    }
}

TEST_CASE("json writer: no other byte is escaped at any place", "[json_writer]") {
    for (int byte = 0x20; byte < 0x100; ++byte) {
        const char c = static_cast<char>(byte);
        if (c == '"' || c == '\\') {
            continue;
        }
        for (std::size_t length = 1; length <= 17; ++length) {
            const std::string text(length, c);
            REQUIRE(json_string(text) == std::string(1, '"') + text + '"');
        }
    }
}

TEST_CASE("json writer: objects and arrays get their commas", "[json_writer]") {
    std::string out = "before ";
    JsonWriter json(out);
    json.object()
        .key("user_id")
        .value(10001)
        .key("nickname")
        .value("Ann")
        .key("list")
        .array()
        .value(1)
        .value("two")
        .value(true)
        .null()
        .end_array()
        .key("empty")
        .object()
        .end_object()
        .key("none")
        .array()
        .end_array()
        .member("flag", false)
        .key("raw")
        .raw("{\"a\": 1}")
        .key("nested")
        .array()
        .array()
        .end_array()
        .object()
        .member("x", 1)
        .end_object()
        .end_array()
        .end_object();
    CHECK(out ==
          "before {\"user_id\":10001,\"nickname\":\"Ann\",\"list\":[1,\"two\",true,null],"
          "\"empty\":{},\"none\":[],\"flag\":false,\"raw\":{\"a\": 1},"
          "\"nested\":[[],{\"x\":1}]}");
}

TEST_CASE("json writer: a document may be any single value", "[json_writer]") {
    std::string out;
    JsonWriter(out).value("x");
    CHECK(out == "\"x\"");
    out.clear();
    JsonWriter(out).null();
    CHECK(out == "null");
}

TEST_CASE("json writer: names are escaped", "[json_writer]") {
    std::string out;
    JsonWriter(out).object().member("a\"b\n", 1).end_object();
    CHECK(out == "{\"a\\\"b\\n\":1}");
}

TEST_CASE("json writer: values keep their type", "[json_writer]") {
    std::string out;
    JsonWriter json(out);
    const std::string text = "7";
    json.array().value(text).value(std::string_view("8")).value("9").value(true);
    json.value(std::int32_t{-1}).value(std::uint32_t{4294967295U}).value(std::size_t{5});
    json.value(std::uint16_t{65535}).end_array();
    CHECK(out == "[\"7\",\"8\",\"9\",true,-1,4294967295,5,65535]");
}

TEST_CASE("json writer: names and texts of every length are whole", "[json_writer]") {
    for (std::size_t size = 0; size < 150; ++size) {
        const std::string name(size, 'n');
        const std::string text(size, 't');
        INFO(size);
        std::string out;
        JsonWriter json(out);
        json.object().member(name, text).member(name, text + '"').member(text + '\n', 1);
        json.end_object();
        CHECK(out == "{\"" + name + "\":\"" + text + "\",\"" + name + "\":\"" + text + "\\\"\",\"" +
                         text + "\\n\":1}");
    }
}

TEST_CASE("json writer: numbers reach both ends of their range", "[json_writer]") {
    std::string out;
    JsonWriter json(out);
    json.array();
    json.value(std::numeric_limits<std::int64_t>::min());
    json.value(std::numeric_limits<std::int64_t>::max());
    json.value(0).end_array();
    CHECK(out == "[-9223372036854775808,9223372036854775807,0]");
}

}  // namespace
}  // namespace cqhttp::protocol
