// Chapters 03 and 04: the target connects and posts to the suite with TLS.
#include "conformance/cases/chapters.hpp"
#include "conformance/cases/ws_steps.hpp"

#include <string>
#include <utility>

namespace cqhttp::conformance {
namespace {

asio::awaitable<Outcome> reverse_connections(Context& context) {
    Outcome outcome;
    for (const char* path : {"/api/", "/event/"}) {
        auto visitor = co_await context.reverse_visitor(path);
        if (!outcome.check(expect::that(visitor.has_value(), "a connection with TLS", "none came"),
                           path)) {
            co_return outcome;
        }
        outcome.check(expect::text("localhost", visitor->wire().server_name(),
                                   "the server's name in the TLS handshake"),
                      path);
        WsLink link = co_await visitor->let_in();
        const bool for_calls = std::string_view(path) == "/api/";
        if (for_calls) {
            outcome.check(co_await calls_are_answered(context, link), path);
            continue;
        }
        co_await link.settle();
        if (co_await cause(context, outcome, "through TLS")) {
            const Frame frame = co_await next_event(link);
            outcome.check(event_with(frame, "through TLS"), path);
        }
    }
    co_return outcome;
}

asio::awaitable<Outcome> posts(Context& context) {
    Outcome outcome;
    if (co_await cause(context, outcome, "posted with TLS")) {
        const auto posted = co_await next_event_post(context);
        outcome.check(expect::that(posted.has_value(), "the event is posted", "no POST came"));
        const Json event = posted ? posted->json() : Json();
        outcome.check(expect::equal("posted with TLS", member(event, "message"), "message"));
    }
    co_return outcome;
}

// It tries again and again, gets no further than TLS, and goes on with its other work.
asio::awaitable<Outcome> no_connection(Context& context) {
    Outcome outcome;
    for (int i = 0; i < 4 && outcome.holds(); ++i) {
        const auto failure = co_await context.reverse_server().next_failure();
        outcome.check(expect::that(failure.has_value(), "attempts that end in the TLS handshake",
                                   "there is none, or no more"));
    }
    for (const char* path : {"/api/", "/event/"}) {
        outcome.check(expect::that(!context.reverse_server().visited(path),
                                   "no WebSocket handshake with this server", "one came"),
                      path);
    }
    const HttpReply reply = co_await context.send(get("/get_login_info"));
    outcome.check(expect::ok(reply), "HTTP beside it");
    co_return outcome;
}

asio::awaitable<Outcome> no_post(Context& context) {
    Outcome outcome;
    if (!co_await cause(context, outcome, "not for everybody")) {
        co_return outcome;
    }
    const auto failure = co_await context.post().next_failure();
    outcome.check(expect::that(failure.has_value(), "an attempt that ends in the TLS handshake",
                               "there is none"));
    outcome.check(expect::that(!context.post().came(), "no POST to this server", "one came"));
    co_return outcome;
}

constexpr Needs reverse = Needs(Need::reverse) | Need::http;
constexpr Needs events = Needs(Need::inject) | Need::user;

constexpr Case table[] = {
    {.id = "tls/reverse-connections",
     .requirements = "WSR-010 WSR-001",
     .sentence = "To wss:// it connects with TLS, and names the server.",
     .sends = "a call on one connection, an event for the other",
     .expects = "localhost in the TLS handshakes, the answer, and the event",
     .needs = reverse | events,
     .setup = &setup::tls,
     .run = reverse_connections},
    {.id = "tls/posts",
     .requirements = "POST-019",
     .sentence = "To https:// events are posted with TLS.",
     .sends = "an event",
     .expects = "its POST",
     .needs = events | Need::post,
     .setup = &setup::tls,
     .run = posts},
    {.id = "tls/unknown-certificate-gets-no-connection",
     .requirements = "WSR-010",
     .sentence = "A certificate that it has no reason to trust ends the attempt.",
     .sends = "a certificate that nobody has signed",
     .expects = "attempts that end in the TLS handshake",
     .needs = reverse,
     .setup = &setup::tls_unknown,
     .run = no_connection},
    {.id = "tls/unknown-certificate-gets-no-post",
     .requirements = "POST-019",
     .sentence = "Nothing is posted to a server whose certificate it has no reason to trust.",
     .sends = "an event, and a certificate that nobody has signed",
     .expects = "an attempt that ends in the TLS handshake",
     .needs = events | Need::post,
     .setup = &setup::tls_unknown,
     .run = no_post},
    {.id = "tls/certificate-of-another-host-gets-no-connection",
     .requirements = "WSR-010",
     .sentence = "The certificate must be for the host in the address.",
     .sends = "a certificate that it trusts, for another host",
     .expects = "attempts that end in the TLS handshake",
     .needs = reverse,
     .setup = &setup::tls_other_host,
     .run = no_connection},
    {.id = "tls/certificate-of-another-host-gets-no-post",
     .requirements = "POST-019",
     .sentence = "Nothing is posted where the certificate is for another host.",
     .sends = "an event, and a certificate that it trusts, for another host",
     .expects = "an attempt that ends in the TLS handshake",
     .needs = events | Need::post,
     .setup = &setup::tls_other_host,
     .run = no_post},
};

}  // namespace

std::span<const Case> tls_cases() {
    return table;
}

}  // namespace cqhttp::conformance
