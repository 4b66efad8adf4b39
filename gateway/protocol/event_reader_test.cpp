#include "gateway/protocol/event_json.hpp"
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

std::string problem(const Json& json, const Profile& in) {
    const auto event = parse_event(json, in);
    REQUIRE_FALSE(event.has_value());
    return event.error().detail;
}

Json private_message() {
    return {{"post_type", "message"},
            {"message_type", "private"},
            {"sub_type", "friend"},
            {"user_id", 5},
            {"message", "hi"}};
}

TEST_CASE("event reader: the error names the member at fault",
          "[event][EVT-001][EVT-002][EVT-005][EVT-016][EVT-028][EVT-029][EVT-032][META-013]") {
    for (const char* file : {"wrong_type", "missing_member", "value_not_allowed"}) {
        for (const auto& row : test::load_fixture(std::string("event/invalid/") + file + ".json")) {
            for (const ProfileId id : all_ids) {
                if (!row.holds_for(profile(id).name)) {
                    continue;
                }
                INFO(file << ": " << row.name << " in " << profile(id).name);
                const std::string detail = problem(row.input, profile(id));
                INFO(detail);
                CHECK(detail.starts_with(row.expect.get<std::string>() + ": "));
            }
        }
    }
}

TEST_CASE("event reader: the error says what is allowed", "[event][EVT-005]") {
    Json json = private_message();
    json["user_id"] = "5";
    CHECK(problem(json, v4_0) == "user_id: must be a positive integer, not of type string");
    json["user_id"] = -5;
    CHECK(problem(json, v4_0) == "user_id: must be a positive integer, not -5");
    json = private_message();
    json["sub_type"] = "foe";
    CHECK(problem(json, onebot) == "sub_type: must be friend, group or other, not foe");
    json["sub_type"] = std::string(1'000'000, 'x');
    CHECK(problem(json, onebot) == "sub_type: must be friend, group or other");
    json.erase("sub_type");
    CHECK(problem(json, v4_0) == "sub_type: is missing, must be friend, group, discuss or other");
    json = private_message();
    json["font"] = 1e300;
    CHECK(problem(json, v4_0) ==
          "font: must be an integer from -2147483648 to 2147483647, not of type number");
    CHECK(problem({{"post_type", nullptr}}, v4_0) ==
          "post_type: must be message, notice or request, not null");
}

TEST_CASE("event reader: what is no object is no event", "[event]") {
    for (const Json& json : {Json(), Json(1), Json("x"), Json::array(), Json(true)}) {
        CHECK(problem(json, v4_15).starts_with("an event must be an object"));
    }
}

TEST_CASE("event reader: unknown members and fields of other events are ignored",
          "[event][EVT-004]") {
    Json json = private_message();
    json["group_id"] = "what";
    json["x"] = Json::array({1, nullptr});
    CHECK(parse_event(json, v4_0).has_value());
    json["sender"] = 5;  // 4.0 has none
    CHECK(parse_event(json, v4_0).has_value());
}

TEST_CASE("event reader: a context may leave out what it does not need", "[event][ACT-018]") {
    const auto event = parse_event(
        {{"post_type", "message"}, {"message_type", "group"}, {"group_id", 901}, {"user_id", 502}},
        v4_15, EventExtent::context);
    REQUIRE(event.has_value());
    const auto& message = std::get<MessageEvent>(event->what);
    CHECK(message.group_id == 901);
    CHECK(message.user_id == 502);
    CHECK(message.message.empty());
    const auto request =
        parse_event({{"post_type", "request"}, {"request_type", "friend"}, {"flag", "f"}}, onebot,
                    EventExtent::context);
    REQUIRE(request.has_value());
    CHECK(std::get<FriendRequestEvent>(request->what).flag == "f");
}

TEST_CASE("event reader: a context must be right in what it has", "[event][ACT-018]") {
    const auto refused = [](const Json& json) {
        return !parse_event(json, v4_15, EventExtent::context).has_value();
    };
    CHECK(refused(Json::object()));
    CHECK(refused({{"post_type", "meta_event"}, {"meta_event_type", "heartbeat"}}));
    CHECK(refused({{"post_type", "message"}}));
    CHECK(refused({{"post_type", "message"}, {"message_type", "group"}, {"group_id", "901"}}));
    CHECK(refused({{"post_type", "request"}, {"request_type", "group"}, {"flag", 1}}));
}

TEST_CASE("event reader: the old shape is understood", "[event][BC-002][BC-003][BC-004][QOP-040]") {
    Json json = {{"post_type", "message"}, {"message_type", "group"}, {"sub_type", "anonymous"},
                 {"group_id", 901},        {"user_id", 80000000},     {"message", "hi"},
                 {"anonymous", "fox"},     {"anonymous_flag", "F1"}};
    const auto message = parse_event(json, v4_15);
    REQUIRE(message.has_value());
    const auto anonymous = std::get<MessageEvent>(message->what).anonymous;
    REQUIRE(anonymous.has_value());
    CHECK(anonymous->name == "fox");
    CHECK(anonymous->flag == "F1");
    CHECK(problem(json, onebot).starts_with("anonymous: "));
    json["anonymous_flag"] = 7;
    CHECK(problem(json, v4_15).starts_with("anonymous.flag: "));

    const auto notice = parse_event({{"post_type", "event"},
                                     {"event", "group_admin"},
                                     {"sub_type", "set"},
                                     {"group_id", 1},
                                     {"user_id", 2}},
                                    v4_0);
    REQUIRE(notice.has_value());
    CHECK(std::holds_alternative<GroupAdminEvent>(notice->what));

    const auto request = parse_event({{"post_type", "request"},
                                      {"request_type", "friend"},
                                      {"user_id", 2},
                                      {"message", "hello"},
                                      {"flag", "f"}},
                                     v4_0);
    REQUIRE(request.has_value());
    CHECK(std::get<FriendRequestEvent>(request->what).comment == "hello");
}

}  // namespace
}  // namespace cqhttp::protocol
