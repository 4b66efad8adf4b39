// Chapter 03, sections 3 and 4: calls and events on the connections of the target to the suite.
#include "conformance/cases/chapters.hpp"
#include "conformance/cases/ws_steps.hpp"

#include <fmt/format.h>

#include <string>
#include <utility>

namespace cqhttp::conformance {
namespace {

asio::awaitable<Outcome> frames_are_masked_text(Context& context) {
    WsLink* api = co_await context.reverse_api();
    WsLink* event_link = co_await context.reverse_event();
    Outcome outcome = connected(api);
    outcome.check(connected(event_link));
    if (!co_await cause(context, outcome, "masked")) {
        co_return outcome;
    }
    const Frame answer = co_await api->call("get_login_info");
    const Frame frame = co_await next_event(*event_link);
    for (const Frame& came : {answer, frame}) {
        outcome.check(expect::text_frame(came));
        outcome.check(expect::that(came.masked, "a masked frame", "no mask"), came.text());
    }
    co_return outcome;
}

asio::awaitable<Outcome> stays_open(Context& context, WsLink& link) {
    Outcome outcome = co_await survives_errors(context, link);
    for (int i = 0; i < 20 && outcome.holds(); ++i) {
        const Frame frame = co_await link.call("get_login_info", Json::object(), numbered(i));
        outcome.check(expect::ok(frame), fmt::format("call {}", i + 1));
    }
    outcome.check(expect::that(link.wire().quiet(), "the connection stays open", "it has ended"));
    co_return outcome;
}

// The event has reached the other connection when this one is asked something.
asio::awaitable<Outcome> api_is_never_prompted(Context& context) {
    WsLink* api = co_await context.reverse_api();
    WsLink* event_link = co_await context.reverse_event();
    Outcome outcome = connected(api);
    outcome.check(connected(event_link));
    for (int i = 0; i < 3 && outcome.holds(); ++i) {
        if (!co_await cause(context, outcome, "not for api")) {
            break;
        }
        const Frame frame = co_await next_event(*event_link);
        outcome.check(event_with(frame, "not for api"), "the Event connection");
        const Frame answer = co_await api->call("get_login_info", Json::object(), numbered(i));
        outcome.check(expect::echo(answer, numbered(i)), "the API connection after an event");
    }
    co_return outcome;
}

// --- events -----------------------------------------------------------------------------------

asio::awaitable<Outcome> events_come(Context& context) {
    WsLink* link = co_await context.reverse_event();
    Outcome outcome = connected(link);
    for (int i = 0; i < 5 && outcome.holds(); ++i) {
        const std::string text = fmt::format("event {} 你好", i);
        if (co_await cause(context, outcome, text)) {
            const Frame frame = co_await next_event(*link);
            outcome.check(event_with(frame, text));
        }
    }
    co_return outcome;
}

asio::awaitable<Outcome> equal_everywhere(Context& context) {
    WsLink* link = co_await context.reverse_event();
    WsOpening forward = co_await open_events(context);
    Outcome outcome = connected(link);
    outcome.check(expect::opened(forward), "/event");
    if (!co_await cause(context, outcome, "equal 你好 &amp;")) {
        co_return outcome;
    }
    const auto posted = co_await next_event_post(context);
    const Frame there = co_await next_event(*forward.link);
    const Frame here = co_await next_event(*link);
    outcome.check(event(here));
    outcome.check(expect::equal(there.json(), here.json(), "the event as on /event"));
    if (posted) {
        outcome.check(expect::equal(posted->json(), here.json(), "the event as posted"));
    }
    co_return outcome;
}

asio::awaitable<Outcome> no_signature(Context& context) {
    auto visitor = co_await context.reverse_visitor("/event/");
    Outcome outcome =
        expect::that(visitor && !visitor->header("X-Signature"), "a handshake without a signature",
                     visitor ? "X-Signature" : "no connection");
    if (!outcome.holds()) {
        co_return outcome;
    }
    WsLink link = co_await visitor->let_in();
    co_await link.settle();
    if (!co_await cause(context, outcome, "unsigned")) {
        co_return outcome;
    }
    const auto posted = co_await next_event_post(context);
    const Frame frame = co_await next_event(link);
    outcome.check(event_with(frame, "unsigned"));
    const std::string signature = posted ? posted->header("X-Signature").value_or("") : "";
    const bool inside =
        signature.size() > 5 && frame.payload.find(signature.substr(5)) != std::string::npos;
    outcome.check(expect::that(!inside, "no signature in the frame", frame.text()));
    for (const char* name : {"signature", "sign", "sig", "X-Signature", "x_signature"}) {
        outcome.check(expect::lacks(frame.json(), name));
    }
    co_return outcome;
}

asio::awaitable<Outcome> frames_on_event_are_ignored(Context& context) {
    WsLink* link = co_await context.reverse_event();
    Outcome outcome = connected(link);
    if (link != nullptr) {
        outcome.check(co_await frames_are_ignored(context, *link));
    }
    co_return outcome;
}

asio::awaitable<Outcome> pushed_behind_the_post(Context& context) {
    context.hold_posts();
    WsLink* link = co_await context.reverse_event();
    Outcome outcome = connected(link);
    if (!co_await cause(context, outcome, "first the post")) {
        co_return outcome;
    }
    auto posted = co_await next_event_post(context);
    if (!outcome.check(expect::that(posted.has_value(), "the event is posted", "no POST came"))) {
        co_return outcome;
    }
    outcome.check(co_await nothing_but_pong(*link, "before the answer"),
                  "while the POST is not answered");
    posted->answer(204);
    const Frame frame = co_await next_event(*link);
    outcome.check(event_with(frame, "first the post"), "when the POST is answered");
    co_return outcome;
}

asio::awaitable<Outcome> pings_on_both(Context& context) {
    Outcome outcome = co_await on_reverse_api<pings_get_their_pong>(context);
    auto visitor = co_await context.reverse_visitor("/event/");
    if (outcome.check(expect::that(visitor.has_value(), "an Event connection", "none came"))) {
        WsLink link = co_await visitor->let_in();
        outcome.check(co_await pings_get_their_pong(context, link), "the Event connection");
    }
    co_return outcome;
}

// From reverse_visitor() to let_in() the connection is down. Whoever has the event on /event by
// then knows that it is over.
asio::awaitable<Outcome> events_while_down_are_lost(Context& context) {
    WsOpening forward = co_await open_events(context);
    WsLink* first = co_await context.reverse_event();
    auto visitor = co_await context.reverse_visitor("/event/");
    Outcome outcome = expect::opened(forward);
    outcome.check(expect::that(first != nullptr && visitor, "it connects, and again", "no"));
    if (!co_await cause(context, outcome, "lost")) {
        co_return outcome;
    }
    const Frame there = co_await next_event(*forward.link);
    outcome.check(event_with(there, "lost"), "/event");
    WsLink link = co_await visitor->let_in();
    outcome.check(co_await nothing_but_pong(link, "new"), "on the new connection");
    if (co_await cause(context, outcome, "after")) {
        const Frame frame = co_await next_event(link);
        outcome.check(event_with(frame, "after"), "the first event on the new connection");
    }
    co_return outcome;
}

asio::awaitable<Outcome> greeted_by_connect(Context& context) {
    Outcome outcome;
    for (int i = 0; i < 2; ++i) {
        auto visitor = co_await context.reverse_visitor("/event/");
        if (!outcome.check(expect::that(visitor.has_value(), "a connection", "none came"))) {
            co_return outcome;
        }
        WsLink link = co_await visitor->let_in();
        const Frame frame = co_await link.receive_data();
        const Json json = frame.json();
        outcome.check(event(frame), "the first frame");
        outcome.check(expect::equal("meta_event", member(json, "post_type"), "post_type"));
        outcome.check(expect::equal("lifecycle", member(json, "meta_event_type"), "its type"));
        outcome.check(expect::equal("connect", member(json, "sub_type"), "sub_type"));
    }
    co_return outcome;
}

// The Event connection is not read.
asio::awaitable<Outcome> blocked_events_disturb_no_calls(Context& context) {
    WsLink* event_link = co_await context.reverse_event();
    WsLink* api = co_await context.reverse_api();
    WsOpening forward = co_await open_events(context);
    Outcome outcome = connected(api);
    outcome.check(connected(event_link));
    outcome.check(expect::opened(forward), "/event");
    for (int i = 0; i < many_large_events && outcome.holds(); ++i) {
        outcome.check(co_await large_event_comes(context, *forward.link, i), "on /event");
        const Frame answer = co_await api->call("get_login_info", Json::object(), numbered(i));
        outcome.check(expect::echo(answer, numbered(i)), fmt::format("call {}", i + 1));
    }
    co_return outcome;
}

constexpr Needs events = Needs(Need::reverse) | Need::inject | Need::user;

constexpr Case table[] = {
    {.id = "ws-reverse-use/a-frame-is-a-call",
     .requirements = "WSR-020",
     .sentence = "Every data frame on the API connection is a call and is answered there.",
     .sends = "get_login_info with and without params",
     .expects = "ok each time",
     .needs = Need::reverse,
     .setup = &setup::reverse,
     .run = on_reverse_api<calls_are_answered>},
    {.id = "ws-reverse-use/frames-are-masked-text",
     .requirements = "WSR-021",
     .sentence = "Frames of the target are masked text frames.",
     .sends = "a call, and an event",
     .expects = "masked text frames",
     .needs = events,
     .setup = &setup::reverse,
     .run = frames_are_masked_text},
    {.id = "ws-reverse-use/malformed-frames-get-1400",
     .requirements = "WSR-022 WS-024",
     .sentence = "A frame that is no call is answered with retcode 1400.",
     .sends = "frames that are no JSON, no object, or without an action that is a string",
     .expects = "failed, 1400, data null",
     .needs = Need::reverse,
     .setup = &setup::reverse,
     .own_profiles = in::cq,
     .run = on_reverse_api<malformed_gets_1400>},
    {.id = "ws-reverse-use/unknown-actions-get-1404",
     .requirements = "WSR-022 WS-025",
     .sentence = "An unknown action is answered with retcode 1404 and the echo.",
     .sends = "names that no action has",
     .expects = "failed, 1404, data null, the echo",
     .needs = Need::reverse,
     .setup = &setup::reverse,
     .run = on_reverse_api<unknown_gets_1404>},
    {.id = "ws-reverse-use/odd-params-count-as-none",
     .requirements = "WSR-022 WS-023",
     .sentence = "params that is no object is treated as an empty one.",
     .sends = "get_login_info with params null, [], [{}], \"{}\", 1 and true",
     .expects = "ok each time",
     .needs = Need::reverse,
     .setup = &setup::reverse,
     .own_scope = Scope::source,
     .own_profiles = in::cq,
     .run = on_reverse_api<odd_params_are_none>},
    {.id = "ws-reverse-use/binary-frames-are-calls",
     .requirements = "WSR-022 WS-028",
     .sentence = "A binary frame is taken like a text frame; the answer is a text frame.",
     .sends = "a call in a binary frame",
     .expects = "its answer in a text frame",
     .needs = Need::reverse,
     .setup = &setup::reverse,
     .own_level = Level::should,
     .own_profiles = in::cq,
     .run = on_reverse_api<binary_is_taken>},
    {.id = "ws-reverse-use/async-is-accepted",
     .requirements = "WSR-022 WS-032",
     .sentence = "The suffix _async works as over HTTP.",
     .sends = "get_login_info_async and get_group_list_async",
     .expects = "async, 1, data null, the echo",
     .needs = Need::reverse,
     .setup = &setup::reverse,
     .run = on_reverse_api<async_is_accepted>},
    {.id = "ws-reverse-use/every-call-its-answer",
     .requirements = "WSR-022 WSR-023 WS-040",
     .sentence = "Calls sent without waiting are all answered, each with its own echo.",
     .sends = "twenty calls in one write",
     .expects = "twenty answers with the twenty echoes, in any order",
     .needs = Need::reverse,
     .setup = &setup::reverse,
     .run = on_reverse_api<every_call_its_answer>},
    {.id = "ws-reverse-use/answers-keep-the-order",
     .requirements = "WSR-023 WS-042",
     .sentence = "Our gateway answers in the order of the calls.",
     .sends = "twenty calls in one write",
     .expects = "answers in that order",
     .needs = Need::reverse,
     .setup = &setup::reverse,
     .own_level = Level::should,
     .own_scope = Scope::ours,
     .own_profiles = in::all,
     .run = on_reverse_api<answers_keep_the_order>},
    {.id = "ws-reverse-use/echo-is-returned-unchanged",
     .requirements = "WSR-022 ECHO-001",
     .sentence = "The echo of a call comes back in its answer.",
     .sends = "calls with a number, strings, an object and a boolean as echo",
     .expects = "the equal value each time",
     .needs = Need::reverse,
     .setup = &setup::reverse,
     .run = on_reverse_api<any_echo_comes_back>},
    {.id = "ws-reverse-use/echo-in-every-answer",
     .requirements = "WSR-022 ECHO-010",
     .sentence = "The echo is in answers that are ok, failed, unknown and async.",
     .sends = "a call of each kind with an echo",
     .expects = "the echo each time",
     .needs = Need::reverse,
     .setup = &setup::reverse,
     .run = on_reverse_api<echo_in_every_answer>},
    {.id = "ws-reverse-use/no-echo-without-one",
     .requirements = "WSR-022 ECHO-008",
     .sentence = "Without an echo in the call there is none in the answer.",
     .sends = "calls of every kind without an echo",
     .expects = "no member echo",
     .needs = Need::reverse,
     .setup = &setup::reverse,
     .own_scope = Scope::source,
     .run = on_reverse_api<no_echo_no_member>},
    {.id = "ws-reverse-use/echo-byte-for-byte",
     .requirements = "WSR-022 ECHO-013",
     .sentence = "The text of the echo comes back byte for byte.",
     .sends = "numbers beyond 64 bits, 1.0, -0, 1E400, repeated names, needless escapes",
     .expects = "the same bytes",
     .needs = Need::reverse,
     .setup = &setup::reverse,
     .own_scope = Scope::ours,
     .run = on_reverse_api<echo_byte_for_byte>},
    {.id = "ws-reverse-use/stays-open-after-answers",
     .requirements = "WSR-024",
     .sentence = "The target never closes the connection after an answer.",
     .sends = "calls that fail and calls that do not",
     .expects = "an answer to each on one connection",
     .needs = Need::reverse,
     .setup = &setup::reverse,
     .run = on_reverse_api<stays_open>},
    {.id = "ws-reverse-use/nothing-unprompted-on-api",
     .requirements = "WSR-025",
     .sentence = "The API client sends no events and nothing unprompted.",
     .sends = "an event, then a call",
     .expects = "the answer first on the API connection",
     .needs = events,
     .setup = &setup::reverse,
     .run = api_is_never_prompted},
    {.id = "ws-reverse-use/events-come",
     .requirements = "WSR-030",
     .sentence = "Every event is sent on the Event connection, one text frame each.",
     .sends = "five events",
     .expects = "five text frames",
     .needs = events,
     .setup = &setup::reverse,
     .run = events_come},
    {.id = "ws-reverse-use/events-equal-everywhere",
     .requirements = "WSR-031 WS-051",
     .sentence = "The event is the same as posted and as on /event.",
     .sends = "an event",
     .expects = "equal JSON at all three",
     .needs = events | Need::post | Need::ws,
     .setup = &setup::reverse_post,
     .run = equal_everywhere},
    {.id = "ws-reverse-use/events-are-not-signed",
     .requirements = "WSR-032",
     .sentence = "There is no signature on a reverse connection.",
     .sends = "an event, with a secret configured",
     .expects = "no signature at the handshake nor in the frame",
     .needs = events | Need::post,
     .setup = &setup::reverse_post,
     .run = no_signature},
    {.id = "ws-reverse-use/frames-on-event-are-ignored",
     .requirements = "WSR-033",
     .sentence = "What comes on the Event connection is neither a call nor a quick operation.",
     .sends = "calls, a quick operation and garbage, then an event",
     .expects = "no answer, no effect, then the event",
     .needs = events | Need::http | Need::group,
     .setup = &setup::reverse,
     .run = frames_on_event_are_ignored},
    {.id = "ws-reverse-use/pushed-behind-the-post",
     .requirements = "WSR-034",
     .sentence = "An event is sent when its POST is over, not before.",
     .sends = "an event whose POST is answered late; a ping before",
     .expects = "the pong, and the event after the answer",
     .needs = events | Need::post,
     .setup = &setup::reverse_post,
     .run = pushed_behind_the_post},
    {.id = "ws-reverse-use/events-while-down-are-lost",
     .requirements = "WSR-035",
     .sentence = "Events that occur while the connection is down are not sent later.",
     .sends = "an event before the handshake is answered, another one after it",
     .expects = "the second one as the first",
     .needs = events | Need::ws,
     .setup = &setup::reverse,
     .run = events_while_down_are_lost},
    {.id = "ws-reverse-use/greeted-by-connect",
     .requirements = "WSR-036",
     .sentence = "The first frame of each Event connection is lifecycle, connect.",
     .sends = "nothing; the target connects twice",
     .expects = "meta_event, lifecycle, connect as the first frame",
     .needs = Need::reverse,
     .setup = &setup::reverse,
     .run = greeted_by_connect},
    {.id = "ws-reverse-use/blocked-events-disturb-nobody",
     .requirements = "WSR-037",
     .sentence = "An Event connection that is not read disturbs neither calls nor /event.",
     .sends = "8 MiB of events, a call after each",
     .expects = "each event on /event and each answer",
     .needs = events | Need::ws,
     .setup = &setup::reverse,
     .run = blocked_events_disturb_no_calls},
    {.id = "ws-reverse-use/pings-are-answered",
     .requirements = "WSR-055",
     .sentence = "Pings of the server are answered on both connections.",
     .sends = "pings with 0, 1 and 125 bytes",
     .expects = "a pong for each, once",
     .needs = Need::reverse,
     .setup = &setup::reverse,
     .run = pings_on_both},
};

}  // namespace

std::span<const Case> ws_reverse_use_cases() {
    return table;
}

}  // namespace cqhttp::conformance
