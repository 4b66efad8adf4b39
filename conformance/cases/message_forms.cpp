// Chapter 07, section 1: the forms of a message that is sent.
#include "conformance/cases/chapters.hpp"
#include "conformance/cases/message_steps.hpp"
#include "conformance/cases/ws_steps.hpp"
#include "gateway/base/text.hpp"

#include <fmt/format.h>

#include <string>
#include <utility>
#include <vector>

namespace cqhttp::conformance {
namespace {

// Both as JSON text.
struct Sample {
    std::string_view message;
    std::string_view expected;
};

asio::awaitable<Outcome> all_are_sent_as(Context& context, std::vector<Sample> samples) {
    Outcome outcome;
    for (const Sample& sample : samples) {
        if (outcome.holds()) {
            outcome.check(co_await message_is_sent_as(context, *parse_json(sample.message),
                                                      *parse_json(sample.expected)));
        }
    }
    co_return outcome;
}

asio::awaitable<Outcome> all_arrive_as(Context& context, std::vector<Sample> samples) {
    Outcome outcome;
    for (const Sample& sample : samples) {
        if (outcome.holds()) {
            outcome.check(co_await arrives_as(context, *parse_json(sample.message),
                                              *parse_json(sample.expected)));
        }
    }
    co_return outcome;
}

constexpr std::string_view three_forms[] = {
    R"("three forms[CQ:face,id=14]")",
    R"([{"type":"text","data":{"text":"three forms"}},{"type":"face","data":{"id":"14"}}])",
    R"({"type":"text","data":{"text":"three forms"}})"};

// Only that they are taken: this can be seen everywhere.
asio::awaitable<Outcome> forms_are_accepted(Context& context) {
    Outcome outcome;
    for (const std::string_view form : three_forms) {
        Json params;
        params["message"] = *parse_json(form);
        const HttpReply reply = co_await send_private(context, std::move(params));
        outcome.check(sent(reply), form);
    }
    co_return outcome;
}

asio::awaitable<Outcome> forms_mean_the_same(Context& context) {
    Outcome outcome;
    const Json both = segments_of(Json("three forms[CQ:face,id=14]"));
    for (const std::string_view form : three_forms) {
        const Json message = *parse_json(form);
        const Json expected = message.is_object() ? segments(message) : both;
        if (outcome.holds()) {
            outcome.check(co_await message_is_sent_as(context, message, expected));
        }
    }
    co_return outcome;
}

// The answer to an event is a send like any other. A second event's POST comes when the first
// event is over, its reply included.
asio::awaitable<Outcome> reply_takes_all_forms(Context& context) {
    Outcome outcome;
    context.hold_posts();
    std::size_t sends = 0;
    for (const std::string_view form : three_forms) {
        Json answer;
        answer["reply"] = *parse_json(form);
        outcome.check(co_await context.inject_message("answer me"), form);
        auto first = co_await next_event_post(context);
        if (!outcome.check(expect::that(first.has_value(), "a POST", "none came"), form)) {
            co_return outcome;
        }
        first->answer(200, dump(answer));
        outcome.check(co_await context.inject_message("over"), form);
        auto second = co_await next_event_post(context);
        outcome.check(expect::that(second.has_value(), "a POST", "none came"), form);
        const Json effects = co_await context.effects();
        ++sends;
        outcome.check(
            expect::that(effects.size() == sends, "one more message", dump_short(effects)), form);
    }
    co_return outcome;
}

asio::awaitable<Outcome> segments_have_type_and_data(Context& context) {
    Outcome outcome;
    const Json event = co_await said(context, outcome, "look [CQ:face,id=7] there");
    if (!outcome.holds()) {
        co_return outcome;
    }
    const Json& message = member(event, "message");
    outcome.check(expect::that(message.is_array() && message.size() == 3, "an array of three",
                               dump_short(message)));
    for (const Json& one : message) {
        outcome.check(expect::has(one, "type", expect::Type::string), dump(one));
        outcome.check(expect::has(one, "data", expect::Type::object), dump(one));
    }
    co_return outcome;
}

asio::awaitable<Outcome> null_data(Context& context) {
    std::vector<Sample> samples{
        {R"({"type":"dice","data":null})", R"([{"type":"dice","data":{}}])"},
        {R"([{"type":"rps","data":null}])", R"([{"type":"rps","data":{}}])"},
        {R"([{"data":null,"type":"shake"}])", R"([{"type":"shake","data":{}}])"}};
    return all_are_sent_as(context, std::move(samples));
}

asio::awaitable<Outcome> missing_data(Context& context) {
    std::vector<Sample> samples{{R"({"type":"shake"})", R"([{"type":"shake","data":{}}])"},
                                {R"([{"type":"shake"}])", R"([{"type":"shake","data":{}}])"}};
    return all_are_sent_as(context, std::move(samples));
}

asio::awaitable<Outcome> are_refused(Context& context, std::vector<std::string_view> messages) {
    Outcome outcome;
    for (const std::string_view message : messages) {
        Json params;
        params["message"] = *parse_json(message);
        const HttpReply reply = co_await send_private(context, std::move(params));
        outcome.check(expect::failed(reply, 100), message);
    }
    co_return outcome;
}

asio::awaitable<Outcome> malformed_elements(Context& context) {
    std::vector<std::string_view> messages{R"([{"type":"text","data":{"text":"a"}},"b"])",
                                           R"([{"type":"text","data":{"text":"a"}},1])",
                                           R"([{"type":"text","data":{"text":"a"}},null])",
                                           R"([[{"type":"text","data":{"text":"a"}}]])",
                                           R"([{"data":{"text":"a"}}])",
                                           R"([{"type":1,"data":{"text":"a"}}])",
                                           R"([{"type":null,"data":{"text":"a"}}])",
                                           R"([{}])",
                                           R"({"data":{"text":"a"}})"};
    return are_refused(context, std::move(messages));
}

asio::awaitable<Outcome> other_values_become_text(Context& context) {
    std::vector<Sample> samples{
        {R"({"type":"text","data":{"text":123}})", R"([{"type":"text","data":{"text":"123"}}])"},
        {R"({"type":"text","data":{"text":-1.5}})", R"([{"type":"text","data":{"text":"-1.5"}}])"},
        {R"({"type":"text","data":{"text":true}})", R"([{"type":"text","data":{"text":"true"}}])"},
        {R"({"type":"text","data":{"text":null}})", R"([{"type":"text","data":{"text":"null"}}])"},
        {R"({"type":"text","data":{"text":[1, "a"]}})",
         R"([{"type":"text","data":{"text":"[1,\"a\"]"}}])"},
        {R"({"type":"text","data":{"text":{"a": {}}}})",
         R"([{"type":"text","data":{"text":"{\"a\":{}}"}}])"},
        {R"([{"type":"face","data":{"id":14}}])", R"([{"type":"face","data":{"id":"14"}}])"}};
    return all_are_sent_as(context, std::move(samples));
}

