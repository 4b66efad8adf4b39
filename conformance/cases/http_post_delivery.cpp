// Chapter 04, section 1: when events are posted, and what happens when that fails.
#include "conformance/cases/chapters.hpp"
#include "conformance/cases/post_steps.hpp"

#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <fmt/format.h>

#include <chrono>
#include <string>
#include <utility>

namespace cqhttp::conformance {
namespace {

asio::awaitable<Outcome> both_are_posted(Context& context) {
    Outcome outcome;
    for (const char* text : {"the first", "the second"}) {
        Json cause = private_message(context, text);
        const auto posted = co_await caused_post(context, outcome, std::move(cause));
        if (!posted) {
            break;
        }
        outcome.check(event_says(posted->json(), text));
    }
    co_return outcome;
}

// Injects by a call over this connection: there is no HTTP API.
asio::awaitable<Outcome> posted_after(Context& context, WsLink& link) {
    Outcome outcome;
    context.hold_posts();
    Json params;
    params["event"] = private_message(context, "posted");
    const Frame answer = co_await link.call(".sandbox_inject", std::move(params));
    outcome.check(expect::ok(answer), "the stimulus");
    const auto posted = co_await next_event_post(context);
    if (outcome.check(expect::that(posted.has_value(), "the event is posted", "no POST came"))) {
        outcome.check(event_says(posted->json(), "posted"));
    }
    co_return outcome;
}

asio::awaitable<Outcome> without_url(Context& context) {
    WsOpening opening = co_await open_events(context);
    Outcome outcome = expect::opened(opening);
    if (co_await cause(context, outcome, "pushed only")) {
        const Frame frame = co_await next_event(*opening.link);
        outcome.check(event_with(frame, "pushed only"));
        outcome.check(expect::that(!context.post().came(), "no POST", "a POST"));
    }
    co_return outcome;
}

asio::awaitable<Outcome> odd_address(Context& context) {
    WsOpening opening = co_await open_events(context);
    Outcome outcome = expect::opened(opening);
    if (co_await cause(context, outcome, "pushed all the same")) {
        const Frame frame = co_await next_event(*opening.link);
        outcome.check(event_with(frame, "pushed all the same"));
    }
    const HttpReply reply = co_await context.call("get_login_info");
    outcome.check(expect::ok(reply), "a call");
    co_return outcome;
}

// Answers the POST of an event so; the next POST must be that of the next event.
asio::awaitable<Outcome> not_repeated(Context& context, std::string answer) {
    Outcome outcome;
    const std::string when = "answered with \"" + answer.substr(0, answer.find('\r')) + "\"";
    Json first = private_message(context, "once");
    auto posted = co_await caused_post(context, outcome, std::move(first));
    if (!posted) {
        co_return outcome;
    }
    outcome.check(event_says(posted->json(), "once"));
    const bool silent = answer.empty();
    posted->answer_bytes(std::move(answer), silent);
    if (!co_await cause(context, outcome, "the one behind")) {
        co_return outcome;
    }
    const auto next = co_await next_event_post(context);
    if (outcome.check(expect::that(next.has_value(), "the next event", "no POST came"), when)) {
        outcome.check(event_says(next->json(), "the one behind"), "the POST after one " + when);
    }
    co_return outcome;
}

asio::awaitable<Outcome> one_attempt(Context& context) {
    Outcome outcome;
    for (const char* status : {"500 No", "503 No", "404 No", "400 No"}) {
        if (outcome.holds()) {
            outcome.check(co_await not_repeated(
                context, fmt::format("HTTP/1.1 {}\r\nContent-Length: 0\r\n\r\n", status)));
        }
    }
    if (outcome.holds()) {
        outcome.check(co_await not_repeated(context, ""), "no answer at all");
    }
    co_return outcome;
}

// Longer than the time limits that HTTP clients usually have by default (5 s).
constexpr std::chrono::milliseconds long_time(5500);

asio::awaitable<Outcome> waits_for_the_answer(Context& context) {
    WsOpening opening = co_await open_events(context);
    Outcome outcome = expect::opened(opening);
    Json event = private_message(context, "waits");
    auto posted = co_await caused_post(context, outcome, std::move(event));
    if (!posted) {
        co_return outcome;
    }
    const asio::any_io_executor executor = co_await asio::this_coro::executor;
    asio::steady_timer timer(executor, long_time);
    co_await timer.async_wait(asio::use_awaitable);
    outcome.check(co_await nothing_but_pong(*opening.link, "still waiting"),
                  "while the POST is not answered");
    posted->answer(204);
    const Frame frame = co_await next_event(*opening.link);
    outcome.check(event_with(frame, "waits"), "when the POST is answered");
    co_return outcome;
}

asio::awaitable<Outcome> limited_wait(Context& context) {
    WsOpening opening = co_await open_events(context);
    Outcome outcome = expect::opened(opening);
    co_await context.mark_effects();
    Json event = private_message(context, "given up");
    auto posted = co_await caused_post(context, outcome, std::move(event));
    if (!posted) {
        co_return outcome;
    }
    const Frame frame = co_await next_event(*opening.link);
    outcome.check(event_with(frame, "given up"), "though the POST is not answered");
    posted->answer(200, R"({"reply":"too late"})");
    if (co_await cause(context, outcome, "the one behind")) {
        const auto next = co_await next_event_post(context);
        outcome.check(expect::that(next.has_value(), "the next event", "no POST came"));
        const Json effects = co_await context.effects();
        outcome.check(nothing_done(effects), "after a late answer");
    }
    co_return outcome;
}

std::string redirect(int status) {
    return fmt::format(
        "HTTP/1.1 {} Moved\r\nLocation: /elsewhere\r\nContent-Type: application/json\r\n"
        "Content-Length: 15\r\n\r\n{{\"reply\":\"no\"}} ",
        status);
}

asio::awaitable<Outcome> redirects_are_failures(Context& context) {
    Outcome outcome;
    for (const int status : {301, 302, 303, 307, 308}) {
        Json event = private_message(context, "moved");
        const Json effects =
            co_await done_upon_bytes(context, outcome, std::move(event), redirect(status));
        outcome.check(nothing_done(effects), std::to_string(status));
        context.hold_posts();
        if (outcome.holds()) {
            outcome.check(co_await not_repeated(context, redirect(status)));
        }
    }
    co_return outcome;
}

asio::awaitable<Outcome> redirects_are_followed(Context& context) {
    Outcome outcome;
    for (const int status : {302, 303, 307, 308}) {
        Json event = private_message(context, "moved");
        auto posted = co_await caused_post(context, outcome, std::move(event));
        if (!posted) {
            break;
        }
        posted->answer_bytes(redirect(status));
        const std::string body = posted->body();
        posted.reset();
        const auto again = co_await context.next_post();
        const bool same = status >= 307;
        const std::string wanted = std::string(same ? "POST" : "GET") + " /elsewhere HTTP/1.1";
        const std::string line = again ? again->request_line() : "nothing";
        outcome.check(expect::text(wanted, line, "what follows"), std::to_string(status));
        if (again && same) {
            outcome.check(expect::text(body, again->body(), "the body"), std::to_string(status));
        }
    }
    co_return outcome;
}

asio::awaitable<Outcome> one_after_another(Context& context) {
    constexpr int count = 4;
    Outcome outcome;
    context.hold_posts();
    for (int i = 0; i < count && outcome.holds(); ++i) {
        outcome.check(co_await context.inject_message(std::to_string(i)));
    }
    for (int i = 0; i < count && outcome.holds(); ++i) {
        const auto posted = co_await next_event_post(context);
        if (!outcome.check(expect::that(posted.has_value(), "an event is posted", "none came"))) {
            break;
        }
        outcome.check(event_says(posted->json(), std::to_string(i)), "in their order");
        const HttpReply reply = co_await context.call("get_login_info");
        outcome.check(expect::ok(reply), "a call while a POST waits");
        outcome.check(expect::that(!context.post().came(), "one POST at a time", "another POST"));
    }
    co_return outcome;
}

constexpr Needs posted = Needs(Need::post) | Need::inject | Need::user;

constexpr Case table[] = {
    {.id = "post-delivery/without-the-http-server",
     .requirements = "POST-002",
     .sentence = "Events are posted whether or not there is an HTTP server.",
     .sends = "a private message, by a stimulus over the WebSocket server",
     .expects = "a POST",
     .needs = posted | Need::ws,
     .setup = &setup::post_ws_only,
     .run = on_api<posted_after>},
    {.id = "post-delivery/without-the-websocket-server",
     .requirements = "POST-002",
     .sentence = "Events are posted whether or not there is a WebSocket server.",
     .sends = "two private messages",
     .expects = "a POST for each",
     .needs = posted,
     .setup = &setup::post_http_only,
     .run = both_are_posted},
    {.id = "post-delivery/without-any-server",
     .requirements = "POST-002",
     .sentence = "Events are posted where both servers are off.",
     .sends = "a private message, by a stimulus over the reverse WebSocket",
     .expects = "a POST",
     .needs = posted | Need::reverse,
     .setup = &setup::post_reverse_only,
     .run = on_reverse_api<posted_after>},
    {.id = "post-delivery/beside-reverse-websockets",
     .requirements = "POST-002",
     .sentence = "Events are posted whether or not there are reverse WebSockets.",
     .sends = "two private messages",
     .expects = "a POST for each",
     .needs = posted | Need::reverse,
     .setup = &setup::reverse_post,
     .run = both_are_posted},
    {.id = "post-delivery/none-without-an-address",
     .requirements = "POST-003",
     .sentence = "Without post_url nothing is posted.",
     .sends = "an event",
     .expects = "its push at once, no POST",
     .needs = Needs(Need::ws) | Need::inject | Need::user,
     .setup = &setup::open,
     .run = without_url},
    {.id = "post-delivery/odd-address-is-ignored",
     .requirements = "POST-004",
     .sentence = "A post_url that is none of HTTP is ignored, and the rest works.",
     .sends = "an event and a call, with post_url = ftp://127.0.0.1:9/",
     .expects = "the event on the WebSocket, an answer",
     .needs = Needs(Need::ws) | Need::http | Need::inject | Need::user,
     .setup = &setup::post_odd_address,
     .run = odd_address},
    {.id = "post-delivery/scheme-in-capitals",
     .requirements = "POST-004",
     .sentence = "The scheme of post_url may be written in capitals.",
     .sends = "two private messages, with post_url = HTTP://...",
     .expects = "a POST for each",
     .needs = posted,
     .setup = &setup::post_capitals,
     .run = both_are_posted},
    {.id = "post-delivery/one-attempt",
     .requirements = "POST-013",
     .sentence = "An event is posted once, whatever is answered.",
     .sends =
         "events that are answered with 500, 503, 404, 400 and not at all, each before another",
     .expects = "the other event as the next POST",
     .needs = posted,
     .setup = &setup::post,
     .run = one_attempt},
    {.id = "post-delivery/waits-for-the-answer",
     .requirements = "POST-014",
     .sentence = "By default an answer is waited for, however long it takes.",
     .sends = "an event whose POST is answered after 5.5 s",
     .expects = "the push on /event behind the answer and not before",
     .needs = posted | Need::ws,
     .setup = &setup::post,
     .run = waits_for_the_answer},
    {.id = "post-delivery/post-timeout",
     .requirements = "POST-015",
     .sentence = "With post_timeout an answer that comes later has no effect.",
     .sends = "an event whose POST is not answered within post_timeout = 1",
     .expects = "its push, then no effect of the late answer",
     .needs = posted | Need::ws | Need::effects,
     .setup = &setup::post_timeout,
     .run = limited_wait},
    {.id = "post-delivery/redirects-are-failures",
     .requirements = "POST-016 QOP-003",
     .sentence = "Redirects are not followed and count as failure.",
     .sends = "events that are answered with 301, 302, 303, 307 and 308",
     .expects = "no request to the new place, nothing done",
     .needs = posted | Need::effects,
     .setup = &setup::post,
     .run = redirects_are_failures},
    {.id = "post-delivery/redirects-are-followed",
     .requirements = "POST-017",
     .sentence = "Redirects may be followed by the rules of curl.",
     .sends = "events that are answered with 302, 303, 307 and 308",
     .expects = "GET /elsewhere, or with 307 and 308 the same POST there",
     .needs = posted,
     .setup = &setup::post,
     .run = redirects_are_followed},
    {.id = "post-delivery/one-after-another",
     .requirements = "POST-018 PIPE-010",
     .sentence = "Events are posted one at a time in their order, and calls are served meanwhile.",
     .sends = "four events at once, and a call while each of their POSTs waits",
     .expects = "the answer to each call, and the next POST behind the answer to the last",
     .needs = posted | Need::http,
     .setup = &setup::post,
     .run = one_after_another},
};

}  // namespace

std::span<const Case> post_delivery_cases() {
    return table;
}

}  // namespace cqhttp::conformance
