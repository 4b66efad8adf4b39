// Chapter 04, section 4: what answers to event POSTs do in groups and to requests.
#include "conformance/cases/chapters.hpp"
#include "conformance/cases/post_steps.hpp"

#include <fmt/format.h>

#include <string>
#include <utility>

namespace cqhttp::conformance {
namespace {

// Newcomers: numbers that nobody has.
constexpr std::int64_t newcomers = 4900100;

Json person_in_group(const Context& context) {
    Json params;
    params["group_id"] = context.target().group;
    params["user_id"] = context.target().user;
    return params;
}

// --- messages in groups -----------------------------------------------------------------------

asio::awaitable<Outcome> recalls(Context& context) {
    Outcome outcome;
    co_await context.mark_effects();
    Json cause = group_message(context, "take it back");
    auto posted = co_await caused_post(context, outcome, std::move(cause));
    if (!posted) {
        co_return outcome;
    }
    Json params;
    const Json event = posted->json();
    params["message_id"] = member(event, "message_id");
    posted->answer(200, R"({"delete":true})");
    posted.reset();
    const Json effects = co_await done_until_next(context, outcome);
    outcome.check(did(effects, "delete_msg", params));
    co_return outcome;
}

asio::awaitable<Outcome> recalls_in_groups_only(Context& context) {
    Outcome outcome;
    Json cause = private_message(context, "stays");
    Json effects = co_await done_upon(context, outcome, std::move(cause), R"({"delete":true})");
    outcome.check(nothing_done(effects), "a private message");
    cause = group_message(context, "stays");
    effects = co_await done_upon(context, outcome, std::move(cause), R"({"delete":false})");
    outcome.check(nothing_done(effects), "{\"delete\":false}");
    co_return outcome;
}

// Whether the person is in the group, by the list of its members.
asio::awaitable<bool> is_member(Context& context) {
    Json params;
    params["group_id"] = context.target().group;
    params["no_cache"] = true;
    const HttpReply reply = co_await context.call("get_group_member_list", std::move(params));
    const Json body = reply.json();
    for (const Json& row : member(body, "data")) {
        if (member(row, "user_id") == context.target().user) {
            co_return true;
        }
    }
    co_return false;
}

// Brings the person back into the group.
asio::awaitable<Outcome> brought_back(Context& context) {
    Json event = person_in_group(context);
    event["post_type"] = "notice";
    event["notice_type"] = "group_increase";
    event["sub_type"] = "approve";
    return context.inject(std::move(event));
}

asio::awaitable<Outcome> kicks(Context& context) {
    Outcome outcome;
    Json cause = group_message(context, "I am a nuisance");
    const Json effects = co_await done_upon(context, outcome, std::move(cause), R"({"kick":true})");
    Json params = person_in_group(context);
    outcome.check(did(effects, "set_group_kick", params));
    // Later requests are not rejected.
    const Json& done = effects.empty() ? effects : member(effects[0], "params");
    const Json& rejects = member(done, "reject_add_request");
    outcome.check(expect::that(rejects.is_null() || rejects == false,
                               "later requests are not rejected", dump_short(effects)));
    const bool still = co_await is_member(context);
    outcome.check(expect::that(!still, "the sender is in the group no longer", "a member still"));
    if (!still) {
        outcome.check(co_await brought_back(context));
    }
    co_return outcome;
}

asio::awaitable<Outcome> kicks_no_masks(Context& context) {
    Outcome outcome;
    Json cause = anonymous_message(context, "who am I");
    const Json effects = co_await done_upon(context, outcome, std::move(cause), R"({"kick":true})");
    outcome.check(nothing_done(effects), "an anonymous message");
    const bool still = co_await is_member(context);
    outcome.check(expect::that(still, "the person is in the group", "no member any more"));
    co_return outcome;
}

asio::awaitable<Outcome> kicks_in_groups_only(Context& context) {
    Outcome outcome;
    for (const char* answer : {R"({"kick":true})", R"({"ban":true})"}) {
        Json cause = private_message(context, "not in the group");
        const Json effects = co_await done_upon(context, outcome, std::move(cause), answer);
        outcome.check(nothing_done(effects), std::string(answer) + " to a private message");
    }
    Json cause = group_message(context, "stays");
    const Json effects =
        co_await done_upon(context, outcome, std::move(cause), R"({"kick":false,"ban":false})");
    outcome.check(nothing_done(effects), "false");
    co_return outcome;
}

// A ban by quick operation must be as long as this; then it is lifted.
asio::awaitable<Outcome> banned_for(Context& context, std::string answer, int duration) {
    Outcome outcome;
    const std::string when = answer;
    Json cause = group_message(context, "I am loud");
    const Json effects = co_await done_upon(context, outcome, std::move(cause), std::move(answer));
    Json params = person_in_group(context);
    params["duration"] = duration;
    outcome.check(did(effects, "set_group_ban", params), when);
    params["duration"] = 0;
    const HttpReply lifted = co_await context.call("set_group_ban", std::move(params));
    outcome.check(expect::ok(lifted), "lifting the ban again");
    co_return outcome;
}

asio::awaitable<Outcome> bans_for_half_an_hour(Context& context) {
    Outcome outcome = co_await banned_for(context, R"({"ban":true})", 1800);
    if (outcome.holds()) {
        outcome.check(co_await banned_for(context, R"({"ban":true,"ban_duration":60})", 1800));
    }
    co_return outcome;
}

asio::awaitable<Outcome> bans_as_long_as_it_says(Context& context) {
    Outcome outcome = co_await banned_for(context, R"({"ban":true})", 1800);
    if (outcome.holds()) {
        outcome.check(co_await banned_for(context, R"({"ban":true,"ban_duration":60})", 60));
    }
    if (outcome.holds()) {
        outcome.check(co_await banned_for(context, R"({"ban":true,"ban_duration":[]})", 1800));
    }
    Json cause = group_message(context, "quiet");
    const Json effects =
        co_await done_upon(context, outcome, std::move(cause), R"({"ban_duration":60})");
    outcome.check(nothing_done(effects), "ban_duration without ban");
    co_return outcome;
}

asio::awaitable<Outcome> bans_masks(Context& context) {
    Outcome outcome;
    co_await context.mark_effects();
    Json cause = anonymous_message(context, "who am I");
    auto posted = co_await caused_post(context, outcome, std::move(cause));
    if (!posted) {
        co_return outcome;
    }
    const Json event = posted->json();
    Json params;
    params["group_id"] = context.target().group;
    params["flag"] = member(member(event, "anonymous"), "flag");
    params["duration"] = 1800;
    posted->answer(200, R"({"ban":true})");
    posted.reset();
    const Json effects = co_await done_until_next(context, outcome);
    outcome.check(did(effects, "set_group_anonymous_ban", params));
    co_return outcome;
}

asio::awaitable<Outcome> odd_durations(Context& context) {
    Outcome outcome;
    Json cause = group_message(context, "quiet");
    Json effects =
        co_await done_upon(context, outcome, std::move(cause), R"({"ban":true,"ban_duration":-1})");
    outcome.check(nothing_done(effects), "a negative ban_duration");
    cause = group_message(context, "free");
    effects =
        co_await done_upon(context, outcome, std::move(cause), R"({"ban":true,"ban_duration":0})");
    Json params = person_in_group(context);
    params["duration"] = 0;
    outcome.check(did(effects, "set_group_ban", params), "ban_duration 0");
    co_return outcome;
}

// --- requests ---------------------------------------------------------------------------------

// Causes a request and answers it; what is done must be this with the request's flag.
asio::awaitable<Outcome> decided(Context& context, Json cause, std::string answer,
                                 std::string action, Json params) {
    Outcome outcome;
    const std::string when = answer;
    co_await context.mark_effects();
    auto posted = co_await caused_post(context, outcome, std::move(cause));
    if (!posted) {
        co_return outcome;
    }
    const Json event = posted->json();
    params["flag"] = member(event, "flag");
    posted->answer(200, std::move(answer));
    posted.reset();
    const Json effects = co_await done_until_next(context, outcome);
    outcome.check(did(effects, action, params), when);
    co_return outcome;
}

Json approve(bool value) {
    Json params;
    params["approve"] = value;
    return params;
}

asio::awaitable<Outcome> friends_are_decided(Context& context) {
    Outcome outcome =
        co_await decided(context, friend_request(newcomers + 1, "hi"), R"({"approve":true})",
                         "set_friend_add_request", approve(true));
    if (outcome.holds()) {
        outcome.check(co_await decided(context, friend_request(newcomers + 2, "hi"),
                                       R"({"approve":false})", "set_friend_add_request",
                                       approve(false)));
    }
    co_return outcome;
}

asio::awaitable<Outcome> members_are_decided(Context& context) {
    Outcome outcome =
        co_await decided(context, group_request(context, newcomers + 3, "hi"),
                         R"({"approve":true})", "set_group_add_request", approve(true));
    if (outcome.holds()) {
        outcome.check(co_await decided(context, group_request(context, newcomers + 4, "hi"),
                                       R"({"approve":false})", "set_group_add_request",
                                       approve(false)));
    }
    co_return outcome;
}

// The request is open still: its flag can be used.
asio::awaitable<Outcome> undecided(Context& context) {
    Outcome outcome;
    Json cause = friend_request(newcomers + 5, "hi");
    auto posted = co_await caused_post(context, outcome, std::move(cause));
    if (!posted) {
        co_return outcome;
    }
    const Json event = posted->json();
    posted->answer(200, R"({"remark":"no decision","reason":"none"})");
    posted.reset();
    const Json effects = co_await done_until_next(context, outcome);
    outcome.check(nothing_done(effects), "without approve");
    Json params = approve(false);
    params["flag"] = member(event, "flag");
    const HttpReply reply = co_await context.call("set_friend_add_request", std::move(params));
    outcome.check(expect::ok(reply), "a decision later");
    co_return outcome;
}

asio::awaitable<Outcome> remark_and_reason(Context& context) {
    Json params = approve(true);
    params["remark"] = "老朋友";
    Outcome outcome = co_await decided(context, friend_request(newcomers + 6, "hi"),
                                       R"({"approve":true,"remark":"老朋友"})",
                                       "set_friend_add_request", std::move(params));
    params = approve(false);
    params["reason"] = "not today";
    if (outcome.holds()) {
        outcome.check(co_await decided(context, group_request(context, newcomers + 7, "hi"),
                                       R"({"approve":false,"reason":"not today"})",
                                       "set_group_add_request", std::move(params)));
    }
    co_return outcome;
}

// --- the rest ---------------------------------------------------------------------------------

asio::awaitable<Outcome> block_is_recorded(Context& context) {
    Outcome outcome;
    co_await context.mark_effects();
    Json cause = private_message(context, "stop here");
    auto posted = co_await caused_post(context, outcome, std::move(cause));
    if (!posted) {
        co_return outcome;
    }
    Json params;
    params["event"] = posted->json();
    posted->answer(200, R"({"block":true})");
    posted.reset();
    Json effects = co_await done_until_next(context, outcome);
    outcome.check(did(effects, "block", params));
    cause = private_message(context, "go on");
    effects = co_await done_upon(context, outcome, std::move(cause), R"({"block":false})");
    outcome.check(nothing_done(effects), "{\"block\":false}");
    co_return outcome;
}

asio::awaitable<Outcome> notices_have_no_answer(Context& context) {
    Outcome outcome;
    Json cause = person_in_group(context);
    cause["post_type"] = "notice";
    cause["notice_type"] = "group_upload";
    cause["file"]["name"] = "list.txt";
    const Json effects = co_await done_upon(
        context, outcome, std::move(cause),
        R"({"reply":"hello","delete":true,"kick":true,"ban":true,"approve":true})");
    outcome.check(nothing_done(effects));
    co_return outcome;
}

asio::awaitable<Outcome> in_the_old_form(Context& context) {
    Outcome outcome;
    Json cause = group_message(context, "old");
    const Json effects = co_await done_upon(context, outcome, std::move(cause),
                                            R"({"reply":"hello","at_sender":false})");
    outcome.check(replied(effects, {"group", context.target().group}, "hello"));
    Json params = approve(true);
    if (outcome.holds()) {
        outcome.check(co_await decided(context, friend_request(newcomers + 8, "hi"),
                                       R"({"approve":true})", "set_friend_add_request", params));
    }
    co_return outcome;
}

constexpr Needs quick = Needs(Need::post) | Need::inject | Need::user | Need::effects;
constexpr Needs in_group = quick | Need::http | Need::group;

constexpr Case table[] = {
    {.id = "quick-group/delete-recalls-the-message",
     .requirements = "QOP-030",
     .sentence = "delete recalls the message of the event.",
     .sends = "a message in the group, answered with {\"delete\":true}",
     .expects = "its message_id is recalled, nothing else",
     .needs = in_group,
     .setup = &setup::post,
     .run = recalls},
    {.id = "quick-group/delete-is-for-groups",
     .requirements = "QOP-030",
     .sentence = "delete has an effect in groups only, and only if it is true.",
     .sends = "a private message, answered with true, one in the group with false",
     .expects = "nothing is done",
     .needs = in_group,
     .setup = &setup::post,
     .run = recalls_in_groups_only},
    {.id = "quick-group/kick-removes-the-sender",
     .requirements = "QOP-031",
     .sentence = "kick removes the sender from the group; later requests are not rejected.",
     .sends = "a message in the group, answered with {\"kick\":true}",
     .expects = "the sender is a member no longer",
     .needs = in_group | Need::disposable,
     .setup = &setup::post,
     .run = kicks},
    {.id = "quick-group/kick-spares-the-anonymous",
     .requirements = "QOP-031",
     .sentence = "kick has no effect on who is anonymous.",
     .sends = "an anonymous message, answered with {\"kick\":true}",
     .expects = "nothing is done",
     .needs = in_group | Need::disposable,
     .setup = &setup::post,
     .run = kicks_no_masks},
    {.id = "quick-group/kick-is-for-groups",
     .requirements = "QOP-031 QOP-008",
     .sentence = "kick and ban have an effect in groups only, and only if they are true.",
     .sends = "private messages, answered with true, one in the group with false",
     .expects = "nothing is done",
     .needs = in_group | Need::disposable,
     .setup = &setup::post,
     .run = kicks_in_groups_only},
    {.id = "quick-group/ban-is-half-an-hour",
     .requirements = "QOP-032",
     .sentence = "ban silences the sender for 1800 s, whatever ban_duration says.",
     .sends = "messages in the group, answered with ban, and with ban and ban_duration 60",
     .expects = "a ban of 1800 s each time",
     .needs = in_group,
     .setup = &setup::post,
     .run = bans_for_half_an_hour},
    {.id = "quick-group/ban-duration",
     .requirements = "QOP-033",
     .sentence = "ban silences the sender for ban_duration seconds, 1800 by default.",
     .sends =
         "messages in the group, answered with ban, with ban and ban_duration, with the latter",
     .expects = "bans of 1800 s and 60 s, none without ban",
     .needs = in_group,
     .setup = &setup::post,
     .run = bans_as_long_as_it_says},
    {.id = "quick-group/ban-of-the-anonymous",
     .requirements = "QOP-034",
     .sentence = "ban on who is anonymous uses the flag of the event.",
     .sends = "an anonymous message, answered with {\"ban\":true}",
     .expects = "set_group_anonymous_ban with that flag",
     .needs = in_group | Need::disposable,
     .setup = &setup::post,
     .own_start = true,
     .run = bans_masks},
    {.id = "quick-group/odd-ban-durations",
     .requirements = "QOP-035",
     .sentence = "ban_duration 0 lifts a ban, a negative one does nothing.",
     .sends = "messages in the group, answered with ban and ban_duration -1 and 0",
     .expects = "nothing; set_group_ban with duration 0",
     .needs = in_group,
     .setup = &setup::post,
     .run = odd_durations},
    {.id = "quick-group/approve-decides-about-friends",
     .requirements = "QOP-036",
     .sentence = "approve accepts or rejects a friend request by its flag.",
     .sends = "friend requests, answered with approve true and false",
     .expects = "set_friend_add_request with the flag, true and false",
     .needs = quick | Need::disposable,
     .setup = &setup::post,
     .run = friends_are_decided},
    {.id = "quick-group/approve-decides-about-members",
     .requirements = "QOP-036",
     .sentence = "approve accepts or rejects a group request by its flag.",
     .sends = "requests to join the group, answered with approve true and false",
     .expects = "set_group_add_request with the flag, true and false",
     .needs = in_group | Need::disposable,
     .setup = &setup::post,
     .run = members_are_decided},
    {.id = "quick-group/undecided-without-approve",
     .requirements = "QOP-036 QOP-037",
     .sentence = "Without approve a request stays open, whatever remark and reason say.",
     .sends = "a friend request, answered with remark and reason; then set_friend_add_request",
     .expects = "nothing is done; the call succeeds",
     .needs = quick | Need::http | Need::disposable,
     .setup = &setup::post,
     .run = undecided},
    {.id = "quick-group/remark-and-reason",
     .requirements = "QOP-037",
     .sentence = "remark goes along with an approval, reason with a rejection.",
     .sends = "a friend request and one to join the group, answered so",
     .expects = "the calls with remark and reason",
     .needs = in_group | Need::disposable,
     .setup = &setup::post,
     .run = remark_and_reason},
    {.id = "quick-group/block-is-recorded",
     .requirements = "QOP-038",
     .sentence = "block is recorded with the event and does nothing else.",
     .sends = "private messages, answered with block true and false",
     .expects = "the sandbox tells of a blocked event, for true only",
     .needs = quick,
     .setup = &setup::post,
     .run = block_is_recorded},
    {.id = "quick-group/notices-have-no-answer",
     .requirements = "QOP-039",
     .sentence = "On notices no quick operation has an effect.",
     .sends = "an upload to the group, answered with reply, delete, kick, ban and approve",
     .expects = "nothing is done",
     .needs = in_group,
     .setup = &setup::post,
     .run = notices_have_no_answer},
    {.id = "quick-group/in-the-3-x-form",
     .requirements = "QOP-040",
     .sentence = "Quick operations work where events are posted in the 3.x form.",
     .sends = "a message in the group and a friend request, answered",
     .expects = "the reply and the decision",
     .needs = in_group | Need::disposable,
     .setup = &setup::compatible,
     .own_profiles = in::cq,
     .run = in_the_old_form},
};

}  // namespace

std::span<const Case> quick_group_cases() {
    return table;
}

}  // namespace cqhttp::conformance
