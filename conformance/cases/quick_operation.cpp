// Chapter 04, section 3: which answers to an event POST are quick operations.
#include "conformance/cases/chapters.hpp"
#include "conformance/cases/post_steps.hpp"

#include <fmt/format.h>

#include <string>
#include <utility>

namespace cqhttp::conformance {
namespace {

constexpr const char* hello = R"({"reply":"hello"})";

Place the_user(const Context& context) {
    return {"private", context.target().user};
}
Place the_group(const Context& context) {
    return {"group", context.target().group};
}
std::string mention(const Context& context) {
    return fmt::format("[CQ:at,qq={}]", context.target().user);
}

asio::awaitable<Outcome> any_2xx(Context& context) {
    Outcome outcome;
    for (const int status : {200, 201, 202, 206, 299}) {
        Json cause = private_message(context, "hi");
        const Json effects = co_await done_upon(context, outcome, std::move(cause), hello, status);
        outcome.check(replied(effects, the_user(context), "hello"), std::to_string(status));
    }
    co_return outcome;
}

asio::awaitable<Outcome> nothing_to_do(Context& context) {
    Outcome outcome;
    for (const int status : {204, 200}) {
        Json cause = private_message(context, "hi");
        const Json effects = co_await done_upon(context, outcome, std::move(cause), "", status);
        outcome.check(nothing_done(effects), std::to_string(status) + " without a body");
    }
    co_return outcome;
}

asio::awaitable<Outcome> other_status(Context& context) {
    Outcome outcome;
    for (const int status : {400, 401, 403, 404, 500, 502, 503}) {
        Json cause = private_message(context, "hi");
        const Json effects = co_await done_upon(context, outcome, std::move(cause), hello, status);
        outcome.check(nothing_done(effects), std::to_string(status));
    }
    co_return outcome;
}

asio::awaitable<Outcome> no_object(Context& context) {
    Outcome outcome;
    for (const char* body : {"ok", "hello", "[]", R"([{"reply":"hello"}])", "null", "true", "7",
                             R"("reply")", R"({"reply":"hello")", R"({"reply":"hello",})",
                             R"({'reply':'hello'})", R"({"reply":"hello"} {})", "<html></html>"}) {
        Json cause = private_message(context, "hi");
        const Json effects = co_await done_upon(context, outcome, std::move(cause), body);
        outcome.check(nothing_done(effects), body);
    }
    Json cause = private_message(context, "hi");
    const Json effects = co_await done_upon(context, outcome, std::move(cause), hello);
    outcome.check(replied(effects, the_user(context), "hello"), "an object after those");
    co_return outcome;
}

std::string answer_with(std::string_view headers, std::string_view body) {
    return fmt::format("HTTP/1.1 200 OK\r\n{}\r\n{}", headers, body);
}

asio::awaitable<Outcome> any_content_type(Context& context) {
    Outcome outcome;
    for (const char* type :
         {"", "Content-Type: text/plain\r\n", "Content-Type: text/html; charset=gb2312\r\n",
          "Content-Type: application/octet-stream\r\n", "Content-Type: nonsense\r\n",
          "content-type: APPLICATION/JSON\r\n"}) {
        Json cause = private_message(context, "hi");
        std::string answer = answer_with(fmt::format("{}Content-Length: 17\r\n", type), hello);
        const Json effects =
            co_await done_upon_bytes(context, outcome, std::move(cause), std::move(answer));
        const std::string_view shown = type;
        outcome.check(replied(effects, the_user(context), "hello"),
                      shown.empty() ? "no Content-Type" : shown.substr(0, shown.find('\r')));
    }
    co_return outcome;
}

asio::awaitable<Outcome> any_framing(Context& context) {
    struct Row {
        const char* what;
        std::string bytes;
        bool close;
    };
    const Row rows[] = {
        {"in two chunks",
         answer_with("Transfer-Encoding: chunked\r\n",
                     "8\r\n{\"reply\"\r\n9;x=y\r\n:\"hello\"}\r\n0\r\n\r\n"),
         false},
        {"in chunks with a trailer",
         answer_with("Transfer-Encoding: chunked\r\n",
                     "11\r\n{\"reply\":\"hello\"}\r\n0\r\nX-Checked: yes\r\n\r\n"),
         false},
        {"until the connection ends", answer_with("Connection: close\r\n", hello), true},
        {"in HTTP/1.0", "HTTP/1.0 200 OK\r\n\r\n" + std::string(hello), true},
        {"behind 100 Continue",
         "HTTP/1.1 100 Continue\r\n\r\n" + answer_with("Content-Length: 17\r\n", hello), false},
    };
    Outcome outcome;
    for (const Row& row : rows) {
        Json cause = private_message(context, "hi");
        const Json effects =
            co_await done_upon_bytes(context, outcome, std::move(cause), row.bytes, row.close);
        outcome.check(replied(effects, the_user(context), "hello"), row.what);
    }
    const char* const empty[] = {"Content-Length: 0\r\n", "Transfer-Encoding: chunked\r\n"};
    for (const char* header : empty) {
        const bool chunked = header != empty[0];
        Json cause = private_message(context, "hi");
        std::string answer = answer_with(header, chunked ? "0\r\n\r\n" : "");
        const Json effects =
            co_await done_upon_bytes(context, outcome, std::move(cause), std::move(answer));
        outcome.check(nothing_done(effects), header);
    }
    co_return outcome;
}

// Values that no field allows, in the order: for a reply to come, and for none.
asio::awaitable<Outcome> fields_are_optional(Context& context) {
    Outcome outcome;
    for (const char* body :
         {R"({"reply":"hello"})", R"({"reply":"hello","at_sender":null,"delete":null})",
          R"({"reply":"hello","at_sender":[],"delete":{},"kick":[1],"ban":{"a":1}})",
          R"({"reply":"hello","auto_escape":[true],"delete":false,"kick":false,"ban":false})"}) {
        Json cause = group_message(context, "hi");
        const Json effects = co_await done_upon(context, outcome, std::move(cause), body);
        const std::string wanted = context.is_ob11() ? "" : mention(context) + " hello";
        // OneBot 11 leaves open whether the sender is mentioned.
        const Check with = replied(effects, the_group(context), mention(context) + " hello");
        const Check without = replied(effects, the_group(context), "hello");
        outcome.check(wanted.empty() && !without ? without : with, body);
    }
    for (const char* body : {"{}", R"({"at_sender":true,"auto_escape":true})",
                             R"({"reply":null,"delete":null,"kick":[],"ban":{}})"}) {
        Json cause = group_message(context, "hi");
        const Json effects = co_await done_upon(context, outcome, std::move(cause), body);
        outcome.check(nothing_done(effects), body);
    }
    co_return outcome;
}

asio::awaitable<Outcome> unknown_fields(Context& context) {
    Outcome outcome;
    for (const char* body :
         {R"({"reply":"hello","foo":1,"message":"no","action":"send_private_msg","user_id":1})",
          R"({"approve":true,"reply":"hello","remark":"x","reason":"y"})",
          R"({"delete":true,"kick":true,"ban":true,"reply":"hello"})"}) {
        Json cause = private_message(context, "hi");
        const Json effects = co_await done_upon(context, outcome, std::move(cause), body);
        outcome.check(replied(effects, the_user(context), "hello"), body);
    }
    co_return outcome;
}

std::string actions_of(const Json& effects) {
    std::string names;
    for (const Json& effect : effects) {
        names += (names.empty() ? "" : " ") + dump(member(effect, "action"));
    }
    return names;
}

// People of the sandbox: this is for our gateway.
asio::awaitable<Outcome> order_of_operations(Context& context) {
    Outcome outcome;
    Json cause = group_message(context, "hi");
    cause["user_id"] = 10004;
    Json effects = co_await done_upon(context, outcome, std::move(cause),
                                      R"({"ban":true,"kick":true,"delete":true,"reply":"bye"})");
    // Who is gone cannot be banned any more.
    outcome.check(expect::text(R"("send_group_msg" "delete_msg" "set_group_kick")",
                               actions_of(effects), "what is done"));
    cause = group_message(context, "hi");
    cause["user_id"] = 123456;
    Json answer = *parse_json(R"({"ban":true,"delete":true})");
    answer["reply"] = std::string(5000, 'x');  // longer than the sandbox takes
    effects = co_await done_upon(context, outcome, std::move(cause), dump(answer));
    outcome.check(
        expect::text(R"("delete_msg" "set_group_ban")", actions_of(effects), "what is done"),
        "after a reply that cannot be sent");
    co_return outcome;
}

asio::awaitable<Outcome> before_the_push(Context& context) {
    WsOpening opening = co_await open_events(context);
    Outcome outcome = expect::opened(opening);
    Json cause = private_message(context, "hi");
    auto posted = co_await caused_post(context, outcome, std::move(cause));
    if (!posted) {
        co_return outcome;
    }
    outcome.check(co_await nothing_but_pong(*opening.link, "not yet"), "before the answer");
    posted->answer(200, hello);
    const Frame frame = co_await next_event(*opening.link);
    outcome.check(event_with(frame, "hi"));
    const Json effects = co_await context.effects();
    outcome.check(replied(effects, the_user(context), "hello"), "when the event is pushed");
    co_return outcome;
}

// Sends what would be an answer over a connection for events.
asio::awaitable<Outcome> frames_do_nothing(Context& context, WsLink& link) {
    Outcome outcome;
    Json cause = private_message(context, "hi");
    auto posted = co_await caused_post(context, outcome, std::move(cause));
    if (!posted) {
        co_return outcome;
    }
    posted->answer(204);
    const Frame frame = co_await next_event(link);
    outcome.check(event_with(frame, "hi"));
    co_await link.send_text(hello);
    co_await link.send_text(R"({"reply":"hello","post_type":"message"})");
    outcome.check(co_await nothing_but_pong(link, "ignored"), "after an answer");
    const Json effects = co_await context.effects();
    outcome.check(nothing_done(effects));
    co_return outcome;
}

asio::awaitable<Outcome> not_by_frames(Context& context) {
    WsOpening opening = co_await open_events(context);
    Outcome outcome = expect::opened(opening);
    if (!outcome.holds()) {
        co_return outcome;
    }
    co_return co_await frames_do_nothing(context, *opening.link);
}

asio::awaitable<Outcome> not_by_reverse_frames(Context& context) {
    WsLink* link = co_await context.reverse_event();
    Outcome outcome = connected(link);
    if (link == nullptr) {
        co_return outcome;
    }
    co_return co_await frames_do_nothing(context, *link);
}

asio::awaitable<Outcome> booleans_as_text(Context& context) {
    Outcome outcome;
    const std::string mentioned = mention(context) + " [CQ:face,id=7]";
    const std::pair<const char*, std::string> rows[] = {
        {R"({"reply":"[CQ:face,id=7]","at_sender":"false"})", "[CQ:face,id=7]"},
        {R"({"reply":"[CQ:face,id=7]","at_sender":"true"})", mentioned},
        {R"({"reply":"[CQ:face,id=7]","at_sender":0})", mentioned},
        {R"({"reply":"[CQ:face,id=7]","at_sender":""})", mentioned},
        {R"({"reply":"[CQ:face,id=7]","at_sender":false,"auto_escape":"true"})",
         "&#91;CQ:face,id=7&#93;"},
        {R"({"reply":"[CQ:face,id=7]","at_sender":false,"auto_escape":1})", "[CQ:face,id=7]"}};
    for (const auto& [body, wanted] : rows) {
        Json cause = group_message(context, "hi");
        const Json effects = co_await done_upon(context, outcome, std::move(cause), body);
        outcome.check(replied(effects, the_group(context), wanted), body);
    }
    Json cause = group_message(context, "hi");
    Json effects = co_await done_upon(context, outcome, std::move(cause), R"({"delete":"true"})");
    outcome.check(did(effects, "delete_msg", Json::object()), "delete as a string");
    cause = group_message(context, "hi");
    effects = co_await done_upon(context, outcome, std::move(cause),
                                 R"({"delete":1,"kick":1,"ban":1,"block":1})");
    outcome.check(nothing_done(effects), "numbers");
    co_return outcome;
}

asio::awaitable<Outcome> approve_is_a_boolean(Context& context) {
    Outcome outcome;
    std::int64_t who = 4900001;
    for (const char* body : {R"({"approve":"true"})", R"({"approve":1})", R"({"approve":"false"})",
                             R"({"approve":null})"}) {
        Json cause = friend_request(who++, "let me in");
        const Json effects = co_await done_upon(context, outcome, std::move(cause), body);
        outcome.check(nothing_done(effects), body);
    }
    co_return outcome;
}

constexpr Needs quick = Needs(Need::post) | Need::inject | Need::user | Need::effects;

constexpr Case table[] = {
    {.id = "quick-operation/objects-of-2xx-answers",
     .requirements = "QOP-001",
     .sentence = "A JSON object in an answer with a status of 2xx is a quick operation.",
     .sends = "private messages, answered with 200, 201, 202, 206, 299 and a reply",
     .expects = "the replies",
     .needs = quick,
     .setup = &setup::post,
     .run = any_2xx},
    {.id = "quick-operation/nothing-without-a-body",
     .requirements = "QOP-002",
     .sentence = "204, or no body, and nothing happens.",
     .sends = "private messages, answered with 204 and with 200 without a body",
     .expects = "nothing is done",
     .needs = quick,
     .setup = &setup::post,
     .run = nothing_to_do},
    {.id = "quick-operation/nothing-with-another-status",
     .requirements = "QOP-003",
     .sentence = "The object of an answer with another status is not looked at.",
     .sends = "private messages, answered with a reply and 400, 401, 403, 404, 500, 502, 503",
     .expects = "nothing is done",
     .needs = quick,
     .setup = &setup::post,
     .run = other_status},
    {.id = "quick-operation/what-is-no-object-is-ignored",
     .requirements = "QOP-004",
     .sentence = "A body that is no JSON object is ignored, and nothing worse comes of it.",
     .sends = "private messages, answered with arrays, texts, broken JSON, HTML; then an object",
     .expects = "nothing is done but for the object",
     .needs = quick,
     .setup = &setup::post,
     .run = no_object},
    {.id = "quick-operation/content-type-is-not-looked-at",
     .requirements = "QOP-005",
     .sentence = "The Content-Type of the answer does not matter.",
     .sends = "private messages, answered with a reply and no, other and wrong media types",
     .expects = "the replies",
     .needs = quick,
     .setup = &setup::post,
     .run = any_content_type},
    {.id = "quick-operation/any-framing",
     .requirements = "QOP-006",
     .sentence = "Answers in chunks and without Content-Length work.",
     .sends = "private messages, answered in chunks, up to the end of the connection, with no body",
     .expects = "the replies, and nothing for no body",
     .needs = quick,
     .setup = &setup::post,
     .run = any_framing},
    {.id = "quick-operation/fields-are-optional",
     .requirements = "QOP-007",
     .sentence = "A field that is absent, or has a value that is not allowed, means the default.",
     .sends = "messages in the group, answered with few fields, with null, arrays and objects",
     .expects = "replies where there is one, nothing else",
     .needs = quick | Need::group,
     .setup = &setup::post,
     .run = fields_are_optional},
    {.id = "quick-operation/unknown-fields-are-ignored",
     .requirements = "QOP-008",
     .sentence = "Fields that are unknown or belong to other events are ignored.",
     .sends = "private messages, answered with a reply and fields of groups and requests",
     .expects = "the replies, nothing else",
     .needs = quick,
     .setup = &setup::post,
     .run = unknown_fields},
    {.id = "quick-operation/in-order-and-independent",
     .requirements = "QOP-009",
     .sentence = "Reply, delete, kick, ban: in this order, and each whatever became of the others.",
     .sends =
         "messages in the group, answered with all four; then with a reply that cannot be sent",
     .expects = "all that is possible, in the order",
     .needs = quick | Need::group | Need::disposable,
     .setup = &setup::post,
     .own_start = true,
     .run = order_of_operations},
    {.id = "quick-operation/done-before-the-push",
     .requirements = "QOP-010",
     .sentence = "Quick operations are finished when the event is pushed.",
     .sends = "a private message, answered with a reply",
     .expects = "the reply is sent when the event comes on /event",
     .needs = quick | Need::ws,
     .setup = &setup::post,
     .run = before_the_push},
    {.id = "quick-operation/frames-are-no-answers",
     .requirements = "QOP-011",
     .sentence = "What is sent on /event is no answer to an event.",
     .sends = "an event, then replies over the connection that it came on",
     .expects = "nothing is done",
     .needs = quick | Need::ws,
     .setup = &setup::post,
     .run = not_by_frames},
    {.id = "quick-operation/reverse-frames-are-no-answers",
     .requirements = "QOP-011",
     .sentence = "What is sent on a reverse connection for events is no answer to an event.",
     .sends = "an event, then replies over the connection that it came on",
     .expects = "nothing is done",
     .needs = quick | Need::reverse,
     .setup = &setup::reverse_post,
     .run = not_by_reverse_frames},
    {.id = "quick-operation/booleans-as-text",
     .requirements = "QOP-012",
     .sentence = "Booleans may be the strings true and false; numbers are as if absent.",
     .sends = "messages in the group, answered with \"true\", \"false\", \"\", 0 and 1",
     .expects = "strings count, the rest is the default",
     .needs = quick | Need::group,
     .setup = &setup::post,
     .run = booleans_as_text},
    {.id = "quick-operation/approve-is-a-boolean",
     .requirements = "QOP-013",
     .sentence = "approve is a JSON boolean; a string or number is as if absent.",
     .sends = "requests, answered with approve as \"true\", 1, \"false\" and null",
     .expects = "they stay undecided",
     .needs = quick | Need::disposable,
     .setup = &setup::post,
     .run = approve_is_a_boolean},
};

}  // namespace

std::span<const Case> quick_operation_cases() {
    return table;
}

}  // namespace cqhttp::conformance
