// Chapter 02, section 4: events over a WebSocket that clients open.
#include "conformance/cases/chapters.hpp"
#include "conformance/cases/ws_steps.hpp"

#include <fmt/format.h>

#include <string>
#include <utility>
#include <vector>

namespace cqhttp::conformance {
namespace {

// The event connections of the profile.
std::vector<std::string> event_paths(const Context& context) {
    std::vector<std::string> paths{"/event", "/event/"};
    if (!context.is_40()) {
        paths.emplace_back("/");
    }
    return paths;
}

asio::awaitable<Outcome> reaches_everybody(Context& context) {
    Outcome outcome;
    std::vector<WsOpening> openings;
    const std::vector<std::string> paths = event_paths(context);
    for (const std::string& path : paths) {
        openings.push_back(co_await open_events(context, path));
        outcome.check(expect::opened(openings.back()), path);
    }
    if (!co_await cause(context, outcome, "to everybody")) {
        co_return outcome;
    }
    Json first;
    for (std::size_t i = 0; i < openings.size(); ++i) {
        const Frame frame = co_await next_event(*openings[i].link);
        outcome.check(event_with(frame, "to everybody"), paths[i]);
        const Json json = frame.json();
        first = i == 0 ? json : first;
        outcome.check(expect::equal(first, json, "the event"), paths[i]);
    }
    co_return outcome;
}

// Causes an event and compares what is pushed with what is posted.
asio::awaitable<Outcome> same_as_posted(Context& context, WsLink& link, Json cause) {
    Outcome outcome;
    const std::string when = dump(cause);
    if (!outcome.check(co_await context.inject(std::move(cause)))) {
        co_return outcome;
    }
    const auto posted = co_await next_event_post(context);
    const Frame frame = co_await next_event(link);
    if (!posted) {
        co_return Outcome::error("the event was not posted, so there is nothing to compare with");
    }
    outcome.check(event(frame), when);
    outcome.check(expect::equal(posted->json(), frame.json(), "the event as posted"), when);
    co_return outcome;
}

asio::awaitable<Outcome> equal_to_the_post(Context& context) {
    WsOpening opening = co_await open_events(context);
    Outcome outcome = expect::opened(opening);
    if (!outcome.holds()) {
        co_return outcome;
    }
    Json event;
    event["post_type"] = "message";
    event["message_type"] = "private";
    event["user_id"] = context.target().user;
    event["message"] = "equal 你好 🙂 &#91;x&#93;";
    outcome.check(co_await same_as_posted(context, *opening.link, std::move(event)));
    co_return outcome;
}

// People and groups of the sandbox: this is for our gateway.
constexpr std::string_view every_kind[] = {
    R"({"post_type":"message","message_type":"group","group_id":20001,"user_id":10001,
        "message":"[CQ:face,id=14] [CQ:at,qq=all]"})",
    R"({"post_type":"message","message_type":"group","group_id":20001,"user_id":10001,
        "anonymous":{},"message":"who"})",
    R"({"post_type":"message","message_type":"discuss","discuss_id":30001,"user_id":10001,
        "message":"x"})",
    R"({"post_type":"notice","notice_type":"group_upload","group_id":20001,"user_id":10001,
        "file":{"name":"你好.txt","size":3}})",
    R"({"post_type":"request","request_type":"friend","user_id":10009,"comment":"你好"})"};

asio::awaitable<Outcome> every_kind_equal_to_the_post(Context& context) {
    WsOpening opening = co_await open_events(context);
    Outcome outcome = expect::opened(opening);
    for (const std::string_view cause : every_kind) {
        const bool gone = context.is_ob11() && cause.find("discuss") != std::string_view::npos;
        if (outcome.holds() && !gone) {
            outcome.check(co_await same_as_posted(context, *opening.link, *parse_json(cause)));
        }
    }
    co_return outcome;
}

