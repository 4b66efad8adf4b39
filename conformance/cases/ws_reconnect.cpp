// Chapter 03, section 5: when the target connects again, and when not.
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

constexpr milliseconds interval(setup::reverse.reconnect_interval);
constexpr milliseconds most_above(1000);  // WSR-041

enum class Loss { fin, reset, close };

asio::awaitable<void> lose(WsLink& link, Loss loss, int code) {
    switch (loss) {
        case Loss::fin: link.wire().close(); break;
        case Loss::reset: link.wire().reset(); break;
        case Loss::close: co_await link.close(code); break;
    }
}

// Ends both connections in that way, with that code, and looks that others come and work.
asio::awaitable<Outcome> works_again_after(Context& context, Loss loss, int code) {
    WsLink* api = co_await context.reverse_api();
    WsLink* event_link = co_await context.reverse_event();
    Outcome outcome = connected(api);
    if (!outcome.check(connected(event_link)) || api == nullptr) {
        co_return outcome;
    }
    co_await lose(*api, loss, code);
    co_await lose(*event_link, loss, code);
    if (!outcome.check(co_await on_reverse_api<calls_are_answered>(context),
                       "on another connection")) {
        co_return outcome;
    }
    event_link = co_await context.reverse_event();
    outcome.check(connected(event_link), "for events");
    if (co_await cause(context, outcome, "again")) {
        const Frame frame = co_await next_event(*event_link);
        outcome.check(event_with(frame, "again"), "on another connection for events");
    }
    co_return outcome;
}

// --- when it comes back -----------------------------------------------------------------------

asio::awaitable<Outcome> first_attempt_fails(Context& context) {
    Outcome outcome;
    for (const int status : {503, 404, 401, 302, 200}) {
        for (const char* path : {"/api/", "/event/"}) {
            auto visitor = co_await context.reverse_server().next(path);
            if (!outcome.check(expect::that(visitor.has_value(), "an attempt", "none came"),
                               fmt::format("before {} to {}", status, path))) {
                co_return outcome;
            }
            co_await visitor->refuse(status);
        }
    }
    outcome.check(co_await on_reverse_api<calls_are_answered>(context), "after refusals");
    WsLink* event_link = co_await context.reverse_event();
    outcome.check(connected(event_link), "for events after refusals");
    co_return outcome;
}

std::string text_of(const std::vector<milliseconds>& pauses) {
    std::string text;
    for (const milliseconds pause : pauses) {
        text += (text.empty() ? "" : ", ") + to_text(pause);
    }
    return text;
}

// A busy machine makes pauses longer and never shorter: each must be long enough, and the shortest
// short enough.
Check pauses_are(const std::vector<milliseconds>& pauses, milliseconds wanted) {
    const auto [least, most] = std::minmax_element(pauses.begin(), pauses.end());
    const bool right = !pauses.empty() && *least >= wanted && *least <= wanted + most_above;
    return expect::that(
        right, fmt::format("pauses from {} to {}", to_text(wanted), to_text(wanted + most_above)),
        text_of(pauses));
}

// The pauses before a number of attempts of the API client, each of which is refused.
asio::awaitable<std::vector<milliseconds>> pauses_between_attempts(Context& context, int count) {
    std::vector<milliseconds> pauses;
    auto visitor = co_await context.reverse_visitor("/api/");
    for (int i = 0; i < count && visitor; ++i) {
        const auto ended = Clock::now();
        co_await visitor->refuse(503);
        visitor = co_await context.reverse_server().next("/api/");
        if (visitor) {
            pauses.push_back(std::chrono::duration_cast<milliseconds>(visitor->came() - ended));
        }
    }
    co_return pauses;
}

asio::awaitable<Outcome> pause_after_a_connection(Context& context) {
    std::vector<milliseconds> pauses;
    for (int i = 0; i < 3; ++i) {
        WsLink* link = co_await context.reverse_api();
        if (link == nullptr) {
            co_return connected(link);
        }
        const auto ended = Clock::now();
        link->wire().close();
        auto visitor = co_await context.reverse_visitor("/api/");
        if (visitor) {
            pauses.push_back(std::chrono::duration_cast<milliseconds>(visitor->came() - ended));
        }
    }
    co_return pauses_are(pauses, interval);
}

asio::awaitable<Outcome> pause_after_an_attempt(Context& context) {
    const auto pauses = co_await pauses_between_attempts(context, 3);
    co_return pauses_are(pauses, interval);
}

// A pause that doubled would be far beyond the last three by then.
asio::awaitable<Outcome> pause_stays_the_same(Context& context) {
    constexpr std::size_t attempts = 7;
    const auto pauses = co_await pauses_between_attempts(context, attempts);
    Outcome outcome = expect::that(pauses.size() == attempts, "an attempt after each refusal",
                                   fmt::format("{} of {}", pauses.size(), attempts));
    if (outcome.holds()) {
        const std::vector<milliseconds> last(pauses.end() - 3, pauses.end());
        outcome.check(pauses_are(last, interval), "the last three of seven");
    }
    outcome.check(co_await on_reverse_api<calls_are_answered>(context), "let in at last");
    co_return outcome;
}

