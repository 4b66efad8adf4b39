#include "gateway/protocol/event_filter.hpp"

#include "gateway/protocol/event_json.hpp"
#include "gateway/tests/support/catch.hpp"
#include "gateway/tests/support/fixture.hpp"

namespace cqhttp::protocol {
namespace {

EventFilter filter(std::string_view text) {
    Result<EventFilter> parsed = EventFilter::parse(text);
    INFO(text);
    REQUIRE(parsed.has_value());
    return std::move(*parsed);
}

// The letters of the page's events that pass.
std::string passing(const EventFilter& rules) {
    std::string letters;
    for (const auto& event : test::load_fixture("filter/events.json")) {
        const bool pass = rules.passes(event.input);
        CHECK(rules.explain(event.input).pass == pass);
        letters += pass ? event.name : "";
    }
    return letters;
}

TEST_CASE("event filter: rules let the right events through",
          "[filter][FLT-006][FLT-020][FLT-021][FLT-022][FLT-023][FLT-024][FLT-030][FLT-032]"
          "[FLT-033][FLT-034][FLT-035][FLT-036][FLT-040]") {
    for (const auto& row : test::load_fixture("filter/cases.json")) {
        INFO(row.name);
        CHECK(passing(filter(row.input.dump())) == row.expect.get<std::string>());
    }
}

TEST_CASE("event filter: a faulty file is refused with the place of the fault",
          "[filter][FLT-004][FLT-005][FLT-031]") {
    for (const char* file :
         {"wrong_argument", "unknown_operator", "bad_expression", "not_an_object", "not_json"}) {
        for (const auto& row :
             test::load_fixture(std::string("filter/invalid/") + file + ".json")) {
            INFO(file << ": " << row.name);
            const auto parsed = EventFilter::parse(row.input.get<std::string>());
            REQUIRE_FALSE(parsed.has_value());
            INFO(parsed.error().detail);
            const auto place = row.expect.get<std::string>();
            CHECK(parsed.error().detail.starts_with(place));
            CHECK(parsed.error().detail.size() > place.size() + 5);
        }
    }
}

TEST_CASE("event filter: a file of brackets is refused", "[filter][FLT-004]") {
    CHECK_FALSE(EventFilter::parse(std::string(500'000, '[')).has_value());
    std::string nested;
    for (int i = 0; i < 100'000; ++i) {
        nested += R"({".not":)";
    }
    CHECK_FALSE(EventFilter::parse(nested + "{}" + std::string(100'000, '}')).has_value());
}

TEST_CASE("event filter: rules nest as deep as JSON may", "[filter][FLT-030]") {
    std::string nested;
    for (int i = 0; i < 126; ++i) {
        nested += R"({".not":)";
    }
    nested += "{}" + std::string(126, '}');
    CHECK(passing(filter(nested)) == "PGAN");
}

TEST_CASE("event filter: an event that is no object passes no member rule", "[filter][FLT-023]") {
    const EventFilter rules = filter(R"({"user_id":{".neq":1}})");
    for (const Json& event : {Json(), Json(1), Json("x"), Json::array({1, 2}), Json::object()}) {
        CHECK_FALSE(rules.passes(event));
    }
}

TEST_CASE("event filter: the verdict names the deciding rule", "[filter][FLT-020][FLT-030]") {
    const Json event = {{"user_id", 501}, {"raw_message", "/hi"}, {"anonymous", nullptr}};
    struct Row {
        const char* rules;
        bool pass;
        const char* reason;
    };
    const Row rows[] = {
        {R"({"user_id":502})", false, "user_id: 501 is not 502"},
        {R"({"user_id":501})", true, "user_id: 501 is 501"},
        {R"({"user_id":{".neq":501}})", false, "user_id/.neq: 501 is 501"},
        {R"({"user_id":{".neq":5}})", true, "user_id/.neq: 501 is not 5"},
        {R"({"user_id":{".in":[1,2]}})", false, "user_id/.in: 501 is not in [1,2]"},
        {R"({"raw_message":{".in":"a /hi"}})", true, R"(raw_message/.in: "/hi" is in "a /hi")"},
        {R"({"raw_message":{".contains":"ho"}})", false,
         R"(raw_message/.contains: "/hi" does not contain "ho")"},
        {R"({"raw_message":{".regex":"^/"}})", true, R"(raw_message/.regex: "/hi" matches "^/")"},
        {R"({"group_id":1})", false, "group_id: there is no such member"},
        {R"({"anonymous":{"name":"x"}})", false, "anonymous/name: there is no such member"},
        {R"({".or":[{"user_id":1},{"user_id":501}]})", true, ".or/1/user_id: 501 is 501"},
        {R"({".or":[{"user_id":1},{"user_id":2}]})", false, ".or: none of 2 alternatives holds"},
        {R"({".not":{"user_id":501}})", false,
         ".not: forbids what holds (.not/user_id: 501 is 501)"},
        {R"({".not":{"user_id":1}})", true,
         ".not: forbids what fails (.not/user_id: 501 is not 1)"},
        {R"({"user_id":501,"raw_message":"/hi"})", true, "the filter: all 2 rules hold"},
        {R"({})", true, "the filter: no rule forbids it"},
    };
    for (const Row& row : rows) {
        const EventFilter::Verdict verdict = filter(row.rules).explain(event);
        CHECK(verdict.pass == row.pass);
        CHECK(verdict.reason == row.reason);
    }
}

TEST_CASE("event filter: long values are cut between characters", "[filter]") {
    std::string text = "x";
    for (int i = 0; i < 1000; ++i) {
        text += "\xE5\x85\xAC";
    }
    const auto verdict = filter(R"({"a":1})").explain({{"a", text}});
    CHECK(verdict.reason.size() < 120);
    CHECK_NOTHROW(Json(verdict.reason).dump());
}

TEST_CASE("event filter: a meta event is judged like others", "[filter][META-010][FLT-014]") {
    const Json heartbeat = {{"time", 1700000000},        {"self_id", 10086001},
                            {"post_type", "meta_event"}, {"meta_event_type", "heartbeat"},
                            {"interval", 15000},         {"status", {{"good", true}}}};
    CHECK(filter("{}").passes(heartbeat));
    CHECK(filter(R"({"meta_event_type":"heartbeat","status":{"good":true}})").passes(heartbeat));
    CHECK_FALSE(filter(R"({"message_type":"group"})").passes(heartbeat));
    CHECK_FALSE(filter(R"({".not":{"post_type":"meta_event"}})").passes(heartbeat));
}

TEST_CASE("event filter: it sees an array and the present shape",
          "[filter][FLT-012][FLT-013][BC-006]") {
    Event event;
    event.time = 1700000000;
    MessageEvent message;
    message.message_type = "group";
    message.sub_type = "normal";
    message.group_id = 901;
    message.user_id = 502;
    message.message = {Segment::text("hi")};
    message.raw_message = "hi";
    event.what = message;
    const Json seen = canonical_event(event, 10086001, profile(ProfileId::cqhttp_4_15));
    CHECK(filter(R"({"message":[{"type":"text","data":{"text":"hi"}}],"anonymous":null,
                     "self_id":10086001,"time":1700000000,"sender":{"user_id":502}})")
              .passes(seen));
    event.what = GroupAdminEvent{"set", 901, 502};
    const Json notice = canonical_event(event, 10086001, profile(ProfileId::cqhttp_4_0));
    CHECK(filter(R"({"post_type":"notice","notice_type":"group_admin"})").passes(notice));
}

}  // namespace
}  // namespace cqhttp::protocol
