#include "gateway/protocol/action_catalogue.hpp"
#include "gateway/protocol/action_request.hpp"
#include "gateway/protocol/form_params.hpp"
#include "gateway/protocol/json.hpp"
#include "gateway/tests/support/catch.hpp"
#include "gateway/tests/support/fixture.hpp"

#include <algorithm>
#include <array>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace cqhttp::protocol {
namespace {

constexpr std::array all_ids{ProfileId::cqhttp_4_0, ProfileId::cqhttp_4_15, ProfileId::onebot_11};
constexpr std::array fixture_files{"action/message.json", "action/group.json",
                                   "action/request.json", "action/info.json", "action/system.json"};

Params params_of(const std::string& json) {
    Params params;
    RequestParser parser;
    REQUIRE(parser.add_json_params(params, json));
    return params;
}

Json value_of(const Arguments& arguments, const ParamSpec& param) {
    switch (param.type) {
        case ParamType::integer: return arguments.integer(param.name);
        case ParamType::boolean: return arguments.boolean(param.name);
        case ParamType::text: return arguments.text(param.name);
        case ParamType::message: return to_cq(arguments.message());
        case ParamType::object: break;
    }
    const std::string_view json = arguments.object(param.name);
    return json.empty() ? Json() : Json::parse(json);
}

// The outcome of a fixture's call in the words of its `expect`.
Json outcome_of(const Json& call, const Profile& rules) {
    const ActionSpec* spec = find_action(call.at("action").get<std::string>(), rules.id);
    if (spec == nullptr) {
        return {{"known", false}};
    }
    const auto arguments = bind_arguments(*spec, params_of(call.at("params").dump()), rules);
    if (!arguments) {
        return {{"accepted", false}};
    }
    Json values = Json::object();
    for (const ParamSpec& param : spec->params) {
        if (param.profiles.contains(rules.id)) {
            values[std::string(param.name)] = value_of(*arguments, param);
        }
    }
    return {{"accepted", true}, {"arguments", values}};
}

Arguments accepted_call(std::string_view action, const std::string& json, ProfileId id) {
    auto arguments = bind_arguments(*find_action(action, id), params_of(json), profile(id));
    REQUIRE(arguments.has_value());
    return std::move(*arguments);
}

}  // namespace

TEST_CASE("arguments: calls are read as the fixtures say",
          "[PAR-003][PAR-005][PAR-016][PAR-017][ACT-004][ACT-005][ACT-006][ACT-008][ACT-009]"
          "[ACT-010][ACT-011][ACT-013][ACT-014][ACT-015][RET-001]") {
    for (const char* file : fixture_files) {
        for (const test::FixtureCase& c : test::load_fixture(file)) {
            for (const ProfileId id : all_ids) {
                const Profile& rules = profile(id);
                INFO(file << ": " << c.name << " in " << rules.name);
                if (c.holds_for(rules.name)) {
                    CHECK(outcome_of(c.input, rules) == c.expect);
                }
            }
        }
    }
}

TEST_CASE("arguments: every action of every profile has a fixture that is accepted",
          "[ACT-002][ASYNC-001]") {
    std::set<std::pair<std::string, ProfileId>> accepted;
    for (const char* file : fixture_files) {
        for (const test::FixtureCase& c : test::load_fixture(file)) {
            for (const ProfileId id : all_ids) {
                if (c.holds_for(profile(id).name) && c.expect.value("accepted", false)) {
                    accepted.emplace(c.input.at("action").get<std::string>(), id);
                }
            }
        }
    }
    for (const ActionSpec& spec : action_catalogue()) {
        for (const ProfileId id : all_ids) {
            INFO(spec.name << " in " << profile(id).name);
            CHECK(accepted.count({std::string(spec.name), id}) ==
                  (spec.profiles.contains(id) ? 1U : 0U));
        }
    }
}

TEST_CASE("arguments: every required parameter is refused when it is missing",
          "[RET-001][PAR-016]") {
    for (const ActionSpec& spec : action_catalogue()) {
        for (const ProfileId id : all_ids) {
            const bool required =
                std::any_of(spec.params.begin(), spec.params.end(), [id](const ParamSpec& param) {
                    return param.required && param.profiles.contains(id);
                });
            INFO(spec.name << " in " << profile(id).name);
            CHECK(bind_arguments(spec, {}, profile(id)).has_value() != required);
        }
    }
}

TEST_CASE("arguments: they know which values the caller gave", "[ACT-006]") {
    const Arguments arguments = accepted_call(
        "send_msg", R"({"user_id":"x","group_id":7,"message":"hello","auto_escape":null})",
        ProfileId::cqhttp_4_15);
    CHECK(arguments.given("group_id"));
    CHECK(arguments.given("message"));
    CHECK_FALSE(arguments.given("user_id"));
    CHECK_FALSE(arguments.given("discuss_id"));
    CHECK_FALSE(arguments.given("message_type"));
    CHECK_FALSE(arguments.given("auto_escape"));
}

