// Chapter 05, section 1: the way of an event.
#include "conformance/cases/chapters.hpp"
#include "conformance/cases/post_steps.hpp"

#include <fmt/format.h>

#include <string>
#include <utility>

namespace cqhttp::conformance {
namespace {

using expect::Type;

// --- what an event consists of ----------------------------------------------------------------

// Stimuli for people of the sandbox and the members that the event must have in 4.0: this is for
// our gateway.
struct Kind {
    const char* cause;
    const char* members;
    Profiles profiles = in::all;
};
constexpr const char* private_names =
    "time self_id post_type message_type sub_type message_id user_id message raw_message font";
constexpr const char* group_names =
    "time self_id post_type message_type sub_type message_id user_id message raw_message font "
    "group_id anonymous";
constexpr const char* operated =
    "time self_id post_type notice_type sub_type group_id user_id operator_id";

constexpr Kind kinds[] = {
    {R"({"post_type":"message","message_type":"private","user_id":10001,"message":"x"})",
     private_names},
    {R"({"post_type":"message","message_type":"group","group_id":20001,"user_id":10001,
         "message":"x"})",
     group_names},
    {R"({"post_type":"message","message_type":"group","group_id":20001,"user_id":10005,
         "anonymous":{},"message":"x"})",
     group_names},
    {R"({"post_type":"message","message_type":"discuss","discuss_id":30001,"user_id":10001,
         "message":"x"})",
     "time self_id post_type message_type message_id user_id message raw_message font discuss_id",
     in::cq},
    {R"({"post_type":"notice","notice_type":"group_upload","group_id":20001,"user_id":10001,
         "file":{"name":"x"}})",
     "time self_id post_type notice_type group_id user_id file"},
    {R"({"post_type":"notice","notice_type":"group_admin","sub_type":"set","group_id":20001,
         "user_id":10006})",
     "time self_id post_type notice_type sub_type group_id user_id"},
    {R"({"post_type":"notice","notice_type":"group_increase","group_id":20001,"user_id":10009})",
     operated},
    {R"({"post_type":"notice","notice_type":"group_decrease","sub_type":"leave","group_id":20001,
         "user_id":10009})",
     operated},
    {R"({"post_type":"notice","notice_type":"friend_add","user_id":10010})",
     "time self_id post_type notice_type user_id"},
    {R"({"post_type":"request","request_type":"friend","user_id":4900401})",
     "time self_id post_type request_type user_id comment flag"},
    {R"({"post_type":"request","request_type":"group","sub_type":"add","group_id":20001,
         "user_id":4900402})",
     "time self_id post_type request_type sub_type group_id user_id comment flag"},
};

asio::awaitable<Outcome> every_kind(Context& context) {
    WsOpening opening = co_await open_events(context);
    Outcome outcome = expect::opened(opening);
    for (const Kind& kind : kinds) {
        if (!kind.profiles.contains(context.profile())) {
            continue;
        }
        Json cause = *parse_json(kind.cause);
        const bool from = member(cause, "post_type") == "message" && !context.is_40();
        const std::string names = std::string(kind.members) + (from ? " sender" : "");
        const Json event = co_await caused_event(context, *opening.link, outcome, cause);
        outcome.check(is_event_of(context, event), kind.cause);
        outcome.check(exactly(event, names), kind.cause);
    }
    co_return outcome;
}

asio::awaitable<Outcome> image_has_url(Context& context) {
    WsOpening opening = co_await open_events(context);
    Outcome outcome = expect::opened(opening);
    Json cause = private_message(
        context, "see [CQ:image,file=conformance.jpg,url=http://127.0.0.1:9/i?a=1&amp;b=2]");
    const Json event = co_await caused_event(context, *opening.link, outcome, std::move(cause));
    outcome.check(
        expect::text("see [CQ:image,file=conformance.jpg,url=http://127.0.0.1:9/i?a=1&amp;b=2]",
                     cq_text(member(event, "message")), "\"message\""));
    outcome.check(expect::text("see [CQ:image,file=conformance.jpg]",
                               cq_text(member(event, "raw_message")), "\"raw_message\""));
    co_return outcome;
}

