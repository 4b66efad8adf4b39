// Chapter 06, section 5: the actions that tell something. Shapes are those of the table; third
// parties may have members beside.
#include "conformance/cases/action_steps.hpp"
#include "conformance/cases/chapters.hpp"

#include <filesystem>
#include <fstream>
#include <string>
#include <utility>
#include <vector>

namespace cqhttp::conformance {
namespace {

Check same(const Json& a, const Json& b, const char* name) {
    return expect::equal(member(a, name), member(b, name), name);
}

// Calls an action and looks at its data: an object of `shape`, or an array of such.
asio::awaitable<Outcome> tells(Context& context, PlainCall call, std::string_view shape) {
    Outcome outcome;
    const std::string when = call_text(call.action, call.params);
    const Json data = co_await data_of(context, outcome, call.action, call.params);
    outcome.check(shaped(data, shape), when);
    co_return outcome;
}

asio::awaitable<Outcome> lists(Context& context, PlainCall call, std::string_view shape) {
    Outcome outcome;
    const std::string when = call_text(call.action, call.params);
    const Json data = co_await data_of(context, outcome, call.action, call.params);
    outcome.check(filled_list(data, shape), when);
    co_return outcome;
}

// --- people -----------------------------------------------------------------------------------

asio::awaitable<Outcome> login_info(Context& context) {
    return tells(context, {"get_login_info", Json::object()}, "user_id int, nickname str");
}

asio::awaitable<Outcome> stranger_info(Context& context) {
    Outcome outcome;
    constexpr std::string_view shape =
        "user_id int, nickname str, sex male/female/unknown, age int32";
    std::vector<Json> all(3, samples(context, "user_id"));
    all[1]["no_cache"] = true;
    all[2]["no_cache"] = false;
    for (const Json& params : all) {
        const Json data = co_await data_of(context, outcome, "get_stranger_info", params);
        const std::string when = call_text("get_stranger_info", params);
        outcome.check(shaped(data, shape), when);
        outcome.check(same(params, data, "user_id"), when);
    }
    co_return outcome;
}

asio::awaitable<Outcome> own_info(Context& context) {
    Outcome outcome;
    Json params;
    params["user_id"] = context.target().self_id;
    const Json data = co_await data_of(context, outcome, "get_stranger_info", params);
    outcome.check(same(params, data, "user_id"), "get_stranger_info");
    const Json row = co_await member_of_group(context, context.target().self_id);
    outcome.check(same(params, row, "user_id"), "get_group_member_info");
    co_return outcome;
}

asio::awaitable<Outcome> friend_list(Context& context) {
    return lists(context, {"get_friend_list", Json::object()},
                 "user_id int, nickname str, remark str");
}

asio::awaitable<Outcome> friend_groups(Context& context) {
    Outcome outcome;
    const Json data = co_await data_of(context, outcome, "_get_friend_list");
    outcome.check(filled_list(data, "friend_group_id int, friend_group_name str, friends array"));
    for (const Json& group : data) {
        outcome.check(
            list_shaped(member(group, "friends"), "user_id int, nickname str, remark str"));
    }
    co_return outcome;
}

asio::awaitable<Outcome> flat_friend_groups(Context& context) {
    Outcome outcome;
    std::vector<Json> forms(3);
    forms[0] = true;
    forms[1] = "true";
    forms[2] = "yes";
    for (const Json& flat : forms) {
        Json params;
        params["flat"] = flat;
        const std::string when = call_text("_get_friend_list", params);
        const Json data = co_await data_of(context, outcome, "_get_friend_list", params);
        outcome.check(shaped(data, "friend_groups array, friends array"), when);
        outcome.check(filled_list(member(data, "friend_groups"),
                                  "friend_group_id int, friend_group_name str"),
                      when);
        outcome.check(filled_list(member(data, "friends"),
                                  "friend_group_id int, user_id int, "
                                  "nickname str, remark str"),
                      when);
    }
    Json params;
    params["flat"] = false;
    const Json data = co_await data_of(context, outcome, "_get_friend_list", params);
    outcome.check(expect::that(data.is_array(), "an array", dump_short(data)), "flat is false");
    co_return outcome;
}

asio::awaitable<Outcome> vip_info(Context& context) {
    return tells(context, {"_get_vip_info", samples(context, "user_id")},
                 "user_id int?, nickname str?, level any, level_speed any, vip_level any, "
                 "vip_growth_speed any, vip_growth_total any");
}

// --- credentials, files -----------------------------------------------------------------------

asio::awaitable<Outcome> cookies(Context& context) {
    Outcome outcome;
    std::vector<Json> all(1, Json::object());
    if (!context.is_40()) {
        all.emplace_back()["domain"] = "qun.qq.com";
    }
    for (const Json& params : all) {
        const Json data = co_await data_of(context, outcome, "get_cookies", params);
        outcome.check(shaped(data, "cookies str"), call_text("get_cookies", params));
    }
    co_return outcome;
}

asio::awaitable<Outcome> csrf_token(Context& context) {
    return tells(context, {"get_csrf_token", Json::object()}, "token int32");
}

asio::awaitable<Outcome> credentials(Context& context) {
    Outcome outcome;
    std::vector<Json> all(2, Json::object());
    all[1]["domain"] = "qun.qq.com";
    for (const Json& params : all) {
        const Json data = co_await data_of(context, outcome, "get_credentials", params);
        outcome.check(shaped(data, "cookies str, csrf_token int32"));
    }
    co_return outcome;
}

asio::awaitable<Outcome> can_send_image(Context& context) {
    return tells(context, {"can_send_image", Json::object()}, "yes bool");
}

asio::awaitable<Outcome> can_send_record(Context& context) {
    return tells(context, {"can_send_record", Json::object()}, "yes bool");
}

void put_file(const Context& context, const char* folder, const char* name) {
    const auto path = context.target().data_root / "data" / folder;
    std::error_code error;
    std::filesystem::create_directories(path, error);
    std::ofstream(path / name, std::ios::binary) << "ID3 nothing to hear";
}

bool is_absolute(const Json& data) {
    const Json& file = member(data, "file");
    return file.is_string() && std::filesystem::path(file.get<std::string>()).is_absolute();
}

// A record that is in the wanted format already: no converter is needed.
asio::awaitable<Outcome> record(Context& context) {
    Outcome outcome;
    put_file(context, "record", "suite.mp3");
    Json params = samples_and(context, "out_format", "file", "suite.mp3");
    const Json data = co_await data_of(context, outcome, "get_record", params);
    outcome.check(shaped(data, "file str"));
    if (context.is_ob11()) {
        outcome.check(expect::that(is_absolute(data), "the path of the file", dump_short(data)));
        co_return outcome;
    }
    outcome.check(expect::equal("suite.mp3", member(data, "file"), "file"), "the name");
    if (context.is_415()) {
        params["full_path"] = true;
        const Json full = co_await data_of(context, outcome, "get_record", params);
        outcome.check(expect::that(is_absolute(full), "the path of the file", dump_short(full)));
    }
    co_return outcome;
}

asio::awaitable<Outcome> image(Context& context) {
    Outcome outcome;
    put_file(context, "image", "suite.png");
    const Json data = co_await data_of(context, outcome, "get_image",
                                       samples_and(context, "", "file", "suite.png"));
    outcome.check(expect::that(is_absolute(data), "the path of the file", dump_short(data)));
    co_return outcome;
}

asio::awaitable<Outcome> no_file(Context& context) {
    Outcome outcome;
    co_await fails(context, outcome, "get_record", samples(context, "file out_format"),
                   "there is no such file");
    if (!context.is_40()) {
        co_await fails(context, outcome, "get_image", samples(context, "file"),
                       "there is no such file");
    }
    co_return outcome;
}

// --- the table --------------------------------------------------------------------------------

constexpr Needs person = Need::http | Need::user;
constexpr Needs files = Need::http | Need::data_root;

constexpr Case table[] = {
    {.id = "action-info/get-login-info",
     .requirements = "ACT-119 ACT-002",
     .sentence = "get_login_info tells number and name of the account.",
     .sends = "get_login_info",
     .expects = "ok with user_id and nickname",
     .needs = Need::http,
     .run = login_info},
    {.id = "action-info/get-stranger-info",
     .requirements = "ACT-120 ACT-002",
     .sentence = "get_stranger_info tells about a person.",
     .sends = "get_stranger_info without no_cache, with true, with false",
     .expects = "ok with user_id, nickname, sex, age",
     .needs = person,
     .run = stranger_info},
    {.id = "action-info/the-account-itself",
     .requirements = "ACT-022",
     .sentence = "The account may ask about itself.",
     .sends = "get_stranger_info and get_group_member_info with the account's own number",
     .expects = "the account's own number",
     .needs = Need::http | Need::group,
     .run = own_info},
    {.id = "action-info/get-friend-list",
     .requirements = "ACT-150 ACT-002",
     .sentence = "get_friend_list lists the friends.",
     .sends = "get_friend_list",
     .expects = "an array of user_id, nickname, remark",
     .needs = person,
     .run = friend_list},
    {.id = "action-info/get-friend-groups",
     .requirements = "ACT-132",
     .sentence = "_get_friend_list lists the friends by group.",
     .sends = "_get_friend_list",
     .expects = "an array of friend_group_id, friend_group_name, friends",
     .needs = person,
     .own_level = Level::should,
     .run = friend_groups},
    {.id = "action-info/get-friend-groups-flat",
     .requirements = "ACT-132 PAR-007 PAR-008",
     .sentence = "_get_friend_list with flat tells groups and friends apart.",
     .sends = "_get_friend_list with flat true, \"true\", \"yes\", then false",
     .expects = "an object of friend_groups and friends, then an array",
     .needs = person,
     .own_level = Level::should,
     .own_profiles = in::cq415,
     .run = flat_friend_groups},
    {.id = "action-info/get-vip-info",
     .requirements = "ACT-157",
     .sentence = "_get_vip_info tells levels of a person.",
     .sends = "_get_vip_info",
     .expects = "ok with seven members, any of which may be null",
     .needs = person,
     .own_level = Level::should,
     .run = vip_info},
    {.id = "action-info/get-cookies",
     .requirements = "ACT-124 ACT-002",
     .sentence = "get_cookies tells cookies.",
     .sends = "get_cookies, where the profile has it also with a domain",
     .expects = "ok with cookies",
     .needs = Need::http,
     .run = cookies},
    {.id = "action-info/get-csrf-token",
     .requirements = "ACT-125 ACT-002",
     .sentence = "get_csrf_token tells a token.",
     .sends = "get_csrf_token",
     .expects = "ok with token, an int32",
     .needs = Need::http,
     .run = csrf_token},
    {.id = "action-info/get-credentials",
     .requirements = "ACT-152 ACT-002",
     .sentence = "get_credentials tells cookies and token.",
     .sends = "get_credentials without and with a domain",
     .expects = "ok with cookies and csrf_token",
     .needs = Need::http,
     .run = credentials},
    {.id = "action-info/get-record",
     .requirements = "ACT-126",
     .sentence = "get_record tells the file of a record.",
     .sends = "get_record of a file that has the format already, in 4.15 also with full_path",
     .expects = "its name (cq), its path (onebot-11, full_path)",
     .needs = files,
     .own_level = Level::should,
     .run = record},
    {.id = "action-info/get-image",
     .requirements = "ACT-153",
     .sentence = "get_image tells the file of an image.",
     .sends = "get_image of a file that is there",
     .expects = "its path",
     .needs = files,
     .own_level = Level::should,
     .run = image},
    {.id = "action-info/no-such-file",
     .requirements = "ACT-126 ACT-153",
     .sentence = "A file that there is not cannot be told.",
     .sends = "get_record and, where the profile has it, get_image of no-such-file.mp3",
     .expects = "failed",
     .needs = Need::http,
     .own_level = Level::should,
     .run = no_file},
    {.id = "action-info/can-send-image",
     .requirements = "ACT-154 ACT-002",
     .sentence = "can_send_image tells whether images can be sent.",
     .sends = "can_send_image",
     .expects = "ok with yes, true or false",
     .needs = Need::http,
     .run = can_send_image},
    {.id = "action-info/can-send-record",
     .requirements = "ACT-155 ACT-002",
     .sentence = "can_send_record tells whether records can be sent.",
     .sends = "can_send_record",
     .expects = "ok with yes, true or false",
     .needs = Need::http,
     .run = can_send_record},
};

}  // namespace

std::span<const Case> action_info_cases() {
    return table;
}

}  // namespace cqhttp::conformance
