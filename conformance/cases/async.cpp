// Chapter 06, sections 3 and 4: calls that are carried out later. That one was carried out is seen
// in the card of the account; that one was not waited for by means of an image that the suite holds
// back.
#include "conformance/cases/action_steps.hpp"
#include "conformance/cases/chapters.hpp"
#include "conformance/cases/ws_steps.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <string>
#include <utility>
#include <vector>

namespace cqhttp::conformance {
namespace {

using Clock = std::chrono::steady_clock;
using std::chrono::milliseconds;

Json own_card_params(const Context& context, std::string_view card) {
    return card_call(context, card)["params"];
}

// --- _async -----------------------------------------------------------------------------------

asio::awaitable<Outcome> every_action(Context& context) {
    Outcome outcome;
    std::vector<PlainCall> calls = asking_calls(context);
    calls.push_back({"send_private_msg", samples(context, "user_id message")});
    calls.push_back({"send_group_msg", samples(context, "group_id message")});
    calls.push_back({"send_msg", samples(context, "message_type user_id message")});
    const std::string card = co_await context.own_card();
    calls.push_back({"set_group_card", own_card_params(context, card)});
    for (const PlainCall& call : calls) {
        const std::string action = call.action + "_async";
        const HttpReply reply = co_await context.call(action, call.params);
        outcome.check(expect::accepted(reply), call_text(action, call.params));
    }
    co_return outcome;
}

asio::awaitable<Outcome> over_websocket(Context& context) {
    WsOpening opening = co_await context.open_ws("/api");
    Outcome outcome = expect::opened(opening);
    if (!outcome.holds()) {
        co_return outcome;
    }
    for (const PlainCall& call : asking_calls(context)) {
        const std::string action = call.action + "_async";
        const Frame frame = co_await opening.link->call(action, call.params);
        outcome.check(expect::accepted(frame), call_text(action, call.params));
    }
    co_return outcome;
}

asio::awaitable<Outcome> carried_out(Context& context) {
    Outcome outcome;
    const std::string before = co_await context.own_card();
    for (const char* card : {"later 1", "later 2"}) {
        const HttpReply reply =
            co_await context.call("set_group_card_async", own_card_params(context, card));
        outcome.check(expect::accepted(reply));
        const std::string now = co_await until_card(context, card);
        outcome.check(expect::text(card, now, "the card in the end"));
    }
    co_await put_card(context, before);
    co_return outcome;
}

// The second call would come behind a repetition of the first.
asio::awaitable<Outcome> carried_out_once(Context& context) {
    Outcome outcome;
    std::size_t calls = 0;
    for (const char* text : {"first", "second"}) {
        const HttpReply reply = co_await context.call(
            "send_private_msg_async", samples_and(context, "user_id", "message", text));
        outcome.check(expect::accepted(reply));
        co_await until_effects(context, ++calls);
    }
    const Json effects = co_await context.effects();
    outcome.check(expect::that(effects.size() == 2, "two messages", dump_short(effects)));
    for (std::size_t i = 0; i < effects.size() && i < 2; ++i) {
        outcome.check(expect::equal(i == 0 ? "first" : "second",
                                    member(member(effects[i], "params"), "message"),
                                    "the message"));
    }
    co_return outcome;
}

asio::awaitable<Outcome> parameters_are_not_checked(Context& context) {
    Outcome outcome;
    for (const char* action : {"send_private_msg_async", "set_group_ban_async",
                               "get_group_member_info_async", "set_friend_add_request_async"}) {
        const HttpReply reply = co_await context.call(action);
        outcome.check(expect::accepted(reply), action);
    }
    co_return outcome;
}

asio::awaitable<Outcome> unknown_action(Context& context) {
    const HttpReply reply = co_await context.call("no_such_action_async");
    co_return expect::accepted(reply);
}

asio::awaitable<Outcome> doubled(Context& context) {
    Outcome outcome;
    for (const char* action :
         {"get_status_async_async", "send_private_msg_async_async", "_async"}) {
        const HttpReply reply = co_await context.call(action);
        outcome.check(expect::status(reply, 404), action);
    }
    co_return outcome;
}

// A message whose image the suite has: it is asked for before the message is sent.
Json with_image(Context& context) {
    return fmt::format("[CQ:image,file=http://127.0.0.1:{}/held-back.png]", context.post().port());
}

asio::awaitable<Outcome> not_waited_for(Context& context) {
    Outcome outcome;
    context.hold_posts();
    const HttpReply reply = co_await context.call(
        "send_private_msg_async", samples_and(context, "user_id", "message", with_image(context)));
    outcome.check(expect::accepted(reply), "the image is held back");
    co_return outcome;
}

asio::awaitable<Outcome> enhanced(Context& context) {
    Outcome outcome;
    context.hold_posts();
    const HttpReply reply = co_await context.call(
        "send_private_msg_async", samples_and(context, "user_id", "message", with_image(context)));
    outcome.check(expect::accepted(reply));
    auto asked = co_await context.next_post();
    if (!outcome.check(expect::that(asked.has_value(), "the image is asked for", "nobody came"))) {
        co_return outcome;
    }
    asked->answer(200, "\x89PNG\r\n", "image/png");
    const Json effects = co_await until_effects(context, 1);
    if (outcome.check(expect::that(effects.size() == 1, "one message", dump_short(effects)))) {
        const auto kept = co_await kept_message(context, member(effects[0], "message_id"));
        const std::string text = kept.value_or("(not kept)");
        outcome.check(expect::that(
            text.starts_with("[CQ:image,file=") && text.find("://") == std::string::npos,
            "the image under a local name", text));
    }
    co_return outcome;
}

asio::awaitable<Outcome> concurrent(Context& context) {
    Outcome outcome;
    const std::string before = co_await context.own_card();
    context.hold_posts();
    co_await context.call("send_private_msg_async",
                          samples_and(context, "user_id", "message", with_image(context)));
    auto asked = co_await context.next_post();
    co_await context.call("set_group_card_async", own_card_params(context, "meanwhile"));
    const std::string now = co_await until_card(context, "meanwhile");
    outcome.check(expect::text("meanwhile", now, "the card while an image is held back"));
    asked.reset();
    co_await put_card(context, before);
    co_return outcome;
}

// --- _rate_limited ----------------------------------------------------------------------------

asio::awaitable<Outcome> rate_limited_is_unknown(Context& context) {
    Outcome outcome;
    const HttpReply reply = co_await context.call("get_status_rate_limited");
    outcome.check(expect::status(reply, 404));
    WsOpening opening = co_await context.open_ws("/api");
    if (outcome.check(expect::opened(opening))) {
        const Frame frame = co_await opening.link->call("get_status_rate_limited");
        outcome.check(expect::failed(frame, 1404));
    }
    co_return outcome;
}

asio::awaitable<Outcome> rate_limited_is_accepted(Context& context) {
    Outcome outcome;
    const std::string before = co_await context.own_card();
    for (const char* action : {"get_status_rate_limited", "get_login_info_rate_limited"}) {
        const HttpReply reply = co_await context.call(action);
        outcome.check(expect::accepted(reply), action);
    }
    const HttpReply reply =
        co_await context.call("set_group_card_rate_limited", own_card_params(context, "limited"));
    outcome.check(expect::accepted(reply));
    const std::string now = co_await until_card(context, "limited");
    outcome.check(expect::text("limited", now, "the card in the end"));
    co_await put_card(context, before);
    co_return outcome;
}

// Sets cards a, b, c by calls that must wait for each other, and watches the card. The first cannot
// be carried out before `start`.
asio::awaitable<Outcome> one_after_another(Context& context, milliseconds interval) {
    Outcome outcome;
    const std::string before = co_await context.own_card();
    const auto start = Clock::now();
    for (const char* card : {"a", "b", "c"}) {
        const HttpReply reply =
            co_await context.call("set_group_card_rate_limited", own_card_params(context, card));
        outcome.check(expect::accepted(reply), "while others wait");
    }
    std::string seen;
    const auto deadline = Clock::now() + context.patience();
    while (!seen.ends_with('c') && Clock::now() < deadline) {
        const std::string now = co_await context.own_card();
        if (now != before && !seen.ends_with(now)) {
            seen += now;
        }
    }
    const auto passed = std::chrono::duration_cast<milliseconds>(Clock::now() - start);
    outcome.check(expect::that(seen == "abc" || seen == "bc" || seen == "ac" || seen == "c",
                               "the cards a, b, c in this order", seen));
    outcome.check(expect::that(passed >= 2 * interval,
                               fmt::format("{} ms between each two", interval.count()),
                               fmt::format("three calls within {} ms", passed.count())));
    co_await put_card(context, before);
    co_return outcome;
}

asio::awaitable<Outcome> one_after_another_quickly(Context& context) {
    return one_after_another(context, milliseconds(60));
}

asio::awaitable<Outcome> one_after_another_by_default(Context& context) {
    return one_after_another(context, milliseconds(500));
}

asio::awaitable<Outcome> one_queue(Context& context) {
    Outcome outcome;
    const std::string before = co_await context.own_card();
    WsOpening opening = co_await context.open_ws("/api");
    if (!outcome.check(expect::opened(opening))) {
        co_return outcome;
    }
    const auto start = Clock::now();
    const HttpReply by_http =
        co_await context.call("set_group_card_rate_limited", own_card_params(context, "by http"));
    outcome.check(expect::accepted(by_http), "HTTP");
    const Frame other = co_await opening.link->call("get_status_rate_limited");
    outcome.check(expect::accepted(other), "another action");
    const Frame by_ws = co_await opening.link->call("set_group_card_rate_limited",
                                                    own_card_params(context, "by websocket"));
    outcome.check(expect::accepted(by_ws), "WebSocket");
    const std::string now = co_await until_card(context, "by websocket");
    outcome.check(expect::text("by websocket", now, "the card in the end"));
    const auto passed = std::chrono::duration_cast<milliseconds>(Clock::now() - start);
    outcome.check(expect::that(passed >= milliseconds(120), "60 ms between each two calls",
                               fmt::format("three calls within {} ms", passed.count())));
    co_await put_card(context, before);
    co_return outcome;
}

asio::awaitable<Outcome> doubled_rate_limit(Context& context) {
    const HttpReply reply = co_await context.call("get_status_rate_limited_rate_limited");
    co_return expect::status(reply, 404);
}

// --- the table --------------------------------------------------------------------------------

constexpr Needs group = Need::http | Need::group;
constexpr Needs both = group | Need::user;
constexpr Needs image = Need::http | Need::user | Need::post;
constexpr std::string_view accepted = "async with retcode 1, data null";

constexpr Case table[] = {
    {.id = "async/every-action-is-accepted",
     .requirements = "ASYNC-001 ASYNC-003",
     .sentence = "<action>_async is answered async with data null, whatever the action.",
     .sends = "the asynchronous form of every action that asks, of three that send, of "
              "set_group_card",
     .expects = accepted,
     .needs = both,
     .run = every_action},
    {.id = "async/over-websocket",
     .requirements = "ASYNC-003 ASYNC-001",
     .sentence = "Over WebSocket the data of an asynchronous call are null, too.",
     .sends = "the asynchronous form of every action that asks",
     .expects = accepted,
     .needs = Need::http | Need::ws,
     .run = over_websocket},
    {.id = "async/is-not-waited-for",
     .requirements = "ASYNC-001",
     .sentence = "The answer comes at once, however long the action takes.",
     .sends = "send_private_msg_async with an image that the suite holds back",
     .expects = accepted,
     .needs = image,
     .setup = &setup::post,
     .run = not_waited_for},
    {.id = "async/is-carried-out",
     .requirements = "ASYNC-002",
     .sentence = "An asynchronous call is carried out.",
     .sends = "set_group_card_async, twice",
     .expects = "the card, in the end",
     .needs = group,
     .run = carried_out},
    {.id = "async/is-carried-out-once",
     .requirements = "ASYNC-002",
     .sentence = "An asynchronous call is carried out once.",
     .sends = "send_private_msg_async, and again when the first has had its effect",
     .expects = "two messages",
     .needs = Need::http | Need::user | Need::effects,
     .run = carried_out_once},
    {.id = "async/parameters-are-not-checked-before",
     .requirements = "ASYNC-004",
     .sentence = "The answer does not depend on the parameters.",
     .sends = "four asynchronous calls without their parameters",
     .expects = accepted,
     .needs = Need::http,
     .run = parameters_are_not_checked},
    {.id = "async/unknown-action",
     .requirements = "ASYNC-005",
     .sentence = "The gateway does not look the action up, as the original.",
     .sends = "no_such_action_async",
     .expects = accepted,
     .needs = Need::http,
     .run = unknown_action},
    {.id = "async/doubled",
     .requirements = "ASYNC-006",
     .sentence = "A doubled suffix makes an unknown action.",
     .sends = "get_status_async_async, send_private_msg_async_async, _async",
     .expects = "404",
     .needs = Need::http,
     .run = doubled},
    {.id = "async/calls-run-side-by-side",
     .requirements = "ASYNC-007",
     .sentence = "Asynchronous calls may run side by side.",
     .sends = "one whose image the suite holds back, then set_group_card_async",
     .expects = "the card changes",
     .needs = image | Need::group,
     .setup = &setup::post,
     .run = concurrent},
    {.id = "async/messages-are-enhanced",
     .requirements = "ASYNC-009",
     .sentence = "An asynchronous send fetches what its CQ codes name.",
     .sends = "send_private_msg_async with an image at the suite's server",
     .expects = "the image is fetched and sent under a local name",
     .needs = image | Need::effects,
     .setup = &setup::post,
     .run = enhanced},
    {.id = "async/no-rate-limit-in-4-0",
     .requirements = "RATE-006",
     .sentence = "4.0 has no rate limited calls.",
     .sends = "get_status_rate_limited by HTTP and over WebSocket",
     .expects = "404, and retcode 1404",
     .needs = Need::http | Need::ws,
     .run = rate_limited_is_unknown},
    {.id = "async/no-rate-limit-by-default",
     .requirements = "RATE-001",
     .sentence = "Rate limited calls are unknown where they are not switched on.",
     .sends = "get_status_rate_limited by HTTP and over WebSocket",
     .expects = "404, and retcode 1404",
     .needs = Need::http | Need::ws,
     .run = rate_limited_is_unknown},
    {.id = "async/rate-limited-is-accepted",
     .requirements = "RATE-002",
     .sentence = "<action>_rate_limited is answered async, and carried out.",
     .sends = "two actions that ask and set_group_card with this suffix",
     .expects = "async with retcode 1, data null; the card, in the end",
     .needs = group,
     .own_profiles = in::ob11,
     .run = rate_limited_is_accepted},
    {.id = "async/rate-limited-is-accepted-in-4-15",
     .requirements = "RATE-002",
     .sentence = "<action>_rate_limited is answered async, and carried out, where it is on.",
     .sends = "two actions that ask and set_group_card with this suffix",
     .expects = "async with retcode 1, data null; the card, in the end",
     .needs = group,
     .setup = &setup::rate_limited,
     .own_profiles = in::cq415,
     .run = rate_limited_is_accepted},
    {.id = "async/one-after-another-by-default",
     .requirements = "RATE-003",
     .sentence = "Rate limited calls run in order, 500 ms apart.",
     .sends = "three cards by set_group_card_rate_limited",
     .expects = "the cards in this order, the last not before 1 s",
     .needs = group,
     .own_profiles = in::ob11,
     .run = one_after_another_by_default},
    {.id = "async/one-after-another",
     .requirements = "RATE-003",
     .sentence = "Rate limited calls run in order, rate_limit_interval apart.",
     .sends = "three cards by set_group_card_rate_limited",
     .expects = "the cards in this order, the last not before two intervals",
     .needs = group,
     .setup = &setup::rate_limited,
     .run = one_after_another_quickly},
    {.id = "async/one-queue-for-all",
     .requirements = "RATE-004",
     .sentence = "All transports and actions share one queue.",
     .sends = "a card by HTTP, get_status and a card over WebSocket, all rate limited",
     .expects = "the second card in the end, not before two intervals",
     .needs = group | Need::ws,
     .setup = &setup::rate_limited,
     .run = one_queue},
    {.id = "async/doubled-rate-limit",
     .requirements = "RATE-005",
     .sentence = "A doubled suffix makes an unknown action.",
     .sends = "get_status_rate_limited_rate_limited",
     .expects = "404",
     .needs = Need::http,
     .setup = &setup::rate_limited,
     .run = doubled_rate_limit},
};

}  // namespace

std::span<const Case> async_cases() {
    return table;
}

}  // namespace cqhttp::conformance
