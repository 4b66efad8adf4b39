// Chapter 03, sections 1 and 2: the connections of the target to the suite and their handshakes.
#include "conformance/cases/chapters.hpp"
#include "conformance/cases/ws_steps.hpp"
#include "gateway/base/text.hpp"

#include <fmt/format.h>

#include <string>
#include <utility>
#include <vector>

namespace cqhttp::conformance {
namespace {

// --- which connections ------------------------------------------------------------------------

asio::awaitable<Outcome> connects_for_both(Context& context) {
    WsLink* api = co_await context.reverse_api();
    Outcome outcome;
    if (outcome.check(connected(api), "for calls")) {
        const Frame frame = co_await api->call("get_login_info");
        outcome.check(expect::ok(frame), "a call");
    }
    WsLink* event_link = co_await context.reverse_event();
    outcome.check(connected(event_link), "for events");
    if (co_await cause(context, outcome, "for both")) {
        const Frame frame = co_await next_event(*event_link);
        outcome.check(event_with(frame, "for both"), "an event");
    }
    co_return outcome;
}

// Whether the target has not come to an address, after time enough for answers to several calls.
asio::awaitable<Outcome> nobody_came(Context& context, std::vector<std::string> paths) {
    Outcome outcome;
    for (int i = 0; i < 5; ++i) {
        const HttpReply reply = co_await context.send(get("/get_login_info"));
        outcome.check(expect::ok(reply));
    }
    for (const std::string& path : paths) {
        outcome.check(expect::that(!context.reverse_server().visited(path),
                                   "no connection to " + path, "one came"));
    }
    co_return outcome;
}

asio::awaitable<Outcome> nowhere(Context& context) {
    std::vector<std::string> paths{"/api/", "/event/", "/"};
    return nobody_came(context, std::move(paths));
}

asio::awaitable<Outcome> api_alone(Context& context) {
    Outcome outcome = co_await on_reverse_api<calls_are_answered>(context);
    std::vector<std::string> paths{"/event/", "/"};
    outcome.check(co_await nobody_came(context, std::move(paths)));
    co_return outcome;
}

asio::awaitable<Outcome> event_alone(Context& context) {
    WsLink* link = co_await context.reverse_event();
    Outcome outcome = connected(link);
    if (!co_await cause(context, outcome, "alone")) {
        co_return outcome;
    }
    const Frame frame = co_await next_event(*link);
    outcome.check(event_with(frame, "alone"));
    std::vector<std::string> paths{"/api/", "/"};
    outcome.check(co_await nobody_came(context, std::move(paths)));
    co_return outcome;
}

// Both get a call, and there is an event: one must answer, the other bring the event.
asio::awaitable<Outcome> two_to_one_address(Context& context) {
    Outcome outcome;
    std::vector<WsLink> links;
    for (int i = 0; i < 2; ++i) {
        auto visitor = co_await context.reverse_server().next("/");
        if (!outcome.check(expect::that(visitor.has_value(), "two connections to one address",
                                        fmt::format("{} came", i)))) {
            co_return outcome;
        }
        links.push_back(co_await visitor->let_in());
        co_await links.back().settle();
        co_await links.back().send_text(R"({"action":"get_login_info","echo":"call"})");
    }
    if (!co_await cause(context, outcome, "for one of two")) {
        co_return outcome;
    }
    int answers = 0, brought = 0;
    for (WsLink& link : links) {
        const Frame frame = co_await next_event(link);
        answers += expect::echo(frame, "call") ? 0 : 1;
        brought += event_with(frame, "for one of two") ? 0 : 1;
    }
    outcome.check(expect::that(answers == 1 && brought == 1,
                               "one connection answers the call, the other brings the event",
                               fmt::format("{} answered, {} brought it", answers, brought)));
    outcome.check(expect::that(!context.reverse_server().visited("/"),
                               "two connections and no more", "a third came"));
    co_return outcome;
}

// The client for events has no address of its own.
asio::awaitable<Outcome> fallback_for_events(Context& context) {
    Outcome outcome = co_await on_reverse_api<calls_are_answered>(context);
    WsLink* link = co_await context.reverse_both();
    outcome.check(connected(link), "to the fallback");
    if (co_await cause(context, outcome, "by fallback")) {
        const Frame frame = co_await next_event(*link);
        outcome.check(event_with(frame, "by fallback"));
    }
    co_return outcome;
}

asio::awaitable<Outcome> universal(Context& context) {
    WsLink* link = co_await context.reverse_both();
    Outcome outcome = connected(link);
    if (link == nullptr) {
        co_return outcome;
    }
    co_await link->send_text(R"({"action":"get_login_info","echo":"both"})");
    const Frame answer = co_await next_event(*link);
    outcome.check(expect::echo(answer, "both"), "a call");
    if (co_await cause(context, outcome, "on both")) {
        const Frame frame = co_await next_event(*link);
        outcome.check(event_with(frame, "on both"), "an event");
    }
    std::vector<std::string> paths{"/api/", "/event/", "/"};
    outcome.check(co_await nobody_came(context, std::move(paths)), "beside that connection");
    co_return outcome;
}

asio::awaitable<Outcome> connects_at_the_start(Context& context) {
    Outcome outcome;
    for (const char* path : {"/api/", "/event/"}) {
        const auto visitor = co_await context.reverse_server().next(path);
        outcome.check(
            expect::that(visitor.has_value(), "a connection without any event", "none came"), path);
    }
    co_return outcome;
}

asio::awaitable<Outcome> connects_after_a_restart(Context& context) {
    Outcome outcome = co_await connects_for_both(context);
    WsLink* api = co_await context.reverse_api();
    WsLink* event_link = co_await context.reverse_event();
    if (!outcome.holds() || api == nullptr || event_link == nullptr) {
        co_return outcome;
    }
    co_await restart(context);
    for (WsLink* link : {api, event_link}) {
        const Frame last = co_await last_frame(*link);
        outcome.check(expect::closed_with(last, 1001), "when the gateway restarts");
        co_await answer_close(*link, 1001);
    }
    outcome.check(co_await until_served(context), "after the restart");
    outcome.check(co_await connects_for_both(context), "after the restart");
    co_return outcome;
}

asio::awaitable<Outcome> request_lines(Context& context) {
    Outcome outcome;
    const std::string api = "GET " + std::string(setup::reverse_paths.reverse_api_path);
    for (const auto& [path, line] :
         {std::pair("/api/", api + " HTTP/1.1"), std::pair("/", std::string("GET / HTTP/1.1"))}) {
        const auto visitor = co_await context.reverse_visitor(path);
        if (outcome.check(expect::that(visitor.has_value(), line, "no connection came"))) {
            outcome.check(expect::text(line, visitor->request_line(), "the request line"));
        }
    }
    co_return outcome;
}

// --- handshake --------------------------------------------------------------------------------

Check named(const Visitor& visitor, std::string_view name, std::string_view value) {
    const std::string found = visitor.header(name).value_or("(none)");
    return expect::that(iequals(found, value), fmt::format("{}: {}", name, value),
                        fmt::format("{}: {}", name, found));
}

asio::awaitable<Outcome> handshakes(Context& context) {
    Outcome outcome;
    std::string last_key;
    for (const char* path : {"/api/", "/api/", "/event/"}) {
        const auto visitor = co_await context.reverse_visitor(path);
        if (!outcome.check(expect::that(visitor.has_value(), "a connection", "none came"), path)) {
            co_return outcome;
        }
        outcome.check(named(*visitor, "Upgrade", "websocket"), path);
        outcome.check(named(*visitor, "Sec-WebSocket-Version", "13"), path);
        const std::string connection = to_lower(visitor->header("Connection").value_or(""));
        outcome.check(expect::that(connection.find("upgrade") != std::string::npos,
                                   "Connection: Upgrade", "Connection: " + connection),
                      path);
        outcome.check(expect::that(visitor->header("Host").has_value(), "a header Host", "none"),
                      path);
        const std::string key = visitor->header("Sec-WebSocket-Key").value_or("");
        const auto bytes = base64_decode(key);
        outcome.check(expect::that(bytes && bytes->size() == 16 && key != last_key,
                                   "a new key of 16 bytes in base64", "\"" + key + "\""),
                      path);
        last_key = key;
    }
    co_return outcome;
}

// Each of these is a failed attempt: the target must try again, though its last connection has not
// been ended.
asio::awaitable<Outcome> wrong_answers(Context& context) {
    Outcome outcome;
    std::vector<Visitor> held;
    std::vector<std::string> before;
    const std::string upgrade = "HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\n";
    const std::string wrong_accept =
        upgrade + "Upgrade: websocket\r\nSec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n";
    for (const std::string& answer :
         {wrong_accept, upgrade + "Upgrade: websocket\r\n",
          std::string("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n"),
          std::string("HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n")}) {
        auto visitor = co_await context.reverse_visitor("/api/");
        if (!outcome.check(expect::that(visitor.has_value(), "another attempt", "none came"),
                           before.empty() ? "" : "after " + printable(before.back()))) {
            co_return outcome;
        }
        co_await visitor->answer(answer + "\r\n");
        held.push_back(std::move(*visitor));
        before.push_back(answer);
    }
    outcome.check(co_await on_reverse_api<calls_are_answered>(context),
                  "after " + printable(before.back()));
    co_return outcome;
}

// The same header on both connections.
asio::awaitable<Outcome> on_both(Context& context, std::string name, std::string value) {
    Outcome outcome;
    for (const char* path : {"/api/", "/event/"}) {
        const auto visitor = co_await context.reverse_visitor(path);
        const std::string found = visitor ? visitor->header(name).value_or("(none)") : "(nobody)";
        outcome.check(expect::text(value, found, name), path);
    }
    co_return outcome;
}

asio::awaitable<Outcome> self_id(Context& context) {
    return on_both(context, "X-Self-ID", std::to_string(context.target().self_id));
}

asio::awaitable<Outcome> roles(Context& context) {
    Outcome outcome;
    for (const auto& [path, role] : {std::pair("/api/", "API"), std::pair("/event/", "Event")}) {
        const auto visitor = co_await context.reverse_visitor(path);
        const std::string found =
            visitor ? visitor->header("X-Client-Role").value_or("(none)") : "(nobody)";
        outcome.check(expect::text(role, found, "X-Client-Role"), path);
    }
    co_return outcome;
}

asio::awaitable<Outcome> universal_role(Context& context) {
    const auto visitor = co_await context.reverse_visitor("/");
    const std::string found =
        visitor ? visitor->header("X-Client-Role").value_or("(none)") : "(nobody)";
    co_return expect::text("Universal", found, "X-Client-Role");
}

asio::awaitable<Outcome> user_agent(Context& context) {
    Outcome outcome;
    for (const char* path : {"/api/", "/event/"}) {
        const auto visitor = co_await context.reverse_visitor(path);
        const std::string agent = visitor ? visitor->header("User-Agent").value_or("") : "";
        std::string shape = agent;
        for (char& c : shape) {
            c = c >= '0' && c <= '9' ? '0' : c;
        }
        for (std::size_t at = shape.find("00"); at != std::string::npos; at = shape.find("00")) {
            shape.erase(at, 1);
        }
        outcome.check(expect::that(shape == "CQHttp/0.0.0", "User-Agent: CQHttp/ and a version",
                                   "User-Agent: " + agent),
                      path);
    }
    co_return outcome;
}

asio::awaitable<Outcome> own_user_agent(Context& context) {
    return on_both(context, "User-Agent", context.is_40() ? "CQHttp/4.0.5" : "CQHttp/4.15.0");
}

asio::awaitable<Outcome> host_with_port(Context& context) {
    return on_both(context, "Host", fmt::format("127.0.0.1:{}", context.reverse_server().port()));
}

constexpr Needs both = Needs(Need::reverse) | Need::inject | Need::user;

constexpr Case table[] = {
    {.id = "ws-reverse/connects-for-calls-and-for-events",
     .requirements = "WSR-001",
     .sentence = "The target connects to the address for calls and to the one for events.",
     .sends = "a call on one of its connections, an event for the other",
     .expects = "the answer, and the event",
     .needs = both,
     .setup = &setup::reverse,
     .run = connects_for_both},
    {.id = "ws-reverse/off-means-no-connection",
     .requirements = "WSR-002",
     .sentence = "With use_ws_reverse off there is no connection, whatever the addresses.",
     .sends = "calls over HTTP",
     .expects = "their answers, and nobody at the suite's server",
     .needs = Need::reverse | Need::http,
     .setup = &setup::reverse_off,
     .run = nowhere},
    {.id = "ws-reverse/two-connections-to-one-address",
     .requirements = "WSR-003",
     .sentence = "Calls and events have a connection each, also to equal addresses.",
     .sends = "a call on both, and an event",
     .expects = "the answer on one, the event on the other",
     .needs = both,
     .setup = &setup::reverse_same,
     .own_start = true,
     .run = two_to_one_address},
    {.id = "ws-reverse/calls-alone",
     .requirements = "WSR-004",
     .sentence = "Without an address for events the client for calls works alone.",
     .sends = "calls on its connection",
     .expects = "answers, and no other connection",
     .needs = Need::reverse | Need::http,
     .setup = &setup::reverse_api_only,
     .run = api_alone},
    {.id = "ws-reverse/events-alone",
     .requirements = "WSR-004",
     .sentence = "Without an address for calls the client for events works alone.",
     .sends = "an event",
     .expects = "the event, and no other connection",
     .needs = both | Need::http,
     .setup = &setup::reverse_event_only,
     .run = event_alone},
    {.id = "ws-reverse/without-addresses-nothing-happens",
     .requirements = "WSR-004",
     .sentence = "Without any address there is no connection and no error.",
     .sends = "calls over HTTP",
     .expects = "their answers",
     .needs = Need::reverse | Need::http,
     .setup = &setup::reverse_nowhere,
     .run = nowhere},
    {.id = "ws-reverse/fallback-address",
     .requirements = "WSR-005",
     .sentence = "ws_reverse_url is used for whichever of the two addresses is empty.",
     .sends = "a call to the address of its own, an event",
     .expects = "the answer there, the event at the fallback",
     .needs = both,
     .setup = &setup::reverse_fallback,
     .run = fallback_for_events},
    {.id = "ws-reverse/connects-at-the-start",
     .requirements = "WSR-006",
     .sentence = "The connections are made when the target starts, not with the first event.",
     .sends = "nothing",
     .expects = "a connection for calls and one for events",
     .needs = Need::reverse | Need::restart,
     .setup = &setup::reverse,
     .own_start = true,
     .run = connects_at_the_start},
    {.id = "ws-reverse/connects-again-after-a-restart",
     .requirements = "WSR-006 WSR-054",
     .sentence = "A restart closes the connections with 1001 and makes them again.",
     .sends = "a restart by its action, over HTTP",
     .expects = "close frames with 1001, then connections that work",
     .needs = both | Need::http | Need::disposable,
     .setup = &setup::reverse,
     .own_scope = Scope::ours,
     .run = connects_after_a_restart},
    {.id = "ws-reverse/one-universal-connection",
     .requirements = "WSR-007",
     .sentence = "The Universal client is one connection and takes the place of both others.",
     .sends = "a call on it, and an event",
     .expects = "the answer and the event, and no other connection",
     .needs = both | Need::http,
     .setup = &setup::reverse_universal,
     .run = universal},
    {.id = "ws-reverse/odd-address-is-ignored",
     .requirements = "WSR-008",
     .sentence = "An address that is none of a WebSocket does not stop the other client.",
     .sends = "an event",
     .expects = "the event",
     .needs = both | Need::http,
     .setup = &setup::reverse_odd_address,
     .run = event_alone},
    {.id = "ws-reverse/path-and-query-unchanged",
     .requirements = "WSR-009",
     .sentence = "Path and query of the address stand in the request unchanged; no path is /.",
     .sends = "nothing; the target connects",
     .expects = "GET /api/Bot%201/?key=a%2Fb&empty=&x and GET /",
     .needs = Need::reverse,
     .setup = &setup::reverse_paths,
     .run = request_lines},
    {.id = "ws-reverse/handshake-as-in-rfc-6455",
     .requirements = "WSR-011",
     .sentence = "The handshake is that of RFC 6455 with a new key each time.",
     .sends = "nothing; the target connects, twice for calls",
     .expects = "Upgrade, Connection, version 13, Host, keys of 16 bytes that differ",
     .needs = Need::reverse,
     .setup = &setup::reverse,
     .run = handshakes},
    {.id = "ws-reverse/wrong-answer-is-a-failed-attempt",
     .requirements = "WSR-011 WSR-040",
     .sentence = "Anything but 101 with the right Sec-WebSocket-Accept is a failed attempt.",
     .sends = "101 with a wrong and without an accept, 200, 404",
     .expects = "another attempt after each, and a connection that works",
     .needs = Need::reverse,
     .setup = &setup::reverse,
     .run = wrong_answers},
    {.id = "ws-reverse/x-self-id",
     .requirements = "WSR-012",
     .sentence = "Every handshake carries X-Self-ID.",
     .sends = "nothing; the target connects",
     .expects = "X-Self-ID with the number of the account, on both",
     .needs = Need::reverse,
     .setup = &setup::reverse,
     .run = self_id},
    {.id = "ws-reverse/x-client-role",
     .requirements = "WSR-015",
     .sentence = "X-Client-Role is API or Event, spelled so.",
     .sends = "nothing; the target connects",
     .expects = "X-Client-Role: API and X-Client-Role: Event",
     .needs = Need::reverse,
     .setup = &setup::reverse,
     .run = roles},
    {.id = "ws-reverse/x-client-role-universal",
     .requirements = "WSR-015",
     .sentence = "X-Client-Role of the Universal client is Universal, spelled so.",
     .sends = "nothing; the target connects",
     .expects = "X-Client-Role: Universal",
     .needs = Need::reverse,
     .setup = &setup::reverse_universal,
     .run = universal_role},
    {.id = "ws-reverse/user-agent",
     .requirements = "WSR-016",
     .sentence = "User-Agent is CQHttp/ and a version of three numbers.",
     .sends = "nothing; the target connects",
     .expects = "such a header on both connections",
     .needs = Need::reverse,
     .setup = &setup::reverse,
     .run = user_agent},
    {.id = "ws-reverse/user-agent-of-the-profile",
     .requirements = "WSR-016",
     .sentence = "Our gateway names the version of its profile.",
     .sends = "nothing; the target connects",
     .expects = "CQHttp/4.0.5 or CQHttp/4.15.0",
     .needs = Need::reverse,
     .setup = &setup::reverse,
     .own_scope = Scope::ours,
     .run = own_user_agent},
    {.id = "ws-reverse/host-with-the-port",
     .requirements = "WSR-018",
     .sentence = "Host names the port where it is not the default.",
     .sends = "nothing; the target connects",
     .expects = "Host: 127.0.0.1 with the port of the suite",
     .needs = Need::reverse,
     .setup = &setup::reverse,
     .run = host_with_port},
};

}  // namespace

std::span<const Case> ws_reverse_cases() {
    return table;
}

}  // namespace cqhttp::conformance
