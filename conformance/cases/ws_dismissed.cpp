// Chapter 03, section 5: close 1000 sends a client of the target away for good.
#include "conformance/cases/chapters.hpp"
#include "conformance/cases/ws_steps.hpp"

#include <chrono>
#include <string>
#include <utility>

namespace cqhttp::conformance {
namespace {

using Clock = std::chrono::steady_clock;
using std::chrono::milliseconds;

// Closes the connection to `left` with 1000. The other client is closed with 1001 again and again
// and comes back three times: by then the first would be back, too.
asio::awaitable<Outcome> stays_away(Context& context, std::string left, std::string other) {
    Outcome outcome;
    auto leaving = co_await context.reverse_visitor(left);
    auto staying = co_await context.reverse_visitor(other);
    if (!outcome.check(expect::that(leaving && staying, "two connections", "fewer came"))) {
        co_return outcome;
    }
    WsLink link = co_await leaving->let_in();
    co_await link.settle();
    const Frame last = co_await link.close(1000);
    outcome.check(expect::that(last.op == opcode::close, "a close frame", last.text()));
    for (int i = 0; i < 3 && outcome.holds(); ++i) {
        WsLink again = co_await staying->let_in();
        co_await again.settle();
        co_await again.close(1001);
        staying = co_await context.reverse_server().next(other);
        outcome.check(
            expect::that(staying.has_value(), "the other client comes back", "it did not"),
            "closed with 1001");
    }
    outcome.check(expect::that(!context.reverse_server().visited(left),
                               "no attempt after a close with 1000", "a new connection"),
                  left);
    co_return outcome;
}

asio::awaitable<Outcome> api_stays_away(Context& context) {
    return stays_away(context, "/api/", "/event/");
}
asio::awaitable<Outcome> event_stays_away(Context& context) {
    return stays_away(context, "/event/", "/api/");
}

asio::awaitable<Outcome> back_after_a_restart(Context& context) {
    Outcome outcome = co_await api_stays_away(context);
    co_await restart(context);
    outcome.check(co_await comes_back(context, "/api/"), "after a restart");
    outcome.check(co_await until_served(context), "after a restart");
    co_return outcome;
}

// How it is by default, with the default pause of three seconds.
asio::awaitable<Outcome> defaults(Context& context) {
    Outcome outcome;
    auto api = co_await context.reverse_visitor("/api/");
    auto event_visitor = co_await context.reverse_visitor("/event/");
    if (!outcome.check(expect::that(api && event_visitor, "two connections", "fewer came"))) {
        co_return outcome;
    }
    WsLink api_link = co_await api->let_in();
    WsLink event_link = co_await event_visitor->let_in();
    co_await api_link.settle();
    co_await event_link.settle();
    co_await api_link.close(1000);
    const auto ended = Clock::now();
    co_await event_link.close(1001);
    const auto back = co_await context.reverse_server().next("/event/");
    if (!outcome.check(
            expect::that(back.has_value(), "a new connection for events", "none came"))) {
        co_return outcome;
    }
    const auto pause = std::chrono::duration_cast<milliseconds>(back->came() - ended);
    outcome.check(
        expect::that(pause >= milliseconds(3000), "a pause of at least 3 s", to_text(pause)));
    if (context.is_40()) {
        outcome.check(expect::that(!context.reverse_server().visited("/api/"),
                                   "no attempt after a close with 1000", "a new connection"));
    } else {
        outcome.check(co_await comes_back(context, "/api/"), "closed with 1000");
    }
    co_return outcome;
}

asio::awaitable<Outcome> good_is(Context& context, bool wanted) {
    const HttpReply reply = co_await context.call("get_status");
    const Json body = reply.json();
    co_return expect::equal(wanted, member(member(body, "data"), "good"), "get_status: good");
}

// Since 4.15 a client that is not connected is enough; in 4.0 it must have given up.
asio::awaitable<Outcome> status_tells(Context& context) {
    Outcome outcome = co_await on_reverse_api<calls_are_answered>(context);
    WsLink* event_link = co_await context.reverse_event();
    outcome.check(connected(event_link));
    outcome.check(co_await good_is(context, true), "with both connections");
    if (context.is_40()) {
        outcome.check(co_await api_stays_away(context));
    } else {
        const auto visitor = co_await context.reverse_visitor("/api/");
        outcome.check(co_await good_is(context, false), "while the API client connects");
        co_return outcome;
    }
    outcome.check(co_await good_is(context, false), "after the API client has given up");
    co_return outcome;
}

constexpr Case table[] = {
    {.id = "ws-dismissed/calls-stay-away",
     .requirements = "WSR-045 WSR-050",
     .sentence = "With ws_reverse_reconnect_on_code_1000 off it stays away after close 1000.",
     .sends = "close 1000 for calls; close 1001 for events, three times",
     .expects = "events come back each time, calls do not",
     .needs = Need::reverse | Need::restart,
     .setup = &setup::reverse,
     .own_start = true,
     .run = api_stays_away},
    {.id = "ws-dismissed/events-stay-away",
     .requirements = "WSR-050 WSR-045",
     .sentence = "The Event client makes no further attempt after close 1000.",
     .sends = "close 1000 for events; close 1001 for calls, three times",
     .expects = "calls come back each time, events do not",
     .needs = Need::reverse | Need::restart,
     .setup = &setup::reverse,
     .own_start = true,
     .run = event_stays_away},
    {.id = "ws-dismissed/back-after-a-restart",
     .requirements = "WSR-050",
     .sentence = "A client that has given up connects again when the plugin is restarted.",
     .sends = "close 1000 for calls, then a restart by its action",
     .expects = "no attempt, then one",
     .needs = Need::reverse | Need::http | Need::restart | Need::disposable,
     .setup = &setup::reverse,
     .own_scope = Scope::source,
     .own_start = true,
     .run = back_after_a_restart},
    {.id = "ws-dismissed/defaults",
     .requirements = "WSR-048 WSR-041",
     .sentence = "By default 4.0 stays away after close 1000 and 4.15 does not; the pause is 3 s.",
     .sends = "close 1000 for calls, close 1001 for events, nothing configured",
     .expects = "events after 3 s; calls as the profile has it",
     .needs = Need::reverse | Need::restart,
     .setup = &setup::reverse_defaults,
     .own_start = true,
     .run = defaults},
    {.id = "ws-dismissed/status-tells",
     .requirements = "WSR-057",
     .sentence = "get_status.good is false without a reverse connection that is configured.",
     .sends = "get_status before and after a connection for calls is gone",
     .expects = "good true, then false",
     .needs = Need::reverse | Need::http,
     .setup = &setup::reverse,
     .own_start = true,
     .run = status_tells},
};

}  // namespace

std::span<const Case> ws_dismissed_cases() {
    return table;
}

}  // namespace cqhttp::conformance
