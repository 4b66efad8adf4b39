// Chapter 05, sections 2, 3.1 to 3.3 and 4: what every event has, and events of messages.
#include "conformance/cases/chapters.hpp"
#include "conformance/cases/post_steps.hpp"

#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <fmt/format.h>

#include <chrono>
#include <cstdlib>
#include <string>
#include <utility>

namespace cqhttp::conformance {
namespace {

using expect::Type;

struct Member {
    const char* name;
    Type type;
};

template <std::size_t N>
Check has_all(const Json& event, const Member (&members)[N]) {
    for (const Member& row : members) {
        if (auto wrong = expect::has(event, row.name, row.type)) {
            return wrong;
        }
    }
    return std::nullopt;
}

constexpr Member of_a_message[] = {{"message_type", Type::string},
                                   {"message_id", Type::int32},
                                   {"user_id", Type::integer},
                                   {"raw_message", Type::string},
                                   {"font", Type::int32}};

Check is_message_event(const Context& context, const Json& event) {
    if (auto wrong = is_event_of(context, event)) {
        return wrong;
    }
    return has_all(event, of_a_message);
}

// --- every event ------------------------------------------------------------------------------

Check ids_are_numbers(const Context&, const Json& event) {
    for (const auto& [name, value] : event.items()) {
        const bool is_number = name == "time" || name.ends_with("_id");
        if (is_number && !value.is_number_integer()) {
            return expect::has(event, name, Type::integer);
        }
    }
    return expect::has(event, "user_id", Type::integer);
}

// Clocks of two machines may differ a little.
constexpr std::int64_t clock_tolerance = 60;

Check time_is_now(const Context&, const Json& event) {
    const Json& time = member(event, "time");
    const auto now = std::chrono::duration_cast<std::chrono::seconds>(
        std::chrono::system_clock::now().time_since_epoch());
    const bool good = time.is_number_integer() &&
                      std::abs(time.get<std::int64_t>() - now.count()) <= clock_tolerance;
    return expect::that(good, fmt::format("\"time\" is about {}", now.count()), dump_short(event));
}

Check printed_words(const Context& context, const Json& event) {
    if (auto wrong = one_of(event, "post_type", "message")) {
        return wrong;
    }
    if (member(event, "message_type") == "group") {
        return one_of(event, "sub_type", "normal anonymous notice");
    }
    if (auto wrong = one_of(event, "message_type", "private")) {
        return wrong;
    }
    return one_of(event, "sub_type",
                  context.is_ob11() ? "friend group other" : "friend group discuss other");
}

// --- private messages -------------------------------------------------------------------------

Check private_members(const Context& context, const Json& event) {
    if (auto wrong = is_message_event(context, event)) {
        return wrong;
    }
    if (auto wrong = one_of(event, "message_type", "private")) {
        return wrong;
    }
    if (auto wrong = expect::has(event, "sub_type", Type::string)) {
        return wrong;
    }
    if (auto wrong =
            expect::equal(context.target().user, member(event, "user_id"), "\"user_id\"")) {
        return wrong;
    }
    return event_says(event, "hello");
}

asio::awaitable<Outcome> message_ids_differ(Context& context) {
    WsOpening opening = co_await open_events(context);
    Outcome outcome = expect::opened(opening);
    Json ids = Json::array();
    for (int i = 0; i < 3; ++i) {
        Json cause = private_message(context, "again");
        const Json event = co_await caused_event(context, *opening.link, outcome, std::move(cause));
        for (const Json& id : ids) {
            outcome.check(expect::that(id != member(event, "message_id"),
                                       "every message has an id of its own", dump_short(event)));
        }
        ids.push_back(member(event, "message_id"));
    }
    co_return outcome;
}

// People of the sandbox: this is for our gateway.
asio::awaitable<Outcome> who_they_are(Context& context) {
    WsOpening opening = co_await open_events(context);
    Outcome outcome = expect::opened(opening);
    for (const auto& [user, sub_type] :
         {std::pair(10001, "friend"), std::pair(10006, "group"), std::pair(10009, "other")}) {
        Json cause = private_message(context, "hi");
        cause["user_id"] = user;
        const Json event = co_await caused_event(context, *opening.link, outcome, std::move(cause));
        outcome.check(expect::equal(sub_type, member(event, "sub_type"), "\"sub_type\""));
    }
    Json cause = private_message(context, "hi");
    cause["user_id"] = 10004;
    cause["sub_type"] = "discuss";
    const Json event = co_await caused_event(context, *opening.link, outcome, std::move(cause));
    outcome.check(expect::equal("discuss", member(event, "sub_type"), "\"sub_type\""));
    co_return outcome;
}

// --- messages in groups -----------------------------------------------------------------------

Check group_members(const Context& context, const Json& event) {
    if (auto wrong = is_message_event(context, event)) {
        return wrong;
    }
    if (auto wrong = one_of(event, "message_type", "group")) {
        return wrong;
    }
    if (auto wrong =
            expect::equal(context.target().group, member(event, "group_id"), "\"group_id\"")) {
        return wrong;
    }
    if (auto wrong =
            expect::equal(context.target().user, member(event, "user_id"), "\"user_id\"")) {
        return wrong;
    }
    if (auto wrong = expect::has(event, "sub_type", Type::string)) {
        return wrong;
    }
    return expect::has(event, "anonymous", Type::null);
}

Check normal(const Context&, const Json& event) {
    if (auto wrong = one_of(event, "sub_type", "normal")) {
        return wrong;
    }
    return expect::has(event, "anonymous", Type::null);
}

Check masked(const Context& context, const Json& event) {
    if (auto wrong = is_message_event(context, event)) {
        return wrong;
    }
    if (auto wrong = one_of(event, "sub_type", "anonymous")) {
        return wrong;
    }
    if (auto wrong = expect::has(event, "anonymous", Type::object)) {
        return wrong;
    }
    constexpr Member members[] = {
        {"id", Type::integer}, {"name", Type::string}, {"flag", Type::string}};
    return has_all(member(event, "anonymous"), members);
}

asio::awaitable<Outcome> hints_of_the_system(Context& context) {
    WsOpening opening = co_await open_events(context);
    Outcome outcome = expect::opened(opening);
    Json cause = group_message(context, "a hint");
    cause["sub_type"] = "notice";
    cause["user_id"] = 1000000;
    const Json event = co_await caused_event(context, *opening.link, outcome, std::move(cause));
    outcome.check(one_of(event, "sub_type", "notice"));
    outcome.check(expect::has(event, "anonymous", Type::null));
    co_return outcome;
}

// Returns when who was banned may speak again: that is how the case cleans up.
asio::awaitable<void> until_they_may_speak(Context& context) {
    const auto deadline = std::chrono::steady_clock::now() + context.patience();
    const asio::any_io_executor executor = co_await asio::this_coro::executor;
    asio::steady_timer pause(executor);
    while (std::chrono::steady_clock::now() < deadline) {
        Json cause = anonymous_message(context, "may I");
        const Outcome said = co_await context.inject(std::move(cause));
        if (said.holds()) {
            co_return;
        }
        pause.expires_after(std::chrono::milliseconds(50));
        co_await pause.async_wait(asio::use_awaitable);
    }
}

asio::awaitable<Outcome> flag_is_accepted(Context& context) {
    WsOpening opening = co_await open_events(context);
    Outcome outcome = expect::opened(opening);
    Json cause = anonymous_message(context, "who am I");
    const Json event = co_await caused_event(context, *opening.link, outcome, std::move(cause));
    const Json& flag = member(member(event, "anonymous"), "flag");
    outcome.check(
        expect::that(flag.is_string() && flag != "", "\"flag\" is not empty", dump_short(event)));
    if (!outcome.holds()) {
        co_return outcome;
    }
    Json params;
    params["group_id"] = context.target().group;
    params["flag"] = flag;
    params["duration"] = 1;
    const HttpReply reply = co_await context.call("set_group_anonymous_ban", std::move(params));
    outcome.check(expect::ok(reply), "set_group_anonymous_ban with the flag");
    co_await until_they_may_speak(context);
    co_return outcome;
}

// --- discuss groups ---------------------------------------------------------------------------

asio::awaitable<Outcome> discuss_members(Context& context) {
    if (context.target().discuss == 0) {
        co_return Outcome::unsupported(
            "no discuss group of the account is known; give --discuss NUMBER");
    }
    WsOpening opening = co_await open_events(context);
    Outcome outcome = expect::opened(opening);
    Json cause = discuss_message(context, "hello");
    const Json event = co_await caused_event(context, *opening.link, outcome, std::move(cause));
    outcome.check(is_message_event(context, event));
    outcome.check(one_of(event, "message_type", "discuss"));
    outcome.check(
        expect::equal(context.target().discuss, member(event, "discuss_id"), "\"discuss_id\""));
    outcome.check(expect::lacks(event, "sub_type"));
    outcome.check(event_says(event, "hello"));
    co_return outcome;
}

// The attempt to cause one may fail; if it does not, the message must not come so.
asio::awaitable<Outcome> no_discuss_events(Context& context) {
    WsOpening opening = co_await open_events(context);
    Outcome outcome = expect::opened(opening);
    if (!outcome.holds()) {
        co_return outcome;
    }
    Json cause = discuss_message(context, "to the discuss group");
    co_await context.inject(std::move(cause));
    cause = private_message(context, "behind it");
    if (!outcome.check(co_await context.inject(std::move(cause)))) {
        co_return outcome;
    }
    for (;;) {
        const Frame frame = co_await next_event(*opening.link);
        if (!outcome.check(event(frame))) {
            break;
        }
        const Json json = frame.json();
        const bool discuss =
            member(json, "message_type") == "discuss" || has_member(json, "discuss_id");
        outcome.check(expect::that(!discuss, "no event of a discuss group", frame.text()));
        if (!event_says(json, "behind it")) {
            break;
        }
    }
    co_return outcome;
}

constexpr Needs from_person = Needs(Need::ws) | Need::inject | Need::user;
constexpr Needs in_group = from_person | Need::group;

constexpr Case table[] = {
    {.id = "event-message/what-every-event-has",
     .requirements = "EVT-001",
     .sentence = "An event has post_type, time and self_id, which is the account's number.",
     .sends = "a private message",
     .expects = "a string and two integers",
     .needs = from_person,
     .run = on_message<private_message, is_event_of>},
    {.id = "event-message/ids-are-integers",
     .requirements = "EVT-002",
     .sentence = "Ids and time are JSON integers, never strings.",
     .sends = "a message in the group",
     .expects = "integers for time and every member whose name ends in _id",
     .needs = in_group,
     .run = on_message<group_message, ids_are_numbers>},
    {.id = "event-message/time-is-in-seconds",
     .requirements = "EVT-003",
     .sentence = "time is the time of the arrival in Unix seconds.",
     .sends = "a private message",
     .expects = "time within a minute of the suite's clock",
     .needs = from_person,
     .run = on_message<private_message, time_is_now>},
    {.id = "event-message/words-of-private-messages",
     .requirements = "EVT-005",
     .sentence = "post_type, message_type and sub_type are words of the specification.",
     .sends = "a private message",
     .expects = "message, private, and one of the words for sub_type",
     .needs = from_person,
     .run = on_message<private_message, printed_words>},
    {.id = "event-message/words-of-group-messages",
     .requirements = "EVT-005",
     .sentence = "post_type, message_type and sub_type are words of the specification.",
     .sends = "a message in the group",
     .expects = "message, group, and normal, anonymous or notice",
     .needs = in_group,
     .run = on_message<group_message, printed_words>},
    {.id = "event-message/private",
     .requirements = "EVT-010",
     .sentence = "A private message has all its members with their types.",
     .sends = "a private message",
     .expects = "message_type, sub_type, message_id, user_id, message, raw_message, font",
     .needs = from_person,
     .run = on_message<private_message, private_members>},
    {.id = "event-message/ids-of-their-own",
     .requirements = "EVT-010",
     .sentence = "message_id tells messages apart.",
     .sends = "the same private message three times",
     .expects = "three ids",
     .needs = from_person,
     .run = message_ids_differ},
    {.id = "event-message/private-sub-type",
     .requirements = "EVT-011",
     .sentence = "sub_type is friend, group, discuss or other.",
     .sends = "a private message",
     .expects = "one of these words",
     .needs = from_person,
     .run = on_message<private_message, printed_words>},
    {.id = "event-message/who-they-are-to-the-account",
     .requirements = "EVT-011",
     .sentence = "sub_type says what the sender is to the account.",
     .sends = "private messages of a friend, members of a group and a discuss group, a stranger",
     .expects = "friend, group, discuss, other",
     .needs = from_person,
     .own_scope = Scope::ours,
     .run = who_they_are},
    {.id = "event-message/group",
     .requirements = "EVT-012",
     .sentence = "A message in a group has all its members; anonymous is there and null.",
     .sends = "a message in the group",
     .expects = "group_id, user_id, sub_type, anonymous and what private messages have",
     .needs = in_group,
     .run = on_message<group_message, group_members>},
    {.id = "event-message/normal-is-not-anonymous",
     .requirements = "EVT-013",
     .sentence = "sub_type is normal where anonymous is null.",
     .sends = "a message in the group",
     .expects = "normal, null",
     .needs = in_group,
     .run = on_message<group_message, normal>},
    {.id = "event-message/anonymous",
     .requirements = "EVT-013 EVT-012",
     .sentence = "sub_type is anonymous where anonymous is an object with id, name and flag.",
     .sends = "an anonymous message in the group",
     .expects = "anonymous, an object",
     .needs = in_group,
     .run = on_message<anonymous_message, masked>},
    {.id = "event-message/hints-of-the-system",
     .requirements = "EVT-013",
     .sentence = "Hints of the system have sub_type notice.",
     .sends = "a hint in the group",
     .expects = "notice, null",
     .needs = in_group,
     .own_scope = Scope::ours,
     .run = hints_of_the_system},
    {.id = "event-message/flag-of-the-anonymous",
     .requirements = "EVT-014",
     .sentence = "anonymous.flag is not empty, and set_group_anonymous_ban takes it.",
     .sends = "an anonymous message, then set_group_anonymous_ban for a second",
     .expects = "an ok reply",
     .needs = in_group | Need::http,
     .run = flag_is_accepted},
    {.id = "event-message/discuss",
     .requirements = "EVT-015",
     .sentence = "A message in a discuss group has its members and no sub_type.",
     .sends = "a message in the discuss group",
     .expects = "discuss_id, user_id, message_id, message, raw_message, font",
     .needs = from_person,
     .run = discuss_members},
    {.id = "event-message/no-discuss-groups",
     .requirements = "EVT-016",
     .sentence = "There are no events of discuss groups in OneBot 11.",
     .sends = "an attempt to cause one, then a private message",
     .expects = "the private message, and nothing with discuss before it",
     .needs = from_person,
     .run = no_discuss_events},
};

}  // namespace

std::span<const Case> event_message_cases() {
    return table;
}

}  // namespace cqhttp::conformance
