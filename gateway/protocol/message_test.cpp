#include "gateway/protocol/message.hpp"

#include "gateway/protocol/json.hpp"
#include "gateway/tests/support/catch.hpp"
#include "gateway/tests/support/fixture.hpp"

#include <array>

namespace cqhttp::protocol {
namespace {

constexpr std::array<ProfileId, 3> all_ids{ProfileId::cqhttp_4_0, ProfileId::cqhttp_4_15,
                                           ProfileId::onebot_11};

const Profile& v4_0 = profile(ProfileId::cqhttp_4_0);
const Profile& v4_15 = profile(ProfileId::cqhttp_4_15);
const Profile& onebot = profile(ProfileId::onebot_11);

// Segments as a fixture writes them; a value that is not a string stays structured.
Message message_of(const nlohmann::json& segments) {
    Message message;
    for (const auto& entry : segments) {
        Segment& segment = message.emplace_back();
        segment.type = entry.at("type").get<std::string>();
        for (const auto& [name, value] : entry.at("data").items()) {
            const bool text = value.is_string();
            segment.set(name, text ? value.get<std::string>() : value.dump(), !text);
        }
    }
    return message;
}

// JSON text of a fixture's input.
std::string text_of(const nlohmann::json& input) {
    return input.is_string() ? input.get<std::string>() : input.dump();
}

TEST_CASE("message: JSON segments are read",
          "[message][MSG-002][MSG-003][MSG-004][MSG-006][MSG-008][MSG-009][MSG-012]") {
    for (const auto& row : test::load_fixture("message/segments.json")) {
        for (const ProfileId id : all_ids) {
            if (!row.holds_for(profile(id).name)) {
                continue;
            }
            INFO(row.name << " in " << profile(id).name);
            const auto parsed = parse_segments(text_of(row.input), profile(id));
            REQUIRE(parsed.has_value());
            INFO(to_cq(*parsed));
            CHECK(*parsed == message_of(row.expect));
        }
    }
}

TEST_CASE("message: JSON that is no message is refused", "[message][MSG-005][MSG-007]") {
    for (const auto& row : test::load_fixture("message/invalid/segments.json")) {
        for (const ProfileId id : all_ids) {
            if (!row.holds_for(profile(id).name)) {
                continue;
            }
            INFO(row.name << " in " << profile(id).name);
            CHECK_FALSE(parse_segments(text_of(row.input), profile(id)).has_value());
        }
    }
}

TEST_CASE("message: a string and an array can mean the same", "[message][MSG-001]") {
    const auto array = parse_segments(
        R"([{"type":"text","data":{"text":"[x] "}},{"type":"at","data":{"qq":"all"}}])", v4_0);
    REQUIRE(array.has_value());
    CHECK(*array == parse_cq("&#91;x&#93; [CQ:at,qq=all]", v4_0));
}

TEST_CASE("message: parameters of JSON segments are written in order", "[message][MSG-041]") {
    const auto parsed =
        parse_segments(R"({"type":"image","data":{"url":"u","file":"f","cache":"0"}})", v4_0);
    REQUIRE(parsed.has_value());
    CHECK(to_cq(*parsed) == "[CQ:image,cache=0,file=f,url=u]");
}

TEST_CASE("message: JSON nested at any depth is no danger", "[message]") {
    const std::string open(500'000, '[');
    CHECK_FALSE(parse_segments(open, onebot).has_value());
    CHECK_FALSE(parse_segments(R"([{"type":"node","data":{"content":)" + open, onebot).has_value());
    const std::string closed = open + std::string(500'000, ']');
    CHECK_FALSE(parse_segments(R"([{"type":"node","data":{"content":)" + closed + "}}]", onebot)
                    .has_value());
}

TEST_CASE("message: fields stay in byte order with each name once", "[message][MSG-041]") {
    Segment segment{"x", {}};
    segment.set("b", "1");
    segment.set("a", "2");
    segment.set("c", "3");
    segment.set("a", "4", true);
    segment.set("B", "5");
    CHECK(segment.fields ==
          std::vector<SegmentField>{
              {"B", "5", false}, {"a", "4", true}, {"b", "1", false}, {"c", "3", false}});
    REQUIRE(segment.find("a") != nullptr);
    CHECK(*segment.find("a") == "4");
    CHECK(segment.find("A") == nullptr);
    CHECK(segment.find("") == nullptr);
    CHECK(segment.find("d") == nullptr);
    CHECK(segment.erase("b"));
    CHECK_FALSE(segment.erase("b"));
    CHECK(segment.find("b") == nullptr);
    CHECK(segment.fields.size() == 3);
}

TEST_CASE("message: collected fields are ordered and the last of a name stays", "[message]") {
    std::vector<SegmentField> fields{{"b", "1"}, {"a", "2"}, {"b", "3"}, {"c", "4"}, {"a", "5"}};
    order_fields(fields);
    CHECK(fields == std::vector<SegmentField>{{"a", "5"}, {"b", "3"}, {"c", "4"}});
    std::vector<SegmentField> same{{"a", "1"}, {"a", "2"}, {"a", "3"}};
    order_fields(same);
    CHECK(same == std::vector<SegmentField>{{"a", "3"}});
    std::vector<SegmentField> none;
    order_fields(none);
    CHECK(none.empty());
}

TEST_CASE("message: adjacent texts count as one and empty ones as none", "[message][MSG-010]") {
    const Segment face{"face", {{"id", "1"}}};
    Message message{Segment::text(""),
                    Segment::text("a"),
                    Segment::text(""),
                    Segment::text("b"),
                    face,
                    Segment::text(""),
                    face,
                    Segment::text("c"),
                    {"text", {}},
                    Segment::text("d"),
                    {"", {{"a", "b"}}}};
    normalise(message);
    CHECK(message ==
          Message{Segment::text("ab"), face, face, Segment::text("cd"), {"", {{"a", "b"}}}});
    const Message before = message;
    normalise(message);
    CHECK(message == before);
}

TEST_CASE("message: a message of one empty text is empty", "[message][MSG-010]") {
    Message message{Segment::text("")};
    normalise(message);
    CHECK(message.empty());
    Message several{Segment::text(""), {"text", {{"other", "x"}}}, Segment::text("")};
    normalise(several);
    CHECK(several.empty());
    Message none;
    normalise(none);
    CHECK(none.empty());
}

TEST_CASE("message: a joined text keeps the other parameters of the first", "[message][MSG-012]") {
    Message message{{"text", {{"a", "1"}, {"text", "x"}, {"z", "2"}}}, Segment::text("y")};
    normalise(message);
    CHECK(message == Message{{"text", {{"a", "1"}, {"text", "xy"}, {"z", "2"}}}});
}

TEST_CASE("message: plain text is what the text segments say", "[message]") {
    CHECK(plain_text(parse_cq("a&amp;[CQ:face,id=1]b[CQ:text,text=c]", v4_15)) == "a&bc");
    CHECK(plain_text({{"text", {}}}) == "");
    CHECK(plain_text({}) == "");
}

TEST_CASE("message: array form of events", "[message][MSG-062][MSG-063]") {
    const Message message = parse_cq("你&amp;\"[CQ:image,url=u,file=f][CQ:shake]", v4_0);
    CHECK(to_segment_json(message) ==
          R"([{"type":"text","data":{"text":"你&\""}},)"
          R"({"type":"image","data":{"file":"f","url":"u"}},{"type":"shake","data":{}}])");
    CHECK(to_segment_json({}) == "[]");
    std::string out = "x";
    append_segment_json(out, {Segment::text("a")});
    CHECK(out == R"(x[{"type":"text","data":{"text":"a"}}])");
}

TEST_CASE("message: array form has no empty and no adjacent texts", "[message][MSG-062]") {
    const Message message{Segment::text("a"),
                          Segment::text(""),
                          Segment::text("b"),
                          {"face", {{"id", "1"}}},
                          Segment::text("")};
    CHECK(to_segment_json(message) ==
          R"([{"type":"text","data":{"text":"ab"}},{"type":"face","data":{"id":"1"}}])");
    CHECK(message.size() == 5);
}

TEST_CASE("message: array form is read back", "[message][MSG-006][MSG-043]") {
    for (const auto& row : test::load_fixture("message/segments.json")) {
        if (!row.holds_for(onebot.name)) {
            continue;
        }
        INFO(row.name);
        Message message = message_of(row.expect);
        normalise(message);
        const auto parsed = parse_segments(to_segment_json(message), onebot);
        REQUIRE(parsed.has_value());
        CHECK(*parsed == message);
    }
}

TEST_CASE("message: content of a node is structured in the array and text in the string",
          "[message][MSG-006][MSG-062]") {
    const auto parsed =
        parse_segments(R"({"type":"node","data":{"content":[{"type":"face"}]}})", onebot);
    REQUIRE(parsed.has_value());
    CHECK(to_segment_json(*parsed) == R"([{"type":"node","data":{"content":[{"type":"face"}]}}])");
    CHECK(to_cq(*parsed) == R"([CQ:node,content=&#91;{"type":"face"}&#93;])");
}

}  // namespace
}  // namespace cqhttp::protocol
