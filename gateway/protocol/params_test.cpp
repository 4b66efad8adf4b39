#include "gateway/protocol/params.hpp"

#include "gateway/protocol/json.hpp"
#include "gateway/tests/support/catch.hpp"
#include "gateway/tests/support/fixture.hpp"

#include <array>
#include <map>
#include <optional>
#include <string>
#include <utility>

namespace cqhttp::protocol {
namespace {

constexpr std::array all_ids{ProfileId::cqhttp_4_0, ProfileId::cqhttp_4_15, ProfileId::onebot_11};

ParamKind kind_named(const std::string& name) {
    static const std::map<std::string, ParamKind> kinds{
        {"text", ParamKind::text},     {"integer", ParamKind::integer},
        {"real", ParamKind::real},     {"boolean", ParamKind::boolean},
        {"null", ParamKind::null},     {"array", ParamKind::array},
        {"object", ParamKind::object}, {"invalid", ParamKind::invalid}};
    return kinds.at(name);
}

template <class T>
std::string state_of(const Reading<T>& reading) {
    using State = typename Reading<T>::State;
    return reading.state == State::absent    ? "default"
           : reading.state == State::invalid ? "refused"
                                             : "value";
}

Json segments_of(const Message& message) {
    Json list = Json::array();
    for (const Segment& segment : message) {
        Json data = Json::object();
        for (const SegmentField& field : segment.fields) {
            data[field.name] = field.value;
        }
        list.push_back({{"type", segment.type}, {"data", data}});
    }
    return list;
}

template <class T>
Json outcome(const Reading<T>& reading, const char* name, const Json& value) {
    return reading.state == Reading<T>::State::value ? Json{{name, value}}
                                                     : Json{{"state", state_of(reading)}};
}

// What reading a fixture's `input` as a type gives, in the words of its `expect`.
Json read_as(const std::string& type, const test::FixtureCase& c, const Profile& rules) {
    Param param;
    const Param* given = nullptr;
    if (!c.input.is_null()) {
        param = {"p", kind_named(c.input.at("kind")),
                 c.input.at("text").get_ref<const std::string&>()};
        given = &param;
    }
    if (type == "integer") {
        const auto reading = read_integer(given);
        return outcome(reading, "value", reading.value);
    }
    if (type == "boolean") {
        const auto reading = read_boolean(given);
        return outcome(reading, "value", reading.value);
    }
    if (type == "text") {
        const auto reading = read_text(given, rules);
        return outcome(reading, "value", reading.value);
    }
    const auto reading = read_message(given, c.whole.value("auto_escape", false), rules);
    return outcome(reading, "segments", segments_of(reading.value));
}

void check_file(const std::string& path, const std::string& usual_type) {
    for (const test::FixtureCase& c : test::load_fixture(path)) {
        for (const ProfileId id : all_ids) {
            const Profile& rules = profile(id);
            INFO(path << ": " << c.name << " in " << rules.name);
            if (c.holds_for(rules.name)) {
                CHECK(read_as(c.whole.value("as", usual_type), c, rules) == c.expect);
            }
        }
    }
}

Param text_param(std::string_view name, std::string_view text) {
    return {name, ParamKind::text, text};
}

}  // namespace

TEST_CASE("params: integers are read as the fixtures say",
          "[PAR-001][PAR-002][PAR-003][PAR-004][PAR-006][PAR-018]") {
    check_file("params/integer.json", "integer");
}

TEST_CASE("params: booleans are read as the fixtures say",
          "[PAR-007][PAR-008][PAR-009][PAR-010][PAR-019]") {
    check_file("params/boolean.json", "boolean");
}

TEST_CASE("params: texts are read as the fixtures say", "[PAR-011][PAR-012]") {
    check_file("params/text.json", "text");
}

TEST_CASE("params: messages are read as the fixtures say",
          "[PAR-013][PAR-015][MSG-010][MSG-011][HTTP-049][ACT-004]") {
    check_file("params/message.json", "message");
}

TEST_CASE("params: a number beyond int64 is refused", "[PAR-005]") {
    check_file("params/invalid/number_beyond_int64.json", "integer");
}

TEST_CASE("params: bytes that are not UTF-8 are refused as every type", "[HTTP-050]") {
    check_file("params/invalid/not_utf8.json", "text");
}

TEST_CASE("params: what is no message counts as missing", "[PAR-014][MSG-005][MSG-007]") {
    check_file("params/invalid/malformed_message.json", "message");
}

TEST_CASE("params: a message keeps a text that fills memory", "[PAR-013]") {
    const std::string megabyte(1024 * 1024, 'x');
    const Param param = text_param("message", megabyte);
    const auto reading = read_message(&param, false, profile(ProfileId::cqhttp_4_0));
    REQUIRE(reading.value.size() == 1);
    CHECK(*reading.value.front().find("text") == megabyte);
}

TEST_CASE("params: add-first keeps what is there", "[HTTP-047]") {
    Params params;
    params.add_first(text_param("a", "1"));
    params.add_first(text_param("a", "2"));
    params.add_first(text_param("", "3"));
    REQUIRE(params.size() == 2);
    CHECK(params.find("a")->text == "1");
    CHECK(params.find("")->text == "3");
    CHECK(params.find("A") == nullptr);
}

TEST_CASE("params: add-last replaces kind and text in their old place", "[HTTP-051]") {
    Params params;
    params.add_last(text_param("a", "1"));
    params.add_last(text_param("b", "2"));
    params.add_last({"a", ParamKind::integer, "3"});
    REQUIRE(params.size() == 2);
    CHECK(params.begin()->name == "a");
    CHECK(params.find("a")->kind == ParamKind::integer);
    CHECK(params.find("a")->text == "3");
}

TEST_CASE("params: moving them leaves every view where it is", "[params]") {
    Params params;
    params.add_last({"a", ParamKind::integer, "3"});
    const std::string_view text = params.find("a")->text;
    Params moved = std::move(params);
    CHECK(moved.find("a")->text.data() == text.data());
    params = std::move(moved);
    CHECK(params.find("a")->text.data() == text.data());
    CHECK(moved.size() == 0);  // NOLINT: a moved one is empty
    CHECK(moved.begin() == moved.end());
    CHECK(moved.find("a") == nullptr);
}

TEST_CASE("params: a copy has memory of its own", "[params]") {
    std::optional<Params> params(std::in_place);
    params->add_last({"name", ParamKind::text, std::string(100, 'x')});
    params->add_last({"empty", ParamKind::null, ""});
    Params copy = *params;
    const Params empty;
    Params none = empty;
    params->add_last({"name", ParamKind::text, std::string(100, 'y')});
    params.reset();
    CHECK(copy.find("name")->text == std::string(100, 'x'));
    CHECK(copy.find("empty")->kind == ParamKind::null);
    CHECK(none.size() == 0);
    none = copy;
    copy = empty;
    CHECK(copy.size() == 0);
    CHECK(none.find("name")->text == std::string(100, 'x'));
}

TEST_CASE("params: they keep all they are given however much it becomes", "[params]") {
    const auto text_of = [](int number) {
        return std::string(static_cast<std::size_t>(number), 't');
    };
    Params params;
    for (int i = 0; i < 300; ++i) {
        params.add_first({"name " + std::to_string(i), ParamKind::text, text_of(i)});
    }
    REQUIRE(params.size() == 300);
    for (int i = 0; i < 300; ++i) {
        const Param* const param = params.find("name " + std::to_string(i));
        REQUIRE(param != nullptr);
        REQUIRE(param->text == text_of(i));
    }
}

TEST_CASE("params: one of them can be added to them under another name or once more", "[params]") {
    Params params;
    params.add_last({"a", ParamKind::text, std::string(50, 'x')});
    for (int i = 0; i < 20; ++i) {
        const Param first = *params.begin();
        params.add_first({std::to_string(i), first.kind, first.text});
        params.add_last(*params.begin());
    }
    REQUIRE(params.size() == 21);
    for (const Param& param : params) {
        REQUIRE(param.text == std::string(50, 'x'));
    }
}

TEST_CASE("params: what was written in place is kept if the name is new", "[HTTP-047]") {
    const auto write = [](Params& params, std::string_view name, std::string_view text) {
        char* const place = params.place_for(name.size() + text.size());
        name.copy(place, name.size());
        text.copy(place + name.size(), text.size());
        params.add_written(
            {{place, name.size()}, ParamKind::text, {place + name.size(), text.size()}});
    };
    Params params;
    write(params, "a", "1");
    write(params, "a", "2");
    write(params, "b", std::string(500, 'x'));
    write(params, "", "");
    params.add_last({"c", ParamKind::text, "3"});
    REQUIRE(params.size() == 4);
    CHECK(params.find("a")->text == "1");
    CHECK(params.find("b")->text == std::string(500, 'x'));
    CHECK(params.find("")->text.empty());
    CHECK(params.find("c")->text == "3");
}

TEST_CASE("params: much memory that was not needed is given back", "[params]") {
    Params params;
    params.reserve(2, 1'000'000);
    CHECK(params.bytes() > 1'000'000);
    params.add_last({"a", ParamKind::text, "1"});
    params.trim();
    CHECK(params.bytes() < 1'000);
    CHECK(params.find("a")->text == "1");
    params.reserve(100, 10);
    CHECK(params.find("a")->text == "1");
}

TEST_CASE("params: missing ones are added and present ones stay", "[HTTP-042]") {
    Params query;
    query.add_first(text_param("a", "query"));
    Params body;
    body.add_last(text_param("a", "body"));
    body.add_last(text_param("b", "body"));
    query.add_missing(std::move(body));
    REQUIRE(query.size() == 2);
    CHECK(query.find("a")->text == "query");
    CHECK(query.find("b")->text == "body");
}

TEST_CASE("params: they print as one JSON object", "[HTTP-052]") {
    Params params;
    CHECK(params.to_json() == "{}");
    params.add_last(text_param("a\"b", "\xE4\xBD\xA0\n"));
    params.add_last({"n", ParamKind::integer, "123456789012345678901234567890"});
    params.add_last({"r", ParamKind::real, "1E400"});
    params.add_last({"t", ParamKind::boolean, "true"});
    params.add_last({"z", ParamKind::null, "null"});
    params.add_last({"o", ParamKind::object, "{\"a\":[1]}"});
    CHECK(params.to_json() ==
          "{\"a\\\"b\":\"\xE4\xBD\xA0\\n\",\"n\":123456789012345678901234567890,\"r\":1E400,"
          "\"t\":true,\"z\":null,\"o\":{\"a\":[1]}}");
}

TEST_CASE("params: what is not UTF-8 prints as JSON too", "[HTTP-050]") {
    Params params;
    params.add_first({"\xFF", ParamKind::invalid, ""});
    CHECK(params.to_json() == "{\"\xEF\xBF\xBD\":null}");
}

}  // namespace cqhttp::protocol