asio::awaitable<Outcome> no_signature(Context& context) {
    WsOpening opening = co_await open_events(context);
    Outcome outcome = expect::opened(opening);
    outcome.check(expect::no_header(opening.reply, "X-Signature"), "the handshake");
    if (!co_await cause(context, outcome, "unsigned")) {
        co_return outcome;
    }
    const auto posted = co_await next_event_post(context);
    const Frame frame = co_await next_event(*opening.link);
    outcome.check(event_with(frame, "unsigned"));
    for (const char* name : {"signature", "sign", "sig", "X-Signature", "x_signature"}) {
        outcome.check(expect::lacks(frame.json(), name));
    }
    if (posted) {
        outcome.check(
            expect::equal(posted->json().size(), frame.json().size(), "the number of members"));
        const std::string signature = posted->header("X-Signature").value_or("");
        const bool inside =
            signature.size() > 5 && frame.payload.find(signature.substr(5)) != std::string::npos;
        outcome.check(expect::that(!inside, "no signature in the frame", frame.text()));
    }
    co_return outcome;
}

asio::awaitable<Outcome> frames_of_clients_are_ignored(Context& context) {
    Outcome outcome;
    for (const char* path : {"/event", "/event/"}) {
        WsOpening opening = co_await open_events(context, path);
        if (outcome.check(expect::opened(opening), path)) {
            outcome.check(co_await frames_are_ignored(context, *opening.link), path);
        }
    }
    co_return outcome;
}

// The event has reached /event when /api is asked something: it would be there before the answer.
asio::awaitable<Outcome> api_gets_no_events(Context& context) {
    Outcome outcome;
    for (const char* path : {"/api", "/api/"}) {
        WsOpening api = co_await context.open_ws(path);
        WsOpening events = co_await open_events(context);
        outcome.check(expect::opened(api), path);
        outcome.check(expect::opened(events), "/event");
        if (!co_await cause(context, outcome, "not for api")) {
            co_return outcome;
        }
        const Frame frame = co_await next_event(*events.link);
        outcome.check(event_with(frame, "not for api"), "/event");
        const Frame answer = co_await api.link->call("get_login_info", Json::object(), path);
        outcome.check(expect::echo(answer, path), std::string(path) + " after an event");
    }
    co_return outcome;
}

// --- beside HTTP POST -------------------------------------------------------------------------

asio::awaitable<Outcome> pushed_behind_the_post(Context& context) {
    context.hold_posts();
    WsOpening opening = co_await open_events(context);
    Outcome outcome = expect::opened(opening);
    if (!co_await cause(context, outcome, "first the post")) {
        co_return outcome;
    }
    auto posted = co_await next_event_post(context);
    if (!outcome.check(expect::that(posted.has_value(), "the event is posted", "no POST came"))) {
        co_return outcome;
    }
    outcome.check(co_await nothing_but_pong(*opening.link, "before the answer"),
                  "while the POST is not answered");
    posted->answer(204);
    const Frame frame = co_await next_event(*opening.link);
    outcome.check(event_with(frame, "first the post"), "when the POST is answered");
    co_return outcome;
}

// Answers the next post so; the push must come all the same.
asio::awaitable<Outcome> pushed_after(Context& context, WsLink& link, int status,
                                      std::string body) {
    Outcome outcome;
    const std::string text = fmt::format("after {}", status);
    if (!co_await cause(context, outcome, text)) {
        co_return outcome;
    }
    auto posted = co_await next_event_post(context);
    if (!outcome.check(expect::that(posted.has_value(), "the event is posted", "no POST came"))) {
        co_return outcome;
    }
    if (status == 0) {
        posted->answer_bytes("", true);
    } else {
        posted->answer(status, std::move(body));
    }
    posted.reset();
    context.post().answer_all(true);  // for one that posts it again
    const Frame frame = co_await next_event(link);
    outcome.check(event_with(frame, text),
                  "when the POST is answered with " + std::to_string(status));
    context.hold_posts();
    co_return outcome;
}

