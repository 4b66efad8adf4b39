// Chapter 06, section 5: the actions on groups. What they do is looked for in the member object,
// which any implementation tells. Where it cannot be put back the case belongs to the setup
// `lasting`, which is run last.
#include "conformance/cases/action_steps.hpp"
#include "conformance/cases/chapters.hpp"
#include "conformance/cases/event_steps.hpp"

#include <algorithm>
#include <string>
#include <utility>

namespace cqhttp::conformance {
namespace {

constexpr std::string_view in_group = "group_id user_id";

asio::awaitable<Json> person(Context& context) {
    return member_of_group(context, context.target().user);
}

Check has_text(const Json& row, const char* name, std::string_view value) {
    return expect::equal(std::string(value), member(row, name), name);
}

// --- names ------------------------------------------------------------------------------------

asio::awaitable<Outcome> card(Context& context) {
    Outcome outcome;
    const std::string before = co_await context.own_card();
    Json params = samples_and(context, "group_id", "user_id", context.target().self_id);
    params["card"] = "名片 card";
    co_await done(context, outcome, "set_group_card", params);
    const std::string set = co_await context.own_card();
    outcome.check(expect::text("名片 card", set, "the card"));
    params.erase("card");
    co_await done(context, outcome, "set_group_card", params);
    const std::string removed = co_await context.own_card();
    outcome.check(expect::text("", removed, "the card after a call without one"));
    co_await put_card(context, before);
    co_return outcome;
}

asio::awaitable<Outcome> special_title(Context& context) {
    Outcome outcome;
    Json params = samples_and(context, in_group, "special_title", "头衔");
    params["duration"] = 3600;
    co_await done(context, outcome, "set_group_special_title", params);
    const Json timed = co_await person(context);
    outcome.check(has_text(timed, "title", "头衔"));
    params.erase("duration");
    co_await done(context, outcome, "set_group_special_title", params);
    const Json permanent = co_await person(context);
    outcome.check(has_text(permanent, "title", "头衔"), "without a duration");
    params.erase("special_title");
    co_await done(context, outcome, "set_group_special_title", params);
    const Json removed = co_await person(context);
    outcome.check(has_text(removed, "title", ""), "without a title");
    co_return outcome;
}

asio::awaitable<Outcome> group_name(Context& context) {
    Outcome outcome;
    const Json before =
        co_await data_of(context, outcome, "get_group_info", samples(context, "group_id"));
    Json params = samples_and(context, "group_id", "group_name", "新名 new name");
    co_await done(context, outcome, "set_group_name", params);
    const Json after = co_await data_of(context, outcome, "get_group_info",
                                        samples_and(context, "group_id", "no_cache", true));
    outcome.check(has_text(after, "group_name", "新名 new name"));
    params["group_name"] = member(before, "group_name");
    co_await done(context, outcome, "set_group_name", params);
    co_return outcome;
}

// --- rights -----------------------------------------------------------------------------------

asio::awaitable<Outcome> admin(Context& context) {
    Outcome outcome;
    Json params = samples_and(context, in_group, "enable", false);
    co_await context.call("set_group_admin", params);
    params.erase("enable");
    co_await done(context, outcome, "set_group_admin", params);
    const Json appointed = co_await person(context);
    outcome.check(has_text(appointed, "role", "admin"), "without enable");
    params["enable"] = false;
    co_await done(context, outcome, "set_group_admin", params);
    const Json dismissed = co_await person(context);
    outcome.check(has_text(dismissed, "role", "member"), "enable is false");
    co_return outcome;
}

asio::awaitable<Outcome> ban(Context& context) {
    Outcome outcome;
    co_await done(context, outcome, "set_group_ban", samples(context, in_group));
    co_await done(context, outcome, "set_group_ban",
                  samples_and(context, in_group, "duration", 60));
    co_await done(context, outcome, "set_group_ban", samples_and(context, in_group, "duration", 0));
    co_return outcome;
}

asio::awaitable<Outcome> on_and_off(Context& context, std::string action, bool usual) {
    Outcome outcome;
    co_await done(context, outcome, action, samples(context, "group_id"));
    for (const bool enable : {!usual, usual}) {
        co_await done(context, outcome, action, samples_and(context, "group_id", "enable", enable));
    }
    co_return outcome;
}

asio::awaitable<Outcome> whole_ban(Context& context) {
    return on_and_off(context, "set_group_whole_ban", false);
}

asio::awaitable<Outcome> anonymity(Context& context) {
    return on_and_off(context, "set_group_anonymous", true);
}

// --- anonymous members ------------------------------------------------------------------------

// The member `anonymous` of an event that is caused.
asio::awaitable<Json> anonymous_speaker(Context& context, Outcome& outcome) {
    Json event = samples(context, "group_id user_id");
    event["post_type"] = "message";
    event["message_type"] = "group";
    event["sub_type"] = "anonymous";
    event["message"] = "who am I?";
    if (!outcome.check(co_await context.inject(std::move(event)))) {
        co_return Json();
    }
    const Json posted = co_await next_posted(context, "message");
    const Json anonymous = member(posted, "anonymous");
    outcome.check(shaped(anonymous, "flag str"), "\"anonymous\" of the event");
    co_return anonymous;
}

asio::awaitable<Outcome> anonymous_ban(Context& context) {
    Outcome outcome;
    const Json anonymous = co_await anonymous_speaker(context, outcome);
    if (!outcome.holds()) {
        co_return outcome;
    }
    Json params = samples_and(context, "group_id", "flag", member(anonymous, "flag"));
    co_await done(context, outcome, "set_group_anonymous_ban", params);
    params["duration"] = 60;
    co_await done(context, outcome, "set_group_anonymous_ban", params);
    co_await take_back(context);
    co_return outcome;
}

asio::awaitable<Outcome> anonymous_object(Context& context) {
    Outcome outcome;
    const Json anonymous = co_await anonymous_speaker(context, outcome);
    if (!outcome.holds()) {
        co_return outcome;
    }
    const std::string action = "set_group_anonymous_ban";
    const Json good = member(anonymous, "flag");
    Json params = samples_and(context, "group_id", "anonymous", anonymous);
    co_await done(context, outcome, action, params);
    params["flag"] = "no-such-flag";
    params["anonymous_flag"] = "no-such-flag";
    co_await done(context, outcome, action, params);
    params["anonymous"]["flag"] = "no-such-flag";
    params["flag"] = good;
    params["anonymous_flag"] = good;
    co_await fails(context, outcome, action, params, "the object wins");
    params.erase("anonymous");
    co_await done(context, outcome, action, params);
    params["anonymous_flag"] = "no-such-flag";
    co_await done(context, outcome, action, params);
    params["flag"] = "no-such-flag";
    params["anonymous_flag"] = good;
    co_await fails(context, outcome, action, params, "flag wins over anonymous_flag");
    params.erase("flag");
    co_await done(context, outcome, action, params);
    co_await take_back(context);
    co_return outcome;
}

asio::awaitable<Outcome> unknown_anonymous(Context& context) {
    Outcome outcome;
    co_await fails(context, outcome, "set_group_anonymous_ban", samples(context, "group_id flag"),
                   "no such flag");
    co_return outcome;
}

// --- for good ---------------------------------------------------------------------------------

bool lists(const Json& groups, std::int64_t group) {
    return std::any_of(groups.begin(), groups.end(),
                       [group](const Json& row) { return member(row, "group_id") == group; });
}

asio::awaitable<Outcome> kick(Context& context) {
    Outcome outcome;
    co_await done(context, outcome, "set_group_kick",
                  samples_and(context, in_group, "reject_add_request", false));
    co_await fails(context, outcome, "get_group_member_info",
                   samples_and(context, in_group, "no_cache", true), "the member was kicked");
    co_await take_back(context);
    co_return outcome;
}

// An owner can only dissolve the group.
asio::awaitable<Outcome> leave(Context& context) {
    Outcome outcome;
    Json params = samples_and(context, "group_id", "is_dismiss", false);
    const HttpReply reply = co_await context.call("set_group_leave", params);
    if (expect::ok(reply)) {
        params["is_dismiss"] = true;
        co_await done(context, outcome, "set_group_leave", params);
    }
    const Json groups = co_await data_of(context, outcome, "get_group_list");
    outcome.check(expect::that(!lists(groups, context.target().group), "a list without the group",
                               dump_short(groups)));
    co_await take_back(context);
    co_return outcome;
}

asio::awaitable<Outcome> discuss_leave(Context& context) {
    Outcome outcome;
    if (context.target().discuss == 0) {
        co_return Outcome::unsupported("no discussion is known; give --discuss NUMBER");
    }
    co_await done(context, outcome, "set_discuss_leave", samples(context, "discuss_id"));
    co_await fails(context, outcome, "send_discuss_msg", samples(context, "discuss_id message"),
                   "the account has left");
    co_await take_back(context);
    co_return outcome;
}

// --- the table --------------------------------------------------------------------------------

constexpr Needs ordering = Need::http | Need::group | Need::user | Need::disposable;
constexpr Needs anonymous = ordering | Need::post | Need::inject;

constexpr Case table[] = {
    {.id = "action-group/set-group-card",
     .requirements = "ACT-113",
     .sentence = "set_group_card sets a card, and removes it without one.",
     .sends = "set_group_card for the account with a card, then without",
     .expects = "ok with data null; the card, then none, in get_group_member_info",
     .needs = Need::http | Need::group,
     .run = card},
    {.id = "action-group/set-group-special-title",
     .requirements = "ACT-115",
     .sentence = "set_group_special_title gives a title, and removes it without one.",
     .sends = "set_group_special_title with a duration, without one, without a title",
     .expects = "ok with data null; the title, the title, none, in get_group_member_info",
     .needs = ordering,
     .run = special_title},
    {.id = "action-group/set-group-name",
     .requirements = "ACT-172",
     .sentence = "set_group_name renames a group.",
     .sends = "set_group_name, get_group_info, and back",
     .expects = "ok with data null; the new name",
     .needs = Need::http | Need::group | Need::disposable,
     .run = group_name},
    {.id = "action-group/set-group-admin",
     .requirements = "ACT-111",
     .sentence = "set_group_admin appoints, and dismisses where enable is false.",
     .sends = "set_group_admin without enable, then with false",
     .expects = "ok with data null; the role admin, then member",
     .needs = ordering,
     .run = admin},
    {.id = "action-group/set-group-ban",
     .requirements = "ACT-108",
     .sentence = "set_group_ban silences a member for a while; 0 lifts it.",
     .sends = "set_group_ban without a duration, with 60, with 0",
     .expects = "ok with data null",
     .needs = ordering,
     .run = ban},
    {.id = "action-group/set-group-whole-ban",
     .requirements = "ACT-110",
     .sentence = "set_group_whole_ban silences a group, and lifts that where enable is false.",
     .sends = "set_group_whole_ban without enable, with true, with false",
     .expects = "ok with data null",
     .needs = Need::http | Need::group | Need::disposable,
     .run = whole_ban},
    {.id = "action-group/set-group-anonymous",
     .requirements = "ACT-112",
     .sentence = "set_group_anonymous allows anonymity, and forbids it where enable is false.",
     .sends = "set_group_anonymous without enable, with false, with true",
     .expects = "ok with data null",
     .needs = Need::http | Need::group | Need::disposable,
     .run = anonymity},
    {.id = "action-group/set-group-anonymous-ban",
     .requirements = "ACT-109",
     .sentence = "set_group_anonymous_ban takes the flag of an anonymous message.",
     .sends = "an anonymous message, its flag without a duration and with 60",
     .expects = "ok with data null",
     .needs = anonymous,
     .setup = &setup::post,
     .run = anonymous_ban},
    {.id = "action-group/anonymous-object-wins",
     .requirements = "ACT-011 ACT-109",
     .sentence = "The object anonymous wins over flag, flag over anonymous_flag.",
     .sends = "an anonymous message, its object and its flag with others that nobody has",
     .expects = "ok exactly where the one that wins is good",
     .needs = anonymous,
     .setup = &setup::post,
     .run = anonymous_object},
    {.id = "action-group/unknown-anonymous-flag",
     .requirements = "ACT-109",
     .sentence = "set_group_anonymous_ban fails for a flag that nobody has.",
     .sends = "set_group_anonymous_ban with no-such-flag",
     .expects = "failed",
     .needs = Need::http | Need::group,
     .run = unknown_anonymous},
    {.id = "action-group/set-group-kick",
     .requirements = "ACT-107",
     .sentence = "set_group_kick removes a member.",
     .sends = "set_group_kick, then get_group_member_info",
     .expects = "ok with data null, then failed",
     .needs = ordering,
     .setup = &setup::lasting,
     .run = kick},
    {.id = "action-group/set-discuss-leave",
     .requirements = "ACT-116",
     .sentence = "set_discuss_leave leaves a discussion.",
     .sends = "set_discuss_leave, then send_discuss_msg",
     .expects = "ok with data null, then failed",
     .needs = Need::http | Need::disposable,
     .setup = &setup::lasting,
     .run = discuss_leave},
    {.id = "action-group/set-group-leave",
     .requirements = "ACT-114",
     .sentence = "set_group_leave leaves a group, or dissolves it for its owner.",
     .sends = "set_group_leave, with is_dismiss where the account is the owner; get_group_list",
     .expects = "ok with data null; the group is not in the list",
     .needs = Need::http | Need::group | Need::disposable,
     .setup = &setup::lasting,
     .run = leave},
};

}  // namespace

std::span<const Case> action_group_cases() {
    return table;
}

}  // namespace cqhttp::conformance
