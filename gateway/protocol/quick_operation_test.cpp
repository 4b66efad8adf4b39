#include "gateway/protocol/quick_operation.hpp"

#include "gateway/protocol/action_catalogue.hpp"
#include "gateway/protocol/event_json.hpp"
#include "gateway/tests/support/catch.hpp"
#include "gateway/tests/support/fixture.hpp"

#include <array>
#include <stdexcept>

namespace cqhttp::protocol {
namespace {

constexpr std::array<ProfileId, 3> all_ids{ProfileId::cqhttp_4_0, ProfileId::cqhttp_4_15,
                                           ProfileId::onebot_11};
const Profile& v4_0 = profile(ProfileId::cqhttp_4_0);
const Profile& v4_15 = profile(ProfileId::cqhttp_4_15);
const Profile& onebot = profile(ProfileId::onebot_11);

Event event_named(const std::string& name, const Profile& in) {
    for (const auto& row : test::load_fixture("quick_operation/events.json")) {
        if (row.name == name) {
            const auto event = parse_event(row.input, in);
            REQUIRE(event.has_value());
            return *event;
        }
    }
    throw std::runtime_error("no event " + name);
}

Json calls_of(const QuickOperation& operation) {
    Json calls = Json::array();
    for (const ActionRequest& request : operation.calls) {
        calls.push_back(
            {{"action", request.action}, {"params", Json::parse(request.params.to_json())}});
    }
    return calls;
}

// Whether the actions of the profile take what they are given.
bool all_bind(const QuickOperation& operation, const Profile& in) {
    for (const ActionRequest& request : operation.calls) {
        const ActionSpec* const spec = find_action(request.action, in.id);
        if (spec == nullptr || !bind_arguments(*spec, request.params, in)) {
            return false;
        }
    }
    return true;
}

void check_file(const std::string& file) {
    for (const auto& row : test::load_fixture(file)) {
        for (const ProfileId id : all_ids) {
            if (!row.holds_for(profile(id).name)) {
                continue;
            }
            INFO(row.name << " in " << profile(id).name);
            const Event event = event_named(row.input.at("event").get<std::string>(), profile(id));
            const QuickOperation operation =
                read_quick_operation(event, row.input.at("answer").dump(), profile(id));
            CHECK(calls_of(operation) == row.expect);
            CHECK(all_bind(operation, profile(id)));
            CHECK_FALSE(operation.block);
        }
    }
}

TEST_CASE("quick operation: a reply goes to where the event came from",
          "[quick][QOP-001][QOP-007][QOP-008][QOP-012][QOP-020][QOP-021][QOP-022][QOP-023][QOP-024]"
          "[QOP-025][QOP-026][QOP-027][QOP-028][QOP-029]") {
    check_file("quick_operation/reply.json");
}

TEST_CASE("quick operation: a group message can be moderated",
          "[quick][QOP-007][QOP-009][QOP-012][QOP-030][QOP-031][QOP-032][QOP-033][QOP-034]"
          "[QOP-035]") {
    check_file("quick_operation/moderation.json");
}

TEST_CASE("quick operation: a request can be decided",
          "[quick][QOP-008][QOP-013][QOP-036][QOP-037][QOP-039]") {
    check_file("quick_operation/requests.json");
}

TEST_CASE("quick operation: a reply reads as the page shows it", "[quick][QOP-026]") {
    const auto operation =
        read_quick_operation(event_named("group", v4_0), R"({"reply":"hello"})", v4_0);
    REQUIRE(operation.calls.size() == 1);
    const Params& params = operation.calls.front().params;
    const auto message = read_message(params.find("message"), false, v4_0);
    CHECK(to_cq(message.value) == "[CQ:at,qq=10086002] hello");
}

TEST_CASE("quick operation: what is no JSON object asks for nothing", "[quick][QOP-002][QOP-004]") {
    const std::string deep = R"({"reply":)" + std::string(500'000, '[');
    const std::string closed =
        R"({"reply":)" + std::string(200, '[') + std::string(200, ']') + R"(,"delete":true})";
    for (const std::string& body :
         {std::string(), std::string(" "), std::string("ok"), std::string("null"),
          std::string("true"), std::string("1"), std::string("\"hi\""), std::string("[]"),
          std::string(R"([{"reply":"hi"}])"), std::string(R"({"reply":"hi")"),
          std::string(R"({"reply":"hi"} x)"), std::string(R"({"reply":"\ud800"})"),
          std::string("{\"reply\":\"\xFF\"}"), std::string("<html>"), deep, closed,
          std::string(500'000, '[')}) {
        INFO(body.substr(0, 40));
        const auto operation = read_quick_operation(event_named("group", v4_15), body, v4_15);
        CHECK(operation.calls.empty());
        CHECK_FALSE(operation.block);
    }
}

TEST_CASE("quick operation: an empty object asks for nothing", "[quick][QOP-007]") {
    for (const char* name : {"private", "group", "anonymous", "notice", "friend_request"}) {
        CHECK(read_quick_operation(event_named(name, v4_15), "{}", v4_15).calls.empty());
    }
}

TEST_CASE("quick operation: a byte order mark and white space are skipped", "[quick][QOP-001]") {
    const auto operation = read_quick_operation(event_named("private", v4_0),
                                                "\xEF\xBB\xBF \n{\"reply\":\"hi\"}\r\n", v4_0);
    CHECK(operation.calls.size() == 1);
}

TEST_CASE("quick operation: block is kept for every event of cq", "[quick][QOP-038][QOP-039]") {
    for (const char* name : {"private", "group", "notice", "friend_request", "invitation"}) {
        INFO(name);
        const auto in_4_0 = event_named(name, v4_0);
        CHECK(read_quick_operation(in_4_0, R"({"block":true})", v4_0).block);
        CHECK(read_quick_operation(in_4_0, R"({"block":"yes"})", v4_15).block);
        CHECK(read_quick_operation(in_4_0, R"({"block":true})", v4_0).calls.empty());
        CHECK_FALSE(read_quick_operation(in_4_0, R"({"block":1})", v4_0).block);
        CHECK_FALSE(read_quick_operation(in_4_0, R"({"block":true})", onebot).block);
    }
}

TEST_CASE("quick operation: a context of the old shape works as well", "[quick][QOP-040]") {
    const Event event = event_named("anonymous", v4_15);
    const std::string old = render_event(event, 10086001, {.backward_compatibility = true}, v4_15);
    const auto context = parse_event(Json::parse(old), v4_15, EventExtent::context);
    REQUIRE(context.has_value());
    const std::string answer = R"({"reply":"hi","ban":true,"ban_duration":60,"kick":true})";
    CHECK(calls_of(read_quick_operation(*context, answer, v4_15)) ==
          calls_of(read_quick_operation(event, answer, v4_15)));
}

TEST_CASE("quick operation: an anonymous sender without a flag is left alone",
          "[quick][QOP-028][QOP-031][QOP-034]") {
    MessageEvent message;
    message.message_type = "group";
    message.sub_type = "anonymous";
    message.group_id = 20086000;
    message.user_id = 80000000;
    const auto operation = read_quick_operation({0, message}, R"({"kick":true,"ban":true})", v4_0);
    CHECK(operation.calls.empty());
}

}  // namespace
}  // namespace cqhttp::protocol
