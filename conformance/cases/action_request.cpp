// Chapter 06, section 5: the actions that answer requests. What became of a request is looked for
// in the list of friends and in the group.
#include "conformance/cases/action_steps.hpp"
#include "conformance/cases/chapters.hpp"
#include "conformance/cases/event_steps.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

namespace cqhttp::conformance {
namespace {

constexpr std::int64_t stranger = 778001;       // who asks
constexpr std::int64_t strange_group = 778100;  // where the account is invited to

// Causes a request and returns its flag as the event tells it.
asio::awaitable<Json> flag_of_request(Context& context, Outcome& outcome, Json event) {
    event["post_type"] = "request";
    event["user_id"] = stranger;
    event["comment"] = "let me in";
    if (!outcome.check(co_await context.inject(std::move(event)))) {
        co_return Json();
    }
    const Json body = co_await next_posted(context, "request");
    outcome.check(shaped(body, "post_type request, flag str"), "the event of the request");
    co_return member(body, "flag");
}

asio::awaitable<Json> friend_flag(Context& context, Outcome& outcome) {
    Json event;
    event["request_type"] = "friend";
    return flag_of_request(context, outcome, std::move(event));
}

asio::awaitable<Json> group_flag(Context& context, Outcome& outcome) {
    Json event = samples(context, "group_id");
    event["request_type"] = "group";
    event["sub_type"] = "add";
    return flag_of_request(context, outcome, std::move(event));
}

// The friend of that number; null if there is none or the target cannot tell its friends.
asio::awaitable<Json> friend_row(Context& context, std::int64_t user) {
    const std::string action = context.is_40() ? "_get_friend_list" : "get_friend_list";
    const HttpReply reply = co_await context.call(action);
    const Json body = reply.json();
    Json found;
    const auto look = [&found, user](const Json& list) {
        for (const Json& row : list) {
            found = member(row, "user_id") == user ? row : found;
        }
    };
    look(expect::data_of(body));
    for (const Json& group : expect::data_of(body)) {
        look(member(group, "friends"));
    }
    co_return found;
}

asio::awaitable<bool> tells_friends(Context& context) {
    const std::string action = context.is_40() ? "_get_friend_list" : "get_friend_list";
    const HttpReply reply = co_await context.call(action);
    co_return !expect::ok(reply);
}

Check is_there(const Json& row, std::string_view what) {
    return expect::that(row.is_object(), fmt::format("{} {}", stranger, what), dump_short(row));
}

Check is_not_there(const Json& row, std::string_view what) {
    return expect::that(row.is_null(), fmt::format("{} is not {}", stranger, what),
                        dump_short(row));
}

// --- friends ----------------------------------------------------------------------------------

asio::awaitable<Outcome> friend_accepted(Context& context) {
    Outcome outcome;
    Json params;
    params["flag"] = co_await friend_flag(context, outcome);
    if (!outcome.holds()) {
        co_return outcome;
    }
    params["remark"] = "备注";
    params["reason"] = "not looked at";
    co_await done(context, outcome, "set_friend_add_request", params);
    if (co_await tells_friends(context)) {
        const Json row = co_await friend_row(context, stranger);
        outcome.check(is_there(row, "is a friend"), "approve is not given");
        outcome.check(expect::equal("备注", member(row, "remark"), "remark"));
    }
    co_await fails(context, outcome, "set_friend_add_request", params, "handled already");
    co_await take_back(context);
    co_return outcome;
}

asio::awaitable<Outcome> friend_rejected(Context& context) {
    Outcome outcome;
    Json params;
    params["flag"] = co_await friend_flag(context, outcome);
    if (!outcome.holds()) {
        co_return outcome;
    }
    params["approve"] = false;
    params["remark"] = "not used";
    co_await done(context, outcome, "set_friend_add_request", params);
    const Json row = co_await friend_row(context, stranger);
    outcome.check(is_not_there(row, "a friend"), "approve is false");
    co_await fails(context, outcome, "set_friend_add_request", params, "handled already");
    co_await take_back(context);
    co_return outcome;
}

// --- groups -----------------------------------------------------------------------------------

asio::awaitable<Json> applicant(Context& context) {
    return member_of_group(context, stranger);
}

asio::awaitable<Outcome> applicant_accepted_as(Context& context, std::string name) {
    Outcome outcome;
    Json params;
    params["flag"] = co_await group_flag(context, outcome);
    if (!outcome.holds()) {
        co_return outcome;
    }
    params[name] = "add";
    params["reason"] = "not used";
    co_await done(context, outcome, "set_group_add_request", params);
    const Json row = co_await applicant(context);
    outcome.check(is_there(row, "is a member"), name + " add, approve is not given");
    co_await fails(context, outcome, "set_group_add_request", params, "handled already");
    co_await take_back(context);
    co_return outcome;
}

asio::awaitable<Outcome> applicant_accepted(Context& context) {
    Outcome outcome = co_await applicant_accepted_as(context, "type");
    if (outcome.holds() && !context.is_40()) {
        outcome = co_await applicant_accepted_as(context, "sub_type");
    }
    co_return outcome;
}

asio::awaitable<Outcome> applicant_rejected(Context& context) {
    Outcome outcome;
    Json params;
    params["flag"] = co_await group_flag(context, outcome);
    if (!outcome.holds()) {
        co_return outcome;
    }
    params["type"] = "add";
    params["approve"] = false;
    params["reason"] = "we are full";
    co_await done(context, outcome, "set_group_add_request", params);
    const Json row = co_await applicant(context);
    outcome.check(is_not_there(row, "a member"), "approve is false");
    co_await take_back(context);
    co_return outcome;
}

asio::awaitable<Outcome> invitation_accepted(Context& context) {
    Outcome outcome;
    Json event;
    event["request_type"] = "group";
    event["sub_type"] = "invite";
    event["group_id"] = strange_group;
    Json params;
    params["flag"] = co_await flag_of_request(context, outcome, std::move(event));
    if (!outcome.holds()) {
        co_return outcome;
    }
    params["type"] = "invite";
    co_await done(context, outcome, "set_group_add_request", params);
    const Json groups = co_await data_of(context, outcome, "get_group_list");
    const bool joined = std::any_of(groups.begin(), groups.end(), [](const Json& row) {
        return member(row, "group_id") == strange_group;
    });
    outcome.check(expect::that(joined, fmt::format("a list with group {}", strange_group),
                               dump_short(groups)));
    co_await take_back(context);
    co_return outcome;
}

asio::awaitable<Outcome> sub_type_wins(Context& context) {
    Outcome outcome;
    Json params;
    params["flag"] = co_await group_flag(context, outcome);
    if (!outcome.holds()) {
        co_return outcome;
    }
    params["sub_type"] = "invite";
    params["type"] = "add";
    co_await fails(context, outcome, "set_group_add_request", params, "it is no invitation");
    params["sub_type"] = "no such type";
    co_await refused(context, outcome, "set_group_add_request", params, "no such sub_type");
    params["sub_type"] = "add";
    params["type"] = "no such type";
    co_await done(context, outcome, "set_group_add_request", params);
    co_await take_back(context);
    co_return outcome;
}

asio::awaitable<Outcome> unknown_flags(Context& context) {
    Outcome outcome;
    co_await fails(context, outcome, "set_friend_add_request", samples(context, "flag"),
                   "no such flag");
    for (const char* type : {"add", "invite"}) {
        co_await fails(context, outcome, "set_group_add_request",
                       samples_and(context, "flag", "type", type), "no such flag");
    }
    co_return outcome;
}

// --- what the sandbox wrote down --------------------------------------------------------------

// remark belongs to an approval, reason to a rejection.
asio::awaitable<Outcome> words_of_decisions(Context& context) {
    Outcome outcome;
    for (const bool approve : {true, false}) {
        for (const bool of_group : {false, true}) {
            Json params;
            if (of_group) {
                params["flag"] = co_await group_flag(context, outcome);
                params["type"] = "add";
            } else {
                params["flag"] = co_await friend_flag(context, outcome);
            }
            params["approve"] = approve;
            params["remark"] = "the remark";
            params["reason"] = "the reason";
            const std::string action =
                of_group ? "set_group_add_request" : "set_friend_add_request";
            co_await done(context, outcome, action, params);
            Json all;
            all["all"] = true;
            const Json rows = co_await data_of(context, outcome, ".sandbox_requests", all);
            const Json last = rows.empty() ? Json() : rows.back();
            std::string answer;
            if (approve && !of_group) {
                answer = "the remark";
            } else if (!approve && of_group) {
                answer = "the reason";
            }
            const std::string when = call_text(action, params);
            outcome.check(expect::equal(answer, member(last, "answer"), "the answer"), when);
            outcome.check(expect::equal(approve ? "approved" : "rejected", member(last, "state"),
                                        "the state"),
                          when);
            co_await take_back(context);
        }
    }
    co_return outcome;
}

// --- the table --------------------------------------------------------------------------------

constexpr Needs asked = Need::http | Need::post | Need::inject | Need::disposable;
constexpr Needs asked_in_group = asked | Need::group;

constexpr Case table[] = {
    {.id = "action-request/friend-accepted",
     .requirements = "ACT-117 ACT-012",
     .sentence = "set_friend_add_request accepts where approve is not given, with a remark.",
     .sends = "a request, set_friend_add_request with its flag and a remark, twice",
     .expects = "ok with data null, a friend with the remark; failed the second time",
     .needs = asked,
     .setup = &setup::post,
     .run = friend_accepted},
    {.id = "action-request/friend-rejected",
     .requirements = "ACT-012 ACT-117",
     .sentence = "set_friend_add_request rejects where approve is false.",
     .sends = "a request, set_friend_add_request with its flag and approve false, twice",
     .expects = "ok with data null, no friend; failed the second time",
     .needs = asked,
     .setup = &setup::post,
     .run = friend_rejected},
    {.id = "action-request/applicant-accepted",
     .requirements = "ACT-118 ACT-012",
     .sentence = "set_group_add_request accepts where approve is not given.",
     .sends = "a request, set_group_add_request with its flag and type (sub_type), twice",
     .expects = "ok with data null, a member; failed the second time",
     .needs = asked_in_group,
     .setup = &setup::post,
     .run = applicant_accepted},
    {.id = "action-request/applicant-rejected",
     .requirements = "ACT-012 ACT-118",
     .sentence = "set_group_add_request rejects where approve is false.",
     .sends = "a request, set_group_add_request with its flag, approve false and a reason",
     .expects = "ok with data null, no member",
     .needs = asked_in_group,
     .setup = &setup::post,
     .run = applicant_rejected},
    {.id = "action-request/invitation-accepted",
     .requirements = "ACT-118",
     .sentence = "set_group_add_request of type invite accepts an invitation.",
     .sends = "an invitation, set_group_add_request with its flag, get_group_list",
     .expects = "ok with data null; the group is in the list",
     .needs = asked,
     .setup = &setup::post,
     .run = invitation_accepted},
    {.id = "action-request/sub-type-wins",
     .requirements = "ACT-010 ACT-118",
     .sentence = "sub_type wins over type.",
     .sends = "a request; set_group_add_request with sub_type and type that contradict each other",
     .expects = "failed where sub_type is wrong, ok where only type is",
     .needs = asked_in_group,
     .setup = &setup::post,
     .run = sub_type_wins},
    {.id = "action-request/unknown-flags",
     .requirements = "ACT-117 ACT-118",
     .sentence = "A flag of no request is refused.",
     .sends = "set_friend_add_request and set_group_add_request with no-such-flag",
     .expects = "failed",
     .needs = Need::http,
     .own_profiles = in::all,
     .run = unknown_flags},
    {.id = "action-request/remark-and-reason",
     .requirements = "ACT-012 SBX-002",
     .sentence = "remark is used only when approving, reason only when rejecting.",
     .sends = "four requests, each answered with both words",
     .expects = "the remark of the accepted friend, the reason of the rejected applicant, no other",
     .needs = asked_in_group | Need::effects,
     .setup = &setup::post,
     .own_scope = Scope::ours,
     .run = words_of_decisions},
};

}  // namespace

std::span<const Case> action_request_cases() {
    return table;
}

}  // namespace cqhttp::conformance
