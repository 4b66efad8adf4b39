// Chapter 06, section 5: the actions that send, recall and tell messages.
#include "conformance/cases/action_steps.hpp"
#include "conformance/cases/chapters.hpp"

#include <limits>
#include <set>
#include <string>
#include <utility>
#include <vector>

namespace cqhttp::conformance {
namespace {

// The id of a message that was sent: ACT-003.
Check good_id(const Context& context, const Json& data) {
    if (auto wrong = shaped(data, "message_id int32")) {
        return wrong;
    }
    const auto id = member(data, "message_id").get<std::int64_t>();
    if (context.is_ob11()) {
        return expect::that(id != 0, "a message_id other than 0", dump_short(data));
    }
    return expect::that(id > 0, "a positive message_id", dump_short(data));
}

// Sends twice, once with every parameter, and looks at the ids.
asio::awaitable<Outcome> sends(Context& context, std::string action, Json params) {
    Outcome outcome;
    const Json first = co_await data_of(context, outcome, action, params);
    outcome.check(good_id(context, first), action);
    params["auto_escape"] = true;
    const Json second = co_await data_of(context, outcome, action, params);
    outcome.check(good_id(context, second), action);
    outcome.check(expect::that(member(first, "message_id") != member(second, "message_id"),
                               "another message_id for another message", dump_short(second)));
    co_return outcome;
}

asio::awaitable<Outcome> private_msg(Context& context) {
    return sends(context, "send_private_msg", samples(context, "user_id message"));
}

asio::awaitable<Outcome> group_msg(Context& context) {
    return sends(context, "send_group_msg", samples(context, "group_id message"));
}

asio::awaitable<Outcome> no_discuss() {
    co_return Outcome::unsupported("no discussion of the account is known; give --discuss NUMBER");
}

asio::awaitable<Outcome> discuss_msg(Context& context) {
    if (context.target().discuss == 0) {
        return no_discuss();
    }
    return sends(context, "send_discuss_msg", samples(context, "discuss_id message"));
}

asio::awaitable<Outcome> msg_of_each_type(Context& context) {
    std::vector<std::pair<const char*, std::string_view>> types{{"private", "user_id message"},
                                                                {"group", "group_id message"}};
    if (!context.is_ob11() && context.target().discuss != 0) {
        types.emplace_back("discuss", "discuss_id message");
    }
    for (const auto& [type, params] : types) {
        const Outcome outcome =
            co_await sends(context, "send_msg", samples_and(context, params, "message_type", type));
        if (!outcome.holds()) {
            co_return outcome;
        }
    }
    co_return Outcome();
}

// What is sent goes where it should, as text or as code: seen where a message can be asked for.
asio::awaitable<Outcome> escape_is_off_by_default(Context& context) {
    Outcome outcome;
    const Json id = co_await send_private(context, outcome, "[CQ:face,id=14] a");
    const auto kept = co_await kept_message(context, id);
    if (kept) {
        outcome.check(expect::text("[CQ:face,id=14] a", *kept, "the message"));
    }
    co_return outcome;
}

asio::awaitable<Outcome> ids_are_unique(Context& context) {
    Outcome outcome;
    std::set<std::string> seen;
    for (int i = 0; i < 20; ++i) {
        const bool to_group = i % 2 == 0;
        const std::string action = to_group ? "send_group_msg" : "send_private_msg";
        Json params = samples(context, to_group ? "group_id message" : "user_id message");
        const Json data = co_await data_of(context, outcome, action, std::move(params));
        if (!outcome.check(good_id(context, data), action)) {
            break;
        }
        outcome.check(expect::that(seen.insert(dump(member(data, "message_id"))).second,
                                   "a message_id that no other message had", dump_short(data)));
    }
    co_return outcome;
}

asio::awaitable<Outcome> message_is_recalled(Context& context) {
    Outcome outcome;
    const Json of_person = co_await send_private(context, outcome, "to be recalled");
    Json params;
    params["message_id"] = of_person;
    co_await done(context, outcome, "delete_msg", params);
    const Json data =
        co_await data_of(context, outcome, "send_group_msg", samples(context, "group_id message"));
    params["message_id"] = member(data, "message_id");
    co_await done(context, outcome, "delete_msg", params);
    co_return outcome;
}

asio::awaitable<Outcome> unknown_message(Context& context) {
    Outcome outcome;
    co_await fails(context, outcome, "delete_msg", samples(context, "message_id"), "no message");
    co_return outcome;
}

asio::awaitable<Outcome> likes(Context& context) {
    Outcome outcome;
    co_await done(context, outcome, "send_like", samples(context, "user_id"));
    co_await done(context, outcome, "send_like", samples_and(context, "user_id", "times", 2));
    co_await take_back(context);
    co_return outcome;
}

// --- onebot-11 --------------------------------------------------------------------------------

asio::awaitable<Outcome> message_is_told(Context& context) {
    Outcome outcome;
    for (const bool in_group : {false, true}) {
        const std::string action = in_group ? "send_group_msg" : "send_private_msg";
        Json message = samples(context, in_group ? "group_id message" : "user_id message");
        const Json sent = co_await data_of(context, outcome, action, std::move(message));
        Json params;
        params["message_id"] = member(sent, "message_id");
        const Json data = co_await data_of(context, outcome, "get_msg", params);
        const std::string when = call_text("get_msg", params);
        outcome.check(shaped(data,
                             "time int32, message_type private/group, message_id int32, "
                             "real_id int32, sender object, message any"),
                      when);
        const char* type = in_group ? "group" : "private";
        outcome.check(expect::equal(type, member(data, "message_type"), "message_type"), when);
        outcome.check(
            expect::equal(member(sent, "message_id"), member(data, "message_id"), "message_id"),
            when);
        const Json& told = member(data, "message");
        const bool whole = told == "cqhttp conformance" ||
                           (told.is_array() && told.size() == 1 &&
                            member(member(told[0], "data"), "text") == "cqhttp conformance");
        outcome.check(expect::that(whole, "the message that was sent", dump_short(data)), when);
        const Json self = context.target().self_id;
        outcome.check(
            expect::equal(self, member(member(data, "sender"), "user_id"), "user_id of the sender"),
            when);
    }
    co_await fails(context, outcome, "get_msg", samples(context, "message_id"), "no message");
    co_return outcome;
}

Json node(const char* user_id, const char* nickname, Json content) {
    Json one;
    one["type"] = "node";
    one["data"]["user_id"] = user_id;
    one["data"]["nickname"] = nickname;
    one["data"]["content"] = std::move(content);
    return one;
}

Check is_forward(const Json& data) {
    if (auto wrong = shaped(data, "message array")) {
        return wrong;
    }
    const Json& nodes = member(data, "message");
    if (auto wrong = filled_list(nodes, "type node, data object")) {
        return wrong;
    }
    for (const Json& one : nodes) {
        if (auto wrong = shaped(member(one, "data"), "user_id any, nickname str, content any")) {
            return wrong;
        }
    }
    return expect::that(nodes.size() == 2, "both nodes", dump_short(nodes));
}

asio::awaitable<Outcome> forward_is_told(Context& context) {
    Outcome outcome;
    const Json nodes =
        Json::array({node("10001", "Ann", "hello"), node("10002", "Bob", "[CQ:face,id=14]")});
    const Json sent = co_await data_of(context, outcome, "send_private_msg",
                                       samples_and(context, "user_id", "message", nodes));
    const Json id = member(sent, "message_id");
    if (!id.is_number_integer()) {
        co_return outcome;
    }
    Json params;
    params["id"] = dump(id);
    const Json data = co_await data_of(context, outcome, "get_forward_msg", params);
    outcome.check(is_forward(data), call_text("get_forward_msg", params));
    co_return outcome;
}

asio::awaitable<Outcome> unknown_forward(Context& context) {
    Outcome outcome;
    co_await fails(context, outcome, "get_forward_msg", samples(context, "id"), "no such forward");
    co_return outcome;
}

// --- the table --------------------------------------------------------------------------------

constexpr Needs person = Need::http | Need::user;
constexpr Needs both = person | Need::group;

constexpr Case table[] = {
    {.id = "action-message/send-private-msg",
     .requirements = "ACT-101 ACT-002 ACT-003",
     .sentence = "send_private_msg sends to a person and answers the id of the message.",
     .sends = "send_private_msg twice, once with auto_escape",
     .expects = "ok with a message_id of 32 bits, another each time",
     .needs = person,
     .run = private_msg},
    {.id = "action-message/send-group-msg",
     .requirements = "ACT-102 ACT-002 ACT-003",
     .sentence = "send_group_msg sends to a group and answers the id of the message.",
     .sends = "send_group_msg twice, once with auto_escape",
     .expects = "ok with a message_id of 32 bits, another each time",
     .needs = Need::http | Need::group,
     .run = group_msg},
    {.id = "action-message/send-discuss-msg",
     .requirements = "ACT-103 ACT-002 ACT-003",
     .sentence = "send_discuss_msg sends to a discussion and answers the id of the message.",
     .sends = "send_discuss_msg twice, once with auto_escape",
     .expects = "ok with a message_id of 32 bits, another each time",
     .needs = Need::http,
     .run = discuss_msg},
    {.id = "action-message/send-msg",
     .requirements = "ACT-104 ACT-002 ACT-003",
     .sentence = "send_msg sends to whatever its message_type says.",
     .sends = "send_msg of each type, twice, once with auto_escape",
     .expects = "ok with a message_id of 32 bits, another each time",
     .needs = both,
     .run = msg_of_each_type},
    {.id = "action-message/auto-escape-is-off",
     .requirements = "ACT-101",
     .sentence = "Without auto_escape a message is read for CQ codes.",
     .sends = "send_private_msg of a face and a text",
     .expects = "ok; a code and a text, where the message can be asked for",
     .needs = person,
     .run = escape_is_off_by_default},
    {.id = "action-message/ids-are-unique",
     .requirements = "ACT-003",
     .sentence = "The id of a message is an int32 that no other message has.",
     .sends = "twenty messages, to the group and to the person by turns",
     .expects = "twenty ids, none 0; positive in cq",
     .needs = both,
     .run = ids_are_unique},
    {.id = "action-message/delete-msg",
     .requirements = "ACT-105 ACT-003",
     .sentence = "delete_msg recalls a message by the id that its sending answered.",
     .sends = "a message to the person, one to the group, delete_msg for each",
     .expects = "ok with data null",
     .needs = both | Need::disposable,
     .run = message_is_recalled},
    {.id = "action-message/delete-unknown-msg",
     .requirements = "ACT-105",
     .sentence = "delete_msg fails for a message that there is not.",
     .sends = "delete_msg of 2147483600",
     .expects = "failed",
     .needs = Need::http,
     .run = unknown_message},
    {.id = "action-message/send-like",
     .requirements = "ACT-106",
     .sentence = "send_like likes once, or as often as times says.",
     .sends = "send_like without times, and with 2",
     .expects = "ok with data null",
     .needs = person | Need::disposable,
     .run = likes},
    {.id = "action-message/get-msg",
     .requirements = "ACT-170 ACT-002",
     .sentence = "get_msg tells a message by its id.",
     .sends = "a message to the person, one to the group, get_msg for each; an id of none",
     .expects = "the members of the table with what was sent; failed",
     .needs = both,
     .run = message_is_told},
    {.id = "action-message/get-forward-msg",
     .requirements = "ACT-171",
     .sentence = "get_forward_msg tells the nodes of a merged forward.",
     .sends = "a message of two nodes, get_forward_msg for its id",
     .expects = "message is an array of two node segments",
     .needs = person,
     .own_level = Level::should,
     .own_scope = Scope::ours,  // elsewhere the id comes with a segment forward
     .run = forward_is_told},
    {.id = "action-message/get-unknown-forward-msg",
     .requirements = "ACT-171",
     .sentence = "get_forward_msg fails for an id that there is not.",
     .sends = "get_forward_msg of no-such-id",
     .expects = "failed",
     .needs = Need::http,
     .own_level = Level::should,
     .run = unknown_forward},
};

}  // namespace

std::span<const Case> action_message_cases() {
    return table;
}

}  // namespace cqhttp::conformance