asio::awaitable<Outcome> other_values_are_refused(Context& context) {
    std::vector<std::string_view> messages{
        R"([{"type":"face","data":{"id":14}}])",   R"({"type":"text","data":{"text":true}})",
        R"({"type":"text","data":{"text":null}})", R"({"type":"text","data":{"text":["a"]}})",
        R"([{"type":"face","data":[]}])",          R"([{"type":"face","data":"id=14"}])"};
    return are_refused(context, std::move(messages));
}

// What an array event shows of it: an array inside the segment, not a text.
asio::awaitable<Outcome> content_of_node(Context& context) {
    std::vector<Sample> samples{{R"([{"type":"node","data":{"user_id":10001,"nickname":"x",
             "content":[{"type":"text","data":{"text":"inside"}}]}}])",
                                 R"([{"type":"node","data":{"user_id":"10001","nickname":"x",
             "content":[{"type":"text","data":{"text":"inside"}}]}}])"}};
    return all_arrive_as(context, std::move(samples));
}

asio::awaitable<Outcome> segment_values_are_plain(Context& context) {
    std::vector<Sample> samples{
        {R"([{"type":"text","data":{"text":"&#91;"}}])",
         R"([{"type":"text","data":{"text":"&#91;"}}])"},
        {R"({"type":"text","data":{"text":"[CQ:face,id=14]&amp;a,b&#44;"}})",
         R"([{"type":"text","data":{"text":"[CQ:face,id=14]&amp;a,b&#44;"}}])"},
        {R"([{"type":"share","data":{"title":"a&#44;b,c]","url":"http://127.0.0.1/?a=1&amp;b=2"}}])",
         R"([{"type":"share","data":{"title":"a&#44;b,c]","url":"http://127.0.0.1/?a=1&amp;b=2"}}])"}};
    return all_are_sent_as(context, std::move(samples));
}

asio::awaitable<Outcome> plain_text_is_one_segment(Context& context) {
    return arrives_as(context, "你好, a=b\n\"c\" &#91;d&#93; &amp; e",
                      segments(text_segment("你好, a=b\n\"c\" [d] & e")));
}

asio::awaitable<Outcome> texts_count_as_one(Context& context) {
    std::vector<Sample> samples{
        {R"([{"type":"text","data":{"text":"a"}},{"type":"text","data":{"text":""}},
             {"type":"text","data":{"text":"b"}},{"type":"face","data":{"id":"1"}},
             {"type":"text","data":{"text":""}}])",
         R"([{"type":"text","data":{"text":"ab"}},{"type":"face","data":{"id":"1"}}])"}};
    return all_arrive_as(context, std::move(samples));
}

asio::awaitable<Outcome> empty_text_is_empty(Context& context) {
    std::vector<std::string_view> messages{
        R"([{"type":"text","data":{"text":""}}])", R"({"type":"text","data":{"text":""}})",
        R"([{"type":"text","data":{"text":""}},{"type":"text","data":{"text":""}}])", R"([])"};
    return are_refused(context, std::move(messages));
}

constexpr std::string_view like_a_code = "[CQ:face,id=14]&#91;&amp;a&#44;b[CQ:";

asio::awaitable<Outcome> auto_escape(Context& context) {
    Json params;
    params["message"] = like_a_code;
    params["auto_escape"] = true;
    return is_sent_as(context, std::move(params), segments(text_segment(like_a_code)));
}

asio::awaitable<Outcome> auto_escape_in_a_query(Context& context) {
    Outcome outcome;
    const std::string target =
        fmt::format("/send_private_msg?user_id={}&auto_escape=true&message={}",
                    context.target().user, percent_encode(like_a_code));
    const HttpReply reply = co_await context.send(get(target));
    if (!outcome.check(sent(reply))) {
        co_return outcome;
    }
    const auto content = co_await sent_content(context, reply);
    if (!content) {
        co_return Outcome::unsupported("what was sent cannot be read back (get_msg)");
    }
    outcome.check(
        expect::equal(segments(text_segment(like_a_code)), segments_of(*content), "what was sent"));
    co_return outcome;
}

asio::awaitable<Outcome> no_auto_escape(Context& context) {
    Outcome outcome;
    const Json expected = segments_of(Json("x[CQ:face,id=14]"));
    for (const bool given : {false, true}) {
        Json params;
        params["message"] = "x[CQ:face,id=14]";
        if (given) {
            params["auto_escape"] = false;
        }
        if (outcome.holds()) {
            outcome.check(co_await is_sent_as(context, std::move(params), expected));
        }
    }
    co_return outcome;
}

asio::awaitable<Outcome> unknown_is_kept_in_events(Context& context) {
    std::vector<Sample> samples{
        {R"("[CQ:nosuchtype,a=1,b=two]")", R"([{"type":"nosuchtype","data":{"a":"1","b":"two"}}])"},
        {R"("x[CQ:face,id=14,unheard=of]")",
         R"([{"type":"text","data":{"text":"x"}},{"type":"face","data":{"id":"14","unheard":"of"}}])"}};
    return all_arrive_as(context, std::move(samples));
}

asio::awaitable<Outcome> unknown_is_kept_when_sent(Context& context) {
    std::vector<Sample> samples{{R"([{"type":"nosuchtype","data":{"a":"1","b":"two"}}])",
                                 R"([{"type":"nosuchtype","data":{"a":"1","b":"two"}}])"},
                                {R"("[CQ:nosuchtype,a=1][CQ:face,id=14,unheard=of]")",
                                 R"([{"type":"nosuchtype","data":{"a":"1"}},
             {"type":"face","data":{"id":"14","unheard":"of"}}])"}};
    return all_are_sent_as(context, std::move(samples));
}

constexpr Case table[] = {
    {.id = "message-forms/text-array-and-segment-are-taken",
     .requirements = "MSG-001",
     .sentence = "A message is sent as a CQ string, as an array of segments, as one segment.",
     .sends = "send_private_msg with each of the three",
     .expects = "ok and a message_id each time",
     .needs = for_sending,
     .run = forms_are_accepted},
    {.id = "message-forms/all-forms-mean-the-same",
     .requirements = "MSG-001 MSG-002",
     .sentence = "The three forms of a message send the same.",
     .sends = "a text and a face in each form, and what was sent is read back",
     .expects = "the text and the face; the one segment alone",
     .needs = for_sending,
     .run = forms_mean_the_same},
    {.id = "message-forms/reply-takes-all-forms",
     .requirements = "MSG-001",
     .sentence = "The reply to an event takes the three forms, too.",
     .sends = "events that are answered with each of them",
     .expects = "one message for each",
     .needs = for_events | Need::effects,
     .setup = &setup::post,
     .own_scope = Scope::ours,
     .run = reply_takes_all_forms},
    {.id = "message-forms/segments-have-type-and-data",
     .requirements = "MSG-002",
     .sentence = "A segment has a string `type` and an object `data`.",
     .sends = "a message of texts and a face, with events as arrays",
     .expects = "three segments of that kind",
     .needs = for_events,
     .setup = &setup::array,
     .run = segments_have_type_and_data},
    {.id = "message-forms/data-may-be-null",
     .requirements = "MSG-003",
     .sentence = "`data` may be null and means no parameters.",
     .sends = "dice, rps and shake with null, alone and in an array",
     .expects = "they are sent, without parameters",
     .needs = for_sending,
     .run = null_data},
    {.id = "message-forms/missing-data-means-null",
     .requirements = "MSG-004",
     .sentence = "`data` may be missing.",
     .sends = "shake without it, alone and in an array",
     .expects = "it is sent, without parameters",
     .needs = for_sending,
     .run = missing_data},
    {.id = "message-forms/malformed-elements-get-100",
     .requirements = "MSG-005",
     .sentence = "An element that is no object or has no string `type` spoils the message.",
     .sends = "arrays with a string, a number, null, an array, no type, another type",
     .expects = "retcode 100 each time",
     .needs = for_sending,
     .run = malformed_elements},
    {.id = "message-forms/other-values-become-text",
     .requirements = "MSG-006",
     .sentence = "Numbers, booleans, null, arrays and objects in `data` become JSON text.",
     .sends = "segments with each of them, and what was sent is read back",
     .expects = "their compact JSON text",
     .needs = for_sending,
     .run = other_values_become_text},
    {.id = "message-forms/content-of-node-stays-structured",
     .requirements = "MSG-006 MSG-062",
     .sentence = "The content of a node is no text but a message.",
     .sends = "a node, with events as arrays",
     .expects = "its content as an array of segments",
     .needs = for_events,
     .setup = &setup::array,
     .own_scope = Scope::ours,
     .own_profiles = in::ob11,
     .run = content_of_node},
    {.id = "message-forms/other-values-get-100",
     .requirements = "MSG-007",
     .sentence = "A value that is no string spoils the message.",
     .sends = "segments with numbers, booleans, null, arrays, and data that is no object",
     .expects = "retcode 100 each time",
     .needs = for_sending,
     .run = other_values_are_refused},
    {.id = "message-forms/segment-values-are-plain",
     .requirements = "MSG-008",
     .sentence = "Nothing is unescaped or parsed in the values of a segment.",
     .sends = "entities and what looks like a code in a text and in a share",
     .expects = "the same when read back",
     .needs = for_sending,
     .run = segment_values_are_plain},
    {.id = "message-forms/text-is-plain",
     .requirements = "MSG-009",
     .sentence = "`text` is plain text with the single value `text`.",
     .sends = "a text with every letter that is special somewhere, with events as arrays",
     .expects = "one segment with the plain text",
     .needs = for_events,
     .setup = &setup::array,
     .run = plain_text_is_one_segment},
    {.id = "message-forms/texts-count-as-one",
     .requirements = "MSG-010",
     .sentence = "Texts that touch count as one, empty ones do not count.",
     .sends = "an array with three texts in a row and an empty one",
     .expects = "one text, and what is between",
     .needs = for_events,
     .setup = &setup::array,
     .run = texts_count_as_one},
    {.id = "message-forms/nothing-but-empty-text-gets-100",
     .requirements = "MSG-010",
     .sentence = "A message that is only empty text is empty and cannot be sent.",
     .sends = "empty texts and an empty array",
     .expects = "retcode 100 each time",
     .needs = for_sending,
     .run = empty_text_is_empty},
    {.id = "message-forms/auto-escape-takes-text-as-it-is",
     .requirements = "MSG-011",
     .sentence = "With auto_escape a string is the text itself.",
     .sends = "what looks like codes and entities, with auto_escape",
     .expects = "exactly that text",
     .needs = for_sending,
     .run = auto_escape},
    {.id = "message-forms/auto-escape-in-a-query",
     .requirements = "MSG-011",
     .sentence = "auto_escape works in a query, too.",
     .sends = "the same by GET with auto_escape=true",
     .expects = "exactly that text",
     .needs = for_sending,
     .run = auto_escape_in_a_query},
    {.id = "message-forms/no-auto-escape-by-default",
     .requirements = "MSG-011",
     .sentence = "Without auto_escape, or with false, a string is read as CQ codes.",
     .sends = "a text and a face, with and without auto_escape: false",
     .expects = "a text and a face",
     .needs = for_sending,
     .run = no_auto_escape},
    {.id = "message-forms/unknown-is-kept-in-events",
     .requirements = "MSG-012",
     .sentence = "Unknown types and parameters are kept in events.",
     .sends = "a code of an unknown type and a face with an unknown parameter",
     .expects = "segments with all of it",
     .needs = for_events,
     .setup = &setup::array,
     .run = unknown_is_kept_in_events},
    {.id = "message-forms/unknown-is-kept-when-sent",
     .requirements = "MSG-012",
     .sentence = "Unknown types and parameters are handed to the account.",
     .sends = "both, as an array and as a string",
     .expects = "all of it when read back",
     .needs = for_sending,
     .own_scope = Scope::ours,
     .run = unknown_is_kept_when_sent},
};

}  // namespace

std::span<const Case> message_forms_cases() {
    return table;
}

}  // namespace cqhttp::conformance
