// Chapter 05, sections 3.4 and 3.5: notices and requests.
#include "conformance/cases/chapters.hpp"
#include "conformance/cases/post_steps.hpp"

#include <fmt/format.h>

#include <string>
#include <utility>
#include <vector>

namespace cqhttp::conformance {
namespace {

using expect::Type;

// Newcomers and places that nobody knows yet.
constexpr std::int64_t newcomers = 4900200;
constexpr std::int64_t new_group = 4900300;

// A stimulus in the group: `who` is the person the target was told of.
Json notice(const Context& context, std::string_view type, std::string_view sub_type = {}) {
    Json event;
    event["post_type"] = "notice";
    event["notice_type"] = type;
    if (!sub_type.empty()) {
        event["sub_type"] = sub_type;
    }
    event["group_id"] = context.target().group;
    event["user_id"] = context.target().user;
    return event;
}

// An event that says what its stimulus says, with these further members as integers.
Check follows(const Context& context, const Json& cause, const Json& event,
              std::initializer_list<std::string_view> integers) {
    if (auto wrong = is_event_of(context, event)) {
        return wrong;
    }
    for (const auto& [name, value] : cause.items()) {
        if (name == "file") {
            continue;
        }
        if (auto wrong = expect::equal(value, member(event, name), fmt::format("\"{}\"", name))) {
            return wrong;
        }
    }
    for (const std::string_view name : integers) {
        if (auto wrong = expect::has(event, name, Type::integer)) {
            return wrong;
        }
    }
    return std::nullopt;
}

// Causes notices one after another and looks at each.
asio::awaitable<Outcome> all_follow(Context& context, std::vector<Json> causes,
                                    std::string_view integer) {
    WsOpening opening = co_await open_events(context);
    Outcome outcome = expect::opened(opening);
    for (const Json& cause : causes) {
        const Json event = co_await caused_event(context, *opening.link, outcome, cause);
        outcome.check(follows(context, cause, event, {}), dump_short(cause));
        if (!integer.empty()) {
            outcome.check(expect::has(event, integer, Type::integer), dump_short(cause));
        }
    }
    co_return outcome;
}

asio::awaitable<Outcome> upload(Context& context) {
    WsOpening opening = co_await open_events(context);
    Outcome outcome = expect::opened(opening);
    Json cause = notice(context, "group_upload");
    cause["file"]["name"] = "清单 list.txt";
    cause["file"]["size"] = 5'000'000'000;
    const Json event = co_await caused_event(context, *opening.link, outcome, cause);
    outcome.check(follows(context, cause, event, {}));
    const Json& file = member(event, "file");
    for (const auto& [name, type] :
         {std::pair("id", Type::string), std::pair("name", Type::string),
          std::pair("size", Type::integer), std::pair("busid", Type::integer)}) {
        outcome.check(expect::has(file, name, type), "file");
    }
    outcome.check(expect::equal("清单 list.txt", member(file, "name"), "\"name\" of the file"));
    outcome.check(expect::equal(5'000'000'000, member(file, "size"), "\"size\" of the file"));
    co_return outcome;
}

asio::awaitable<Outcome> admins(Context& context) {
    std::vector<Json> causes;
    causes.push_back(notice(context, "group_admin", "set"));
    causes.push_back(notice(context, "group_admin", "unset"));
    return all_follow(context, std::move(causes), "");
}

asio::awaitable<Outcome> departures(Context& context) {
    std::vector<Json> causes;
    for (const char* sub_type : {"leave", "kick"}) {
        causes.push_back(notice(context, "group_decrease", sub_type));
        causes.push_back(notice(context, "group_increase", "approve"));
    }
    return all_follow(context, std::move(causes), "operator_id");
}

asio::awaitable<Outcome> who_leaves_is_the_operator(Context& context) {
    WsOpening opening = co_await open_events(context);
    Outcome outcome = expect::opened(opening);
    Json cause = notice(context, "group_decrease", "leave");
    const Json event = co_await caused_event(context, *opening.link, outcome, std::move(cause));
    outcome.check(
        expect::equal(member(event, "user_id"), member(event, "operator_id"), "\"operator_id\""));
    cause = notice(context, "group_increase", "approve");
    co_await caused_event(context, *opening.link, outcome, std::move(cause));
    co_return outcome;
}

// The account joins a group that is new, and is removed from it.
asio::awaitable<Outcome> the_account_is_kicked(Context& context) {
    WsOpening opening = co_await open_events(context);
    Outcome outcome = expect::opened(opening);
    Json cause = notice(context, "group_increase", "invite");
    cause["group_id"] = new_group;
    cause["user_id"] = context.target().self_id;
    cause["operator_id"] = context.target().user;
    co_await caused_event(context, *opening.link, outcome, cause);
    cause["notice_type"] = "group_decrease";
    cause["sub_type"] = "kick_me";
    const Json event = co_await caused_event(context, *opening.link, outcome, cause);
    outcome.check(one_of(event, "sub_type", "kick_me"));
    outcome.check(expect::equal(member(event, "self_id"), member(event, "user_id"), "\"user_id\""));
    outcome.check(expect::has(event, "operator_id", Type::integer));
    co_return outcome;
}

asio::awaitable<Outcome> others_are_kicked(Context& context) {
    WsOpening opening = co_await open_events(context);
    Outcome outcome = expect::opened(opening);
    Json cause = notice(context, "group_decrease", "kick");
    const Json event = co_await caused_event(context, *opening.link, outcome, std::move(cause));
    outcome.check(one_of(event, "sub_type", "kick"));
    outcome.check(expect::equal(context.target().user, member(event, "user_id"), "\"user_id\""));
    cause = notice(context, "group_increase", "approve");
    co_await caused_event(context, *opening.link, outcome, std::move(cause));
    co_return outcome;
}

asio::awaitable<Outcome> arrivals(Context& context) {
    std::vector<Json> causes;
    std::int64_t who = newcomers + 1;
    for (const char* sub_type : {"approve", "invite"}) {
        causes.push_back(notice(context, "group_increase", sub_type));
        causes.back()["user_id"] = who;
        causes.push_back(notice(context, "group_decrease", "leave"));
        causes.back()["user_id"] = who++;
    }
    return all_follow(context, std::move(causes), "operator_id");
}

asio::awaitable<Outcome> new_friend(Context& context) {
    WsOpening opening = co_await open_events(context);
    Outcome outcome = expect::opened(opening);
    Json cause;
    cause["post_type"] = "notice";
    cause["notice_type"] = "friend_add";
    cause["user_id"] = newcomers + 10;
    const Json event = co_await caused_event(context, *opening.link, outcome, cause);
    outcome.check(follows(context, cause, event, {}));
    outcome.check(expect::lacks(event, "group_id"));
    co_return outcome;
}

asio::awaitable<Outcome> bans(Context& context) {
    WsOpening opening = co_await open_events(context);
    Outcome outcome = expect::opened(opening);
    Json cause = notice(context, "group_ban", "ban");
    cause["duration"] = 600;
    Json event = co_await caused_event(context, *opening.link, outcome, cause);
    outcome.check(follows(context, cause, event, {"operator_id", "duration"}), "a ban");
    cause["sub_type"] = "lift_ban";
    cause["duration"] = 0;
    event = co_await caused_event(context, *opening.link, outcome, cause);
    outcome.check(follows(context, cause, event, {"operator_id"}), "its end");
    co_return outcome;
}

asio::awaitable<Outcome> no_bans(Context& context) {
    WsOpening opening = co_await open_events(context);
    Outcome outcome = expect::opened(opening);
    for (const int duration : {60, 0}) {
        Json params;
        params["group_id"] = context.target().group;
        params["user_id"] = context.target().user;
        params["duration"] = duration;
        const HttpReply reply = co_await context.call("set_group_ban", std::move(params));
        outcome.check(expect::ok(reply), "set_group_ban");
        Json cause = private_message(context, "behind");
        const Json event = co_await caused_event(context, *opening.link, outcome, std::move(cause));
        outcome.check(event_says(event, "behind"), "the event after set_group_ban");
    }
    co_return outcome;
}

// A message is sent and taken back.
asio::awaitable<Outcome> recalls(Context& context) {
    WsOpening opening = co_await open_events(context);
    Outcome outcome = expect::opened(opening);
    for (const bool in_group : {true, false}) {
        Json said = in_group ? group_message(context, "oh") : private_message(context, "oh");
        const Json message =
            co_await caused_event(context, *opening.link, outcome, std::move(said));
        Json cause = notice(context, in_group ? "group_recall" : "friend_recall");
        cause["message_id"] = member(message, "message_id");
        if (!in_group) {
            cause.erase("group_id");
        }
        const Json event = co_await caused_event(context, *opening.link, outcome, cause);
        outcome.check(follows(context, cause, event, {"message_id"}));
        outcome.check(in_group ? expect::has(event, "operator_id", Type::integer)
                               : expect::lacks(event, "group_id"));
    }
    co_return outcome;
}

asio::awaitable<Outcome> notifications(Context& context) {
    WsOpening opening = co_await open_events(context);
    Outcome outcome = expect::opened(opening);
    std::vector<Json> causes;
    for (const char* sub_type : {"poke", "lucky_king"}) {
        causes.push_back(notice(context, "notify", sub_type));
        causes.back()["target_id"] = context.target().self_id;
    }
    for (const char* honor : {"talkative", "performer", "emotion"}) {
        causes.push_back(notice(context, "notify", "honor"));
        causes.back()["honor_type"] = honor;
    }
    for (const Json& cause : causes) {
        const Json event = co_await caused_event(context, *opening.link, outcome, cause);
        outcome.check(follows(context, cause, event, {}), dump_short(cause));
    }
    co_return outcome;
}

// --- requests ---------------------------------------------------------------------------------

asio::awaitable<Outcome> asks_for_friendship(Context& context) {
    WsOpening opening = co_await open_events(context);
    Outcome outcome = expect::opened(opening);
    const Json cause = friend_request(newcomers + 20, "你好, let me in");
    const Json event = co_await caused_event(context, *opening.link, outcome, cause);
    outcome.check(follows(context, cause, event, {}));
    outcome.check(expect::has(event, "flag", Type::string));
    outcome.check(expect::lacks(event, "sub_type"));
    outcome.check(expect::lacks(event, "group_id"));
    co_return outcome;
}

asio::awaitable<Outcome> asks_to_join(Context& context) {
    WsOpening opening = co_await open_events(context);
    Outcome outcome = expect::opened(opening);
    Json cause = group_request(context, newcomers + 21, "你好, let me in");
    Json event = co_await caused_event(context, *opening.link, outcome, cause);
    outcome.check(follows(context, cause, event, {}), "somebody wants in");
    outcome.check(expect::has(event, "flag", Type::string));
    cause["sub_type"] = "invite";
    cause["group_id"] = new_group + 1;
    cause["user_id"] = context.target().user;
    event = co_await caused_event(context, *opening.link, outcome, cause);
    outcome.check(follows(context, cause, event, {}), "the account is invited");
    outcome.check(expect::has(event, "flag", Type::string));
    co_return outcome;
}

asio::awaitable<Outcome> flags_are_accepted(Context& context) {
    WsOpening opening = co_await open_events(context);
    Outcome outcome = expect::opened(opening);
    std::vector<Json> events;
    std::vector<Json> causes;
    causes.push_back(friend_request(newcomers + 22, "one"));
    causes.push_back(friend_request(newcomers + 23, "another"));
    causes.push_back(group_request(context, newcomers + 24, "one more"));
    for (const Json& cause : causes) {
        events.push_back(co_await caused_event(context, *opening.link, outcome, cause));
        const Json& flag = member(events.back(), "flag");
        outcome.check(expect::that(flag.is_string() && flag != "", "\"flag\" is not empty",
                                   dump_short(events.back())));
        for (std::size_t i = 0; i + 1 < events.size(); ++i) {
            outcome.check(expect::that(member(events[i], "flag") != flag,
                                       "every open request has a flag of its own",
                                       dump_short(events.back())));
        }
    }
    for (const Json& event : events) {
        const bool in_group = member(event, "request_type") == "group";
        Json params;
        params["flag"] = member(event, "flag");
        params["approve"] = false;
        if (in_group) {
            params["type"] = "add";
        }
        std::string action = in_group ? "set_group_add_request" : "set_friend_add_request";
        const HttpReply reply = co_await context.call(action, std::move(params));
        outcome.check(expect::ok(reply), action + " with the flag");
    }
    co_return outcome;
}

constexpr Needs from_person = Needs(Need::ws) | Need::inject | Need::user;
constexpr Needs in_group = from_person | Need::group;

constexpr Case table[] = {
    {.id = "event-notice/upload",
     .requirements = "EVT-020",
     .sentence = "group_upload says who uploaded which file to which group.",
     .sends = "an upload of a file of 5 GB",
     .expects = "group_id, user_id, and file with id, name, size and busid",
     .needs = in_group,
     .run = upload},
    {.id = "event-notice/administrators",
     .requirements = "EVT-021",
     .sentence = "group_admin says who became an administrator, or is one no longer.",
     .sends = "both",
     .expects = "sub_type set and unset, group_id, user_id",
     .needs = in_group | Need::disposable,
     .run = admins},
    {.id = "event-notice/departures",
     .requirements = "EVT-022",
     .sentence = "group_decrease says who left the group, and who made them.",
     .sends = "a member who leaves and one who is removed; they come back",
     .expects = "sub_type leave and kick, group_id, user_id, operator_id",
     .needs = in_group | Need::disposable,
     .run = departures},
    {.id = "event-notice/who-leaves-is-the-operator",
     .requirements = "EVT-023",
     .sentence = "Who leaves is operator_id, too.",
     .sends = "a member who leaves and comes back",
     .expects = "operator_id equal to user_id",
     .needs = in_group | Need::disposable,
     .run = who_leaves_is_the_operator},
    {.id = "event-notice/the-account-is-removed",
     .requirements = "EVT-024 EVT-022",
     .sentence = "The account itself removed: kick_me, user_id is self_id.",
     .sends = "the account comes into a new group and is removed from it",
     .expects = "kick_me with the account as user_id",
     .needs = from_person | Need::disposable,
     .run = the_account_is_kicked},
    {.id = "event-notice/others-are-removed",
     .requirements = "EVT-024",
     .sentence = "Others removed: kick.",
     .sends = "a member who is removed and comes back",
     .expects = "kick with the member as user_id",
     .needs = in_group | Need::disposable,
     .run = others_are_kicked},
    {.id = "event-notice/arrivals",
     .requirements = "EVT-025",
     .sentence = "group_increase says who joined the group, and by whose leave.",
     .sends = "newcomers who are let in and invited, and leave",
     .expects = "sub_type approve and invite, group_id, user_id, operator_id",
     .needs = in_group | Need::disposable,
     .run = arrivals},
    {.id = "event-notice/new-friend",
     .requirements = "EVT-026",
     .sentence = "friend_add says who is a friend now.",
     .sends = "a new friend",
     .expects = "user_id, no group_id",
     .needs = from_person | Need::disposable,
     .run = new_friend},
    {.id = "event-notice/bans",
     .requirements = "EVT-027",
     .sentence = "group_ban says who was banned, by whom, and for how long.",
     .sends = "a ban and its end",
     .expects = "sub_type ban and lift_ban, operator_id, duration, 0 in the end",
     .needs = in_group | Need::disposable,
     .run = bans},
    {.id = "event-notice/no-bans-in-4-0",
     .requirements = "EVT-028",
     .sentence = "Bans are no events in 4.0.",
     .sends = "set_group_ban for 60 s and 0, each followed by a message",
     .expects = "the message as the next event",
     .needs = in_group | Need::http,
     .run = no_bans},
    {.id = "event-notice/recalls",
     .requirements = "EVT-029",
     .sentence = "group_recall and friend_recall say which message was taken back.",
     .sends = "messages in the group and in private that are taken back",
     .expects = "message_id, user_id; group_id and operator_id in the group",
     .needs = in_group,
     .run = recalls},
    {.id = "event-notice/notify",
     .requirements = "EVT-029",
     .sentence = "notify tells of pokes, lucky kings and honours.",
     .sends = "a poke, a lucky king, three honours",
     .expects = "target_id or honor_type, user_id, group_id",
     .needs = in_group,
     .run = notifications},
    {.id = "event-notice/friend-request",
     .requirements = "EVT-030",
     .sentence = "A friend request has user_id, comment and flag, no sub_type and no group_id.",
     .sends = "a request",
     .expects = "these members",
     .needs = from_person | Need::disposable,
     .run = asks_for_friendship},
    {.id = "event-notice/group-request",
     .requirements = "EVT-031",
     .sentence = "A group request has sub_type, group_id, user_id, comment and flag.",
     .sends = "somebody who wants in, and an invitation into a new group",
     .expects = "sub_type add and invite, and the rest",
     .needs = in_group | Need::disposable,
     .run = asks_to_join},
    {.id = "event-notice/flags-are-accepted",
     .requirements = "EVT-032",
     .sentence = "flag is not empty, unique among open requests, and the actions take it.",
     .sends = "three requests, then set_friend_add_request and set_group_add_request",
     .expects = "three flags, ok replies",
     .needs = in_group | Need::http | Need::disposable,
     .run = flags_are_accepted},
};

}  // namespace

std::span<const Case> event_notice_cases() {
    return table;
}

}  // namespace cqhttp::conformance
