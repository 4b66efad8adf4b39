// Chapter 02, section 1: the WebSocket server, its paths and handshakes.
#include "conformance/cases/chapters.hpp"
#include "conformance/cases/ws_steps.hpp"

#include <fmt/format.h>

#include <string>
#include <utility>
#include <vector>

namespace cqhttp::conformance {
namespace {

// --- paths ------------------------------------------------------------------------------------

asio::awaitable<Outcome> answers(Context&, WsLink& link) {
    const Frame frame = co_await link.call("get_login_info");
    co_return expect::ok(frame);
}

asio::awaitable<Outcome> nothing_listens_when_off(Context& context) {
    Wire wire = context.new_wire("ws");
    Url url;
    url.host = context.target().http->host;
    url.port = context.target().unused_port;
    const bool connected = co_await wire.connect(url);
    co_return expect::that(!connected, "the connection is refused", "it is accepted");
}

asio::awaitable<Outcome> all_open(Context& context, std::vector<std::string> paths) {
    Outcome outcome;
    for (const std::string& path : paths) {
        const WsOpening opening = co_await context.open_ws(path);
        outcome.check(expect::opened(opening), path);
    }
    co_return outcome;
}

asio::awaitable<Outcome> none_opens(Context& context, std::vector<std::string> paths) {
    Outcome outcome;
    for (const std::string& path : paths) {
        const WsOpening opening = co_await context.open_ws(path);
        outcome.check(expect::refused(opening), path);
    }
    co_return outcome;
}

asio::awaitable<Outcome> endpoints(Context& context) {
    std::vector<std::string> paths{"/api", "/api/", "/event", "/event/"};
    return all_open(context, std::move(paths));
}

asio::awaitable<Outcome> nothing_may_follow(Context& context) {
    std::vector<std::string> paths{"/api/get_login_info", "/apis", "/api//", "/event/x", "/events"};
    return none_opens(context, std::move(paths));
}

asio::awaitable<Outcome> other_paths(Context& context) {
    std::vector<std::string> paths{"/other", "/v2/api/", "/API/", "//", "/ws"};
    return none_opens(context, std::move(paths));
}

asio::awaitable<Outcome> other_paths_get_404(Context& context) {
    Outcome outcome;
    for (const char* path : {"/other", "/other/api", "/api/x"}) {
        const WsOpening opening = co_await context.open_ws(path);
        outcome.check(expect::status(opening.reply, 404), path);
    }
    co_return outcome;
}

asio::awaitable<Outcome> root_is_no_endpoint(Context& context) {
    std::vector<std::string> paths{"/", "/?access_token=x"};
    return none_opens(context, std::move(paths));
}

// The role of a connection is seen in what it does: it answers a call and gets an event.
asio::awaitable<Outcome> root_serves_both(Context& context) {
    WsOpening opening = co_await open_events(context, "/");
    Outcome outcome = expect::opened(opening);
    if (!outcome.holds()) {
        co_return outcome;
    }
    co_await opening.link->send_text(R"({"action":"get_login_info","echo":"root"})");
    const Frame answer = co_await next_event(*opening.link);
    outcome.check(expect::ok(answer), "a call on /");
    outcome.check(expect::echo(answer, "root"), "a call on /");
    if (co_await cause(context, outcome, "to the root")) {
        const Frame frame = co_await next_event(*opening.link);
        outcome.check(event_with(frame, "to the root"), "an event on /");
    }
    co_return outcome;
}

asio::awaitable<Outcome> query_is_no_path(Context& context) {
    std::vector<std::string> paths{"/api?x=1", "/api/?path=/event", "/event?/api", "/event/?a=b&c"};
    return all_open(context, std::move(paths));
}

// get_stranger_info fails without a user_id, and that of the address does not count.
asio::awaitable<Outcome> query_is_no_parameter(Context& context) {
    WsOpening opening =
        co_await context.open_ws(fmt::format("/api/?user_id={}", context.target().user));
    Outcome outcome = expect::opened(opening);
    if (outcome.holds()) {
        const Frame frame = co_await opening.link->call("get_stranger_info");
        outcome.check(expect::failed(frame), "get_stranger_info without parameters");
    }
    co_return outcome;
}

// --- handshake --------------------------------------------------------------------------------

asio::awaitable<Outcome> any_origin(Context& context) {
    Outcome outcome;
    for (const char* origin : {"http://localhost", "https://bot.example", "null", "file://"}) {
        for (const char* path : {"/api/", "/event/"}) {
            Headers headers = context.authorization(context.target().token);
            headers.emplace_back("Origin", origin);
            const WsOpening opening = co_await context.open_ws_with(path, std::move(headers));
            outcome.check(expect::opened(opening), fmt::format("{}, Origin {}", path, origin));
        }
    }
    co_return outcome;
}

// A handshake in other letters than usual, of that version.
asio::awaitable<WsOpening> knock(Context& context, std::string key, int version) {
    WsOpening opening;
    Url url = *context.target().ws;
    Wire wire = context.new_wire("ws");
    co_await wire.connect(url);
    std::string request = fmt::format(
        "GET /api HTTP/1.1\r\nhost: {}\r\nCONNECTION: keep-alive, Upgrade\r\nupgrade: WebSocket\r\n"
        "sec-websocket-key: {}\r\nSec-Websocket-Version: {}\r\n",
        url.host_header(), key, version);
    for (const auto& [name, value] : context.authorization(context.target().token)) {
        request += fmt::format("{}: {}\r\n", name, value);
    }
    co_await wire.send(request + "\r\n");
    opening.key = std::move(key);
    opening.reply = co_await read_reply(wire, "GET");
    if (opening.reply.status == 101) {
        opening.link.emplace(std::move(wire), WsLink::Side::client);
    }
    co_return opening;
}

asio::awaitable<Outcome> handshake(Context& context) {
    Outcome outcome;
    for (const char* key : {"AAAAAAAAAAAAAAAAAAAAAA==", "x3JJHMbDL1EzLkh9GBhXDw=="}) {
        WsOpening opening = co_await knock(context, key, 13);
        outcome.check(expect::opened(opening), std::string("key ") + key);
        if (opening.link) {
            const Frame frame = co_await opening.link->call("get_login_info");
            outcome.check(expect::ok(frame), "a call behind the handshake");
        }
    }
    co_return outcome;
}

asio::awaitable<Outcome> another_version(Context& context) {
    const WsOpening opening = co_await knock(context, "x3JJHMbDL1EzLkh9GBhXDw==", 8);
    co_return expect::refused(opening);
}

asio::awaitable<Outcome> offers_are_free(Context& context) {
    Headers headers = context.authorization(context.target().token);
    headers.emplace_back("Sec-WebSocket-Extensions",
                         "permessage-deflate; client_max_window_bits, x-other");
    headers.emplace_back("Sec-WebSocket-Protocol", "cqhttp, other");
    WsOpening opening = co_await context.open_ws_with("/api/", std::move(headers));
    Outcome outcome = expect::opened(opening);
    const std::string protocol = opening.reply.header("Sec-WebSocket-Protocol").value_or("cqhttp");
    outcome.check(expect::that(protocol == "cqhttp" || protocol == "other",
                               "one of the subprotocols that were offered, or none", protocol));
    // Whoever agrees on compression may use it, and this suite does not read it.
    const bool plain = !opening.reply.header("Sec-WebSocket-Extensions");
    if (outcome.holds() && plain) {
        const Frame frame = co_await opening.link->call("get_login_info");
        outcome.check(expect::ok(frame), "a call after an offer that was not taken up");
    }
    co_return outcome;
}

asio::awaitable<Outcome> no_upgrade(Context& context) {
    Outcome outcome;
    for (const char* path : {"/api", "/event/"}) {
        const Url url = *context.target().ws;
        Wire wire = context.new_wire("ws");
        co_await wire.connect(url);
        co_await wire.send(context.with_token(get(path)).bytes(url.host_header()));
        const HttpReply reply = co_await read_reply(wire, "GET");
        const bool right = reply.status == 426 || reply.status == 400;
        outcome.check(expect::that(right, "HTTP 426 or 400", reply.text()), path);
    }
    co_return outcome;
}

constexpr Case table[] = {
    {.id = "ws-server/answers",
     .requirements = "WS-001",
     .sentence = "With the WebSocket server on, it listens and answers.",
     .sends = "a call over /api",
     .expects = "a reply",
     .needs = Need::ws,
     .run = on_api<answers>},
    {.id = "ws-server/nothing-listens-when-off",
     .requirements = "WS-002",
     .sentence = "With the WebSocket server off nothing listens on its port.",
     .sends = "a TCP connection to ws_port",
     .expects = "it is refused",
     .needs = Need::http,
     .setup = &setup::ws_off,
     .run = nothing_listens_when_off},
    {.id = "ws-server/slash-may-end-the-path",
     .requirements = "WS-003",
     .sentence = "/api and /event take connections, with and without a slash at the end.",
     .sends = "handshakes for /api, /api/, /event and /event/",
     .expects = "101",
     .needs = Need::ws,
     .run = endpoints},
    {.id = "ws-server/nothing-may-follow-the-path",
     .requirements = "WS-003 WS-006",
     .sentence = "Nothing but a slash may follow /api and /event.",
     .sends = "handshakes for /api/get_login_info, /apis, /api//, /event/x, /events",
     .expects = "no WebSocket",
     .needs = Need::ws,
     .run = nothing_may_follow},
    {.id = "ws-server/root-serves-calls-and-events",
     .requirements = "WS-004",
     .sentence = "/ serves calls and events on one connection.",
     .sends = "a call over /, then an event",
     .expects = "the answer, and the event",
     .needs = Need::ws | Need::inject | Need::user,
     .run = root_serves_both},
    {.id = "ws-server/root-is-no-endpoint",
     .requirements = "WS-005",
     .sentence = "/ is no endpoint.",
     .sends = "a handshake for /",
     .expects = "no WebSocket",
     .needs = Need::ws,
     .run = root_is_no_endpoint},
    {.id = "ws-server/other-paths-are-refused",
     .requirements = "WS-006",
     .sentence = "A handshake for any other path is not completed.",
     .sends = "handshakes for /other, /v2/api/, /API/, // and /ws",
     .expects = "no WebSocket",
     .needs = Need::ws,
     .run = other_paths},
    {.id = "ws-server/other-paths-get-404",
     .requirements = "WS-006",
     .sentence = "A handshake for another path is answered with 404.",
     .sends = "handshakes for /other, /other/api and /api/x",
     .expects = "HTTP 404",
     .needs = Need::ws,
     .own_level = Level::should,
     .run = other_paths_get_404},
    {.id = "ws-server/query-plays-no-part-in-routing",
     .requirements = "WS-007",
     .sentence = "The query does not change where an address leads.",
     .sends = "handshakes for /api?x=1, /api/?path=/event, /event?/api, /event/?a=b&c",
     .expects = "101",
     .needs = Need::ws,
     .run = query_is_no_path},
    {.id = "ws-server/query-is-no-parameter-of-calls",
     .requirements = "WS-007",
     .sentence = "What stands in the query of the address is no parameter of the calls.",
     .sends = "get_stranger_info without parameters over /api/?user_id=...",
     .expects = "status failed",
     .needs = Need::ws | Need::user,
     .run = query_is_no_parameter},
    {.id = "ws-server/any-origin-may-connect",
     .requirements = "WS-008",
     .sentence = "Handshakes are accepted whatever Origin says.",
     .sends = "handshakes with four different Origins",
     .expects = "101",
     .needs = Need::ws,
     .run = any_origin},
    {.id = "ws-server/handshake-as-in-rfc-6455",
     .requirements = "WS-009",
     .sentence = "The handshake is that of RFC 6455; names of headers are in any case.",
     .sends = "handshakes with two keys, Connection: keep-alive, Upgrade",
     .expects = "101 with Upgrade, Connection and the right Sec-WebSocket-Accept",
     .needs = Need::ws,
     .run = handshake},
    {.id = "ws-server/another-version-is-refused",
     .requirements = "WS-009",
     .sentence = "The version of the protocol is 13 and no other.",
     .sends = "a handshake with Sec-WebSocket-Version: 8",
     .expects = "no WebSocket",
     .needs = Need::ws,
     .run = another_version},
    {.id = "ws-server/offers-are-no-obstacle",
     .requirements = "WS-010",
     .sentence = "Clients that offer extensions or subprotocols can connect.",
     .sends = "a handshake that offers permessage-deflate and two subprotocols",
     .expects = "101; one of the subprotocols or none",
     .needs = Need::ws,
     .run = offers_are_free},
    {.id = "ws-server/plain-http-gets-426",
     .requirements = "WS-011",
     .sentence = "An HTTP request without an upgrade is answered with 426 or 400.",
     .sends = "GET /api and GET /event/",
     .expects = "HTTP 426 or 400",
     .needs = Need::ws,
     .run = no_upgrade},
};

}  // namespace

std::span<const Case> ws_server_cases() {
    return table;
}

}  // namespace cqhttp::conformance