asio::awaitable<Outcome> time_is_kept(Context& context) {
    WsOpening opening = co_await open_events(context);
    Outcome outcome = expect::opened(opening);
    Json cause = private_message(context, "long ago");
    cause["time"] = 1'700'000'000;
    const Json event = co_await caused_event(context, *opening.link, outcome, std::move(cause));
    outcome.check(expect::equal(1'700'000'000, member(event, "time"), "\"time\""));
    outcome.check(expect::equal(context.target().self_id, member(event, "self_id"), "\"self_id\""));
    outcome.check(context.is_40() ? expect::lacks(event, "sender")
                                  : expect::has(event, "sender", Type::object));
    co_return outcome;
}

asio::awaitable<Outcome> message_is_a_string(Context& context) {
    WsOpening opening = co_await open_events(context);
    Outcome outcome = expect::opened(opening);
    Json cause = private_message(context, *parse_json(R"([
        {"type":"text","data":{"text":"a [b] & "}},{"type":"face","data":{"id":"14"}}])"));
    const Json event = co_await caused_event(context, *opening.link, outcome, std::move(cause));
    outcome.check(expect::equal("a &#91;b&#93; &amp; [CQ:face,id=14]", member(event, "message"),
                                "\"message\""));
    co_return outcome;
}

asio::awaitable<Outcome> message_is_an_array(Context& context) {
    Outcome outcome;
    Json cause = private_message(context, "a &#91;b&#93; &amp; [CQ:face,id=14]");
    const auto posted = co_await caused_post(context, outcome, std::move(cause));
    if (posted) {
        const Json event = posted->json();
        const Json wanted = *parse_json(R"([
            {"type":"text","data":{"text":"a [b] & "}},{"type":"face","data":{"id":"14"}}])");
        outcome.check(expect::equal(wanted, member(event, "message"), "\"message\""));
        outcome.check(expect::equal("a &#91;b&#93; &amp; [CQ:face,id=14]",
                                    member(event, "raw_message"), "\"raw_message\""));
    }
    co_return outcome;
}

// --- where it goes ----------------------------------------------------------------------------

asio::awaitable<Outcome> filtered_goes_nowhere(Context& context) {
    WsOpening opening = co_await open_events(context);
    WsLink* reverse = co_await context.reverse_event();
    Outcome outcome = expect::opened(opening);
    outcome.check(connected(reverse));
    context.hold_posts();
    if (!co_await cause(context, outcome, "held back")) {
        co_return outcome;
    }
    Json passing = private_message(context, "let through");
    const HttpReply done = co_await context.send(
        post("/.sandbox_inject").json(fmt::format(R"({{"event":{}}})", dump(passing))));
    outcome.check(expect::ok(done), "the second stimulus");
    auto posted = co_await next_event_post(context);
    if (!outcome.check(expect::that(posted.has_value(), "the second event", "no POST came"))) {
        co_return outcome;
    }
    outcome.check(event_says(posted->json(), "let through"), "the first POST");
    posted->answer(204);
    const Frame pushed = co_await next_event(*opening.link);
    outcome.check(event_with(pushed, "let through"), "the first push");
    const Frame reversed = co_await next_event(*reverse);
    outcome.check(event_with(reversed, "let through"), "the first push of the reverse connection");
    co_return outcome;
}

asio::awaitable<Outcome> equal_everywhere(Context& context) {
    WsOpening opening = co_await open_events(context);
    WsLink* reverse = co_await context.reverse_event();
    Outcome outcome = expect::opened(opening);
    outcome.check(connected(reverse));
    Json cause = private_message(context, "everywhere: 你好 [CQ:face,id=14] &amp; 🙂");
    auto posted = co_await caused_post(context, outcome, std::move(cause));
    if (!posted) {
        co_return outcome;
    }
    posted->answer(204);
    const Frame pushed = co_await next_event(*opening.link);
    outcome.check(expect::equal(posted->json(), pushed.json(), "the push"));
    const Frame reversed = co_await next_event(*reverse);
    outcome.check(expect::equal(posted->json(), reversed.json(), "the push of the reverse one"));
    co_return outcome;
}

asio::awaitable<Outcome> post_then_pushes(Context& context) {
    WsOpening opening = co_await open_events(context);
    WsLink* reverse = co_await context.reverse_event();
    Outcome outcome = expect::opened(opening);
    outcome.check(connected(reverse));
    Json cause = private_message(context, "in order");
    auto posted = co_await caused_post(context, outcome, std::move(cause));
    if (!posted) {
        co_return outcome;
    }
    outcome.check(co_await nothing_but_pong(*opening.link, "one"), "while the POST waits");
    outcome.check(co_await nothing_but_pong(*reverse, "two"), "while the POST waits");
    posted->answer(200, R"({"reply":"in order, too"})");
    const Frame reversed = co_await next_event(*reverse);
    outcome.check(event_with(reversed, "in order"));
    const Json effects = co_await context.effects();
    outcome.check(replied(effects, {"private", context.target().user}, "in order, too"),
                  "when the event is pushed");
    const Frame pushed = co_await next_event(*opening.link);
    outcome.check(event_with(pushed, "in order"));
    co_return outcome;
}

asio::awaitable<Outcome> own_messages_are_no_events(Context& context) {
    WsOpening opening = co_await open_events(context);
    Outcome outcome = expect::opened(opening);
    Json params;
    params["user_id"] = context.target().user;
    params["message"] = "from the account itself";
    const HttpReply sent = co_await context.call("send_private_msg", params);
    outcome.check(expect::ok(sent), "send_private_msg");
    Json cause = private_message(context, "from the other");
    const Json event = co_await caused_event(context, *opening.link, outcome, std::move(cause));
    outcome.check(event_says(event, "from the other"), "the event after send_private_msg");
    co_return outcome;
}

asio::awaitable<Outcome> replies_are_no_events(Context& context) {
    Outcome outcome;
    Json cause = private_message(context, "question");
    auto posted = co_await caused_post(context, outcome, std::move(cause));
    if (!posted) {
        co_return outcome;
    }
    posted->answer(200, R"({"reply":"answer"})");
    posted.reset();
    cause = private_message(context, "next question");
    context.hold_posts();
    outcome.check(co_await context.inject(std::move(cause)));
    const auto next = co_await next_event_post(context);
    if (outcome.check(expect::that(next.has_value(), "the next event", "no POST came"))) {
        outcome.check(event_says(next->json(), "next question"), "the event after a reply");
    }
    co_return outcome;
}

asio::awaitable<Outcome> a_post_delays_nobody(Context& context) {
    WsOpening api = co_await context.open_ws("/api");
    WsOpening events = co_await open_events(context);
    Outcome outcome = expect::opened(api);
    outcome.check(expect::opened(events));
    Json cause = private_message(context, "held");
    const auto posted = co_await caused_post(context, outcome, std::move(cause));
    if (!posted) {
        co_return outcome;
    }
    const HttpReply reply = co_await context.call("get_status");
    outcome.check(expect::ok(reply), "a call over HTTP");
    const Frame answer = co_await api.link->call("get_status");
    outcome.check(expect::ok(answer), "a call over WebSocket");
    outcome.check(co_await nothing_but_pong(*events.link, "alive"), "a ping");
    co_return outcome;
}

constexpr Needs from_person = Needs(Need::ws) | Need::inject | Need::user;
constexpr Needs in_group = from_person | Need::group;

constexpr Case table[] = {
    {.id = "event-pipeline/every-kind-as-it-is-written",
     .requirements = "PIPE-001 EVT-004",
     .sentence = "Every kind of event has the members of its table and no others.",
     .sends = "one event of each kind",
     .expects = "exactly these members",
     .needs = in_group | Need::disposable,
     .own_start = true,
     .run = every_kind},
    {.id = "event-pipeline/image-has-its-url",
     .requirements = "PIPE-002",
     .sentence = "An image in message has its url; raw_message stays untouched.",
     .sends = "a message with an image",
     .expects = "url in message only",
     .needs = from_person,
     .run = image_has_url},
    {.id = "event-pipeline/time-and-self-id-are-set",
     .requirements = "PIPE-003",
     .sentence = "self_id is set, time where the event has none, sender in later profiles.",
     .sends = "a message with a time of its own",
     .expects = "that time, self_id",
     .needs = from_person,
     .run = time_is_kept},
    {.id = "event-pipeline/filtered-goes-nowhere",
     .requirements = "PIPE-004",
     .sentence = "An event that the filter rejects goes nowhere.",
     .sends = "an event that is rejected, then one that passes",
     .expects = "the second as the first on every way",
     .needs = from_person | Need::post | Need::reverse,
     .setup = &setup::filter_everywhere,
     .run = filtered_goes_nowhere},
    {.id = "event-pipeline/message-as-a-string",
     .requirements = "PIPE-006",
     .sentence = "With the format string, message is a CQ string.",
     .sends = "a message as an array",
     .expects = "message as a string",
     .needs = from_person,
     .run = message_is_a_string},
    {.id = "event-pipeline/message-as-an-array",
     .requirements = "PIPE-006",
     .sentence =
         "With the format array, message is an array of segments; raw_message stays a string.",
     .sends = "a message as a string",
     .expects = "message as an array",
     .needs = Needs(Need::post) | Need::inject | Need::user,
     .setup = &setup::array,
     .run = message_is_an_array},
    {.id = "event-pipeline/post-then-pushes",
     .requirements = "PIPE-007",
     .sentence = "First the POST, then its quick operations, then the pushes.",
     .sends = "an event whose POST is answered late, with a reply",
     .expects = "no push before; the reply before the push",
     .needs = from_person | Need::post | Need::reverse | Need::effects,
     .setup = &setup::reverse_post,
     .run = post_then_pushes},
    {.id = "event-pipeline/equal-everywhere",
     .requirements = "PIPE-008",
     .sentence = "One event is the same JSON on every way.",
     .sends = "an event with letters that JSON and CQ codes escape",
     .expects = "equal objects by POST, /event and the reverse connection",
     .needs = from_person | Need::post | Need::reverse,
     .setup = &setup::reverse_post,
     .run = equal_everywhere},
    {.id = "event-pipeline/own-messages-are-no-events",
     .requirements = "PIPE-009",
     .sentence = "What the account sends is no event.",
     .sends = "send_private_msg, then a message of the other",
     .expects = "the message of the other as the next event",
     .needs = from_person | Need::http,
     .run = own_messages_are_no_events},
    {.id = "event-pipeline/replies-are-no-events",
     .requirements = "PIPE-009",
     .sentence = "A reply by quick operation is no event.",
     .sends = "a message that is answered with a reply, then another",
     .expects = "the other as the next event",
     .needs = Needs(Need::post) | Need::inject | Need::user,
     .setup = &setup::post,
     .run = replies_are_no_events},
    {.id = "event-pipeline/a-post-delays-nobody",
     .requirements = "PIPE-011",
     .sentence = "While a POST waits, calls and pings are answered.",
     .sends = "an event whose POST is not answered, calls and a ping",
     .expects = "the answers",
     .needs = from_person | Need::post | Need::http,
     .setup = &setup::post,
     .run = a_post_delays_nobody},
};

}  // namespace

std::span<const Case> event_pipeline_cases() {
    return table;
}

}  // namespace cqhttp::conformance