asio::awaitable<Outcome> pushed_though_the_post_failed(Context& context) {
    context.hold_posts();
    WsOpening opening = co_await open_events(context);
    Outcome outcome = expect::opened(opening);
    for (const int status : {500, 404, 302, 0}) {
        if (outcome.holds()) {
            outcome.check(co_await pushed_after(context, *opening.link, status, ""));
        }
    }
    co_return outcome;
}

asio::awaitable<Outcome> pushed_though_blocked(Context& context) {
    context.hold_posts();
    WsOpening opening = co_await open_events(context);
    Outcome outcome = expect::opened(opening);
    if (outcome.holds()) {
        outcome.check(co_await pushed_after(context, *opening.link, 200, R"({"block":true})"),
                      "with {\"block\":true}");
    }
    co_return outcome;
}

// --- which events, and when -------------------------------------------------------------------

asio::awaitable<Outcome> pushed_without_post(Context& context) {
    WsOpening opening = co_await open_events(context);
    Outcome outcome = expect::opened(opening);
    if (!co_await cause(context, outcome, "at once")) {
        co_return outcome;
    }
    const Frame frame = co_await next_event(*opening.link);
    co_return event_with(frame, "at once");
}

asio::awaitable<Outcome> nothing_from_before(Context& context) {
    WsOpening early = co_await open_events(context);
    Outcome outcome = expect::opened(early);
    if (!co_await cause(context, outcome, "early")) {
        co_return outcome;
    }
    const Frame frame = co_await next_event(*early.link);
    outcome.check(event_with(frame, "early"), "the connection that was there");
    WsOpening late = co_await context.open_ws("/event");
    if (!outcome.check(expect::opened(late))) {
        co_return outcome;
    }
    outcome.check(co_await nothing_but_pong(*late.link, "new"), "on the new connection");
    if (!co_await cause(context, outcome, "late")) {
        co_return outcome;
    }
    const Frame first = co_await next_event(*late.link);
    outcome.check(event_with(first, "late"), "the connection opened behind the first event");
    co_return outcome;
}

asio::awaitable<Outcome> in_order(Context& context) {
    constexpr int count = 20;
    WsOpening one = co_await open_events(context);
    WsOpening other = co_await open_events(context, "/event/");
    Outcome outcome = expect::opened(one);
    outcome.check(expect::opened(other));
    for (int i = 0; i < count && outcome.holds(); ++i) {
        outcome.check(co_await context.inject_message(std::to_string(i)));
    }
    for (int i = 0; i < count && outcome.holds(); ++i) {
        const Frame here = co_await next_event(*one.link);
        outcome.check(event_with(here, std::to_string(i)), "one connection");
        const Frame there = co_await next_event(*other.link);
        outcome.check(event_with(there, std::to_string(i)), "the other connection");
    }
    co_return outcome;
}

// One client is gone without a word, one does not read what it is sent.
asio::awaitable<Outcome> slow_clients_disturb_nobody(Context& context) {
    WsOpening dead = co_await open_events(context);
    WsOpening slow = co_await open_events(context);
    WsOpening good = co_await open_events(context);
    Outcome outcome = expect::opened(good);
    if (!outcome.holds() || !dead.link || !slow.link) {
        co_return outcome;
    }
    dead.link->wire().reset();
    for (int i = 0; i < many_large_events && outcome.holds(); ++i) {
        outcome.check(co_await large_event_comes(context, *good.link, i));
        const auto posted = co_await context.next_post();
        outcome.check(expect::that(posted.has_value(), "the event is posted", "no POST came"));
    }
    outcome.check(co_await on_api<calls_are_answered>(context), "calls beside a slow client");
    co_return outcome;
}

