#include "gateway/account/emoji.hpp"

#include "gateway/base/text.hpp"
#include "gateway/protocol/profile.hpp"
#include "gateway/tests/support/catch.hpp"
#include "gateway/tests/support/fixture.hpp"

#include <string>

namespace cqhttp::account {
namespace {

std::string characters(char32_t code_point) {
    std::string text;
    append_utf8(text, code_point);
    return text;
}

std::string as_codes(const std::string& text) {
    return protocol::to_cq(emoji_to_codes({protocol::Segment::text(text)}));
}

}  // namespace

TEST_CASE("emoji: fixtures hold", "[EMO-001][EMO-002][EMO-003][EMO-005]") {
    const protocol::Profile& version_4_0 = protocol::profile(protocol::ProfileId::cqhttp_4_0);
    for (const auto& row : cqhttp::test::load_fixture("message/emoji.json")) {
        INFO(row.name);
        const auto input = row.input.get<std::string>();
        const auto expected = row.expect.get<std::string>();
        if (row.whole.at("direction") == "receive") {
            CHECK(emoji_to_characters(input) == expected);
        } else {
            REQUIRE(row.holds_for("cqhttp-4.0"));
            const auto message = protocol::parse_cq(input, version_4_0);
            CHECK(protocol::to_cq(emoji_to_codes(message)) == expected);
            CHECK(holds_emoji(message) == (emoji_to_codes(message) != message));
        }
    }
}

TEST_CASE("emoji: the set has 844 code points", "[EMO-005]") {
    std::size_t count = 0;
    for (char32_t code_point = 0; code_point <= 0x10FFFF; ++code_point) {
        count += is_emoji_4_0(code_point) ? 1U : 0U;
    }
    CHECK(count == 844);
}

TEST_CASE("emoji: what is sent arrives the same", "[EMO-005][EMO-007]") {
    for (char32_t code_point = 1; code_point <= 0x10FFFF; ++code_point) {
        if (!is_emoji_4_0(code_point)) {
            continue;
        }
        const std::string text = "a" + characters(code_point) + "&[b]";
        const std::string expected =
            "a[CQ:emoji,id=" + std::to_string(static_cast<std::uint32_t>(code_point)) +
            "]&amp;&#91;b&#93;";
        REQUIRE(as_codes(text) == expected);
        REQUIRE(holds_emoji({protocol::Segment::text(text)}));
        REQUIRE(emoji_to_characters(expected) == protocol::escape_text(text));
    }
}

TEST_CASE("emoji: one is seen wherever it stands in a text", "[EMO-005]") {
    for (std::size_t before = 0; before < 20; ++before) {
        for (const char* filler : {"a", "\xC3\xA9", "\xE4\xBD\xA0"}) {
            std::string text;
            for (std::size_t i = 0; i < before; ++i) {
                text += filler;
            }
            INFO(text);
            CHECK_FALSE(text_holds_emoji(text));
            CHECK(text_holds_emoji(text + "\xE2\x98\x80"));
            CHECK(text_holds_emoji(text + "\xF0\x9F\x98\x80 and more text"));
        }
    }
}

TEST_CASE("emoji: broken text is left alone", "[EMO-005]") {
    CHECK(as_codes("\xF0\x9F") == "\xF0\x9F");
    CHECK(as_codes("\xFF\x80") == "\xFF\x80");
    CHECK(emoji_to_codes({}).empty());
    CHECK_FALSE(holds_emoji({}));
}

}  // namespace cqhttp::account