TEST_CASE("arguments: a text under its other name counts as given", "[ACT-011]") {
    const Arguments arguments =
        accepted_call("set_group_anonymous_ban", R"({"group_id":7,"flag":"","anonymous_flag":"G"})",
                      ProfileId::cqhttp_4_15);
    CHECK(arguments.given("flag"));
    CHECK(arguments.text("flag") == "G");
    CHECK_FALSE(arguments.given("anonymous"));
    CHECK(arguments.object("anonymous").empty());
}

TEST_CASE("arguments: an object keeps its text", "[ACT-018]") {
    const Arguments arguments =
        accepted_call(".handle_quick_operation", R"({"context":{"a" : 1e2},"operation":{}})",
                      ProfileId::onebot_11);
    CHECK(arguments.object("context") == R"({"a" : 1e2})");
    CHECK(arguments.object("operation") == "{}");
}

TEST_CASE("arguments: the call as it came stays complete", "[HTTP-052]") {
    const std::string call = R"({"user_id":"5","message":"hello","unknown":[1,{"a":null}]})";
    Arguments arguments = accepted_call("send_private_msg", call, ProfileId::cqhttp_4_0);
    const Message message = arguments.take_message();
    CHECK(message == Message{Segment::text("hello")});
    CHECK(arguments.raw().to_json() == call);
}

TEST_CASE("arguments: a plain message is not taken apart and means the same",
          "[PAR-013][PAR-014][PAR-015][MSG-020]") {
    struct Row {
        const char* message;
        std::string_view plain;
        Message segments;
    };
    const std::vector<Row> rows{
        {R"("hello, world: what is 1<2?")",
         "hello, world: what is 1<2?",
         {Segment::text("hello, world: what is 1<2?")}},
        {R"("\u4f60\u597d\n")",
         "\xE4\xBD\xA0\xE5\xA5\xBD\n",
         {Segment::text("\xE4\xBD\xA0\xE5\xA5\xBD\n")}},
        {R"("a]b")", "", {Segment::text("a]b")}},
        {R"("a[b")", "", {Segment::text("a[b")}},
        {R"("a&b")", "", {Segment::text("a&b")}},
        {R"("[{\"type\":1}]")", "", {Segment::text("[{\"type\":1}]")}},
        {R"({"type":"text","data":{"text":"one"}})", "", {Segment::text("one")}},
    };
    for (const Row& row : rows) {
        for (const char* escape : {"false", "true"}) {
            INFO(row.message << " auto_escape " << escape);
            const std::string call = std::string(R"({"user_id":5,"message":)") + row.message +
                                     R"(,"auto_escape":)" + escape + '}';
            Arguments arguments = accepted_call("send_private_msg", call, ProfileId::cqhttp_4_0);
            CHECK(arguments.plain_message() == row.plain);
            CHECK(arguments.message() == row.segments);
            if (row.plain.empty()) {
                CHECK(arguments.segments() == row.segments);
            }
            const Arguments copy = arguments;
            CHECK(arguments.take_message() == row.segments);
            arguments.take_raw();
            CHECK(copy.message() == row.segments);
            CHECK(copy.integer("user_id") == 5);
        }
    }
}

TEST_CASE("arguments: an empty message and one that is no message are refused", "[ACT-004]") {
    for (const char* message : {R"("")", "null", "5", "[]", "{}", R"([{"type":"text"}])"}) {
        INFO(message);
        const std::string call = std::string(R"({"user_id":5,"message":)") + message + '}';
        CHECK_FALSE(bind_arguments(*find_action("send_private_msg", ProfileId::cqhttp_4_0),
                                   params_of(call), profile(ProfileId::cqhttp_4_0))
                        .has_value());
    }
}

TEST_CASE("arguments: texts stay right when the arguments are moved", "[ACT-011]") {
    Arguments first = accepted_call("get_record", R"({"file":"a.amr","out_format":"mp3"})",
                                    ProfileId::cqhttp_4_15);
    const Arguments second = std::move(first);
    CHECK(second.text("file") == "a.amr");
    CHECK(second.text("out_format") == "mp3");
    CHECK_FALSE(second.boolean("full_path"));
}

TEST_CASE("arguments: a value that is not UTF-8 is refused only where it is read", "[HTTP-050]") {
    const ActionSpec& spec = *find_action("set_group_card", ProfileId::cqhttp_4_0);
    const Profile& rules = profile(ProfileId::cqhttp_4_0);
    for (const std::string_view query :
         {"group_id=%ff&user_id=5", "group_id=7&user_id=5&card=%ff"}) {
        Params params;
        add_form_params(params, query);
        CHECK_FALSE(bind_arguments(spec, params, rules).has_value());
    }
    Params ignored;
    add_form_params(ignored, "group_id=7&user_id=5&unknown=%ff&%ff=1");
    CHECK(bind_arguments(spec, ignored, rules).has_value());
}

TEST_CASE("arguments: an auto escape that is not UTF-8 is refused", "[HTTP-050][PAR-015]") {
    Params params;
    add_form_params(params, "user_id=5&message=a&auto_escape=%ff");
    CHECK_FALSE(bind_arguments(*find_action("send_private_msg", ProfileId::cqhttp_4_0), params,
                               profile(ProfileId::cqhttp_4_0))
                    .has_value());
}

}  // namespace cqhttp::protocol
