// Chapter 02, section 1: what connections to the WebSocket server go through, frame by frame.
#include "conformance/cases/chapters.hpp"
#include "conformance/cases/ws_steps.hpp"

#include <fmt/format.h>

#include <string>
#include <utility>
#include <vector>

namespace cqhttp::conformance {
namespace {

asio::awaitable<Outcome> answers(Context&, WsLink& link) {
    const Frame frame = co_await link.call("get_login_info");
    co_return expect::ok(frame);
}

asio::awaitable<Outcome> many_connections(Context& context) {
    constexpr int count = 64;
    Outcome outcome;
    std::vector<WsOpening> apis, events;
    for (int i = 0; i < count && outcome.holds(); ++i) {
        apis.push_back(co_await context.open_ws("/api"));
        events.push_back(co_await context.open_ws("/event"));
        outcome.check(expect::opened(apis.back()), fmt::format("connection {} of /api", i + 1));
        outcome.check(expect::opened(events.back()), fmt::format("connection {} of /event", i + 1));
    }
    for (int i = 0; i < count && outcome.holds(); ++i) {
        const auto at = static_cast<std::size_t>(i);
        const Frame frame =
            co_await apis[at].link->call("get_login_info", Json::object(), numbered(i));
        outcome.check(expect::echo(frame, numbered(i)),
                      "with 64 connections each to /api and /event");
        outcome.check(co_await nothing_but_pong(*events[at].link, std::to_string(i)),
                      fmt::format("connection {} of /event", i + 1));
    }
    co_return outcome;
}

asio::awaitable<Outcome> stays_open(Context& context, WsLink& link) {
    Outcome outcome = co_await survives_errors(context, link);
    for (int i = 0; i < 20 && outcome.holds(); ++i) {
        const Frame frame = co_await link.call("get_login_info", Json::object(), numbered(i));
        outcome.check(expect::ok(frame), fmt::format("call {} on one connection", i + 1));
    }
    co_return outcome;
}

asio::awaitable<Outcome> one_connection_per_call(Context& context) {
    Outcome outcome;
    for (int i = 0; i < 5 && outcome.holds(); ++i) {
        outcome.check(co_await on_api<answers>(context), "a connection for one call");
    }
    co_return outcome;
}

asio::awaitable<Outcome> event_pings(Context& context) {
    Outcome outcome;
    for (const char* path : {"/event", "/event/"}) {
        WsOpening opening = co_await context.open_ws(path);
        if (outcome.check(expect::opened(opening), path)) {
            outcome.check(co_await pings_get_their_pong(context, *opening.link), path);
        }
    }
    co_return outcome;
}

asio::awaitable<Outcome> pongs_are_ignored(Context&, WsLink& link) {
    for (const char* payload : {"", "nobody asked"}) {
        FrameOut pong;
        pong.op = opcode::pong;
        pong.payload = payload;
        co_await link.send(std::move(pong));
    }
    const Frame frame = co_await link.call("get_login_info");
    co_return expect::ok(frame);
}

asio::awaitable<void> send_piece(WsLink& link, int op, std::string payload, bool last) {
    FrameOut frame;
    frame.op = op;
    frame.payload = std::move(payload);
    frame.fin = last;
    co_await link.send(std::move(frame));
}

// Cut within a character of the echo, with an empty piece.
asio::awaitable<Outcome> fragments(Context&, WsLink& link) {
    const std::string text = R"({"action":"get_login_info","echo":"你好"})";
    const std::size_t cut = text.find("你") + 1;
    co_await send_piece(link, opcode::text, text.substr(0, 5), false);
    co_await send_piece(link, opcode::continuation, "", false);
    co_await send_piece(link, opcode::continuation, text.substr(5, cut - 5), false);
    co_await send_piece(link, opcode::continuation, text.substr(cut), true);
    const Frame frame = co_await link.receive_data();
    Outcome outcome = expect::ok(frame);
    outcome.check(expect::echo(frame, "你好"), "a call in four pieces");
    co_return outcome;
}

asio::awaitable<Outcome> control_between_fragments(Context&, WsLink& link) {
    const std::string text = R"({"action":"get_login_info"})";
    co_await send_piece(link, opcode::text, text.substr(0, 7), false);
    co_await send_piece(link, opcode::ping, "between", true);
    const Frame pong = co_await next_but_pings(link);
    Outcome outcome = expect::that(pong.op == opcode::pong && pong.payload == "between",
                                   "the pong of a ping between two pieces", pong.text());
    co_await send_piece(link, opcode::continuation, text.substr(7), true);
    const Frame frame = co_await link.receive_data();
    outcome.check(expect::ok(frame), "a call in two pieces with a ping between them");
    co_return outcome;
}

asio::awaitable<Outcome> close_is_answered(Context& context) {
    Outcome outcome;
    for (const char* path : {"/api", "/event"}) {
        for (const int code : {1000, 1001, 3000, 0}) {
            WsOpening opening = co_await context.open_ws(path);
            outcome.check(expect::opened(opening), path);
            if (!outcome.holds()) {
                co_return outcome;
            }
            const Frame last = co_await opening.link->close(code);
            const std::string when = fmt::format("{} closed with {}", path, code);
            outcome.check(expect::that(last.op == opcode::close, "a close frame", last.text()),
                          when);
            outcome.check(expect::that(!opening.link->wire().timed_out(),
                                       "the server ends the TCP connection", "it stays open"),
                          when);
        }
    }
    co_return outcome;
}

asio::awaitable<Outcome> unmasked(Context&, WsLink& link) {
    FrameOut frame;
    frame.payload = R"({"action":"get_login_info"})";
    frame.masked = false;
    co_await link.send(std::move(frame));
    const Frame last = co_await last_frame(link);
    co_return expect::closed_with(last, 1002);
}

constexpr std::size_t longest_message = 32 * 1024 * 1024;

asio::awaitable<Outcome> large_is_taken(Context&, WsLink& link) {
    const std::string head = R"({"action":"get_login_info","padding":")";
    std::string text = head + std::string(longest_message - head.size() - 2, 'x') + "\"}";
    const Frame frame = co_await link.ask(std::move(text));
    co_return expect::ok(frame);
}

// A frame that announces one byte more; what it announces need not come.
asio::awaitable<Outcome> too_large_is_refused(Context&, WsLink& link) {
    std::string bytes("\x81\xff\x00\x00\x00\x00\x02\x00\x00\x01\x11\x22\x33\x44", 14);
    co_await link.wire().send(std::move(bytes), "[text of 32 MiB and a byte, only its head]");
    const Frame last = co_await last_frame(link);
    co_return expect::closed_with(last, 1009);
}

asio::awaitable<Outcome> only_text_frames(Context&, WsLink& link) {
    Outcome outcome;
    for (const char* text : {R"({"action":"get_login_info"})", R"({"action":"get_group_list"})",
                             R"({"action":"get_stranger_info"})", R"({"action":"no_such_action"})",
                             R"({"action":"get_login_info_async"})", "no JSON"}) {
        const Frame frame = co_await link.ask(text);
        outcome.check(expect::text_frame(frame), std::string("after ") + text);
        outcome.check(expect::that(!frame.masked, "no mask", "a masked frame"), text);
    }
    co_return outcome;
}

asio::awaitable<Outcome> restart_says_1001(Context& context) {
    Outcome outcome;
    std::vector<WsOpening> openings;
    for (const char* path : {"/api", "/event", "/event/"}) {
        openings.push_back(co_await open_events(context, path));
        outcome.check(expect::opened(openings.back()), path);
    }
    if (!outcome.holds()) {
        co_return outcome;
    }
    co_await restart(context);
    for (WsOpening& opening : openings) {
        const Frame last = co_await last_frame(*opening.link);
        outcome.check(expect::closed_with(last, 1001), "when the gateway restarts");
        co_await answer_close(*opening.link, 1001);
    }
    outcome.check(co_await until_served(context), "after the restart");
    co_return outcome;
}

constexpr Case table[] = {
    {.id = "ws-frames/64-connections-at-a-time",
     .requirements = "WS-012",
     .sentence = "64 connections to each endpoint at a time are served.",
     .sends = "64 handshakes each for /api and /event, a call or a ping on each",
     .expects = "101, then an answer on each",
     .needs = Need::ws,
     .run = many_connections},
    {.id = "ws-frames/connections-stay-open",
     .requirements = "WS-013 WS-026",
     .sentence = "A connection stays open after an answer, whatever it was.",
     .sends = "calls that fail and calls that do not, on one connection",
     .expects = "an answer to each",
     .needs = Need::ws,
     .run = on_api<stays_open>},
    {.id = "ws-frames/one-connection-per-call",
     .requirements = "WS-013",
     .sentence = "A client may open a connection for each call.",
     .sends = "five connections with a call each",
     .expects = "an answer on each",
     .needs = Need::ws,
     .run = one_connection_per_call},
    {.id = "ws-frames/ping-gets-its-pong",
     .requirements = "WS-014",
     .sentence = "A ping on /api is answered by one pong with the same payload.",
     .sends = "pings with 0, 1 and 125 bytes",
     .expects = "a pong for each, once",
     .needs = Need::ws,
     .run = on_api<pings_get_their_pong>},
    {.id = "ws-frames/ping-gets-its-pong-on-event",
     .requirements = "WS-014",
     .sentence = "A ping on /event is answered by one pong with the same payload.",
     .sends = "pings with 0, 1 and 125 bytes",
     .expects = "a pong for each, once",
     .needs = Need::ws,
     .run = event_pings},
    {.id = "ws-frames/pong-is-ignored",
     .requirements = "WS-014",
     .sentence = "A pong that nobody asked for is ignored.",
     .sends = "two pongs, then a call",
     .expects = "the answer to the call",
     .needs = Need::ws,
     .run = on_api<pongs_are_ignored>},
    {.id = "ws-frames/fragments-are-joined",
     .requirements = "WS-015",
     .sentence = "A message in several frames is joined.",
     .sends = "a call in four pieces, one empty, one that ends within a character",
     .expects = "one answer",
     .needs = Need::ws,
     .run = on_api<fragments>},
    {.id = "ws-frames/control-between-fragments",
     .requirements = "WS-015",
     .sentence = "Control frames may come between the pieces of a message.",
     .sends = "a piece of a call, a ping, the other piece",
     .expects = "the pong, then the answer",
     .needs = Need::ws,
     .run = on_api<control_between_fragments>},
    {.id = "ws-frames/close-is-answered",
     .requirements = "WS-016",
     .sentence = "A close frame is answered by a close frame, then TCP is closed.",
     .sends = "close frames with 1000, 1001, 3000 and without a status on /api and /event",
     .expects = "a close frame and the end of the connection",
     .needs = Need::ws,
     .run = close_is_answered},
    {.id = "ws-frames/unmasked-frame-ends-it",
     .requirements = "WS-017",
     .sentence = "An unmasked frame of a client leads to close 1002.",
     .sends = "a call in an unmasked frame",
     .expects = "a close frame with status 1002",
     .needs = Need::ws,
     .run = on_api<unmasked>},
    {.id = "ws-frames/32-mib-are-taken",
     .requirements = "WS-018",
     .sentence = "Messages of up to 32 MiB are accepted.",
     .sends = "a call of exactly 32 MiB",
     .expects = "its answer",
     .needs = Need::ws,
     .run = on_api<large_is_taken>},
    {.id = "ws-frames/more-than-32-mib-get-1009",
     .requirements = "WS-018",
     .sentence = "A message of more than 32 MiB leads to close 1009.",
     .sends = "the head of a frame of 32 MiB and one byte",
     .expects = "a close frame with status 1009",
     .needs = Need::ws,
     .run = on_api<too_large_is_refused>},
    {.id = "ws-frames/only-text-frames-come",
     .requirements = "WS-019",
     .sentence = "All the server sends is text frames, each with one JSON document.",
     .sends = "calls of every kind",
     .expects = "a text frame for each",
     .needs = Need::ws,
     .run = on_api<only_text_frames>},
    {.id = "ws-frames/restart-closes-with-1001",
     .requirements = "WS-034",
     .sentence = "On restart every connection is closed with 1001, never 1000.",
     .sends = "a restart by its action, over HTTP",
     .expects = "close frames with status 1001; the HTTP API answers again",
     .needs = Need::ws | Need::http | Need::disposable,
     .run = restart_says_1001},
};

}  // namespace

std::span<const Case> ws_frames_cases() {
    return table;
}

}  // namespace cqhttp::conformance
