// Chapter 06, section 1: what becomes of a parameter's value. Integers are seen in what an action
// tells about them, booleans in whether somebody is appointed in the group, texts in a card,
// messages where the target tells them again.
#include "conformance/cases/action_steps.hpp"
#include "conformance/cases/chapters.hpp"

#include <fmt/format.h>

#include <string>
#include <utility>
#include <vector>

namespace cqhttp::conformance {
namespace {

// --- integers ---------------------------------------------------------------------------------

// get_group_member_info with these values tells about the account in the group.
asio::awaitable<void> finds_itself(Context& context, Outcome& outcome, Json group_id,
                                   Json user_id) {
    Json params;
    params["group_id"] = std::move(group_id);
    params["user_id"] = std::move(user_id);
    const std::string when = call_text("get_group_member_info", params);
    const Json data = co_await data_of(context, outcome, "get_group_member_info", params);
    const Endpoints& target = context.target();
    outcome.check(expect::equal(target.group, member(data, "group_id"), "group_id"), when);
    outcome.check(expect::equal(target.self_id, member(data, "user_id"), "user_id"), when);
}

asio::awaitable<Outcome> integers(Context& context) {
    Outcome outcome;
    co_await finds_itself(context, outcome, context.target().group, context.target().self_id);
    co_return outcome;
}

asio::awaitable<Outcome> integers_as_text(Context& context) {
    Outcome outcome;
    const std::string group = std::to_string(context.target().group);
    const std::string self = std::to_string(context.target().self_id);
    co_await finds_itself(context, outcome, group, self);
    co_await finds_itself(context, outcome, "+" + group, "0" + self);
    const HttpReply by_query = co_await context.send(
        get(fmt::format("/get_group_member_info?group_id={}&user_id={}", group, self)));
    outcome.check(expect::ok(by_query), "query");
    const HttpReply by_form = co_await context.send(
        post("/get_group_member_info").form(fmt::format("group_id={}&user_id={}", group, self)));
    outcome.check(expect::ok(by_form), "form");
    co_return outcome;
}

asio::awaitable<Outcome> garbage_around_numbers(Context& context) {
    Outcome outcome;
    const std::string group = std::to_string(context.target().group);
    const std::string self = std::to_string(context.target().self_id);
    co_await finds_itself(context, outcome, " " + group, "\t" + self);
    co_await finds_itself(context, outcome, group + "abc", self + " ");
    co_return outcome;
}

asio::awaitable<void> refused_as_user(Context& context, Outcome& outcome,
                                      std::vector<Json> values) {
    for (Json& value : values) {
        Json params = samples_and(context, "group_id", "user_id", std::move(value));
        co_await refused(context, outcome, "get_group_member_info", params, "user_id is required");
    }
}

asio::awaitable<Outcome> text_that_is_no_number(Context& context) {
    Outcome outcome;
    std::vector<Json> values(3);
    values[0] = "abc";
    values[1] = "";
    values[2] = "x1";
    co_await refused_as_user(context, outcome, std::move(values));
    co_return outcome;
}

asio::awaitable<Outcome> text_beyond_int64(Context& context) {
    Outcome outcome;
    std::vector<Json> values(3);
    values[0] = "9223372036854775808";
    values[1] = "-9223372036854775809";
    values[2] = std::string(400, '9');
    co_await refused_as_user(context, outcome, std::move(values));
    const HttpReply next = co_await context.call("get_login_info");
    outcome.check(expect::ok(next), "the next call");
    co_return outcome;
}

asio::awaitable<Outcome> other_types_are_no_integer(Context& context) {
    Outcome outcome;
    std::vector<Json> values(6);
    values[0] = 1234567.0;
    values[1] = 1e3;
    values[2] = true;
    values[4] = Json::array({1});
    values[5] = Json::object();
    co_await refused_as_user(context, outcome, std::move(values));
    co_return outcome;
}

// What is no number means the default: a title for ever.
asio::awaitable<Outcome> default_of_an_integer(Context& context) {
    Outcome outcome;
    std::vector<Json> values(5);
    values[0] = "abc";
    values[1] = 3600.0;
    values[2] = true;
    values[4] = Json::array({3600});
    for (const Json& value : values) {
        Json params = samples_and(context, "group_id user_id", "special_title", "for ever");
        params["duration"] = 3600;
        co_await done(context, outcome, "set_group_special_title", params);
        params["duration"] = value;
        co_await done(context, outcome, "set_group_special_title", params);
        const Json row = co_await member_of_group(context, context.target().user);
        const Json expires = member(row, "title_expire_time");
        outcome.check(expect::that(expires.is_number() && expires <= 0, "no end of the title",
                                   dump_short(row)),
                      "duration is " + dump_short(value));
    }
    Json params = samples(context, "group_id user_id");
    co_await done(context, outcome, "set_group_special_title", params);
    co_return outcome;
}

asio::awaitable<Outcome> large_ids(Context& context) {
    Outcome outcome;
    for (const std::int64_t id : {9007199254740991, 9007199254740992}) {
        Json event;
        event["post_type"] = "notice";
        event["notice_type"] = "friend_add";
        event["user_id"] = id;
        if (!outcome.check(co_await context.inject(std::move(event)))) {
            break;
        }
        std::vector<Json> forms(2);
        forms[0] = id;
        forms[1] = std::to_string(id);
        for (const Json& form : forms) {
            Json params;
            params["user_id"] = form;
            const Json data = co_await data_of(context, outcome, "get_stranger_info", params);
            outcome.check(expect::equal(id, member(data, "user_id"), "user_id"),
                          call_text("get_stranger_info", params));
        }
    }
    co_await take_back(context);
    co_return outcome;
}

// --- booleans ---------------------------------------------------------------------------------

asio::awaitable<HttpReply> appoint(Context& context, Json enable) {
    return context.call("set_group_admin",
                        samples_and(context, "group_id user_id", "enable", std::move(enable)));
}

struct Meant {
    Json value;
    bool enable;
};

// Each value is tried after its opposite, as JSON boolean, has been set.
asio::awaitable<Outcome> booleans_mean(Context& context, std::vector<Meant> all) {
    Outcome outcome;
    const std::int64_t user = context.target().user;
    for (const Meant& meant : all) {
        const HttpReply before = co_await appoint(context, !meant.enable);
        if (expect::ok(before)) {
            co_return Outcome::unsupported("the account cannot appoint --user in --group");
        }
        const HttpReply reply = co_await appoint(context, meant.value);
        const std::string when = "enable is " + dump_short(meant.value);
        outcome.check(expect::ok(reply), when);
        const Json row = co_await member_of_group(context, user);
        const char* role = meant.enable ? "admin" : "member";
        outcome.check(expect::equal(role, member(row, "role"), "role"), when);
    }
    co_await appoint(context, false);
    co_return outcome;
}

asio::awaitable<Outcome> booleans(Context& context) {
    return booleans_mean(context, {{true, true}, {false, false}});
}

asio::awaitable<Outcome> booleans_as_text(Context& context) {
    return booleans_mean(context, {{"true", true}, {"false", false}});
}

asio::awaitable<Outcome> booleans_in_words(Context& context) {
    return booleans_mean(context, {{"yes", true},
                                   {"no", false},
                                   {"1", true},
                                   {"0", false},
                                   {"TRUE", true},
                                   {"False", false},
                                   {"YES", true},
                                   {"No", false}});
}

asio::awaitable<Outcome> other_words_are_the_default(Context& context) {
    return booleans_mean(context, {{"maybe", true}, {"", true}, {"off", true}, {"00", true}});
}

asio::awaitable<Outcome> other_types_are_the_default(Context& context) {
    return booleans_mean(context, {{0, true},
                                   {0.0, true},
                                   {Json(), true},
                                   {Json::array({false}), true},
                                   {Json::object(), true}});
}

asio::awaitable<Outcome> boolean_of_a_send(Context& context) {
    Outcome outcome;
    for (const bool escaped : {true, false}) {
        const std::string word = escaped ? "true" : "false";
        const Json id = co_await send_private(context, outcome, "[CQ:face,id=14]", word);
        const auto kept = co_await kept_message(context, id);
        const std::string expected = escaped ? "&#91;CQ:face,id=14&#93;" : "[CQ:face,id=14]";
        if (kept) {
            outcome.check(expect::text(expected, *kept, "the message"), "auto_escape is " + word);
        }
    }
    co_return outcome;
}

// --- texts ------------------------------------------------------------------------------------

asio::awaitable<std::string> card_after(Context& context, Outcome& outcome, Json card) {
    Json params = samples_and(context, "group_id", "card", std::move(card));
    params["user_id"] = context.target().self_id;
    co_await done(context, outcome, "set_group_card", std::move(params));
    co_return co_await context.own_card();
}

asio::awaitable<Outcome> texts(Context& context) {
    Outcome outcome;
    const std::string before = co_await context.own_card();
    for (const char* text : {"plain", "123", "true", " blank ", "名片 ☀ \"'\\", "[CQ:face,id=1]"}) {
        const std::string card = co_await card_after(context, outcome, text);
        outcome.check(expect::text(text, card, "the card"));
    }
    co_await put_card(context, before);
    co_return outcome;
}

asio::awaitable<Outcome> other_types_are_no_text(Context& context) {
    Outcome outcome;
    const std::string before = co_await context.own_card();
    std::vector<Json> values(5);
    values[0] = 123;
    values[1] = true;
    values[3] = Json::array({"x"});
    values[4] = Json::object();
    for (const Json& value : values) {
        co_await put_card(context, "a card");
        const std::string card = co_await card_after(context, outcome, value);
        outcome.check(expect::text("", card, "the card"), "card is " + dump_short(value));
        Json params;
        params["flag"] = value;
        co_await refused(context, outcome, "set_friend_add_request", params, "flag is required");
    }
    co_await put_card(context, before);
    co_return outcome;
}

// --- messages ---------------------------------------------------------------------------------

Json segment(const char* type, const char* name, const char* value) {
    Json one;
    one["type"] = type;
    one["data"][name] = value;
    return one;
}

struct Said {
    const char* form;
    Json message;
    std::string_view kept;
};

asio::awaitable<Outcome> all_arrive(Context& context, std::vector<Said> all, Json auto_escape) {
    Outcome outcome;
    for (const Said& said : all) {
        const Json id = co_await send_private(context, outcome, said.message, auto_escape);
        const auto kept = co_await kept_message(context, id);
        if (kept) {
            outcome.check(expect::text(said.kept, *kept, "the message"), said.form);
        }
    }
    co_return outcome;
}

asio::awaitable<Outcome> message_forms(Context& context) {
    const Json face = segment("face", "id", "14");
    const Json text = segment("text", "text", "a[b],&c");
    std::vector<Said> all;
    all.push_back(
        {"a string", "[CQ:face,id=14]a&#91;b&#93;,&amp;c", "[CQ:face,id=14]a&#91;b&#93;,&amp;c"});
    all.push_back({"an array", Json::array({face, text}), "[CQ:face,id=14]a&#91;b&#93;,&amp;c"});
    all.push_back({"a segment", face, "[CQ:face,id=14]"});
    all.push_back({"a text segment", text, "a&#91;b&#93;,&amp;c"});
    return all_arrive(context, std::move(all), Json());
}

asio::awaitable<Outcome> auto_escape(Context& context) {
    const Json face = segment("face", "id", "14");
    std::vector<Said> all;
    all.push_back({"a string", "[CQ:face,id=14]", "&#91;CQ:face,id=14&#93;"});
    all.push_back({"an array", Json::array({face}), "[CQ:face,id=14]"});
    all.push_back({"a segment", face, "[CQ:face,id=14]"});
    return all_arrive(context, std::move(all), true);
}

asio::awaitable<Outcome> no_messages(Context& context) {
    Outcome outcome;
    std::vector<Json> values(9);
    values[0] = 5;
    values[1] = true;
    values[3] = 1.5;
    values[4] = Json::object();
    values[5] = Json::array({1});
    values[6] = Json::array({"text"});
    values[7] = segment("text", "text", "x");
    values[7]["type"] = 1;
    values[8] = Json::array({segment("text", "text", "x"), Json::array()});
    for (const Json& value : values) {
        co_await refused(context, outcome, "send_private_msg",
                         samples_and(context, "user_id", "message", value), "no message");
    }
    co_return outcome;
}

// --- the table --------------------------------------------------------------------------------

constexpr Needs group = Need::http | Need::group;
constexpr Needs appointing = group | Need::user | Need::disposable;
constexpr Needs sending = Need::http | Need::user;

constexpr Case table[] = {
    {.id = "params/integer-from-json",
     .requirements = "PAR-001",
     .sentence = "A JSON integer is its value.",
     .sends = "get_group_member_info with group_id and user_id as JSON integers",
     .expects = "the same numbers in the data",
     .needs = group,
     .run = integers},
    {.id = "params/integer-from-text",
     .requirements = "PAR-002",
     .sentence = "A text of decimal digits with an optional sign is that number.",
     .sends =
         "get_group_member_info with \"20001\", \"+20001\", leading zeros, by JSON, query, form",
     .expects = "the same numbers in the data",
     .needs = group,
     .run = integers_as_text},
    {.id = "params/garbage-around-a-number",
     .requirements = "PAR-004",
     .sentence = "White space before a number and anything behind it may be ignored.",
     .sends = "get_group_member_info with \" 20001\" and \"20001abc\"",
     .expects = "the numbers in the data",
     .needs = group,
     .run = garbage_around_numbers},
    {.id = "params/text-that-is-no-number",
     .requirements = "PAR-003",
     .sentence = "A required number from a text that does not start with one is missing.",
     .sends = "get_group_member_info with user_id \"abc\", \"\", \"x1\"",
     .expects = "failed with retcode 100",
     .needs = group,
     .run = text_that_is_no_number},
    {.id = "params/text-beyond-int64",
     .requirements = "PAR-005",
     .sentence = "A text outside int64 is refused, and nothing crashes.",
     .sends = "get_group_member_info with 2^63, -2^63-1 and 400 digits as texts, then a good call",
     .expects = "retcode 100 each time, then ok",
     .needs = group,
     .run = text_beyond_int64},
    {.id = "params/other-types-are-no-integer",
     .requirements = "PAR-006",
     .sentence = "A required integer cannot be a fraction, boolean, null, array or object.",
     .sends = "get_group_member_info with user_id 1234567.0, 1e3, true, null, [1], {}",
     .expects = "failed with retcode 100",
     .needs = group,
     .run = other_types_are_no_integer},
    {.id = "params/default-of-an-integer",
     .requirements = "PAR-003 PAR-006 ACT-115",
     .sentence = "What is no number means the default of the parameter.",
     .sends = "set_group_special_title with duration \"abc\", 3600.0, true, null, [3600]",
     .expects = "a title without an end",
     .needs = appointing,
     .run = default_of_an_integer},
    {.id = "params/large-ids",
     .requirements = "PAR-018",
     .sentence = "Ids up to 2^53 work unchanged.",
     .sends = "friends with the numbers 2^53-1 and 2^53, get_stranger_info for them",
     .expects = "the same numbers in the data",
     .needs = Need::http | Need::inject | Need::disposable,
     .run = large_ids},
    {.id = "params/boolean-from-json",
     .requirements = "PAR-007 ACT-111",
     .sentence = "A JSON boolean is its value.",
     .sends = "set_group_admin with enable true and false",
     .expects = "the role admin, then member",
     .needs = appointing,
     .run = booleans},
    {.id = "params/boolean-from-text",
     .requirements = "PAR-008 ACT-111",
     .sentence = "The texts true and false are booleans.",
     .sends = "set_group_admin with enable \"true\" and \"false\"",
     .expects = "the role admin, then member",
     .needs = appointing,
     .run = booleans_as_text},
    {.id = "params/boolean-from-text-of-a-send",
     .requirements = "PAR-008 PAR-015",
     .sentence = "auto_escape may be one of the texts true and false.",
     .sends = "send_private_msg of a CQ code with auto_escape \"true\" and \"false\"",
     .expects = "the text, then the code, where the message can be asked for",
     .needs = sending,
     .run = boolean_of_a_send},
    {.id = "params/boolean-from-words",
     .requirements = "PAR-019",
     .sentence = "yes, true, 1 are true, no, false, 0 are false, in any case.",
     .sends = "set_group_admin with eight such texts",
     .expects = "the role that each means",
     .needs = appointing,
     .run = booleans_in_words},
    {.id = "params/other-words-are-the-default",
     .requirements = "PAR-009",
     .sentence = "Any other text is as if the boolean were not there.",
     .sends = "set_group_admin with enable \"maybe\", \"\", \"off\", \"00\"",
     .expects = "the role admin each time",
     .needs = appointing,
     .run = other_words_are_the_default},
    {.id = "params/other-types-are-the-default",
     .requirements = "PAR-010",
     .sentence = "Numbers, null, arrays and objects are no booleans.",
     .sends = "set_group_admin with enable 0, 0.0, null, [false], {}",
     .expects = "the role admin each time",
     .needs = appointing,
     .run = other_types_are_the_default},
    {.id = "params/text-from-json",
     .requirements = "PAR-011",
     .sentence = "A JSON string is its value.",
     .sends = "set_group_card with six texts, among them digits, blanks, Chinese, a CQ code",
     .expects = "the card is that text",
     .needs = group,
     .run = texts},
    {.id = "params/other-types-are-no-text",
     .requirements = "PAR-012",
     .sentence = "Any other type is as if the text were not there.",
     .sends = "set_group_card and set_friend_add_request with 123, true, null, [\"x\"], {}",
     .expects = "no card; retcode 100 for the flag, which is required",
     .needs = group,
     .run = other_types_are_no_text},
    {.id = "params/message-forms",
     .requirements = "PAR-013 ACT-101",
     .sentence = "A message is a string, an array of segments or one segment.",
     .sends = "send_private_msg of the same content in these forms",
     .expects = "ok, and the same content where the message can be asked for",
     .needs = sending,
     .run = message_forms},
    {.id = "params/no-messages",
     .requirements = "PAR-014",
     .sentence = "Other types and malformed segments are an empty message.",
     .sends = "send_private_msg of 5, true, null, 1.5, {}, [1], [\"text\"], type 1, [..., []]",
     .expects = "failed with retcode 100",
     .needs = sending,
     .run = no_messages},
    {.id = "params/auto-escape-is-for-strings",
     .requirements = "PAR-015 ACT-101",
     .sentence = "auto_escape has an effect on strings only.",
     .sends = "send_private_msg with auto_escape of a CQ code as string, array, segment",
     .expects = "ok; the string arrives as text, the others as code, where that can be asked for",
     .needs = sending,
     .run = auto_escape},
};

}  // namespace

std::span<const Case> params_cases() {
    return table;
}

}  // namespace cqhttp::conformance