asio::awaitable<Outcome> told_apart_by_post_type(Context& context) {
    WsOpening api, events;
    if (context.is_40()) {
        api = co_await context.open_ws("/api");
        events = co_await open_events(context);
    } else {
        events = co_await open_events(context, "/");
    }
    WsLink& asked = context.is_40() ? *api.link : *events.link;
    Outcome outcome = expect::opened(events);
    for (const char* text :
         {R"({"action":"get_login_info"})", R"({"action":"no_such_action"})",
          R"({"action":"get_stranger_info"})", "no JSON", R"({"action":"get_login_info_async"})"}) {
        co_await asked.send_text(text);
        const Frame frame = co_await next_event(asked);
        outcome.check(expect::text_frame(frame), text);
        outcome.check(expect::lacks(frame.json(), "post_type"), text);
    }
    if (co_await cause(context, outcome, "an event")) {
        const Frame frame = co_await next_event(*events.link);
        outcome.check(event_with(frame, "an event"), "an event among answers");
    }
    co_return outcome;
}

asio::awaitable<Outcome> greeted_by_connect(Context& context) {
    Outcome outcome;
    for (const char* path : {"/event", "/event/", "/"}) {
        WsOpening opening = co_await context.open_ws(path);
        if (!outcome.check(expect::opened(opening), path)) {
            co_return outcome;
        }
        const Frame frame = co_await opening.link->receive_data();
        const Json json = frame.json();
        outcome.check(event(frame), path);
        for (const auto& [name, value] :
             {std::pair("post_type", "meta_event"), std::pair("meta_event_type", "lifecycle"),
              std::pair("sub_type", "connect")}) {
            outcome.check(expect::equal(value, member(json, name), name), path);
        }
        outcome.check(expect::equal(context.target().self_id, member(json, "self_id"), "self_id"),
                      path);
    }
    co_return outcome;
}

// Not by way of helpers that pass over meta events: there must be none.
asio::awaitable<Outcome> no_meta_events(Context& context) {
    Outcome outcome;
    for (const char* path : {"/event", "/event/"}) {
        WsOpening opening = co_await context.open_ws(path);
        if (!outcome.check(expect::opened(opening), path)) {
            co_return outcome;
        }
        FrameOut ping;
        ping.op = opcode::ping;
        ping.payload = "quiet";
        co_await opening.link->send(std::move(ping));
        const Frame pong = co_await next_but_pings(*opening.link);
        outcome.check(
            expect::that(pong.op == opcode::pong, "nothing before the first pong", pong.text()),
            path);
        if (!co_await cause(context, outcome, "the first")) {
            co_return outcome;
        }
        const Frame frame = co_await opening.link->receive_data();
        outcome.check(event_with(frame, "the first"), path);
    }
    co_return outcome;
}

constexpr Needs events = Needs(Need::ws) | Need::inject | Need::user;

