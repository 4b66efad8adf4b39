// Chapter 05, section 4: the sender of messages.
#include "conformance/cases/chapters.hpp"
#include "conformance/cases/post_steps.hpp"

#include <fmt/format.h>

#include <iterator>
#include <string>
#include <utility>

namespace cqhttp::conformance {
namespace {

using expect::Type;

struct Typed {
    const char* name;
    Type type;
    const char* words;  // null: any
};
constexpr Typed of_a_sender[] = {{"user_id", Type::integer, nullptr},
                                 {"nickname", Type::string, nullptr},
                                 {"sex", Type::string, "male female unknown"},
                                 {"age", Type::int32, nullptr},
                                 {"card", Type::string, nullptr},
                                 {"area", Type::string, nullptr},
                                 {"level", Type::string, nullptr},
                                 {"title", Type::string, nullptr},
                                 {"role", Type::string, "owner admin member"}};
constexpr std::size_t of_anybody = 4;  // the rest is there in groups

Check sender_is_typed(const Context&, const Json& event) {
    if (auto wrong = expect::has(event, "sender", Type::object)) {
        return wrong;
    }
    const Json& sender = member(event, "sender");
    for (const Typed& row : of_a_sender) {
        if (!has_member(sender, row.name)) {
            continue;
        }
        if (auto wrong = expect::has(sender, row.name, row.type)) {
            return wrong;
        }
        if (row.words != nullptr && member(sender, row.name) != "") {
            if (auto wrong = one_of(sender, row.name, row.words)) {
                return wrong;
            }
        }
    }
    return std::nullopt;
}

// `data` is what an action tells about the same person.
Check sender_equals(const Json& sender, const Json& data, std::size_t members) {
    for (std::size_t i = 0; i < members; ++i) {
        const char* const name = of_a_sender[i].name;
        if (auto wrong = expect::has(sender, name, of_a_sender[i].type)) {
            return wrong;
        }
        if (!has_member(data, name)) {
            continue;
        }
        if (auto wrong = expect::equal(member(data, name), member(sender, name),
                                       fmt::format("\"{}\" of the sender", name))) {
            return wrong;
        }
    }
    return std::nullopt;
}

asio::awaitable<Outcome> sender_is_known(Context& context) {
    WsOpening opening = co_await open_events(context);
    Outcome outcome = expect::opened(opening);
    Json cause = private_message(context, "hello");
    Json event = co_await caused_event(context, *opening.link, outcome, std::move(cause));
    Json params;
    params["user_id"] = context.target().user;
    params["no_cache"] = true;
    const HttpReply stranger = co_await context.call("get_stranger_info", params);
    outcome.check(expect::ok(stranger), "get_stranger_info");
    Json body = stranger.json();
    outcome.check(sender_equals(member(event, "sender"), member(body, "data"), of_anybody),
                  "a private message");
    cause = group_message(context, "hello");
    event = co_await caused_event(context, *opening.link, outcome, std::move(cause));
    params["group_id"] = context.target().group;
    const HttpReply in_group = co_await context.call("get_group_member_info", std::move(params));
    outcome.check(expect::ok(in_group), "get_group_member_info");
    body = in_group.json();
    outcome.check(
        sender_equals(member(event, "sender"), member(body, "data"), std::size(of_a_sender)),
        "a message in the group");
    co_return outcome;
}

Check sender_has_user_id(const Context&, const Json& event) {
    return expect::equal(member(event, "user_id"), member(member(event, "sender"), "user_id"),
                         "\"user_id\" of the sender");
}

Check no_sender(const Context&, const Json& event) {
    return expect::lacks(event, "sender");
}

constexpr Needs from_person = Needs(Need::ws) | Need::inject | Need::user;
constexpr Needs in_group = from_person | Need::group;

constexpr Case table[] = {
    {.id = "event-sender/typed-members",
     .requirements = "EVT-040",
     .sentence = "sender is an object whose members have their types.",
     .sends = "a message in the group",
     .expects = "strings and integers, words of the specification for sex and role",
     .needs = in_group,
     .run = on_message<group_message, sender_is_typed>},
    {.id = "event-sender/of-private-messages",
     .requirements = "EVT-040",
     .sentence = "Private messages have a sender, too.",
     .sends = "a private message",
     .expects = "strings and integers, a word of the specification for sex",
     .needs = from_person,
     .run = on_message<private_message, sender_is_typed>},
    {.id = "event-sender/is-known",
     .requirements = "EVT-041",
     .sentence = "sender has all its members, as the account knows them.",
     .sends = "messages, then get_stranger_info and get_group_member_info",
     .expects = "the same values",
     .needs = in_group | Need::http,
     .run = sender_is_known},
    {.id = "event-sender/has-user-id",
     .requirements = "EVT-042",
     .sentence = "user_id of the sender is that of the event.",
     .sends = "a private message",
     .expects = "the same number",
     .needs = from_person,
     .run = on_message<private_message, sender_has_user_id>},
    {.id = "event-sender/has-user-id-if-anonymous",
     .requirements = "EVT-042",
     .sentence = "user_id of the sender is that of the event, also of who is anonymous.",
     .sends = "an anonymous message in the group",
     .expects = "the same number",
     .needs = in_group,
     .run = on_message<anonymous_message, sender_has_user_id>},
    {.id = "event-sender/none-in-4-0",
     .requirements = "EVT-043",
     .sentence = "There is no sender in 4.0.",
     .sends = "a message in the group",
     .expects = "no member sender",
     .needs = in_group,
     .run = on_message<group_message, no_sender>},
};

}  // namespace

std::span<const Case> event_sender_cases() {
    return table;
}

}  // namespace cqhttp::conformance
