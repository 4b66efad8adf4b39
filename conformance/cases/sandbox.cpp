// Chapter 06, section 8: how our sandbox imitates the chat platform. The numbers are those of its
// built-in world (fixtures/world/default.json).
#include "conformance/cases/action_steps.hpp"
#include "conformance/cases/chapters.hpp"
#include "conformance/cases/ws_steps.hpp"

#include <chrono>
#include <filesystem>
#include <fstream>
#include <initializer_list>
#include <string>
#include <utility>
#include <vector>

namespace cqhttp::conformance {
namespace {

// Groups: of which the account is owner, administrator, member; that it is not in; that is
// silenced.
constexpr std::int64_t own_group = 20001, admin_group = 20002, member_group = 20003,
                       foreign_group = 20005, silent_group = 20006;
constexpr std::int64_t foreign_discuss = 30002;
constexpr std::int64_t chloe = 10004, other_admin = 10001, outsider = 10009;

struct Situation {
    const char* what;
    const char* action;
    Json params;
    int retcode;
};

Json with(std::initializer_list<std::pair<const char*, Json>> pairs) {
    Json params = Json::object();
    for (const auto& [name, value] : pairs) {
        params[name] = value;
    }
    return params;
}

asio::awaitable<Outcome> codes(Context& context, std::vector<Situation> situations) {
    Outcome outcome;
    for (const Situation& one : situations) {
        const HttpReply reply = co_await context.call(one.action, one.params);
        outcome.check(expect::failed(reply, one.retcode),
                      std::string(one.what) + ": " + call_text(one.action, one.params));
    }
    co_return outcome;
}

asio::awaitable<Outcome> codes_of_sends(Context& context) {
    std::vector<Situation> all;
    all.push_back(
        {"no relation", "send_private_msg", with({{"user_id", outsider}, {"message", "x"}}), -23});
    all.push_back({"not in the group", "send_group_msg",
                   with({{"group_id", foreign_group}, {"message", "x"}}), -38});
    all.push_back(
        {"silenced", "send_group_msg", with({{"group_id", silent_group}, {"message", "x"}}), -34});
    all.push_back({"too long", "send_group_msg",
                   with({{"group_id", own_group}, {"message", std::string(4501, 'x')}}), -3});
    all.push_back({"unknown message", "delete_msg", with({{"message_id", 2147483600}}), -20});
    if (!context.is_ob11()) {
        all.push_back({"not in the discussion", "send_discuss_msg",
                       with({{"discuss_id", foreign_discuss}, {"message", "x"}}), -38});
    }
    return codes(context, std::move(all));
}

asio::awaitable<Outcome> longest_message(Context& context) {
    Outcome outcome;
    std::string text;
    for (int i = 0; i < 4500; ++i) {
        text += "好";  // characters count, not bytes
    }
    co_await send_private(context, outcome, text);
    co_return outcome;
}

asio::awaitable<Outcome> codes_of_groups(Context& context) {
    const Json in_member_group = with({{"group_id", member_group}, {"user_id", 10002}});
    const Json admin = with({{"group_id", admin_group}, {"user_id", other_admin}});
    const Json absent = with({{"group_id", own_group}, {"user_id", 10003}});
    const std::string flag = "anonymous-20001-1";
    std::vector<Situation> all;
    for (const char* action : {"set_group_kick", "set_group_ban", "set_group_admin",
                               "set_group_special_title", "set_group_card"}) {
        all.push_back({"a member only", action, in_member_group, -39});
        all.push_back({"nobody of the group", action, absent, -10});
    }
    for (const char* action : {"set_group_whole_ban", "set_group_anonymous"}) {
        all.push_back({"a member only", action, with({{"group_id", member_group}}), -39});
    }
    for (const char* action : {"set_group_admin", "set_group_special_title"}) {
        all.push_back({"an administrator only", action, admin, -39});
    }
    all.push_back({"no such flag", "set_group_anonymous_ban",
                   with({{"group_id", own_group}, {"flag", "x"}}), -13});
    all.push_back({"duration 0", "set_group_anonymous_ban",
                   with({{"group_id", own_group}, {"flag", flag}, {"duration", 0}}), -12});
    all.push_back({"not a member", "set_group_leave", with({{"group_id", foreign_group}}), -16});
    all.push_back({"the owner", "set_group_leave", with({{"group_id", own_group}}), -17});
    all.push_back({"not the owner", "set_group_leave",
                   with({{"group_id", member_group}, {"is_dismiss", true}}), -18});
    return codes(context, std::move(all));
}

asio::awaitable<Outcome> codes_of_others(Context& context) {
    std::vector<Situation> all;
    all.push_back({"no request", "set_friend_add_request", with({{"flag", "x"}}), -20});
    all.push_back(
        {"no request", "set_group_add_request", with({{"flag", "x"}, {"type", "add"}}), -20});
    all.push_back({"no file", "get_record", samples(context, "file out_format"), -11});
    all.push_back({"nobody", "get_stranger_info", with({{"user_id", 1}}), 102});
    all.push_back(
        {"foreign group", "get_group_member_list", with({{"group_id", foreign_group}}), 102});
    all.push_back({"no member", "get_group_member_info",
                   with({{"group_id", own_group}, {"user_id", 10003}}), 102});
    if (!context.is_40()) {
        all.push_back(
            {"foreign group", "get_group_info", with({{"group_id", foreign_group}}), 102});
        all.push_back({"no file", "get_image", samples(context, "file"), -11});
    }
    return codes(context, std::move(all));
}

asio::awaitable<Outcome> somebody_elses_message(Context& context) {
    Outcome outcome;
    const Json state = co_await data_of(context, outcome, ".sandbox_state");
    Json id;
    for (const Json& row : member(state, "messages")) {
        if (member(row, "target") == member_group && member(row, "sender") == chloe) {
            id = member(row, "id");
        }
    }
    const Json params = with({{"message_id", id}});
    const HttpReply reply = co_await context.call("delete_msg", params);
    outcome.check(expect::failed(reply, -39), "a message of an administrator");
    co_return outcome;
}

asio::awaitable<Outcome> folder_in_the_way(Context& context) {
    Outcome outcome;
    namespace fs = std::filesystem;
    const fs::path folder = context.target().data_root / "data" / "show";
    std::error_code error;
    fs::remove_all(folder, error);
    std::ofstream(folder) << "a file, not a folder";
    Json params = samples_and(context, "", "data_dir", "show");
    const HttpReply reply = co_await context.call("clean_data_dir", params);
    outcome.check(expect::failed(reply, 103));
    fs::remove(folder, error);
    co_return outcome;
}

asio::awaitable<Outcome> ten_likes_a_day(Context& context) {
    Outcome outcome;
    Json params = samples_and(context, "user_id", "times", 11);
    const HttpReply eleven = co_await context.call("send_like", params);
    outcome.check(expect::failed(eleven, -20), "11 at once");
    params["times"] = 10;
    co_await done(context, outcome, "send_like", params);
    params["times"] = 1;
    const HttpReply more = co_await context.call("send_like", params);
    outcome.check(expect::failed(more, -20), "the eleventh");
    co_await take_back(context);
    co_return outcome;
}

// --- state ------------------------------------------------------------------------------------

Json group_of(const Json& state, std::int64_t group) {
    for (const Json& row : member(state, "groups")) {
        if (member(row, "id") == group) {
            return row;
        }
    }
    return {};
}

Json member_of(const Json& group, std::int64_t user) {
    for (const Json& row : member(group, "members")) {
        if (member(row, "user") == user) {
            return row;
        }
    }
    return {};
}

asio::awaitable<Json> group_now(Context& context, Outcome& outcome) {
    const Json state = co_await data_of(context, outcome, ".sandbox_state");
    co_return group_of(state, own_group);
}

asio::awaitable<Outcome> changes_are_seen(Context& context) {
    Outcome outcome;
    const Json group = with({{"group_id", own_group}});
    const Json person = with({{"group_id", own_group}, {"user_id", chloe}});
    co_await done(context, outcome, "set_group_whole_ban", group);
    Json off = group;
    off["enable"] = false;
    co_await done(context, outcome, "set_group_anonymous", off);
    co_await done(context, outcome, "set_group_ban", person);
    Json now = co_await group_now(context, outcome);
    outcome.check(expect::equal(true, member(now, "whole_ban"), "whole_ban"));
    outcome.check(expect::equal(false, member(now, "anonymity"), "anonymity"));
    const Json until = member(member_of(now, chloe), "banned_until");
    const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(
                             std::chrono::system_clock::now().time_since_epoch())
                             .count();
    const std::int64_t left = until.is_number() ? until.get<std::int64_t>() - seconds : 0;
    outcome.check(expect::that(left > 1600 && left <= 1800, "a ban of 1800 s", dump_short(until)));
    co_await take_back(context);
    co_return outcome;
}

asio::awaitable<Outcome> membership_is_seen(Context& context) {
    Outcome outcome;
    Json kicked = with({{"group_id", own_group}, {"user_id", chloe}});
    kicked["reject_add_request"] = true;
    co_await done(context, outcome, "set_group_kick", kicked);
    const Json now = co_await group_now(context, outcome);
    outcome.check(expect::equal(Json(), member_of(now, chloe), "the member"));
    bool refused_later = false;
    for (const Json& user : member(now, "rejections")) {
        refused_later = refused_later || user == chloe;
    }
    outcome.check(expect::that(refused_later, "later requests are refused", dump_short(now)));
    const Json left = with({{"group_id", member_group}});
    co_await done(context, outcome, "set_group_leave", left);
    const HttpReply gone = co_await context.call("get_group_member_list", left);
    outcome.check(expect::failed(gone, 102), "after leaving");
    co_await take_back(context);
    co_return outcome;
}

// --- events -----------------------------------------------------------------------------------

struct Echo {
    const char* action;
    Json params;
    Json event;  // members that the event must have
};

Check has_all(const Json& event, const Json& wanted) {
    for (const auto& [name, value] : wanted.items()) {
        if (auto wrong = expect::equal(value, member(event, name), name)) {
            return wrong;
        }
    }
    return std::nullopt;
}

asio::awaitable<Outcome> reported(Context& context, std::vector<Echo> echoes) {
    Outcome outcome;
    for (const Echo& one : echoes) {
        co_await done(context, outcome, one.action, one.params);
        auto posted = co_await next_event_post(context);
        if (!outcome.check(expect::that(posted.has_value(), "an event", "none came"), one.action)) {
            break;
        }
        outcome.check(has_all(posted->json(), one.event), one.action);
    }
    co_await take_back(context);
    co_return outcome;
}

Json notice(const char* type, const char* sub_type, Json members) {
    members["post_type"] = "notice";
    members["notice_type"] = type;
    if (sub_type != nullptr) {
        members["sub_type"] = sub_type;
    }
    return members;
}

asio::awaitable<Outcome> reported_back(Context& context) {
    const Json self = context.target().self_id;
    const Json person = with({{"group_id", own_group}, {"user_id", chloe}});
    const Json left = with({{"group_id", member_group}});
    std::vector<Echo> all;
    all.push_back({"set_group_admin", person, notice("group_admin", "set", person)});
    all.push_back({"set_group_kick", person, notice("group_decrease", "kick", person)});
    all.push_back(
        {"set_group_leave", left,
         notice("group_decrease", "leave", with({{"group_id", member_group}, {"user_id", self}}))});
    all.push_back({"set_friend_add_request", with({{"flag", "friend-10011"}}),
                   notice("friend_add", nullptr, with({{"user_id", 10011}}))});
    all.push_back({"set_group_add_request", with({{"flag", "add-20001-10009"}, {"type", "add"}}),
                   notice("group_increase", "approve",
                          with({{"group_id", own_group}, {"user_id", outsider}}))});
    all.push_back({"set_group_add_request",
                   with({{"flag", "invite-20005-10002"}, {"type", "invite"}}),
                   notice("group_increase", "invite",
                          with({{"group_id", foreign_group}, {"user_id", self}}))});
    return reported(context, std::move(all));
}

asio::awaitable<Outcome> bans_are_reported(Context& context) {
    const Json person = with({{"group_id", own_group}, {"user_id", chloe}});
    Json ban = person;
    ban["duration"] = 1800;
    Json lifted = person;
    lifted["duration"] = 0;
    std::vector<Echo> all;
    all.push_back({"set_group_ban", person, notice("group_ban", "ban", ban)});
    all.push_back({"set_group_ban", lifted, notice("group_ban", "lift_ban", lifted)});
    all.push_back({"set_group_whole_ban", with({{"group_id", own_group}}),
                   notice("group_ban", "ban", with({{"group_id", own_group}, {"user_id", 0}}))});
    return reported(context, std::move(all));
}

asio::awaitable<Outcome> recalls_are_reported(Context& context) {
    Outcome outcome;
    Json said = samples_and(context, "message", "group_id", own_group);
    const Json data = co_await data_of(context, outcome, "send_group_msg", std::move(said));
    const Json id = with({{"message_id", member(data, "message_id")}});
    std::vector<Echo> all;
    all.push_back({"delete_msg", id, notice("group_recall", nullptr, id)});
    outcome.check(co_await reported(context, std::move(all)));
    co_return outcome;
}

// --- the table --------------------------------------------------------------------------------

constexpr Needs ours = Need::http | Need::effects | Need::disposable;
constexpr Needs ours_posting = ours | Need::post;
constexpr std::string_view their_codes = "failed with the codes of the table";

constexpr Case table[] = {
    {.id = "sandbox/codes-of-sends",
     .requirements = "SBX-001",
     .sentence = "A message that the platform would not take fails with its code.",
     .sends = "messages to strangers, foreign and silenced groups, too long; delete_msg of none",
     .expects = their_codes,
     .needs = ours,
     .run = codes_of_sends},
    {.id = "sandbox/longest-message",
     .requirements = "SBX-001",
     .sentence = "A message may have 4500 characters.",
     .sends = "send_private_msg of 4500 Chinese characters",
     .expects = "ok",
     .needs = ours,
     .run = longest_message},
    {.id = "sandbox/codes-of-groups",
     .requirements = "SBX-001",
     .sentence = "A group operation without the role or the target fails with its code.",
     .sends = "operations as a member and administrator only, on absent people; bad ways to leave",
     .expects = their_codes,
     .needs = ours,
     .run = codes_of_groups},
    {.id = "sandbox/codes-of-others",
     .requirements = "SBX-001",
     .sentence = "Requests, files and people that there are not have their codes.",
     .sends = "unknown flags, files, people, groups",
     .expects = their_codes,
     .needs = ours,
     .run = codes_of_others},
    {.id = "sandbox/somebody-elses-message",
     .requirements = "SBX-001",
     .sentence = "A message of somebody above cannot be recalled.",
     .sends = "delete_msg of an administrator's message in a group of which one is a member",
     .expects = "failed with retcode -39",
     .needs = ours,
     .run = somebody_elses_message},
    {.id = "sandbox/folder-in-the-way",
     .requirements = "SBX-001 RET-002",
     .sentence = "A data directory that cannot be cleaned is 103.",
     .sends = "clean_data_dir show where show is a file",
     .expects = "failed with retcode 103",
     .needs = ours | Need::data_root,
     .own_profiles = in::cq,
     .run = folder_in_the_way},
    {.id = "sandbox/ten-likes-a-day",
     .requirements = "SBX-004",
     .sentence = "A person can be liked ten times a day.",
     .sends = "send_like with 11, with 10, with 1",
     .expects = "failed with retcode -20, ok, failed with retcode -20",
     .needs = ours,
     .run = ten_likes_a_day},
    {.id = "sandbox/changes-are-seen",
     .requirements = "SBX-002 ACT-108 ACT-110 ACT-112",
     .sentence = "What was done to a group is seen in it.",
     .sends = "set_group_whole_ban, set_group_anonymous with false, set_group_ban by default",
     .expects = "a silent group without anonymity, a member banned for 1800 s",
     .needs = ours,
     .run = changes_are_seen},
    {.id = "sandbox/membership-is-seen",
     .requirements = "SBX-002 ACT-107",
     .sentence = "Who was kicked is gone, and may be refused later; who left is told nothing.",
     .sends = "set_group_kick with reject_add_request, set_group_leave",
     .expects = "no such member, on the list of the refused; 102",
     .needs = ours,
     .run = membership_is_seen},
    {.id = "sandbox/actions-are-reported-back",
     .requirements = "SBX-003",
     .sentence = "What the platform reports back comes as an event.",
     .sends = "set_group_admin, set_group_kick, set_group_leave, three requests that are accepted",
     .expects = "group_admin, two group_decrease, friend_add, two group_increase are posted",
     .needs = ours_posting,
     .setup = &setup::post,
     .run = reported_back},
    {.id = "sandbox/bans-are-reported-back",
     .requirements = "SBX-003 ACT-108",
     .sentence = "Bans come as events.",
     .sends = "set_group_ban by default and with 0, set_group_whole_ban",
     .expects = "group_ban of 1800 s, lift_ban, group_ban of user 0 are posted",
     .needs = ours_posting,
     .setup = &setup::post,
     .own_profiles = in::later,
     .run = bans_are_reported},
    {.id = "sandbox/recalls-are-reported-back",
     .requirements = "SBX-003 ACT-105",
     .sentence = "A recalled group message comes as an event.",
     .sends = "send_group_msg, delete_msg",
     .expects = "group_recall is posted",
     .needs = ours_posting,
     .setup = &setup::post,
     .own_profiles = in::ob11,
     .run = recalls_are_reported},
};

}  // namespace

std::span<const Case> sandbox_cases() {
    return table;
}

}  // namespace cqhttp::conformance
