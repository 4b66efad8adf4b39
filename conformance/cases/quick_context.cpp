// Chapter 06, .handle_quick_operation: a quick operation on an event that the caller hands back,
// whole or with less, as aiocqhttp does. What it did is looked for in the list of friends, and for
// our gateway in what the account has done.
#include "conformance/cases/action_steps.hpp"
#include "conformance/cases/chapters.hpp"
#include "conformance/cases/event_steps.hpp"

#include <string>
#include <utility>
#include <vector>

namespace cqhttp::conformance {
namespace {

constexpr const char* action = ".handle_quick_operation";
constexpr std::int64_t stranger = 778001;

Json quick(Json event, Json operation) {
    Json params;
    params["context"] = std::move(event);
    params["operation"] = std::move(operation);
    return params;
}

// Causes an event and returns it as it was posted.
asio::awaitable<Json> caused(Context& context, Outcome& outcome, Json event) {
    const std::string type = member(event, "post_type").get<std::string>();
    if (!outcome.check(co_await context.inject(std::move(event)))) {
        co_return Json();
    }
    Json posted = co_await next_posted(context, type);
    outcome.check(expect::that(posted.is_object(), "the event is posted", "none came"));
    co_return posted;
}

asio::awaitable<Json> said_in_group(Context& context, Outcome& outcome) {
    Json event = samples(context, "group_id user_id message");
    event["post_type"] = "message";
    event["message_type"] = "group";
    return caused(context, outcome, std::move(event));
}

asio::awaitable<Json> friend_request(Context& context, Outcome& outcome) {
    Json event;
    event["post_type"] = "request";
    event["request_type"] = "friend";
    event["user_id"] = stranger;
    event["comment"] = "it is me";
    return caused(context, outcome, std::move(event));
}

// What aiocqhttp leaves out.
Json stripped(Json event) {
    if (!event.is_object()) {
        return event;
    }
    for (const char* name : {"message", "raw_message", "comment", "sender"}) {
        event.erase(name);
    }
    return event;
}

asio::awaitable<bool> is_friend(Context& context) {
    const HttpReply reply = co_await context.call("get_friend_list");
    const Json body = reply.json();
    for (const Json& row : expect::data_of(body)) {
        if (member(row, "user_id") == stranger) {
            co_return true;
        }
    }
    co_return false;
}

// --- anywhere ---------------------------------------------------------------------------------

asio::awaitable<Outcome> answers_ok(Context& context) {
    Outcome outcome;
    Json event = samples(context, "user_id");
    event["post_type"] = "message";
    event["message_type"] = "private";
    co_await done(context, outcome, action, quick(event, Json::object()));
    Json operation;
    operation["reply"] = "cqhttp conformance";
    co_await done(context, outcome, action, quick(event, operation));
    co_return outcome;
}

asio::awaitable<Outcome> accepts_a_friend(Context& context) {
    Outcome outcome;
    for (const bool whole : {true, false}) {
        Json event = co_await friend_request(context, outcome);
        if (!whole) {
            event = stripped(std::move(event));
        }
        Json operation;
        operation["approve"] = true;
        co_await done(context, outcome, action, quick(std::move(event), operation));
        const bool accepted = co_await is_friend(context);
        outcome.check(expect::that(accepted, "778001 is a friend", "no"),
                      whole ? "the whole event" : "the event without comment");
        co_await take_back(context);
        if (!outcome.holds()) {
            break;
        }
    }
    co_return outcome;
}

asio::awaitable<Outcome> async_accepts_a_friend(Context& context) {
    Outcome outcome;
    Json event = co_await friend_request(context, outcome);
    Json operation;
    operation["approve"] = true;
    const HttpReply reply = co_await context.call(".handle_quick_operation_async",
                                                  quick(stripped(std::move(event)), operation));
    outcome.check(expect::accepted(reply));
    const Wanted wanted = [](const Json& friends) {
        for (const Json& row : friends) {
            if (member(row, "user_id") == stranger) {
                return true;
            }
        }
        return false;
    };
    const Json friends = co_await until(context, "get_friend_list", Json::object(), wanted);
    outcome.check(
        expect::that(wanted(friends), "778001 is a friend in the end", dump_short(friends)));
    co_await take_back(context);
    co_return outcome;
}

asio::awaitable<Outcome> inner_failures_do_not_show(Context& context) {
    Outcome outcome;
    Json event;
    event["post_type"] = "message";
    event["message_type"] = "private";
    event["user_id"] = 1;  // nobody
    Json operation;
    operation["reply"] = "to nobody";
    co_await done(context, outcome, action, quick(event, operation));
    Json request;
    request["post_type"] = "request";
    request["request_type"] = "friend";
    request["user_id"] = 1;
    request["flag"] = "no-such-flag";
    operation["approve"] = true;
    co_await done(context, outcome, action, quick(request, operation));
    co_return outcome;
}

asio::awaitable<Outcome> needs_objects(Context& context) {
    Outcome outcome;
    std::vector<Json> values(5);
    values[0] = "{}";
    values[1] = Json::array();
    values[2] = 1;
    values[3] = true;
    for (const Json& value : values) {
        Json params = samples(context, "context operation");
        params["context"] = value;
        co_await refused(context, outcome, action, params, "context is no object");
        params = samples(context, "context operation");
        params["operation"] = value;
        co_await refused(context, outcome, action, params, "operation is no object");
    }
    co_return outcome;
}

// --- seen in the effects ----------------------------------------------------------------------

std::string actions_of(const Json& effects) {
    std::string names;
    for (const Json& effect : effects) {
        names += names.empty() ? "" : " ";
        names += member(effect, "action").get<std::string>();
    }
    return names;
}

asio::awaitable<Outcome> moderates(Context& context) {
    Outcome outcome;
    Json event = co_await said_in_group(context, outcome);
    const Json message_id = member(event, "message_id");
    Json operation;
    operation["reply"] = "[CQ:face,id=14]";
    operation["delete"] = true;
    operation["ban"] = true;
    operation["ban_duration"] = 60;
    operation["kick"] = "no boolean";
    co_await done(context, outcome, action, quick(stripped(std::move(event)), operation));
    const Json effects = co_await context.effects();
    const std::string actions = actions_of(effects);
    if (outcome.check(expect::text("send_group_msg delete_msg set_group_ban", actions,
                                   "what the account has done"))) {
        const Json& said = member(member(effects[0], "params"), "message");
        outcome.check(expect::equal("at", member(said[0], "type"), "the first segment"));
        outcome.check(expect::equal(message_id, member(member(effects[1], "params"), "message_id"),
                                    "message_id"));
        outcome.check(
            expect::equal(60, member(member(effects[2], "params"), "duration"), "duration"));
    }
    co_await take_back(context);
    co_return outcome;
}

asio::awaitable<Outcome> notices_ask_for_nothing(Context& context) {
    Outcome outcome;
    Json event = samples(context, "group_id user_id");
    event["post_type"] = "notice";
    event["notice_type"] = "group_admin";
    event["sub_type"] = "set";
    Json operation;
    operation["reply"] = "x";
    operation["kick"] = true;
    operation["approve"] = true;
    co_await done(context, outcome, action, quick(event, operation));
    Json beat;
    beat["post_type"] = "meta_event";
    beat["meta_event_type"] = "heartbeat";
    co_await done(context, outcome, action, quick(beat, operation));
    const Json effects = co_await context.effects();
    outcome.check(expect::equal(Json::array(), effects, "what the account has done"));
    co_return outcome;
}

asio::awaitable<Outcome> old_shape(Context& context) {
    Outcome outcome;
    Json request = co_await friend_request(context, outcome);
    if (!outcome.holds()) {
        co_return outcome;
    }
    request["message"] = member(request, "comment");
    request.erase("comment");
    Json operation;
    operation["approve"] = false;
    co_await done(context, outcome, action, quick(request, operation));
    Json event = samples(context, "group_id");
    event["post_type"] = "message";
    event["message_type"] = "group";
    event["sub_type"] = "anonymous";
    event["anonymous"] = "Ghost";
    event["anonymous_flag"] = "no-such-flag";
    event["user_id"] = 80000000;
    operation["reply"] = "boo";
    operation["ban"] = true;  // fails: the flag is nobody's
    co_await done(context, outcome, action, quick(event, operation));
    Json notice;
    notice["post_type"] = "event";
    notice["event"] = "friend_add";
    notice["user_id"] = stranger;
    co_await done(context, outcome, action, quick(notice, operation));
    const Json effects = co_await context.effects();
    const std::string actions = actions_of(effects);
    if (outcome.check(expect::text("set_friend_add_request send_group_msg", actions,
                                   "what the account has done"))) {
        const Json& said = member(member(effects[1], "params"), "message");
        outcome.check(expect::equal("text", member(said[0], "type"), "no mention: the segment"));
    }
    co_await take_back(context);
    co_return outcome;
}

// --- the table --------------------------------------------------------------------------------

constexpr Needs asked = Need::http | Need::post | Need::inject | Need::disposable;
constexpr Needs seen = asked | Need::effects | Need::group | Need::user;

constexpr Case table[] = {
    {.id = "quick-context/answers-ok",
     .requirements = "ACT-161 ACT-018",
     .sentence = ".handle_quick_operation takes an event and an operation.",
     .sends = "a private message event of what is needed, an empty operation and a reply",
     .expects = "ok with data null",
     .needs = Need::http | Need::user,
     .run = answers_ok},
    {.id = "quick-context/accepts-a-friend",
     .requirements = "ACT-018 ACT-161",
     .sentence = "The operation is carried out on the event that is handed back, whole or not.",
     .sends = "the event of a friend request, whole and without comment, with approve true",
     .expects = "ok with data null; a new friend",
     .needs = asked,
     .setup = &setup::post,
     .run = accepts_a_friend},
    {.id = "quick-context/async-accepts-a-friend",
     .requirements = "ACT-018 ASYNC-001 ASYNC-002",
     .sentence = "The asynchronous form does the same, later.",
     .sends = ".handle_quick_operation_async with what aiocqhttp leaves of a friend request",
     .expects = "async with retcode 1; a new friend in the end",
     .needs = asked,
     .setup = &setup::post,
     .run = async_accepts_a_friend},
    {.id = "quick-context/inner-failures-do-not-show",
     .requirements = "ACT-018",
     .sentence = "The answer is ok even if an inner operation failed.",
     .sends = "a reply to nobody, an approval of a request that there is not",
     .expects = "ok with data null",
     .needs = Need::http,
     .run = inner_failures_do_not_show},
    {.id = "quick-context/needs-objects",
     .requirements = "ACT-018 RET-001",
     .sentence = "Context and operation must be objects.",
     .sends = "each as \"{}\", [], 1, true, null",
     .expects = "failed with retcode 100 (onebot-11: any but 0 and 1)",
     .needs = Need::http,
     .run = needs_objects},
    {.id = "quick-context/moderates",
     .requirements = "ACT-018",
     .sentence = "A group message can be answered, recalled and its sender banned at once.",
     .sends = "what aiocqhttp leaves of a group message; reply, delete, ban for 60 s",
     .expects = "send_group_msg with a mention, delete_msg, set_group_ban for 60 s",
     .needs = seen,
     .setup = &setup::post,
     .own_scope = Scope::ours,
     .run = moderates},
    {.id = "quick-context/notices-ask-for-nothing",
     .requirements = "ACT-018",
     .sentence = "There is nothing to answer in notices and meta events.",
     .sends = "a notice and a heartbeat with reply, kick and approve",
     .expects = "ok with data null; the account does nothing",
     .needs = Need::http | Need::effects | Need::group | Need::user,
     .own_scope = Scope::ours,
     .run = notices_ask_for_nothing},
    {.id = "quick-context/old-shape",
     .requirements = "ACT-019",
     .sentence = "The context may have the shape of 3.x.",
     .sends = "a request with message, a group message with anonymous as text, a post_type event",
     .expects = "the request is decided, the message answered without a mention, no more",
     .needs = seen,
     .setup = &setup::post,
     .run = old_shape},
};

}  // namespace

std::span<const Case> quick_context_cases() {
    return table;
}

}  // namespace cqhttp::conformance
