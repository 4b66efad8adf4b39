// Chapter 06, section 5: the actions that tell about groups and their members.
#include "conformance/cases/action_steps.hpp"
#include "conformance/cases/chapters.hpp"

#include <algorithm>
#include <string>
#include <vector>

namespace cqhttp::conformance {
namespace {

Check same(const Json& a, const Json& b, const char* name) {
    return expect::equal(member(a, name), member(b, name), name);
}

// --- groups -----------------------------------------------------------------------------------

constexpr std::string_view group_shape =
    "group_id int, group_name str, member_count int32, max_member_count int32";

asio::awaitable<Outcome> group_list(Context& context) {
    Outcome outcome;
    const Json data = co_await data_of(context, outcome, "get_group_list");
    outcome.check(
        filled_list(data, context.is_ob11() ? group_shape : "group_id int, group_name str"));
    const std::int64_t group = context.target().group;
    const bool listed = std::any_of(data.begin(), data.end(), [group](const Json& row) {
        return member(row, "group_id") == group;
    });
    outcome.check(expect::that(listed, "a list with the group of the account", dump_short(data)));
    co_return outcome;
}

asio::awaitable<Outcome> member_info(Context& context) {
    Outcome outcome;
    std::vector<Json> all(2, samples(context, "group_id user_id"));
    all[1]["no_cache"] = true;
    for (const Json& params : all) {
        const Json data = co_await data_of(context, outcome, "get_group_member_info", params);
        const std::string when = call_text("get_group_member_info", params);
        outcome.check(shaped(data, member_shape), when);
        outcome.check(same(params, data, "group_id"), when);
        outcome.check(same(params, data, "user_id"), when);
    }
    co_return outcome;
}

asio::awaitable<Outcome> member_list(Context& context) {
    Outcome outcome;
    const Json params = samples(context, "group_id");
    const Json data = co_await data_of(context, outcome, "get_group_member_list", params);
    outcome.check(filled_list(data, member_shape));
    for (const Json& row : data) {
        outcome.check(same(params, row, "group_id"), dump_short(row));
    }
    for (const std::int64_t user : {context.target().user, context.target().self_id}) {
        const bool listed = std::any_of(data.begin(), data.end(), [user](const Json& row) {
            return member(row, "user_id") == user;
        });
        outcome.check(
            expect::that(listed, "a list with " + std::to_string(user), dump_short(data)));
    }
    co_return outcome;
}

asio::awaitable<Outcome> members_are_complete(Context& context) {
    Outcome outcome;
    const Json params = samples(context, "group_id");
    const Json data = co_await data_of(context, outcome, "get_group_member_list", params);
    outcome.check(filled_list(data, "area str, title str"));
    co_return outcome;
}

asio::awaitable<Outcome> foreign_group(Context& context) {
    Outcome outcome;
    const Json params = samples_and(context, "user_id", "group_id", 1);
    for (const char* action : {"get_group_member_list", "get_group_member_info"}) {
        co_await fails(context, outcome, action, params, "the account is not in the group");
    }
    co_await fails(context, outcome, "get_group_member_info",
                   samples_and(context, "group_id", "user_id", 1), "nobody has that number");
    co_await fails(context, outcome, "get_stranger_info", samples_and(context, "", "user_id", 1),
                   "nobody has that number");
    co_return outcome;
}

asio::awaitable<Outcome> group_info(Context& context) {
    Outcome outcome;
    std::vector<Json> all(2, samples(context, "group_id"));
    all[1]["no_cache"] = true;
    for (const Json& params : all) {
        const Json data = co_await data_of(context, outcome, "get_group_info", params);
        outcome.check(shaped(data, group_shape), call_text("get_group_info", params));
        outcome.check(same(params, data, "group_id"), call_text("get_group_info", params));
    }
    co_return outcome;
}

asio::awaitable<Outcome> group_details(Context& context) {
    Outcome outcome;
    const Json params = samples(context, "group_id");
    const Json data = co_await data_of(context, outcome, "_get_group_info", params);
    outcome.check(shaped(data,
                         "group_id int, group_name str, create_time int, category int, "
                         "member_count int, introduction str, admins array"));
    outcome.check(same(params, data, "group_id"));
    outcome.check(filled_list(member(data, "admins"),
                              "user_id int, nickname str, "
                              "role owner/admin"));
    if (context.is_415()) {
        outcome.check(shaped(data,
                             "owner_id int, admin_count int, max_admin_count int, "
                             "max_member_count int"));
    }
    co_return outcome;
}

asio::awaitable<Outcome> group_notice(Context& context) {
    Outcome outcome;
    const Json data =
        co_await data_of(context, outcome, "_get_group_notice", samples(context, "group_id"));
    outcome.check(list_shaped(data, ""));
    co_return outcome;
}

asio::awaitable<Outcome> notice_is_posted(Context& context) {
    Outcome outcome;
    const Json params = samples(context, "group_id title content");
    co_await done(context, outcome, "_send_group_notice", params);
    const Json data =
        co_await data_of(context, outcome, "_get_group_notice", samples(context, "group_id"));
    outcome.check(filled_list(data, ""));
    co_await take_back(context);
    co_return outcome;
}

asio::awaitable<Outcome> honors(Context& context) {
    Outcome outcome;
    constexpr std::string_view lists_of[] = {"talkative", "performer", "legend", "strong_newbie",
                                             "emotion"};
    for (const std::string_view type : lists_of) {
        const Json params = samples_and(context, "group_id", "type", std::string(type));
        const std::string when = call_text("get_group_honor_info", params);
        const Json data = co_await data_of(context, outcome, "get_group_honor_info", params);
        outcome.check(same(params, data, "group_id"), when);
        outcome.check(shaped(data, std::string(type) + "_list array"), when);
        outcome.check(list_shaped(member(data, std::string(type) + "_list"),
                                  "user_id int, nickname str, avatar str, description str"),
                      when);
    }
    const Json params = samples_and(context, "group_id", "type", "all");
    const Json data = co_await data_of(context, outcome, "get_group_honor_info", params);
    outcome.check(shaped(data,
                         "group_id int, current_talkative object, talkative_list array, "
                         "performer_list array, legend_list array, strong_newbie_list array, "
                         "emotion_list array"));
    outcome.check(shaped(member(data, "current_talkative"),
                         "user_id int, nickname str, avatar str, day_count int"));
    co_await fails(context, outcome, "get_group_honor_info",
                   samples_and(context, "group_id", "type", "no-such-honor"), "no such honor");
    co_return outcome;
}

// --- the table --------------------------------------------------------------------------------

constexpr Needs group = Need::http | Need::group;
constexpr Needs group_and_member = group | Need::user;

constexpr Case table[] = {
    {.id = "action-group-info/get-group-list",
     .requirements = "ACT-121 ACT-002",
     .sentence = "get_group_list lists the groups of the account.",
     .sends = "get_group_list",
     .expects = "an array of group_id and group_name (onebot-11: and the counts)",
     .needs = group,
     .run = group_list},
    {.id = "action-group-info/get-group-member-info",
     .requirements = "ACT-122 ACT-002",
     .sentence = "get_group_member_info tells about a member.",
     .sends = "get_group_member_info without no_cache and with it",
     .expects = "the fifteen members of the table with their types",
     .needs = group_and_member,
     .run = member_info},
    {.id = "action-group-info/get-group-member-list",
     .requirements = "ACT-123 ACT-002",
     .sentence = "get_group_member_list lists the members of a group.",
     .sends = "get_group_member_list",
     .expects = "an array of the same objects, with the account and the person in it",
     .needs = group_and_member,
     .run = member_list},
    {.id = "action-group-info/listed-members-are-complete",
     .requirements = "ACT-017",
     .sentence = "What may be less exact in a list of members is there all the same.",
     .sends = "get_group_member_list",
     .expects = "area and title in every element",
     .needs = group,
     .run = members_are_complete},
    {.id = "action-group-info/foreign-group",
     .requirements = "ACT-122 ACT-123 ACT-120 RET-002",
     .sentence = "About strangers and groups the account is not in nothing is told.",
     .sends = "get_group_member_list, get_group_member_info, get_stranger_info with the number 1",
     .expects = "failed",
     .needs = group_and_member,
     .own_profiles = in::all,
     .run = foreign_group},
    {.id = "action-group-info/get-group-info",
     .requirements = "ACT-151 ACT-002",
     .sentence = "get_group_info tells about a group.",
     .sends = "get_group_info without no_cache and with it",
     .expects = "ok with group_id, group_name, member_count, max_member_count",
     .needs = group,
     .run = group_info},
    {.id = "action-group-info/get-group-info-of-4-0",
     .requirements = "ACT-133",
     .sentence = "_get_group_info tells more about a group.",
     .sends = "_get_group_info",
     .expects = "the members of the table; in 4.15 four more",
     .needs = group,
     .own_level = Level::should,
     .run = group_details},
    {.id = "action-group-info/get-group-notice",
     .requirements = "ACT-158",
     .sentence = "_get_group_notice lists the notices of a group.",
     .sends = "_get_group_notice",
     .expects = "an array of objects",
     .needs = group,
     .own_level = Level::should,
     .run = group_notice},
    {.id = "action-group-info/send-group-notice",
     .requirements = "ACT-159",
     .sentence = "_send_group_notice posts a notice.",
     .sends = "_send_group_notice, then _get_group_notice",
     .expects = "ok with data null; an array with an element",
     .needs = group | Need::disposable,
     .own_level = Level::should,
     .run = notice_is_posted},
    {.id = "action-group-info/get-group-honor-info",
     .requirements = "ACT-173",
     .sentence = "get_group_honor_info lists the honours of a group.",
     .sends = "get_group_honor_info with each type, with all, with one that there is not",
     .expects = "the list of that type, all lists; failed",
     .needs = group,
     .own_level = Level::should,
     .run = honors},
};

}  // namespace

std::span<const Case> action_group_info_cases() {
    return table;
}

}  // namespace cqhttp::conformance
