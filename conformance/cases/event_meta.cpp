// Chapter 05, section 5: meta events.
#include "conformance/cases/chapters.hpp"
#include "conformance/cases/post_steps.hpp"

#include <fmt/format.h>

#include <chrono>
#include <string>
#include <string_view>
#include <utility>

namespace cqhttp::conformance {
namespace {

using expect::Type;
using Clock = std::chrono::steady_clock;

Check is_meta(const Context& context, const Json& event, std::string_view type) {
    if (auto wrong = is_event_of(context, event)) {
        return wrong;
    }
    if (auto wrong = one_of(event, "post_type", "meta_event")) {
        return wrong;
    }
    return one_of(event, "meta_event_type", type);
}

Check is_lifecycle(const Context& context, const Json& event, std::string_view sub_type) {
    if (auto wrong = is_meta(context, event, "lifecycle")) {
        return wrong;
    }
    return one_of(event, "sub_type", sub_type);
}

Check is_heartbeat(const Context& context, const Json& event) {
    if (auto wrong = is_meta(context, event, "heartbeat")) {
        return wrong;
    }
    if (auto wrong = expect::has(event, "status", Type::object)) {
        return wrong;
    }
    return expect::has(event, "interval", Type::integer);
}

bool beats(const Json& event) {
    return member(event, "meta_event_type") == "heartbeat";
}

// The next heartbeat over a connection; what comes before it is passed over.
asio::awaitable<Json> next_beat(WsLink& link) {
    for (;;) {
        const Frame frame = co_await link.receive_data();
        Json event = frame.json();
        if (frame.op < 0 || frame.op == opcode::close || beats(event)) {
            co_return event;
        }
    }
}

// The next heartbeat that is posted, not yet answered.
asio::awaitable<std::optional<Posted>> next_posted_beat(Context& context) {
    for (;;) {
        std::optional<Posted> posted = co_await context.next_post();
        if (!posted || beats(posted->json())) {
            co_return posted;
        }
    }
}

// --- lifecycle --------------------------------------------------------------------------------

// The first that is posted after the start, then an event: there is nothing else between.
asio::awaitable<Outcome> enable_is_posted(Context& context) {
    Outcome outcome;
    const auto first = co_await context.next_post();
    if (!outcome.check(expect::that(first.has_value(), "lifecycle enable is posted", "no POST"))) {
        co_return outcome;
    }
    outcome.check(is_lifecycle(context, first->json(), "enable"), "the first POST");
    outcome.check(co_await context.inject_message("the first message"));
    const auto second = co_await context.next_post();
    if (outcome.check(expect::that(second.has_value(), "the message is posted", "no POST"))) {
        outcome.check(event_says(second->json(), "the first message"), "the second POST");
    }
    co_return outcome;
}

asio::awaitable<Outcome> restart_is_posted(Context& context) {
    Outcome outcome;
    co_await restart(context);
    for (const char* sub_type : {"disable", "enable"}) {
        auto posted = co_await context.next_post();
        const bool of_the_start = posted && member(posted->json(), "sub_type") == "enable";
        if (of_the_start && std::string_view(sub_type) == "disable") {
            posted = co_await context.next_post();
        }
        if (!outcome.check(expect::that(posted.has_value(), "a POST", "none came"), sub_type)) {
            co_return outcome;
        }
        outcome.check(is_lifecycle(context, posted->json(), sub_type), "set_restart");
    }
    outcome.check(co_await until_served(context));
    co_return outcome;
}

asio::awaitable<Outcome> connect_is_pushed(Context& context) {
    Outcome outcome;
    context.hold_posts();
    for (const char* path : {"/event", "/event/", "/"}) {
        WsOpening opening = co_await context.open_ws(path);
        if (!outcome.check(expect::opened(opening), path)) {
            co_return outcome;
        }
        const Frame frame = co_await opening.link->receive_data();
        outcome.check(is_lifecycle(context, frame.json(), "connect"), path);
    }
    co_return outcome;
}

asio::awaitable<Outcome> connect_is_pushed_in_reverse(Context& context) {
    auto visitor = co_await context.reverse_visitor("/event/");
    Outcome outcome = expect::that(visitor.has_value(), "a connection to the suite", "none came");
    if (!visitor) {
        co_return outcome;
    }
    WsLink link = co_await visitor->let_in();
    const Frame frame = co_await link.receive_data();
    outcome.check(is_lifecycle(context, frame.json(), "connect"));
    co_return outcome;
}

// Opens connections for events and causes a message: it is the next POST.
asio::awaitable<Outcome> connect_is_not_posted(Context& context) {
    context.hold_posts();
    WsOpening one = co_await open_events(context);
    WsOpening other = co_await open_events(context, "/");
    Outcome outcome = expect::opened(one);
    outcome.check(expect::opened(other));
    if (!co_await cause(context, outcome, "behind connect")) {
        co_return outcome;
    }
    for (;;) {
        const auto posted = co_await context.next_post();
        if (!outcome.check(expect::that(posted.has_value(), "the message is posted", "no POST"))) {
            break;
        }
        const Json event = posted->json();
        outcome.check(expect::that(member(event, "sub_type") != "connect", "connect is not posted",
                                   dump_short(event)));
        if (!event_says(event, "behind connect")) {
            break;
        }
    }
    co_return outcome;
}

// Both are right: to tell the new connection only, or all.
asio::awaitable<Outcome> connect_may_reach_others(Context& context) {
    WsOpening one = co_await open_events(context);
    WsOpening other = co_await open_events(context);
    Outcome outcome = expect::opened(other);
    if (!co_await cause(context, outcome, "behind connect")) {
        co_return outcome;
    }
    for (;;) {
        const Frame frame = co_await one.link->receive_data();
        const Json json = frame.json();
        if (!event_with(frame, "behind connect")) {
            break;
        }
        if (!outcome.check(is_lifecycle(context, json, "connect"), "on the older connection")) {
            break;
        }
    }
    co_return outcome;
}

asio::awaitable<Outcome> post_method(Context& context) {
    WsOpening opening = co_await context.open_ws("/event");
    Outcome outcome = expect::opened(opening);
    if (!outcome.holds()) {
        co_return outcome;
    }
    const Frame frame = co_await opening.link->receive_data();
    const Json json = frame.json();
    if (!has_member(json, "_post_method")) {
        co_return is_lifecycle(context, json, "connect");
    }
    outcome.check(expect::has(json, "_post_method", Type::integer));
    co_return outcome;
}

// --- heartbeat --------------------------------------------------------------------------------

asio::awaitable<Outcome> heart_beats(Context& context) {
    WsOpening opening = co_await open_events(context);
    Outcome outcome = expect::opened(opening);
    if (!outcome.holds()) {
        co_return outcome;
    }
    const Json pushed = co_await next_beat(*opening.link);
    outcome.check(is_heartbeat(context, pushed));
    const HttpReply reply = co_await context.call("get_status");
    const Json body = reply.json();
    for (const auto& [name, value] : member(body, "data").items()) {
        outcome.check(expect::that(has_member(member(pushed, "status"), name),
                                   fmt::format("status has \"{}\" as get_status", name),
                                   dump_short(pushed)));
    }
    co_return outcome;
}

asio::awaitable<Outcome> beats_reach_everybody(Context& context) {
    context.hold_posts();
    WsOpening opening = co_await open_events(context);
    WsLink* reverse = co_await context.reverse_event();
    Outcome outcome = expect::opened(opening);
    outcome.check(connected(reverse));
    if (!outcome.holds()) {
        co_return outcome;
    }
    auto posted = co_await next_posted_beat(context);
    outcome.check(expect::that(posted.has_value(), "a heartbeat is posted", "none came"));
    posted.reset();  // which answers it
    context.post().answer_all(true);
    const Json pushed = co_await next_beat(*opening.link);
    outcome.check(is_heartbeat(context, pushed), "on /event");
    const Json reversed = co_await next_beat(*reverse);
    outcome.check(is_heartbeat(context, reversed), "on the reverse connection");
    co_return outcome;
}

// How many milliseconds lie between beats is known to the setup. A machine may be slow, so that a
// quarter of the time is enough; what is too slow is not waited for.
asio::awaitable<Outcome> interval_is_kept(Context& context) {
    constexpr int count = 4;
    WsOpening opening = co_await open_events(context);
    Outcome outcome = expect::opened(opening);
    Clock::time_point first;
    for (int i = 0; i < count && outcome.holds(); ++i) {
        const Json event = co_await next_beat(*opening.link);
        outcome.check(is_heartbeat(context, event));
        outcome.check(
            expect::equal(setup::heartbeat.heartbeat, member(event, "interval"), "\"interval\""));
        first = i == 0 ? Clock::now() : first;
    }
    const auto passed = std::chrono::duration_cast<std::chrono::milliseconds>(Clock::now() - first);
    const std::chrono::milliseconds wanted((count - 1) * setup::heartbeat.heartbeat);
    outcome.check(expect::that(passed >= wanted / 4,
                               fmt::format("{} heartbeats in about {}", count, to_text(wanted)),
                               to_text(passed)));
    co_return outcome;
}

asio::awaitable<Outcome> none_on_api(Context& context) {
    WsOpening api = co_await context.open_ws("/api");
    WsOpening opening = co_await open_events(context);
    Outcome outcome = expect::opened(api);
    outcome.check(expect::opened(opening));
    for (int i = 0; i < 2 && outcome.holds(); ++i) {
        const Json event = co_await next_beat(*opening.link);
        outcome.check(is_heartbeat(context, event), "on /event");
    }
    if (!outcome.holds()) {
        co_return outcome;
    }
    const Frame answer = co_await api.link->call("get_login_info", Json::object(), "first");
    outcome.check(expect::echo(answer, "first"), "on /api, after two heartbeats on /event");
    co_return outcome;
}

asio::awaitable<Outcome> answers_do_nothing(Context& context) {
    Outcome outcome;
    context.hold_posts();
    auto posted = co_await next_posted_beat(context);
    if (!outcome.check(expect::that(posted.has_value(), "a heartbeat is posted", "none came"))) {
        co_return outcome;
    }
    posted->answer(200, R"({"reply":"hello","block":false,"approve":true,"delete":true})");
    posted.reset();
    const Json effects = co_await done_until_next(context, outcome);
    outcome.check(nothing_done(effects), "a quick operation on a heartbeat");
    co_return outcome;
}

// A connect that was not filtered would be there before the pong.
asio::awaitable<Outcome> filtered_like_others(Context& context) {
    WsOpening opening = co_await context.open_ws("/event");
    Outcome outcome = expect::opened(opening);
    if (!outcome.holds()) {
        co_return outcome;
    }
    FrameOut ping;
    ping.op = opcode::ping;
    co_await opening.link->send(std::move(ping));
    const Frame first = co_await next_but_pings(*opening.link);
    outcome.check(expect::that(first.op == opcode::pong, "a pong and no connect", first.text()));
    if (co_await cause(context, outcome, "lets through")) {
        const Frame frame = co_await opening.link->receive_data();
        outcome.check(event_with(frame, "lets through"));
    }
    co_return outcome;
}

// --- none -------------------------------------------------------------------------------------

asio::awaitable<Outcome> no_meta_events(Context& context) {
    context.hold_posts();
    WsOpening opening = co_await context.open_ws("/event");
    Outcome outcome = expect::opened(opening);
    if (!co_await cause(context, outcome, "the first")) {
        co_return outcome;
    }
    auto posted = co_await context.next_post();
    if (outcome.check(expect::that(posted.has_value(), "the message is posted", "no POST"))) {
        outcome.check(event_says(posted->json(), "the first"), "the first POST");
        posted->answer(204);
        const Frame frame = co_await opening.link->receive_data();
        outcome.check(event_with(frame, "the first"), "the first on /event");
    }
    co_return outcome;
}

constexpr Needs on_ws = Needs(Need::ws);
constexpr Needs by_post = Needs(Need::post) | Need::inject | Need::user;

constexpr Case table[] = {
    {.id = "event-meta/connect",
     .requirements = "META-003 META-001",
     .sentence = "A new connection for events gets lifecycle connect.",
     .sends = "handshakes for /event, /event/ and /",
     .expects = "meta_event, lifecycle, connect, with time and self_id",
     .needs = on_ws | Need::post,
     .setup = &setup::post,
     .run = connect_is_pushed},
    {.id = "event-meta/connect-in-reverse",
     .requirements = "META-003 META-001",
     .sentence = "So does a reverse connection for events.",
     .sends = "lets the target in",
     .expects = "lifecycle, connect",
     .needs = Need::reverse,
     .setup = &setup::reverse,
     .run = connect_is_pushed_in_reverse},
    {.id = "event-meta/connect-is-not-posted",
     .requirements = "POST-020 META-003",
     .sentence = "connect is not posted.",
     .sends = "two new connections for events, then a message",
     .expects = "no POST of connect before that of the message",
     .needs = by_post | Need::ws,
     .setup = &setup::post,
     .run = connect_is_not_posted},
    {.id = "event-meta/connect-may-reach-others",
     .requirements = "META-004",
     .sentence = "Other connections for events may get that connect, too.",
     .sends = "a second connection for events, then a message",
     .expects = "connect or nothing before the message on the first",
     .needs = on_ws | Need::inject | Need::user,
     .run = connect_may_reach_others},
    {.id = "event-meta/enable-is-posted",
     .requirements = "META-002 POST-020",
     .sentence = "After the start lifecycle enable is posted, once.",
     .sends = "a start, then a message",
     .expects = "the POST of enable, then that of the message",
     .needs = by_post | Need::restart,
     .setup = &setup::post,
     .own_start = true,
     .run = enable_is_posted},
    {.id = "event-meta/restart-is-posted",
     .requirements = "META-006 META-002 POST-020",
     .sentence = "A restart posts disable, then enable.",
     .sends = "a restart by its action",
     .expects = "the POSTs of disable and enable",
     .needs = by_post | Need::http,
     .setup = &setup::post,
     .own_start = true,
     .run = restart_is_posted},
    {.id = "event-meta/post-method",
     .requirements = "META-012",
     .sentence = "lifecycle may have a number _post_method.",
     .sends = "a handshake for /event",
     .expects = "no such member, or an integer",
     .needs = on_ws,
     .run = post_method},
    {.id = "event-meta/heartbeat",
     .requirements = "META-001",
     .sentence = "A heartbeat has interval and the status that get_status tells.",
     .sends = "waits for one, then get_status",
     .expects = "meta_event, heartbeat, the same members in status",
     .needs = on_ws | Need::http,
     .setup = &setup::heartbeat,
     .run = heart_beats},
    {.id = "event-meta/heartbeats-go-everywhere",
     .requirements = "META-007 POST-020",
     .sentence = "Heartbeats go to HTTP POST and to all connections for events.",
     .sends = "waits for one on each way",
     .expects = "a POST, one on /event, one on the reverse connection",
     .needs = on_ws | Need::post | Need::reverse,
     .setup = &setup::heartbeat,
     .run = beats_reach_everybody},
    {.id = "event-meta/interval",
     .requirements = "META-008",
     .sentence = "The heart beats every heartbeat_interval, which interval tells.",
     .sends = "waits for four heartbeats, one every 500 ms",
     .expects = "interval 500, and not all at once",
     .needs = on_ws,
     .setup = &setup::heartbeat,
     .run = interval_is_kept},
    {.id = "event-meta/none-on-api",
     .requirements = "META-005",
     .sentence = "Connections for calls alone never get meta events.",
     .sends = "waits for two heartbeats on /event, then a call on /api",
     .expects = "the answer as the first frame there",
     .needs = on_ws,
     .setup = &setup::heartbeat,
     .run = none_on_api},
    {.id = "event-meta/answers-do-nothing",
     .requirements = "META-011",
     .sentence = "The answer to a meta event has no effect.",
     .sends = "a heartbeat that is answered with a quick operation",
     .expects = "nothing is done",
     .needs = by_post | Need::effects,
     .setup = &setup::heartbeat,
     .run = answers_do_nothing},
    {.id = "event-meta/filtered-like-others",
     .requirements = "META-010",
     .sentence = "The event filter holds meta events back, too.",
     .sends = "a handshake, a ping and a message, behind a filter for other types",
     .expects = "the pong, then the message",
     .needs = by_post | Need::ws,
     .setup = &setup::heartbeat_filtered,
     .run = filtered_like_others},
    {.id = "event-meta/none-in-4-0",
     .requirements = "META-013",
     .sentence = "There are no meta events in 4.0.",
     .sends = "a new connection for events, then a message",
     .expects = "the message as the first on both ways",
     .needs = by_post | Need::ws,
     .setup = &setup::post,
     .run = no_meta_events},
};

}  // namespace

std::span<const Case> event_meta_cases() {
    return table;
}

}  // namespace cqhttp::conformance
