#include "gateway/protocol/message.hpp"
#include "gateway/tests/support/catch.hpp"
#include "gateway/tests/support/fixture.hpp"

#include <array>
#include <set>

namespace cqhttp::protocol {
namespace {

constexpr std::array<ProfileId, 3> all_ids{ProfileId::cqhttp_4_0, ProfileId::cqhttp_4_15,
                                           ProfileId::onebot_11};

const Profile& v4_15 = profile(ProfileId::cqhttp_4_15);

// Segments as a fixture writes them.
Message message_of(const nlohmann::json& segments) {
    Message message;
    for (const auto& entry : segments) {
        Segment& segment = message.emplace_back();
        segment.type = entry.at("type").get<std::string>();
        for (const auto& [name, value] : entry.at("data").items()) {
            segment.set(name, value.get<std::string>());
        }
    }
    return message;
}

std::string repeated(std::string_view piece, std::size_t times) {
    std::string text;
    text.reserve(piece.size() * times);
    for (std::size_t i = 0; i < times; ++i) {
        text += piece;
    }
    return text;
}

TEST_CASE("cq code: a plain text is its own CQ string", "[MSG-020][MSG-040]") {
    for (std::size_t size = 0; size < 40; ++size) {
        const std::string plain(size, 'Y');  // differs from a bracket in one bit
        CHECK(is_plain_text(plain));
        CHECK(is_plain_text(plain + "\xE4\xBD\xA0,;#'_"));
        for (std::size_t at = 0; at < size; ++at) {
            for (const char special : {'&', '[', ']'}) {
                std::string text = plain;
                text[at] = special;
                CHECK_FALSE(is_plain_text(text));
            }
        }
    }
}

TEST_CASE("cq code: strings are read as the table says",
          "[cq_code][MSG-020][MSG-021][MSG-022][MSG-030][MSG-031][MSG-032][MSG-033][MSG-034]"
          "[MSG-035][MSG-036][MSG-037]") {
    for (const auto& row : test::load_fixture("cq_code/parse.json")) {
        for (const ProfileId id : all_ids) {
            if (!row.holds_for(profile(id).name)) {
                continue;
            }
            INFO(row.name << " in " << profile(id).name);
            const Message parsed = parse_cq(row.input.get<std::string>(), profile(id));
            INFO(to_segment_json(parsed));
            CHECK(parsed == message_of(row.expect));
        }
    }
}

TEST_CASE("cq code: all 26 rows are in the fixture for every profile", "[cq_code][MSG-036]") {
    for (const ProfileId id : all_ids) {
        std::set<std::string> rows;
        for (const auto& row : test::load_fixture("cq_code/parse.json")) {
            if (row.name.starts_with("row ") && row.holds_for(profile(id).name)) {
                rows.insert(row.name.substr(0, row.name.find(',')));
            }
        }
        INFO(profile(id).name);
        CHECK(rows.size() == 26);
    }
}

TEST_CASE("cq code: segments are written as the section says",
          "[cq_code][MSG-012][MSG-020][MSG-040][MSG-041][MSG-042]") {
    for (const auto& row : test::load_fixture("cq_code/print.json")) {
        INFO(row.name);
        CHECK(to_cq(message_of(row.input)) == row.expect.get<std::string>());
    }
}

TEST_CASE("cq code: what was written is read back", "[cq_code][MSG-043]") {
    for (const auto& row : test::load_fixture("cq_code/print.json")) {
        if (!row.whole.value("reads_back", true)) {
            continue;
        }
        for (const ProfileId id : all_ids) {
            INFO(row.name << " in " << profile(id).name);
            const Message message = message_of(row.input);
            CHECK(parse_cq(to_cq(message), profile(id)) == message);
        }
    }
}

TEST_CASE("cq code: any text survives writing and reading", "[cq_code][MSG-043][EMO-007]") {
    // All strings of up to four of these pieces.
    constexpr std::array<std::string_view, 11> pieces{"",     "&", "amp;", "#91;", "[", "]",
                                                      "[CQ:", ",", "=",    "a",    "😀"};
    std::size_t tried = 0;
    for (const auto a : pieces) {
        for (const auto b : pieces) {
            for (const auto c : pieces) {
                for (const auto d : pieces) {
                    std::string text(a);
                    ((text += b) += c) += d;
                    Message message{{"x", {{"name", text}}}};
                    if (!text.empty()) {
                        message.push_back(Segment::text(text));
                    }
                    INFO(to_cq(message));
                    REQUIRE(parse_cq(to_cq(message), v4_15) == message);
                    ++tried;
                }
            }
        }
    }
    CHECK(tried == 11 * 11 * 11 * 11);
}

TEST_CASE("cq code: appending keeps what is there", "[cq_code]") {
    std::string out = "<";
    append_cq(out, {Segment::text("a"), {"face", {{"id", "1"}}}});
    CHECK(out == "<a[CQ:face,id=1]");
}

TEST_CASE("cq code: escapes alone", "[cq_code][MSG-020][MSG-021][MSG-022]") {
    CHECK(escape_text("&[],") == "&amp;&#91;&#93;,");
    CHECK(escape_value("&[],") == "&amp;&#91;&#93;&#44;");
    CHECK(escape_text("") == "");
    CHECK(escape_text("你好") == "你好");
    CHECK(unescape("&amp;&#91;&#93;&#44;") == "&[],");
    CHECK(unescape("&amp;#91;") == "&#91;");
    CHECK(unescape("&&lt;&#65;&") == "&&lt;&#65;&");
    CHECK(unescape("") == "");
}

// These take milliseconds when every byte is looked at a fixed number of times and minutes when
// not: the test's time limit is what fails.
TEST_CASE("cq code: reading takes time in proportion to the length", "[cq_code][MSG-031]") {
    constexpr std::size_t size = 1'000'000;
    for (const std::string_view piece : {"[CQ:a", "[CQ:", "[", "[CQ:a,", "[CQ:a,b=", "&", "&amp",
                                         "[CQ:a b", "&#44;[", "[CQ:a,b=1"}) {
        const std::string text = repeated(piece, size / piece.size());
        for (const ProfileId id : all_ids) {
            INFO(piece << " in " << profile(id).name);
            const Message message = parse_cq(text, profile(id));
            CHECK(message.size() == 1);
        }
    }
}

TEST_CASE("cq code: a code with very many parameters is read quickly", "[cq_code][MSG-031]") {
    std::string text = "[CQ:x";
    for (int i = 999'999; i >= 900'000; --i) {
        text += ",n" + std::to_string(i) + "=" + std::to_string(i);
    }
    text += ",n900000=last]";
    for (const ProfileId id : all_ids) {
        const Message message = parse_cq(text, profile(id));
        REQUIRE(message.size() == 1);
        CHECK(message[0].fields.size() == 100'000);
        CHECK(*message[0].find("n900000") == "last");
        CHECK(*message[0].find("n999999") == "999999");
    }
}

TEST_CASE("cq code: very many codes are read", "[cq_code]") {
    const Message message = parse_cq(repeated("a[CQ:face,id=1]", 50'000), v4_15);
    REQUIRE(message.size() == 100'000);
    CHECK(message[99'998] == Segment::text("a"));
    CHECK(*message[99'999].find("id") == "1");
}

}  // namespace
}  // namespace cqhttp::protocol
