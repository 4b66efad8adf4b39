// Chapter 04, section 2: the signature of event POSTs.
#include "conformance/signature.hpp"

#include "conformance/cases/chapters.hpp"
#include "conformance/cases/post_steps.hpp"

#include <algorithm>
#include <string>
#include <utility>

namespace cqhttp::conformance {
namespace {

constexpr std::string_view prefix = "sha1=";

Check signed_with(const Posted& posted, std::string_view secret) {
    const std::string wanted = std::string(prefix) + hmac_sha1(secret, posted.body());
    return expect::text(wanted, posted.header("X-Signature").value_or("(none)"), "X-Signature");
}

// Messages that a JSON library might write in another way when asked again.
asio::awaitable<Outcome> all_signed(Context& context, std::string_view secret) {
    Outcome outcome;
    for (const char* text :
         {"plain", "你好，世界☀", "\"quotes\" \\ / <tag> & \t tab", "🙂🙂", ""}) {
        Json cause = private_message(context, std::string("signed ") + text);
        const auto posted = co_await caused_post(context, outcome, std::move(cause));
        if (!posted) {
            break;
        }
        outcome.check(signed_with(*posted, secret), text);
    }
    co_return outcome;
}

asio::awaitable<Outcome> digest_of_the_body(Context& context) {
    return all_signed(context, context.target().secret);
}

// "secret = " of the setup.
asio::awaitable<Outcome> long_secret(Context& context) {
    return all_signed(context, setup::signed_long.own_lines.substr(9));
}

asio::awaitable<Outcome> form_of_the_header(Context& context) {
    Outcome outcome;
    Json cause = private_message(context, "signed");
    const auto posted = co_await caused_post(context, outcome, std::move(cause));
    if (!posted) {
        co_return outcome;
    }
    const std::string value = posted->header("X-Signature").value_or("");
    outcome.check(expect::that(value.starts_with(prefix), "X-Signature: sha1=...", value));
    const std::string digits = value.substr(std::min(value.size(), prefix.size()));
    const bool good =
        digits.size() == 40 && digits.find_first_not_of("0123456789abcdef") == std::string::npos;
    outcome.check(expect::that(good, "40 hexadecimal digits in lower case", value));
    co_return outcome;
}

asio::awaitable<Outcome> every_kind_is_signed(Context& context) {
    Outcome outcome;
    Json cause = group_message(context, "signed");
    const auto posted = co_await caused_post(context, outcome, std::move(cause));
    if (posted) {
        outcome.check(signed_with(*posted, context.target().secret));
    }
    co_return outcome;
}

asio::awaitable<Outcome> none_without_a_secret(Context& context) {
    Outcome outcome;
    Json cause = private_message(context, "not signed");
    const auto posted = co_await caused_post(context, outcome, std::move(cause));
    if (posted) {
        const auto header = posted->header("X-Signature");
        outcome.check(expect::that(!header, "no header X-Signature", header.value_or("")));
    }
    co_return outcome;
}

asio::awaitable<Outcome> pushes_are_not_signed(Context& context) {
    WsOpening opening = co_await open_events(context);
    Outcome outcome = expect::opened(opening);
    Json cause = private_message(context, "not signed here");
    auto posted = co_await caused_post(context, outcome, std::move(cause));
    if (!posted) {
        co_return outcome;
    }
    posted->answer(204);
    const Frame frame = co_await next_event(*opening.link);
    outcome.check(event_with(frame, "not signed here"));
    outcome.check(expect::no_header(opening.reply, "X-Signature"), "the handshake");
    outcome.check(expect::equal(posted->json(), frame.json(), "the frame"), "as in the POST");
    const std::string digest = hmac_sha1(context.target().secret, frame.payload);
    outcome.check(expect::that(frame.payload.find(digest) == std::string::npos, "no signature",
                               frame.text()));
    co_return outcome;
}

constexpr Needs posted = Needs(Need::post) | Need::inject | Need::user;

constexpr Case table[] = {
    {.id = "signature/digest-of-the-body",
     .requirements = "SIG-001",
     .sentence = "X-Signature is the HMAC-SHA1 of the body, byte for byte, with the secret as key.",
     .sends = "messages with letters that JSON may write in more than one way",
     .expects = "X-Signature: sha1= and the digest of the bytes that came",
     .needs = posted,
     .setup = &setup::signed_post,
     .run = digest_of_the_body},
    {.id = "signature/form-of-the-header",
     .requirements = "SIG-001",
     .sentence = "The digest is written as sha1= and 40 hexadecimal digits in lower case.",
     .sends = "an event",
     .expects = "a header of that form",
     .needs = posted,
     .setup = &setup::signed_post,
     .run = form_of_the_header},
    {.id = "signature/events-of-groups-are-signed",
     .requirements = "SIG-001",
     .sentence = "Every POST is signed, also those of groups.",
     .sends = "a message in the group",
     .expects = "the signature of its body",
     .needs = posted | Need::group,
     .setup = &setup::signed_post,
     .run = every_kind_is_signed},
    {.id = "signature/none-without-a-secret",
     .requirements = "SIG-002",
     .sentence = "Without a secret there is no X-Signature.",
     .sends = "an event",
     .expects = "no such header",
     .needs = posted,
     .setup = &setup::post,
     .run = none_without_a_secret},
    {.id = "signature/long-secret",
     .requirements = "SIG-003",
     .sentence = "A secret may be longer than 64 bytes and in any language.",
     .sends = "events, with a secret of 72 bytes in Chinese",
     .expects = "their signatures",
     .needs = posted,
     .setup = &setup::signed_long,
     .run = long_secret},
    {.id = "signature/none-on-websockets",
     .requirements = "SIG-004",
     .sentence = "What is pushed over WebSockets has no signature.",
     .sends = "an event, with a secret configured",
     .expects = "the JSON of the POST and nothing else",
     .needs = posted | Need::ws,
     .setup = &setup::signed_post,
     .run = pushes_are_not_signed},
};

}  // namespace

std::span<const Case> signature_cases() {
    return table;
}

}  // namespace cqhttp::conformance
