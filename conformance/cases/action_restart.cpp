// Chapter 06, section 7: restart. That the target has restarted is seen in the end of a connection
// that was kept.
#include "conformance/cases/action_steps.hpp"
#include "conformance/cases/chapters.hpp"
#include "conformance/cases/ws_steps.hpp"

#include <chrono>
#include <filesystem>
#include <fstream>
#include <string>
#include <utility>

namespace cqhttp::conformance {
namespace {

using Clock = std::chrono::steady_clock;

std::string restart_action(const Context& context) {
    return context.is_ob11() ? "set_restart" : "set_restart_plugin";
}

// Restarts the target over a connection that is kept: the answer comes, then the end, then new
// answers within 5 s after the delay. Returns what the answer was.
asio::awaitable<HttpReply> restart_with(Context& context, Outcome& outcome, std::string action,
                                        Json params) {
    HttpConnection connection = context.http();
    const HttpReply before = co_await connection.exchange(get("/get_login_info"));
    outcome.check(expect::ok(before), "before the restart");
    HttpReply reply = co_await connection.exchange(post("/" + action).json(params));
    const bool ended = co_await connection.ended();
    outcome.check(expect::that(ended, "the old connection ends", "it stays open"),
                  call_text(action, params));
    const Outcome served = co_await until_served(context);
    outcome.check(served, "after the restart");
    co_return reply;
}

asio::awaitable<Outcome> restarts(Context& context) {
    Outcome outcome;
    const HttpReply reply =
        co_await restart_with(context, outcome, restart_action(context), Json::object());
    outcome.check(expect::accepted(reply));
    co_return outcome;
}

asio::awaitable<Outcome> restarts_after_the_delay(Context& context) {
    Outcome outcome;
    constexpr std::chrono::milliseconds delay(250);
    Json params;
    params["delay"] = delay.count();
    const auto start = Clock::now();
    const HttpReply reply =
        co_await restart_with(context, outcome, restart_action(context), std::move(params));
    outcome.check(expect::accepted(reply));
    const auto passed = std::chrono::duration_cast<std::chrono::milliseconds>(Clock::now() - start);
    outcome.check(expect::that(passed >= delay, "no restart before 250 ms have passed",
                               std::to_string(passed.count()) + " ms"));
    co_return outcome;
}

asio::awaitable<Outcome> negative_delay(Context& context) {
    Outcome outcome;
    Json params;
    params["delay"] = -100000;
    const HttpReply reply =
        co_await restart_with(context, outcome, restart_action(context), std::move(params));
    outcome.check(expect::accepted(reply));
    co_return outcome;
}

asio::awaitable<Outcome> restart_closes_websockets(Context& context) {
    Outcome outcome;
    WsOpening api = co_await context.open_ws("/api");
    WsOpening events = co_await context.open_ws("/event");
    outcome.check(expect::opened(api), "/api");
    outcome.check(expect::opened(events), "/event");
    if (!outcome.holds()) {
        co_return outcome;
    }
    const HttpReply reply = co_await context.call(restart_action(context));
    outcome.check(expect::accepted(reply));
    for (WsOpening* opening : {&api, &events}) {
        const Frame last = co_await last_frame(*opening->link);
        outcome.check(expect::that(last.op == opcode::close || last.op < 0,
                                   "the end of the connection", last.text()));
        co_await answer_close(*opening->link, last.close_code());
    }
    outcome.check(co_await until_served(context));
    WsOpening again = co_await context.open_ws("/api");
    outcome.check(expect::opened(again), "/api after the restart");
    co_return outcome;
}

asio::awaitable<Outcome> restart_brings_reverse_back(Context& context) {
    Outcome outcome;
    auto* api = co_await context.reverse_api();
    auto* events = co_await context.reverse_event();
    outcome.check(connected(api), "/api/");
    outcome.check(connected(events), "/event/");
    if (!outcome.holds()) {
        co_return outcome;
    }
    const HttpReply reply = co_await context.call(restart_action(context));
    outcome.check(expect::accepted(reply));
    for (WsLink* link : {api, events}) {
        const Frame last = co_await last_frame(*link);
        outcome.check(expect::that(last.op == opcode::close || last.op < 0,
                                   "the end of the connection", last.text()));
        co_await answer_close(*link, last.close_code());
    }
    auto* after = co_await context.reverse_api();
    if (outcome.check(connected(after), "after the restart")) {
        const Frame frame = co_await after->call("get_login_info");
        outcome.check(expect::ok(frame), "after the restart");
    }
    outcome.check(co_await until_served(context));
    co_return outcome;
}

// The account's program goes offline and comes back.
asio::awaitable<Outcome> restarts_the_account(Context& context, std::string action) {
    Outcome outcome;
    const std::filesystem::path cache = context.target().data_root / "data" / "cache";
    std::error_code error;
    std::filesystem::create_directories(cache, error);
    std::ofstream(cache / "left over") << "x";
    const HttpReply plain = co_await restart_with(context, outcome, action, Json::object());
    outcome.check(expect::ok(plain));
    outcome.check(expect::equal(Json(), member(plain.json(), "data"), "data"));
    outcome.check(expect::that(std::filesystem::exists(cache / "left over", error),
                               "the cache stays without clean_cache", "it was emptied"));
    const Wanted online = [](const Json& data) { return member(data, "online") == true; };
    const Json status = co_await until(context, "get_status", Json::object(), online);
    outcome.check(expect::that(online(status), "online again", dump_short(status)));
    Json params;
    params["clean_cache"] = true;
    const HttpReply cleaning = co_await restart_with(context, outcome, action, std::move(params));
    outcome.check(expect::ok(cleaning));
    outcome.check(expect::that(!std::filesystem::exists(cache / "left over", error),
                               "the cache is empty with clean_cache", "it is not"));
    co_return outcome;
}

asio::awaitable<Outcome> set_restart_of_4_0(Context& context) {
    return restarts_the_account(context, "set_restart");
}

asio::awaitable<Outcome> experimental_restart(Context& context) {
    return restarts_the_account(context, "_set_restart");
}

asio::awaitable<Outcome> account_restart_is_answered(Context& context) {
    Outcome outcome;
    const std::string action = context.is_40() ? "set_restart" : "_set_restart";
    const HttpReply reply = co_await restart_with(context, outcome, action, Json::object());
    outcome.check(expect::ok(reply));
    co_return outcome;
}

// --- the table --------------------------------------------------------------------------------

constexpr Needs lasting = Need::http | Need::disposable;
constexpr std::string_view again =
    "async with retcode 1, data null; the connection ends, new calls are answered within 5 s";

constexpr Case table[] = {
    {.id = "action-restart/set-restart-plugin",
     .requirements = "ACT-040 ACT-041 ACT-130",
     .sentence = "set_restart_plugin is answered before anything is shut down; all starts anew.",
     .sends = "get_login_info and set_restart_plugin on one connection, then get_login_info",
     .expects = again,
     .needs = lasting,
     .setup = &setup::lasting,
     .run = restarts},
    {.id = "action-restart/set-restart",
     .requirements = "ACT-046 ACT-129",
     .sentence = "set_restart is answered before anything is shut down; all starts anew.",
     .sends = "get_login_info and set_restart on one connection, then get_login_info",
     .expects = again,
     .needs = lasting,
     .setup = &setup::lasting,
     .run = restarts},
    {.id = "action-restart/plugin-after-the-delay",
     .requirements = "ACT-041 ACT-130",
     .sentence = "set_restart_plugin waits for delay milliseconds.",
     .sends = "set_restart_plugin with delay 250",
     .expects = "the end of the connection, not before 250 ms have passed",
     .needs = lasting,
     .setup = &setup::lasting,
     .run = restarts_after_the_delay},
    {.id = "action-restart/after-the-delay",
     .requirements = "ACT-046 ACT-129",
     .sentence = "set_restart waits for delay milliseconds.",
     .sends = "set_restart with delay 250",
     .expects = "the end of the connection, not before 250 ms have passed",
     .needs = lasting,
     .setup = &setup::lasting,
     .run = restarts_after_the_delay},
    {.id = "action-restart/negative-delay",
     .requirements = "ACT-043",
     .sentence = "A negative delay is none.",
     .sends = "set_restart_plugin with delay -100000",
     .expects = again,
     .needs = lasting,
     .setup = &setup::lasting,
     .run = negative_delay},
    {.id = "action-restart/websockets-are-closed",
     .requirements = "ACT-042",
     .sentence = "A restart disconnects WebSocket clients; they can come back.",
     .sends = "set_restart_plugin with connections to /api and /event",
     .expects = "both end; /api can be opened again",
     .needs = lasting | Need::ws,
     .setup = &setup::lasting,
     .run = restart_closes_websockets},
    {.id = "action-restart/reverse-clients-come-back",
     .requirements = "ACT-042",
     .sentence = "After a restart reverse clients connect again.",
     .sends = "set_restart_plugin with both reverse connections",
     .expects = "they end; another comes for calls and answers",
     .needs = lasting | Need::reverse,
     .setup = &setup::reverse,
     .run = restart_brings_reverse_back},
    {.id = "action-restart/account-of-4-0",
     .requirements = "ACT-129",
     .sentence = "set_restart is answered ok, and the account is restarted.",
     .sends = "set_restart",
     .expects = "ok; the connection ends, new calls are answered within 5 s",
     .needs = lasting,
     .setup = &setup::lasting,
     .own_profiles = in::cq40,
     .run = account_restart_is_answered},
    {.id = "action-restart/account-of-4-15",
     .requirements = "ACT-160",
     .sentence = "_set_restart is answered ok, and the account is restarted.",
     .sends = "_set_restart",
     .expects = "ok; the connection ends, new calls are answered within 5 s",
     .needs = lasting,
     .setup = &setup::lasting,
     .own_level = Level::should,
     .run = account_restart_is_answered},
    {.id = "action-restart/account-comes-online",
     .requirements = "ACT-044 ACT-129",
     .sentence = "set_restart restarts the account and empties its cache where that is asked for.",
     .sends = "set_restart without clean_cache and with it, a file in the cache",
     .expects = "ok with data null; online again; the file stays, then is gone",
     .needs = lasting | Need::data_root,
     .setup = &setup::lasting,
     .run = set_restart_of_4_0},
    {.id = "action-restart/experimental-restart",
     .requirements = "ACT-045 ACT-160",
     .sentence = "_set_restart restarts the account and empties its cache where that is asked for.",
     .sends = "_set_restart without clean_cache and with it, a file in the cache",
     .expects = "ok with data null; online again; the file stays, then is gone",
     .needs = lasting | Need::data_root,
     .setup = &setup::lasting,
     .run = experimental_restart},
};

}  // namespace

std::span<const Case> action_restart_cases() {
    return table;
}

}  // namespace cqhttp::conformance
