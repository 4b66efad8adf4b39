#include "gateway/base/text.hpp"

#include "gateway/tests/support/catch.hpp"
#include "gateway/tests/support/fixture.hpp"

#include <array>

namespace cqhttp {
namespace {

TEST_CASE("text: case is ignored for ASCII letters only", "[text]") {
    CHECK(iequals("Content-Type", "content-TYPE"));
    CHECK(iequals("", ""));
    CHECK_FALSE(iequals("a", "ab"));
    CHECK_FALSE(iequals("[", "{"));
    CHECK_FALSE(iequals("\xC3\x84", "\xC3\xA4"));
    CHECK(to_lower("AZ az [09] \xC3\x84") == "az az [09] \xC3\x84");
}

TEST_CASE("text: trim removes blanks and tabs and line ends at both ends", "[text]") {
    CHECK(trim(" \t\r\n a b \n") == "a b");
    CHECK(trim("ab") == "ab");
    CHECK(trim(" \t") == "");
    CHECK(trim("") == "");
    CHECK(trim("\v a") == "\v a");
}

TEST_CASE("text: percent and form decoding", "[text][HTTP-044]") {
    for (const auto& row : test::load_fixture("text/percent_decode.json")) {
        INFO(row.name);
        const auto input = row.input.get<std::string>();
        CHECK(percent_decode(input) == row.expect.at("percent").get<std::string>());
        CHECK(form_decode(input) == row.expect.at("form").get<std::string>());
    }
}

TEST_CASE("text: percent decoding gives back any byte", "[text]") {
    CHECK(form_decode("%FF%00%80") == std::string("\xFF\0\x80", 3));
}

TEST_CASE("text: percent encoding leaves only unreserved characters", "[text]") {
    CHECK(percent_encode("AZaz09-._~") == "AZaz09-._~");
    CHECK(percent_encode(" +&=/?%[\xE4\xBD\xA0") == "%20%2B%26%3D%2F%3F%25%5B%E4%BD%A0");
    CHECK(percent_encode(std::string_view("\0\xFF", 2)) == "%00%FF");
    std::string all;
    for (int byte = 0; byte < 256; ++byte) {
        all.push_back(static_cast<char>(byte));
    }
    CHECK(percent_decode(percent_encode(all)) == all);
    CHECK(form_decode(percent_encode(all)) == all);
}

struct Utf8Row {
    std::string_view name;
    std::string_view bytes;
    std::string_view replaced;
};

// Expected values by the "maximal subpart" practice of the Unicode Standard, section 3.9.
constexpr std::array<Utf8Row, 16> invalid_utf8{{
    {"lone continuation", "a\x80z", "a\uFFFDz"},
    {"two lone continuations", "\x80\xBF", "\uFFFD\uFFFD"},
    {"cut two-byte character", "a\xC3", "a\uFFFD"},
    {"cut three-byte character is one error", "\xE4\xBD", "\uFFFD"},
    {"cut four-byte character is one error", "\xF0\x9F\x98", "\uFFFD"},
    {"cut character before text", "\xE4\xBDz", "\uFFFDz"},
    {"overlong slash in two bytes", "\xC0\xAF", "\uFFFD\uFFFD"},
    {"overlong in three bytes", "\xE0\x80\xAF", "\uFFFD\uFFFD\uFFFD"},
    {"overlong in four bytes", "\xF0\x80\x80\xAF", "\uFFFD\uFFFD\uFFFD\uFFFD"},
    {"surrogate", "\xED\xA0\x80", "\uFFFD\uFFFD\uFFFD"},
    {"beyond the last code point", "\xF4\x90\x80\x80", "\uFFFD\uFFFD\uFFFD\uFFFD"},
    {"lead byte F5", "\xF5z", "\uFFFDz"},
    {"bytes FE and FF", "\xFE\xFF", "\uFFFD\uFFFD"},
    {"lead byte then lead byte", "\xC3\xC3\xA4", "\uFFFD\u00E4"},
    {"good, bad, good", "\xE4\xBD\xA0\xFF\xE5\xA5\xBD", "\u4F60\uFFFD\u597D"},
    {"bad after a long ASCII run", "0123456789abcdef0123456789abcdef\x9F",
     "0123456789abcdef0123456789abcdef\uFFFD"},
}};

TEST_CASE("text: invalid UTF-8 is found and replaced", "[text]") {
    for (const Utf8Row& row : invalid_utf8) {
        INFO(row.name);
        CHECK_FALSE(is_valid_utf8(row.bytes));
        CHECK(replace_invalid_utf8(row.bytes) == row.replaced);
        CHECK(is_valid_utf8(row.replaced));
    }
}

TEST_CASE("text: valid UTF-8 is left alone", "[text]") {
    constexpr std::array<std::string_view, 8> valid{
        "",
        "plain",
        "\u00E4\u07FF",
        "\u0800\uD7FF\uE000\uFFFF",
        "\U00010000\U0010FFFF",
        "\U0001F600 mixed \u4F60\u597D",
        "\xEF\xBB\xBF"
        "after a byte order mark",
        "a long line of nothing but ASCII, then one \u00E9 at its end"};
    for (const std::string_view text : valid) {
        INFO(text);
        CHECK(is_valid_utf8(text));
        CHECK(replace_invalid_utf8(text) == text);
    }
    CHECK(is_valid_utf8(std::string_view("\0", 1)));
}

TEST_CASE("text: code points become UTF-8", "[text]") {
    const auto encoded = [](char32_t code_point) {
        std::string out = "<";
        append_utf8(out, code_point);
        return out;
    };
    CHECK(encoded(U'A') == "<A");
    CHECK(encoded(0x7F) == "<\x7F");
    CHECK(encoded(0x80) == "<\xC2\x80");
    CHECK(encoded(0x7FF) == "<\xDF\xBF");
    CHECK(encoded(0x800) == "<\xE0\xA0\x80");
    CHECK(encoded(0xFFFF) == "<\xEF\xBF\xBF");
    CHECK(encoded(0x10000) == "<\xF0\x90\x80\x80");
    CHECK(encoded(0x1F600) == "<\xF0\x9F\x98\x80");
    CHECK(encoded(0x10FFFF) == "<\xF4\x8F\xBF\xBF");
}

TEST_CASE("text: code points are counted", "[text]") {
    CHECK(count_code_points("") == 0);
    CHECK(count_code_points("abc") == 3);
    CHECK(count_code_points("\u4F60\u597D \U0001F600") == 4);
}

TEST_CASE("text: hexadecimal is lower case and keeps every byte", "[text]") {
    CHECK(to_hex("") == "");
    CHECK(to_hex(std::string_view("\x00\x0F\xA5\xFF", 4)) == "000fa5ff");
}

TEST_CASE("text: base64 is decoded and encoded", "[text][ENH-009]") {
    for (const auto& row : test::load_fixture("text/base64.json")) {
        INFO(row.name);
        const auto decoded = base64_decode(row.input.get<std::string>());
        REQUIRE(decoded.has_value() == !row.expect.is_null());
        if (decoded) {
            CHECK(to_hex(*decoded) == row.expect.get<std::string>());
        }
        if (row.whole.value("canonical", false)) {
            CHECK(base64_encode(*decoded) == row.input.get<std::string>());
        }
    }
}

TEST_CASE("text: whole decimal numbers are read", "[text]") {
    CHECK(parse_int64("0") == 0);
    CHECK(parse_int64("-0") == 0);
    CHECK(parse_int64("007") == 7);
    CHECK(parse_int64("+5") == 5);
    CHECK(parse_int64("-5") == -5);
    CHECK(parse_int64("9223372036854775807") == INT64_MAX);
    CHECK(parse_int64("-9223372036854775808") == INT64_MIN);
}

TEST_CASE("text: anything but a whole decimal number is nothing", "[text]") {
    constexpr std::array<std::string_view, 15> rows{"",
                                                    " 1",
                                                    "1 ",
                                                    "+",
                                                    "-",
                                                    "--1",
                                                    "+-1",
                                                    "-+1",
                                                    "++1",
                                                    "1.0",
                                                    "1e3",
                                                    "0x10",
                                                    "12a",
                                                    "9223372036854775808",
                                                    "-9223372036854775809"};
    for (const std::string_view row : rows) {
        INFO(row);
        CHECK_FALSE(parse_int64(row).has_value());
    }
}

TEST_CASE("text: tokens are compared over their full length", "[text][AUTH-020][AUTH-021]") {
    CHECK(equal_in_constant_time("", ""));
    CHECK(equal_in_constant_time("kSLuTF2GC2Q4q4ugm3", "kSLuTF2GC2Q4q4ugm3"));
    CHECK_FALSE(equal_in_constant_time("kSLuTF2GC2Q4q4ugm3", "kSLuTF2GC2Q4q4ugm4"));
    CHECK_FALSE(equal_in_constant_time("kSLuTF2GC2Q4q4ugm3", "xSLuTF2GC2Q4q4ugm3"));
    CHECK_FALSE(equal_in_constant_time("tok", "to"));
    CHECK_FALSE(equal_in_constant_time("tok", "token"));
    CHECK_FALSE(equal_in_constant_time("tok", "TOK"));
    CHECK_FALSE(equal_in_constant_time("", "tok"));
    CHECK_FALSE(equal_in_constant_time(std::string_view("a\0b", 3), std::string_view("a\0c", 3)));
}

}  // namespace
}  // namespace cqhttp
