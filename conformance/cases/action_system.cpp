// Chapter 06, section 6 and rows of section 5: status, version, the actions that clean up, and
// those that another profile has.
#include "conformance/cases/action_steps.hpp"
#include "conformance/cases/chapters.hpp"
#include "conformance/cases/ws_steps.hpp"

#include <string>
#include <vector>

namespace cqhttp::conformance {
namespace {

// --- status and version -----------------------------------------------------------------------

Check right_status(const Context& context, const Json& data) {
    if (context.is_40()) {
        return shaped(data,
                      "app_initialized bool, app_enabled bool, app_good bool, "
                      "plugins_good bool, online bool, good bool");
    }
    if (context.is_ob11()) {
        return shaped(data, "online bool?, good bool");
    }
    if (auto wrong = shaped(data,
                            "app_initialized bool, app_enabled bool, app_good bool, "
                            "plugins_good object, online bool?, good bool")) {
        return wrong;
    }
    for (const auto& [name, good] : member(data, "plugins_good").items()) {
        if (!good.is_boolean()) {
            return expect::that(false, "true or false for each plugin", dump_short(data));
        }
    }
    return std::nullopt;
}

asio::awaitable<Outcome> status(Context& context) {
    Outcome outcome;
    const Json data = co_await data_of(context, outcome, "get_status");
    outcome.check(right_status(context, data));
    co_return outcome;
}

bool all_plugins_good(const Json& data) {
    const Json& good = member(data, "plugins_good");
    if (!good.is_object()) {
        return good == true;
    }
    for (const auto& [name, one] : good.items()) {
        if (one != true) {
            return false;
        }
    }
    return true;
}

Check adds_up(const Json& data) {
    const bool app_good = member(data, "app_initialized") == true &&
                          member(data, "app_enabled") == true && all_plugins_good(data);
    if (auto wrong = expect::equal(app_good, member(data, "app_good"), "app_good")) {
        return wrong;
    }
    const bool good = app_good && member(data, "online") == true;
    return expect::equal(good, member(data, "good"), "good");
}

asio::awaitable<Outcome> status_adds_up(Context& context) {
    Outcome outcome;
    const Json data = co_await data_of(context, outcome, "get_status");
    outcome.check(adds_up(data));
    outcome.check(expect::equal(true, member(data, "good"), "good"));
    co_return outcome;
}

// Between the request for a connection and its answer a reverse client runs, but is not connected.
asio::awaitable<Outcome> status_of_reverse_clients(Context& context) {
    Outcome outcome;
    auto* api = co_await context.reverse_api();
    auto* events = co_await context.reverse_event();
    outcome.check(connected(api));
    outcome.check(connected(events));
    const Wanted good = [](const Json& data) { return member(data, "good") == true; };
    const Json before = co_await until(context, "get_status", Json::object(), good);
    outcome.check(adds_up(before), "connected");
    outcome.check(expect::equal(true, member(before, "good"), "good"), "connected");
    auto visitor = co_await context.reverse_visitor("/api/");
    const Json open = co_await data_of(context, outcome, "get_status");
    outcome.check(adds_up(open), "not connected");
    outcome.check(expect::equal(context.is_40(), member(open, "good"), "good"), "not connected");
    visitor.reset();
    co_return outcome;
}

asio::awaitable<Outcome> version(Context& context) {
    Outcome outcome;
    const Json data = co_await data_of(context, outcome, "get_version_info");
    if (context.is_ob11()) {
        outcome.check(shaped(data, "app_name str, app_version str, protocol_version v11"));
    } else {
        outcome.check(shaped(data,
                             "coolq_directory str, coolq_edition air/pro, plugin_version str, "
                             "plugin_build_number int, "
                             "plugin_build_configuration debug/release"));
    }
    co_return outcome;
}

asio::awaitable<Outcome> own_version(Context& context) {
    Outcome outcome;
    const Json data = co_await data_of(context, outcome, "get_version_info");
    const char* const text = context.is_40() ? "4.0.5" : "4.15.0";
    const int build = context.is_40() ? 410 : 441;
    outcome.check(expect::equal(text, member(data, "plugin_version"), "plugin_version"));
    outcome.check(expect::equal(build, member(data, "plugin_build_number"), "plugin_build_number"));
    outcome.check(expect::equal("pro", member(data, "coolq_edition"), "coolq_edition"));
    co_return outcome;
}

asio::awaitable<Outcome> one_number_everywhere(Context& context) {
    Outcome outcome;
    const Json data = co_await data_of(context, outcome, "get_login_info");
    if (!outcome.check(co_await context.inject_message("who are you?"))) {
        co_return outcome;
    }
    auto posted = co_await next_event_post(context);
    if (!outcome.check(expect::that(posted.has_value(), "the event is posted", "none came"))) {
        co_return outcome;
    }
    const Json user_id = member(data, "user_id");
    outcome.check(expect::equal(user_id, member(posted->json(), "self_id"), "self_id"));
    if (const auto header = posted->header("X-Self-ID")) {
        outcome.check(expect::text(dump(user_id), *header, "X-Self-ID"));
    }
    co_return outcome;
}

// --- actions of other profiles ----------------------------------------------------------------

asio::awaitable<Outcome> of_other_profiles(Context& context) {
    static const std::vector<std::string> since_4_15{
        "get_friend_list", "get_group_info",  "get_credentials",         "get_image",
        "can_send_image",  "can_send_record", ".handle_quick_operation",
    };
    static const std::vector<std::string> only_4_15{"clean_plugin_log", "_get_vip_info",
                                                    "_get_group_notice", "_send_group_notice",
                                                    "_set_restart"};
    static const std::vector<std::string> only_ob11{"get_msg", "get_forward_msg", "set_group_name",
                                                    "get_group_honor_info", "clean_cache"};
    static const std::vector<std::string> only_cq{
        "send_discuss_msg", "set_discuss_leave", "set_restart_plugin", "clean_data_dir",
        "_get_friend_list", "_get_group_info",   ".check_update"};
    std::vector<std::string> unknown;
    const auto add = [&unknown](bool wanted, const std::vector<std::string>& names) {
        if (wanted) {
            unknown.insert(unknown.end(), names.begin(), names.end());
        }
    };
    add(context.is_40(), since_4_15);
    add(!context.is_415(), only_4_15);
    add(!context.is_ob11(), only_ob11);
    add(context.is_ob11(), only_cq);
    add(context.is_415(), {"set_restart"});
    add(true, {"rcnb", "rcnb://", "_send_shuoshuo"});
    Outcome outcome;
    WsOpening opening = co_await context.open_ws("/api");
    outcome.check(expect::opened(opening));
    for (const std::string& action : unknown) {
        const HttpReply reply = co_await context.call(action);
        outcome.check(expect::status(reply, 404), action);
        if (opening.link) {
            const Frame frame = co_await opening.link->call(action);
            outcome.check(expect::failed(frame, 1404), action);
        }
    }
    co_return outcome;
}

asio::awaitable<Outcome> check_update(Context& context) {
    Outcome outcome;
    std::vector<Json> all(3, Json::object());
    all[1]["automatic"] = true;
    all[2]["automatic"] = "no";
    for (const Json& params : all) {
        const HttpReply reply = co_await context.call(".check_update", params);
        outcome.check(expect::accepted(reply), call_text(".check_update", params));
    }
    co_return outcome;
}

asio::awaitable<Outcome> clean(Context& context, std::string action) {
    Outcome outcome;
    co_await done(context, outcome, action, Json::object());
    co_await done(context, outcome, action, Json::object());  // there is nothing left
    co_return outcome;
}

asio::awaitable<Outcome> clean_plugin_log(Context& context) {
    return clean(context, "clean_plugin_log");
}

asio::awaitable<Outcome> clean_cache(Context& context) {
    return clean(context, "clean_cache");
}

asio::awaitable<Outcome> clean_data_dir(Context& context) {
    Outcome outcome;
    for (const char* name : {"image", "record", "show", "bface"}) {
        co_await done(context, outcome, "clean_data_dir",
                      samples_and(context, "", "data_dir", name));
    }
    co_return outcome;
}

// --- the table --------------------------------------------------------------------------------

constexpr Case table[] = {
    {.id = "action-system/get-status",
     .requirements = "ACT-127 ACT-030 ACT-002",
     .sentence = "get_status has the members of the profile.",
     .sends = "get_status",
     .expects = "ok with these members; in 4.15 plugins_good is an object of booleans",
     .needs = Need::http,
     .run = status},
    {.id = "action-system/status-adds-up",
     .requirements = "ACT-031",
     .sentence = "app_good is all of its parts, good is app_good and online.",
     .sends = "get_status",
     .expects = "members that agree with each other; good",
     .needs = Need::http,
     .run = status_adds_up},
    {.id = "action-system/status-of-reverse-clients",
     .requirements = "ACT-032 ACT-031",
     .sentence = "A reverse client is good while it runs (4.0), while it is connected (4.15).",
     .sends = "get_status with both connections, and before a handshake is answered",
     .expects = "good; then good in 4.0 and not in 4.15",
     .needs = Need::http | Need::reverse,
     .setup = &setup::reverse,
     .run = status_of_reverse_clients},
    {.id = "action-system/get-version-info",
     .requirements = "ACT-128 ACT-033 ACT-002",
     .sentence = "get_version_info has the members of the profile.",
     .sends = "get_version_info",
     .expects = "ok with these members",
     .needs = Need::http,
     .run = version},
    {.id = "action-system/version-of-the-original",
     .requirements = "ACT-034",
     .sentence = "The version is that of the original.",
     .sends = "get_version_info",
     .expects = "4.0.5 and 410, or 4.15.0 and 441; pro",
     .needs = Need::http,
     .run = own_version},
    {.id = "action-system/one-number-everywhere",
     .requirements = "ACT-016 ACT-119",
     .sentence = "user_id of get_login_info is self_id of events and X-Self-ID.",
     .sends = "get_login_info, and a message that is posted",
     .expects = "the same number",
     .needs = Need::http | Need::post | Need::inject | Need::user,
     .setup = &setup::post,
     .run = one_number_everywhere},
    {.id = "action-system/actions-of-other-profiles",
     .requirements = "ACT-001 ACT-023 ACT-045",
     .sentence = "An action that the profile does not have is unknown.",
     .sends = "every action that only others have, by HTTP and over WebSocket",
     .expects = "404, and retcode 1404",
     .needs = Need::http | Need::ws,
     .run = of_other_profiles},
    {.id = "action-system/check-update",
     .requirements = "ACT-134 ACT-021",
     .sentence = ".check_update is accepted.",
     .sends = ".check_update without automatic, with true, with \"no\"",
     .expects = "async with retcode 1, data null",
     .needs = Need::http,
     .own_level = Level::should,
     .run = check_update},
    {.id = "action-system/clean-data-dir",
     .requirements = "ACT-131",
     .sentence = "clean_data_dir empties a directory.",
     .sends = "clean_data_dir with each of the four names",
     .expects = "ok with data null",
     .needs = Need::http | Need::disposable,
     .run = clean_data_dir},
    {.id = "action-system/clean-plugin-log",
     .requirements = "ACT-156",
     .sentence = "clean_plugin_log empties the log.",
     .sends = "clean_plugin_log, twice",
     .expects = "ok with data null",
     .needs = Need::http | Need::disposable,
     .run = clean_plugin_log},
    {.id = "action-system/clean-cache",
     .requirements = "ACT-174",
     .sentence = "clean_cache empties the cache.",
     .sends = "clean_cache, twice",
     .expects = "ok with data null",
     .needs = Need::http | Need::disposable,
     .run = clean_cache},
};

}  // namespace

std::span<const Case> action_system_cases() {
    return table;
}

}  // namespace cqhttp::conformance