asio::awaitable<Outcome> interval_of_zero(Context& context) {
    const auto pauses = co_await pauses_between_attempts(context, 4);
    co_return pauses_are(pauses, milliseconds(100));
}

// Header by header but for the key.
Headers steady_headers(const Visitor& visitor) {
    Headers headers = visitor.headers();
    std::erase_if(headers, [](const auto& header) { return header.first == "Sec-WebSocket-Key"; });
    return headers;
}

asio::awaitable<Outcome> the_same_each_time(Context& context) {
    Outcome outcome;
    for (const char* path : {"/api/", "/event/"}) {
        Json first;
        for (int i = 0; i < 4; ++i) {
            auto visitor = co_await context.reverse_visitor(path);
            if (!outcome.check(expect::that(visitor.has_value(), "a connection", "none came"),
                               fmt::format("attempt {} for {}", i + 1, path))) {
                co_return outcome;
            }
            const Json headers = steady_headers(*visitor);
            first = i == 0 ? headers : first;
            outcome.check(expect::equal(first, headers, "the headers"),
                          fmt::format("connection {} to {}", i + 1, path));
            WsLink link = co_await visitor->let_in();
            co_await link.settle();
            link.wire().close();
        }
    }
    outcome.check(co_await works_again_after(context, Loss::fin, 0), "after eight losses");
    co_return outcome;
}

asio::awaitable<Outcome> after_a_fin(Context& context) {
    return works_again_after(context, Loss::fin, 0);
}
asio::awaitable<Outcome> after_a_reset(Context& context) {
    return works_again_after(context, Loss::reset, 0);
}
asio::awaitable<Outcome> after_1000(Context& context) {
    return works_again_after(context, Loss::close, 1000);
}
asio::awaitable<Outcome> after_no_status(Context& context) {
    return works_again_after(context, Loss::close, 0);
}

asio::awaitable<Outcome> after_other_codes(Context& context) {
    Outcome outcome;
    for (const int code : {1001, 1011, 4000}) {
        if (outcome.holds()) {
            outcome.check(co_await works_again_after(context, Loss::close, code),
                          fmt::format("after close {}", code));
        }
    }
    co_return outcome;
}

// --- beside each other, and at the end --------------------------------------------------------

asio::awaitable<Outcome> independent(Context& context) {
    WsLink* api = co_await context.reverse_api();
    WsLink* event_link = co_await context.reverse_event();
    Outcome outcome = connected(api);
    if (!outcome.check(connected(event_link)) || api == nullptr) {
        co_return outcome;
    }
    co_await api->close(1001);
    outcome.check(co_await on_reverse_api<calls_are_answered>(context), "the one that was closed");
    outcome.check(co_await nothing_but_pong(*event_link, "still open"), "the other one");
    if (co_await cause(context, outcome, "still open")) {
        const Frame frame = co_await next_event(*event_link);
        outcome.check(event_with(frame, "still open"), "the other one");
    }
    outcome.check(expect::that(!context.reverse_server().visited("/event/"),
                               "no other connection for events", "one came"));
    co_return outcome;
}

asio::awaitable<Outcome> close_has_an_answer(Context& context) {
    Outcome outcome;
    for (const char* path : {"/api/", "/event/"}) {
        for (const int code : {1000, 1001, 1011, 4999}) {
            auto visitor = co_await context.reverse_visitor(path);
            if (!outcome.check(expect::that(visitor.has_value(), "a connection", "none came"))) {
                co_return outcome;
            }
            WsLink link = co_await visitor->let_in();
            co_await link.settle();
            const Frame last = co_await link.close(code);
            outcome.check(expect::closed_with(last, code), path);
        }
    }
    co_return outcome;
}

// The pause is an hour. The restart ends it, and the open connection with 1001.
asio::awaitable<Outcome> restart_ends_a_pause(Context& context) {
    WsLink* event_link = co_await context.reverse_event();
    WsLink* api = co_await context.reverse_api();
    Outcome outcome = connected(api);
    if (!outcome.check(connected(event_link)) || api == nullptr) {
        co_return outcome;
    }
    co_await api->close(1001);
    co_await restart(context);
    const Frame last = co_await last_frame(*event_link);
    outcome.check(expect::closed_with(last, 1001), "the connection that was open");
    co_await answer_close(*event_link, 1001);
    outcome.check(co_await comes_back(context, "/api/"), "after a restart");
    outcome.check(co_await until_served(context), "after a restart");
    co_return outcome;
}

constexpr Needs both = Needs(Need::reverse) | Need::inject | Need::user;

