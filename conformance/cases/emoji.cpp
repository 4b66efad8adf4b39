// Chapter 07, section 8: emoji codes of the account and the characters bots see.
#include "conformance/cases/chapters.hpp"
#include "conformance/cases/message_steps.hpp"

#include <string>
#include <utility>

namespace cqhttp::conformance {
namespace {

// Somebody says `cq`; both strings of the event are `expected`.
asio::awaitable<Outcome> both_become(Context& context, std::string cq, std::string expected) {
    Outcome outcome;
    const Json event = co_await said(context, outcome, cq);
    outcome.check(expect::equal(expected, member(event, "message"), "the message"), cq);
    outcome.check(expect::equal(expected, member(event, "raw_message"), "raw_message"), cq);
    co_return outcome;
}

asio::awaitable<Outcome> codes_become_characters(Context& context) {
    Outcome outcome;
    outcome.check(co_await both_become(context, "[CQ:emoji,id=128514]a[CQ:emoji,id=9728]", "😂a☀"));
    if (outcome.holds()) {
        outcome.check(co_await both_become(context, "[CQ:emoji,  id=128515]&amp;", "😃&amp;"));
    }
    co_return outcome;
}

asio::awaitable<Outcome> keycaps(Context& context) {
    return both_become(context, "[CQ:emoji,id=10000049] [CQ:emoji,id=10000035]",
                       "1\xEF\xB8\x8F\xE2\x83\xA3 #\xEF\xB8\x8F\xE2\x83\xA3");
}

asio::awaitable<Outcome> half_keycaps(Context& context) {
    return both_become(context, "7\xEF\xB8\x8F *\xEF\xB8\x8Fx 7\xEF\xB8\x8F\xE2\x83\xA3",
                       "7\xEF\xB8\x8F\xE2\x83\xA3 *\xEF\xB8\x8F\xE2\x83\xA3x "
                       "7\xEF\xB8\x8F\xE2\x83\xA3");
}

asio::awaitable<Outcome> codes_stay(Context& context) {
    Outcome outcome;
    const std::string cq = "a[CQ:emoji,id=128514]";
    const Json event = co_await said(context, outcome, cq);
    outcome.check(expect::equal(segments_of(Json(cq)), member(event, "message"), "the message"));
    outcome.check(expect::equal(cq, member(event, "raw_message"), "raw_message"));
    co_return outcome;
}

// Sends `text`; the account is handed `expected`.
asio::awaitable<Outcome> is_handed(Context& context, std::string text, std::string expected) {
    Outcome outcome;
    Json params;
    params["message"] = text;
    const HttpReply reply = co_await send_private(context, std::move(params));
    outcome.check(sent(reply), text);
    const auto content = co_await sent_content(context, reply);
    outcome.check(expect::equal(expected, content.value_or(Json()), "what was sent"), text);
    co_return outcome;
}

// The robot (U+1F916) came after the set of 4.0.
constexpr std::string_view emoji = "a😂☀[CQ:face,id=7]🤖 1";

asio::awaitable<Outcome> sent_as_codes(Context& context) {
    return is_handed(context, std::string(emoji),
                     "a[CQ:emoji,id=128514][CQ:emoji,id=9728][CQ:face,id=7]🤖 1");
}

asio::awaitable<Outcome> sent_as_they_are(Context& context) {
    return is_handed(context, std::string(emoji), std::string(emoji));
}

constexpr Needs sending = for_sending | Need::effects;

constexpr Case table[] = {
    {.id = "emoji/codes-become-characters",
     .requirements = "EMO-001",
     .sentence = "Received emoji codes become characters in both strings.",
     .sends = "codes with and without blanks behind the comma",
     .expects = "the characters",
     .needs = for_events,
     .setup = &setup::post,
     .run = codes_become_characters},
    {.id = "emoji/keycaps",
     .requirements = "EMO-002",
     .sentence = "An id that starts with 100000 is a keycap.",
     .sends = "the codes of the keycaps 1 and #",
     .expects = "the character, U+FE0F and U+20E3",
     .needs = for_events,
     .setup = &setup::post,
     .run = keycaps},
    {.id = "emoji/half-keycaps-are-completed",
     .requirements = "EMO-003",
     .sentence = "A keycap that lost its last character gets it back.",
     .sends = "7 and * with U+FE0F alone, and a whole one",
     .expects = "three whole keycaps",
     .needs = for_events,
     .setup = &setup::post,
     .run = half_keycaps},
    {.id = "emoji/codes-stay-where-it-is-off",
     .requirements = "EMO-004",
     .sentence = "With convert_unicode_emoji off received codes stay.",
     .sends = "an emoji code, with events as arrays",
     .expects = "an emoji segment, and the code in raw_message",
     .needs = for_events,
     .setup = &setup::no_emoji,
     .run = codes_stay},
    {.id = "emoji/sent-as-codes",
     .requirements = "EMO-005",
     .sentence = "4.0 hands the account codes for the emoji of its set.",
     .sends = "two emoji of the set and one that is not",
     .expects = "codes for the two",
     .needs = sending,
     .run = sent_as_codes},
    {.id = "emoji/sent-as-they-are-where-it-is-off",
     .requirements = "EMO-005",
     .sentence = "With convert_unicode_emoji off emoji are sent as they are.",
     .sends = "the same",
     .expects = "the same characters",
     .needs = sending,
     .setup = &setup::no_emoji,
     .run = sent_as_they_are},
    {.id = "emoji/sent-as-they-are",
     .requirements = "EMO-006",
     .sentence = "Nothing is converted when sending.",
     .sends = "the same",
     .expects = "the same characters",
     .needs = sending,
     .run = sent_as_they_are},
};

}  // namespace

std::span<const Case> emoji_cases() {
    return table;
}

}  // namespace cqhttp::conformance
