#include "gateway/protocol/event_json.hpp"

#include "gateway/tests/support/catch.hpp"
#include "gateway/tests/support/fixture.hpp"

#include <array>

namespace cqhttp::protocol {
namespace {

constexpr std::int64_t self_id = 10086001;
constexpr std::array<ProfileId, 3> all_ids{ProfileId::cqhttp_4_0, ProfileId::cqhttp_4_15,
                                           ProfileId::onebot_11};
const Profile& v4_0 = profile(ProfileId::cqhttp_4_0);
const Profile& v4_15 = profile(ProfileId::cqhttp_4_15);
const Profile& onebot = profile(ProfileId::onebot_11);

Event event_of(const Json& input, const Profile& in) {
    Result<Event> event = parse_event(input, in);
    INFO((event ? "" : event.error().detail));
    REQUIRE(event.has_value());
    return std::move(*event);
}

Json rendered(const Event& event, EventForm form, const Profile& in) {
    return Json::parse(render_event(event, self_id, form, in));
}

// `expect` with the members of `changes`; null takes a member away.
Json changed(Json expect, const Json& changes) {
    expect.merge_patch(changes);
    return expect;
}

// Runs one case of a fixture under one profile, in all its forms.
void check(const test::FixtureCase& row, const Profile& in) {
    INFO(row.name << " in " << in.name);
    const Event event = event_of(row.input, in);
    Json as_array = row.expect;
    if (row.whole.contains("array_message")) {
        as_array["message"] = row.whole.at("array_message");
    }
    CHECK(rendered(event, {}, in) == row.expect);
    CHECK(rendered(event, {.message_array = true}, in) == as_array);
    CHECK(canonical_event(event, self_id, in) == as_array);
    const Json changes = row.whole.value("compatible", Json::object());
    CHECK(rendered(event, {.backward_compatibility = true}, in) ==
          (in.id == ProfileId::onebot_11 ? row.expect : changed(row.expect, changes)));
    // What was rendered can be read again, in both shapes.
    for (const bool old : {false, true}) {
        const Json text = rendered(event, {.backward_compatibility = old}, in);
        const auto again = parse_event(text, in, EventExtent::context);
        REQUIRE(again.has_value());
        CHECK(rendered(*again, {.backward_compatibility = old}, in) == text);
    }
}

void check_file(const std::string& file) {
    for (const auto& row : test::load_fixture(file)) {
        for (const ProfileId id : all_ids) {
            if (row.holds_for(profile(id).name)) {
                check(row, profile(id));
            }
        }
    }
}

TEST_CASE("event json: messages have the members of their kind",
          "[event][EVT-001][EVT-002][EVT-004][EVT-010][EVT-011][EVT-012][EVT-013][EVT-015]"
          "[EVT-040][EVT-042][EVT-043][BC-001][BC-002][BC-005][MSG-060][MSG-061][MSG-062]") {
    check_file("event/messages.json");
}

TEST_CASE("event json: notices and requests have the members of their kind",
          "[event][EVT-020][EVT-021][EVT-022][EVT-023][EVT-024][EVT-025][EVT-026][EVT-027]"
          "[EVT-029][EVT-030][EVT-031][BC-003][BC-004]") {
    check_file("event/notices_and_requests.json");
}

TEST_CASE("event json: an event is written with its members in the order of the page",
          "[event][EVT-010][EVT-012]") {
    MessageEvent message;
    message.message_type = "group";
    message.sub_type = "normal";
    message.message_id = 8;
    message.group_id = 20086000;
    message.user_id = 10086002;
    Segment face;
    face.type = "face";
    face.set("id", "7");
    message.message = {face};
    message.raw_message = "[CQ:face,id=7]";
    const Event event{1700000001, message};
    CHECK(
        render_event(event, self_id, {}, v4_0) ==
        R"({"time":1700000001,"self_id":10086001,"post_type":"message","message_type":"group",)"
        R"("sub_type":"normal","message_id":8,"group_id":20086000,"user_id":10086002,)"
        R"("anonymous":null,"message":"[CQ:face,id=7]","raw_message":"[CQ:face,id=7]","font":0})");
    CHECK(render_event({5, GroupAdminEvent{"set", 2, 3}}, self_id, {.backward_compatibility = true},
                       v4_0) ==
          R"({"time":5,"self_id":10086001,"post_type":"event","event":"group_admin",)"
          R"("sub_type":"set","group_id":2,"user_id":3})");
}

TEST_CASE("event json: texts of people do not break the object", "[event][POST-006]") {
    const std::string nasty = "\"}\\\n\t\x01 </script> \xF0\x9F\x98\x80";
    const Event event{5, FriendRequestEvent{1, nasty, nasty}};
    const Json json = rendered(event, {}, onebot);
    CHECK(json.at("comment") == nasty);
    CHECK(json.at("flag") == nasty);
}

TEST_CASE("event json: a lifted ban has the duration 0", "[event][EVT-027]") {
    const Event event{5, GroupBanEvent{"lift_ban", 1, 2, 3, 600}};
    CHECK(rendered(event, {}, v4_15).at("duration") == 0);
}

TEST_CASE("event json: an array never has empty or adjacent texts", "[event][MSG-062][FLT-013]") {
    MessageEvent message;
    message.message_type = "private";
    message.sub_type = "friend";
    message.message = {Segment::text("a"), Segment::text(""), Segment::text("b")};
    const Event event{5, message};
    const Json expected = Json::parse(R"([{"type":"text","data":{"text":"ab"}}])");
    CHECK(rendered(event, {.message_array = true}, v4_0).at("message") == expected);
    CHECK(canonical_event(event, self_id, v4_0).at("message") == expected);
}

TEST_CASE("event json: the filter sees the present shape whatever is rendered",
          "[event][FLT-012][BC-006]") {
    const Event event{5, GroupAdminEvent{"set", 2, 3}};
    CHECK(canonical_event(event, self_id, v4_0) == rendered(event, {}, v4_0));
}

}  // namespace
}  // namespace cqhttp::protocol