constexpr Case table[] = {
    {.id = "ws-reconnect/first-attempt-is-retried",
     .requirements = "WSR-040",
     .sentence = "A first attempt that fails is retried like a lost connection.",
     .sends = "503, 404, 401, 302 and 200 instead of 101",
     .expects = "another attempt after each, then connections that work",
     .needs = Need::reverse | Need::restart,
     .setup = &setup::reverse,
     .own_start = true,
     .run = first_attempt_fails},
    {.id = "ws-reconnect/pause-after-a-connection",
     .requirements = "WSR-041",
     .sentence = "It connects again after the interval, and at most a second later.",
     .sends = "the end of the connection, three times",
     .expects = "pauses of 200 ms to 1200 ms",
     .needs = Need::reverse,
     .setup = &setup::reverse,
     .run = pause_after_a_connection},
    {.id = "ws-reconnect/pause-after-a-failed-attempt",
     .requirements = "WSR-041",
     .sentence = "After a failed attempt it waits for the interval, and at most a second more.",
     .sends = "503 instead of 101, three times",
     .expects = "pauses of 200 ms to 1200 ms",
     .needs = Need::reverse,
     .setup = &setup::reverse,
     .run = pause_after_an_attempt},
    {.id = "ws-reconnect/pause-stays-the-same",
     .requirements = "WSR-042",
     .sentence = "Attempts go on, and the pause between them does not grow.",
     .sends = "503 instead of 101, seven times, then 101",
     .expects = "the last three pauses as the first, then a connection that works",
     .needs = Need::reverse,
     .setup = &setup::reverse,
     .run = pause_stays_the_same},
    {.id = "ws-reconnect/the-same-each-time",
     .requirements = "WSR-043",
     .sentence = "Each new connection has the same headers and works.",
     .sends = "the end of the connection, four times each",
     .expects = "equal handshakes but for the key, then answers and an event",
     .needs = both,
     .setup = &setup::reverse,
     .run = the_same_each_time},
    {.id = "ws-reconnect/after-the-end-of-tcp",
     .requirements = "WSR-044",
     .sentence = "It connects again when TCP ends without a close frame.",
     .sends = "the end of both connections",
     .expects = "new connections that work",
     .needs = both,
     .setup = &setup::reverse,
     .run = after_a_fin},
    {.id = "ws-reconnect/after-a-reset",
     .requirements = "WSR-044",
     .sentence = "It connects again when TCP is reset.",
     .sends = "a reset of both connections",
     .expects = "new connections that work",
     .needs = both,
     .setup = &setup::reverse,
     .run = after_a_reset},
    {.id = "ws-reconnect/after-1000-if-told-so",
     .requirements = "WSR-045",
     .sentence = "With ws_reverse_reconnect_on_code_1000 on it connects again after close 1000.",
     .sends = "close 1000 on both connections",
     .expects = "new connections that work",
     .needs = both,
     .setup = &setup::reverse_1000,
     .run = after_1000},
    {.id = "ws-reconnect/after-1000-in-onebot",
     .requirements = "WSR-049",
     .sentence = "Every end of a connection leads to another one, close 1000 included.",
     .sends = "close 1000 on both connections",
     .expects = "new connections that work",
     .needs = both,
     .setup = &setup::reverse,
     .run = after_1000},
    {.id = "ws-reconnect/after-other-codes",
     .requirements = "WSR-046",
     .sentence = "It connects again after a close with any other status.",
     .sends = "close 1001, 1011 and 4000 on both connections",
     .expects = "new connections that work",
     .needs = both,
     .setup = &setup::reverse,
     .run = after_other_codes},
    {.id = "ws-reconnect/after-a-close-without-status",
     .requirements = "WSR-047",
     .sentence = "It connects again after a close without a status.",
     .sends = "a close frame without a payload on both connections",
     .expects = "new connections that work",
     .needs = both,
     .setup = &setup::reverse,
     .run = after_no_status},
    {.id = "ws-reconnect/clients-are-independent",
     .requirements = "WSR-051",
     .sentence = "The end of one connection does not touch the other.",
     .sends = "close 1001 for calls, then an event",
     .expects = "the event on the connection that was there",
     .needs = both,
     .setup = &setup::reverse,
     .run = independent},
    {.id = "ws-reconnect/close-is-answered-in-kind",
     .requirements = "WSR-052",
     .sentence = "A close frame is answered by one with the same status.",
     .sends = "close 1000, 1001, 1011 and 4999 on both connections",
     .expects = "the same status each time",
     .needs = Need::reverse,
     .setup = &setup::reverse_1000,
     .run = close_has_an_answer},
    {.id = "ws-reconnect/restart-ends-a-pause",
     .requirements = "WSR-053 WSR-054",
     .sentence = "A restart ends connections with 1001, and pauses at once.",
     .sends = "close 1001 for calls with an interval of an hour, then a restart",
     .expects = "close 1001 for events, and a new connection for calls",
     .needs = Need::reverse | Need::http | Need::disposable,
     .setup = &setup::reverse_patient,
     .own_start = true,
     .run = restart_ends_a_pause},
    {.id = "ws-reconnect/interval-of-zero",
     .requirements = "WSR-056",
     .sentence = "An interval of 0 is taken as 100 ms.",
     .sends = "503 instead of 101, four times",
     .expects = "pauses of 100 ms to 1100 ms",
     .needs = Need::reverse,
     .setup = &setup::reverse_zero,
     .run = interval_of_zero},
};

}  // namespace

std::span<const Case> ws_reconnect_cases() {
    return table;
}

}  // namespace cqhttp::conformance