constexpr Case table[] = {
    {.id = "ws-event/reaches-every-connection",
     .requirements = "WS-050",
     .sentence = "An event is sent to every connection that is open on /event.",
     .sends = "an event, with connections to /event and /event/ (and / where that is one)",
     .expects = "the same event on each",
     .needs = events,
     .run = reaches_everybody},
    {.id = "ws-event/equals-the-post",
     .requirements = "WS-051",
     .sentence = "An event is one text frame, equal to what HTTP POST sends.",
     .sends = "a private message with letters that JSON and CQ codes escape",
     .expects = "a text frame with the JSON of the POST",
     .needs = events | Need::post,
     .setup = &setup::post,
     .run = equal_to_the_post},
    {.id = "ws-event/equals-the-post-for-every-kind",
     .requirements = "WS-051",
     .sentence = "Events of every kind are pushed as they are posted.",
     .sends = "messages of groups and discusses, an upload, a request",
     .expects = "text frames with the JSON of the POSTs",
     .needs = events | Need::post | Need::group,
     .setup = &setup::post,
     .own_scope = Scope::ours,
     .run = every_kind_equal_to_the_post},
    {.id = "ws-event/is-not-signed",
     .requirements = "WS-052",
     .sentence = "There is no signature of any kind.",
     .sends = "an event, with a secret configured",
     .expects = "no signature at the handshake nor in the frame",
     .needs = events | Need::post,
     .setup = &setup::signed_post,
     .run = no_signature},
    {.id = "ws-event/frames-of-clients-are-ignored",
     .requirements = "WS-053 WS-003",
     .sentence = "What clients send on /event is neither a call nor a quick operation.",
     .sends = "calls, a quick operation and garbage on /event and /event/, then an event",
     .expects = "no answer, no effect, then the event",
     .needs = events | Need::http | Need::group,
     .run = frames_of_clients_are_ignored},
    {.id = "ws-event/none-on-api",
     .requirements = "WS-054 WS-003",
     .sentence = "Connections on /api never receive events.",
     .sends = "an event, then a call over /api and /api/",
     .expects = "the answer first",
     .needs = events,
     .run = api_gets_no_events},
    {.id = "ws-event/pushed-behind-the-post",
     .requirements = "WS-055",
     .sentence = "An event is pushed when its POST is over, not before.",
     .sends = "an event whose POST is answered late; a ping on /event before",
     .expects = "the pong, and the event after the answer",
     .needs = events | Need::post,
     .setup = &setup::post,
     .run = pushed_behind_the_post},
    {.id = "ws-event/pushed-though-the-post-failed",
     .requirements = "WS-056",
     .sentence = "A POST that fails does not prevent the push.",
     .sends = "events whose POSTs are answered with 500, 404, 302 and not at all",
     .expects = "each of the events",
     .needs = events | Need::post,
     .setup = &setup::post,
     .run = pushed_though_the_post_failed},
    {.id = "ws-event/pushed-though-blocked",
     .requirements = "WS-057",
     .sentence = "{\"block\":true} in the answer to the POST does not prevent the push.",
     .sends = "an event whose POST is answered so",
     .expects = "the event",
     .needs = events | Need::post,
     .setup = &setup::post,
     .run = pushed_though_blocked},
    {.id = "ws-event/pushed-without-a-post",
     .requirements = "WS-058",
     .sentence = "Without post_url an event is pushed at once.",
     .sends = "an event",
     .expects = "the event",
     .needs = events,
     .setup = &setup::open,
     .run = pushed_without_post},
    {.id = "ws-event/nothing-from-before",
     .requirements = "WS-059",
     .sentence = "Events from before a connection was opened are not delivered to it.",
     .sends = "an event, a new connection, another event",
     .expects = "the second event as the first on the new connection",
     .needs = events,
     .run = nothing_from_before},
    {.id = "ws-event/in-order",
     .requirements = "WS-060",
     .sentence = "Events reach each connection in the order they occurred.",
     .sends = "twenty events, with two connections",
     .expects = "them in their order on both",
     .needs = events,
     .run = in_order},
    {.id = "ws-event/slow-clients-disturb-nobody",
     .requirements = "WS-061",
     .sentence = "A dead or a slow client delays nobody else.",
     .sends = "8 MiB of events, with one client reset and one that does not read",
     .expects = "every event at the third client and by POST, and answers on /api",
     .needs = events | Need::post,
     .setup = &setup::post,
     .run = slow_clients_disturb_nobody},
    {.id = "ws-event/told-apart-by-post-type",
     .requirements = "WS-062",
     .sentence = "Every event has post_type, no answer has.",
     .sends = "calls, then an event; on / where that is an endpoint",
     .expects = "answers without and an event with post_type",
     .needs = events,
     .run = told_apart_by_post_type},
    {.id = "ws-event/greeted-by-connect",
     .requirements = "WS-063",
     .sentence = "A new connection for events first gets the meta event lifecycle, connect.",
     .sends = "handshakes for /event, /event/ and /",
     .expects = "meta_event, lifecycle, connect as the first frame",
     .needs = Need::ws,
     .run = greeted_by_connect},
    {.id = "ws-event/no-meta-events",
     .requirements = "WS-064",
     .sentence = "There are no meta events: nothing comes before the first event of the account.",
     .sends = "a ping on a new connection, then an event",
     .expects = "the pong, then the event",
     .needs = events,
     .run = no_meta_events},
};

}  // namespace

std::span<const Case> ws_event_cases() {
    return table;
}

}  // namespace cqhttp::conformance
