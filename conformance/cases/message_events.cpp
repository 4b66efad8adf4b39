// Chapter 07, sections 5 and 6: the message in events, and the types of segments.
#include "conformance/cases/chapters.hpp"
#include "conformance/cases/message_steps.hpp"
#include "conformance/cases/ws_steps.hpp"

#include <string>
#include <utility>
#include <vector>

namespace cqhttp::conformance {
namespace {

constexpr std::string_view sample = "look &#91;here&#93; a&amp;b [CQ:face,id=7], 你好";

asio::awaitable<Outcome> string_form(Context& context) {
    return arrives_as_text(context, sample, std::string(sample));
}

asio::awaitable<Outcome> array_form(Context& context) {
    return arrives_as(context, sample, segments_of(Json(sample)));
}

// Somebody speaks in a group.
asio::awaitable<Json> said_in_group(Context& context, Outcome& outcome, Json message) {
    Json event;
    event["post_type"] = "message";
    event["message_type"] = "group";
    event["group_id"] = context.target().group;
    event["user_id"] = context.target().user;
    event["message"] = std::move(message);
    return posted_event(context, outcome, std::move(event));
}

asio::awaitable<Outcome> array_form_in_groups(Context& context) {
    Outcome outcome;
    const Json event = co_await said_in_group(context, outcome, sample);
    outcome.check(
        expect::equal(segments_of(Json(sample)), member(event, "message"), "the message"));
    outcome.check(expect::equal(sample, member(event, "raw_message"), "raw_message"));
    co_return outcome;
}

asio::awaitable<Outcome> same_form_pushed(Context& context) {
    WsOpening opening = co_await open_events(context);
    Outcome outcome = expect::opened(opening);
    const Json posted = co_await said(context, outcome, sample);
    if (!outcome.holds()) {
        co_return outcome;
    }
    const Frame frame = co_await next_event(*opening.link);
    const Json pushed = frame.json();
    outcome.check(expect::equal(segments_of(Json(sample)), member(pushed, "message"),
                                "the message of the pushed event"));
    co_return outcome;
}

asio::awaitable<Outcome> raw_message(Context& context) {
    Outcome outcome;
    const Json event = co_await said(context, outcome, sample);
    outcome.check(expect::has(event, "raw_message", expect::Type::string));
    outcome.check(expect::equal(sample, member(event, "raw_message"), "raw_message"));
    co_return outcome;
}

// The platform wrote the parameters in another order and an entity more than is needed.
asio::awaitable<Outcome> raw_message_is_not_reordered(Context& context) {
    Outcome outcome;
    const char* const cq = "1&#44;2[CQ:share,url=u,title=t]";
    const Json event = co_await said(context, outcome, cq);
    outcome.check(expect::equal(cq, member(event, "raw_message"), "raw_message"));
    outcome.check(
        expect::equal("1,2[CQ:share,title=t,url=u]", member(event, "message"), "the message"));
    co_return outcome;
}

asio::awaitable<Outcome> arrays_are_normal(Context& context) {
    Outcome outcome;
    for (const char* cq : {"a[CQ:fa ce]b&#44;[CQ:face,id=1][CQ:face,id=2]", "[CQ:face,id=1][x",
                           "x&amp;[cq:y][CQ:face,id=1]"}) {
        const Json event = co_await said(context, outcome, cq);
        const Json& message = member(event, "message");
        outcome.check(expect::that(message.is_array(), "an array", dump_short(message)), cq);
        bool after_text = false;
        for (const Json& one : message) {
            const bool text = member(one, "type") == "text";
            const bool empty = text && member(member(one, "data"), "text") == "";
            outcome.check(
                expect::that(!empty && !(text && after_text),
                             "no empty text and no two texts in a row", dump_short(message)),
                cq);
            after_text = text;
            const Json& data = member(one, "data");
            for (const auto& [name, value] : data.items()) {
                outcome.check(
                    expect::that(value.is_string(), "values that are strings", dump_short(message)),
                    name);
            }
        }
    }
    co_return outcome;
}

asio::awaitable<Outcome> ampersand_in_strings(Context& context) {
    Outcome outcome;
    const Json event = co_await said(context, outcome, "a&amp;b");
    outcome.check(expect::equal("a&amp;b", member(event, "raw_message"), "raw_message"));
    outcome.check(expect::equal("a&amp;b", member(event, "message"), "the message"));
    co_return outcome;
}

asio::awaitable<Outcome> ampersand_in_arrays(Context& context) {
    Outcome outcome;
    const Json event = co_await said(context, outcome, "a&amp;b");
    outcome.check(expect::equal("a&amp;b", member(event, "raw_message"), "raw_message"));
    outcome.check(
        expect::equal(segments(text_segment("a&b")), member(event, "message"), "the message"));
    co_return outcome;
}

// --- types ------------------------------------------------------------------------------------

struct TypeRow {
    std::string_view cq;
    bool received, sent;
    Profiles profiles = in::all;
};

// The table of section 6. Pictures, records and videos have names in the data folder.
constexpr TypeRow types[] = {
    {"text", true, true},
    {"[CQ:face,id=14]", true, true},
    {"[CQ:bface,id=1,p=2]", true, true, in::cq},
    {"[CQ:sface,id=1]", true, true, in::cq},
    {"[CQ:image,file=cat.jpg]", true, true},
    {"[CQ:image,cache=0,file=cat.jpg]", false, true},
    {"[CQ:image,file=cat.jpg,timeout=5]", false, true, in::later},
    {"[CQ:image,file=cat.jpg,proxy=0,type=flash]", false, true, in::ob11},
    {"[CQ:record,file=voice.silk,magic=1]", true, true},
    {"[CQ:record,cache=0,file=voice.silk,timeout=5]", false, true},
    {"[CQ:video,file=film.mp4,url=http://127.0.0.1/film.mp4]", true, false, in::ob11},
    {"[CQ:video,cache=0,file=film.mp4,proxy=1,timeout=5]", false, true, in::ob11},
    {"[CQ:at,qq=10001]", true, true},
    {"[CQ:at,qq=all]", true, true},
    {"[CQ:rps]", true, true},
    {"[CQ:rps,type=2]", true, false, in::cq},
    {"[CQ:dice]", true, true},
    {"[CQ:dice,type=6]", true, false, in::cq},
    {"[CQ:shake]", false, true},
    {"[CQ:shake]", true, true, in::cq},
    {"[CQ:poke,id=-1,type=126]", false, true, in::ob11},
    {"[CQ:poke,id=-1,name=x,type=126]", true, false, in::ob11},
    {"[CQ:share,title=t,url=http://127.0.0.1/]", true, true},
    {"[CQ:share,content=c,image=http://127.0.0.1/i.png,title=t,url=http://127.0.0.1/]", true, true},
    {"[CQ:contact,id=10001,type=qq]", true, true},
    {"[CQ:contact,id=20001,type=group]", true, true},
    {"[CQ:location,content=c,lat=39.8969426,lon=116.3109099,title=t]", true, true},
    {"[CQ:music,id=28949129,type=163]", false, true},
    {"[CQ:music,id=28949129,style=1,type=163]", false, true, in::cq415},
    {"[CQ:music,audio=http://127.0.0.1/a.mp3,content=c,image=http://127.0.0.1/i.png,title=t,type="
     "custom,url=http://127.0.0.1/]",
     false, true},
    {"[CQ:rich,content={\"a\":&#91;1&#44;2&#93;},title=t]", true, false, in::cq},
    {"[CQ:sign,location=l,title=t]", true, false, in::cq},
    {"[CQ:show,id=1]", true, false, in::cq},
    {"[CQ:hb,title=t]", true, false, in::cq},
    {"[CQ:reply,id=1]", true, true, in::ob11},
    {"[CQ:forward,id=abc]", true, false, in::ob11},
    {"[CQ:node,id=1]", false, true, in::ob11},
    {"[CQ:xml,data=<?xml version=\"1.0\"?><a b=\"&amp;&#44;\"/>]", true, true, in::ob11},
    {"[CQ:json,data={\"app\":\"a\"&#44;\"b\":&#91;&#93;}]", true, true, in::ob11},
};

asio::awaitable<Outcome> every_type_is_received(Context& context) {
    Outcome outcome;
    for (const TypeRow& row : types) {
        if (outcome.holds() && row.received && row.profiles.contains(context.profile())) {
            outcome.check(co_await arrives_as(context, row.cq, segments_of(Json(row.cq))));
        }
    }
    co_return outcome;
}

asio::awaitable<Outcome> every_type_is_sent(Context& context) {
    Outcome outcome;
    for (const TypeRow& row : types) {
        if (outcome.holds() && row.sent && row.profiles.contains(context.profile())) {
            outcome.check(co_await message_is_sent_as(context, row.cq, segments_of(Json(row.cq))));
        }
    }
    co_return outcome;
}

asio::awaitable<HttpReply> send_to_group(Context& context, std::int64_t group, Json message) {
    Json params;
    params["group_id"] = group;
    params["message"] = std::move(message);
    return context.call("send_group_msg", std::move(params));
}

asio::awaitable<Outcome> at_all(Context& context) {
    Outcome outcome;
    Json data;
    data["qq"] = "all";
    const Json array = segments(segment("at", std::move(data)), text_segment(" conformance"));
    for (const Json& message : {Json("[CQ:at,qq=all] conformance"), array}) {
        const HttpReply reply = co_await send_to_group(context, context.target().group, message);
        outcome.check(sent(reply), dump_short(message));
    }
    co_return outcome;
}

// Group 20004 of the sandbox's world does not allow anonymity.
asio::awaitable<Outcome> anonymous_goes_first(Context& context) {
    constexpr std::int64_t without_anonymity = 20004;
    constexpr int not_allowed = -15;
    Outcome outcome;
    struct Row {
        const char* message;
        bool refused;
        const char* sent;
    };
    for (const Row& row :
         {Row{"[CQ:anonymous,ignore=true]hi", false, "hi"},
          Row{"[CQ:anonymous,ignore=1]hi", false, "hi"}, Row{"[CQ:anonymous]hi", true, ""},
          Row{"[CQ:anonymous,ignore=false]hi", true, ""}}) {
        const HttpReply reply = co_await send_to_group(context, without_anonymity, row.message);
        if (row.refused) {
            outcome.check(expect::failed(reply, not_allowed), row.message);
            continue;
        }
        if (outcome.check(sent(reply), row.message)) {
            const auto content = co_await sent_content(context, reply);
            outcome.check(expect::equal(row.sent, content.value_or(Json()), "what was sent"),
                          row.message);
        }
    }
    const HttpReply behind = co_await send_to_group(context, without_anonymity, "hi[CQ:anonymous]");
    outcome.check(sent(behind), "not as the first segment");
    const HttpReply allowed =
        co_await send_to_group(context, context.target().group, "[CQ:anonymous]hi");
    outcome.check(sent(allowed), "in a group with anonymity");
    co_return outcome;
}

// --- emoji outside the BMP --------------------------------------------------------------------

constexpr std::string_view smileys = "🙂a🎉[CQ:face,id=7]👍🏽 𝒳";

asio::awaitable<Outcome> emoji_in_strings(Context& context) {
    Outcome outcome;
    const Json event = co_await said(context, outcome, smileys);
    outcome.check(expect::equal(smileys, member(event, "message"), "the message"));
    outcome.check(expect::equal(smileys, member(event, "raw_message"), "raw_message"));
    co_return outcome;
}

asio::awaitable<Outcome> emoji_in_arrays(Context& context) {
    return arrives_as(context, smileys, segments_of(Json(smileys)));
}

// The account may be handed codes; peers see the same emoji.
asio::awaitable<Outcome> emoji_are_sent(Context& context) {
    Outcome outcome;
    Json params;
    params["message"] = smileys;
    const HttpReply reply = co_await send_private(context, std::move(params));
    if (!outcome.check(sent(reply))) {
        co_return outcome;
    }
    const auto content = co_await sent_content(context, reply);
    if (!content) {
        co_return Outcome::unsupported("what was sent cannot be read back (get_msg)");
    }
    outcome.check(expect::equal(segments_of(Json(smileys)),
                                with_emoji_characters(segments_of(*content)), "what was sent"));
    co_return outcome;
}

constexpr Case table[] = {
    {.id = "message-events/string-form",
     .requirements = "MSG-060",
     .sentence = "Events carry the message as a CQ string, which is the default.",
     .sends = "a text and a face",
     .expects = "the CQ string",
     .needs = for_events,
     .setup = &setup::post,
     .run = string_form},
    {.id = "message-events/array-form",
     .requirements = "MSG-060",
     .sentence = "With post_message_format = array events carry an array of segments.",
     .sends = "a text and a face",
     .expects = "the segments",
     .needs = for_events,
     .setup = &setup::array,
     .run = array_form},
    {.id = "message-events/array-form-in-groups",
     .requirements = "MSG-060 MSG-061",
     .sentence = "The array is there in groups, too, and raw_message stays a string.",
     .sends = "the same in a group",
     .expects = "the segments, and the CQ string as raw_message",
     .needs = for_events | Need::group,
     .setup = &setup::array,
     .run = array_form_in_groups},
    {.id = "message-events/array-form-when-pushed",
     .requirements = "MSG-060",
     .sentence = "WebSockets are pushed the array, too.",
     .sends = "the same, with a connection to /event",
     .expects = "the segments",
     .needs = for_events | Need::ws,
     .setup = &setup::array,
     .run = same_form_pushed},
    {.id = "message-events/any-other-format-is-string",
     .requirements = "MSG-060",
     .sentence = "Any other post_message_format is taken for string.",
     .sends = "the same, with post_message_format = xml",
     .expects = "the CQ string",
     .needs = for_events,
     .setup = &setup::odd_format,
     .own_scope = Scope::ours,
     .run = string_form},
    {.id = "message-events/raw-message-is-a-string",
     .requirements = "MSG-061",
     .sentence = "raw_message is the message as it came, as a string.",
     .sends = "a text and a face",
     .expects = "the CQ string as raw_message",
     .needs = for_events,
     .setup = &setup::post,
     .run = raw_message},
    {.id = "message-events/raw-message-beside-an-array",
     .requirements = "MSG-061",
     .sentence = "raw_message is a string where the message is an array.",
     .sends = "a text and a face",
     .expects = "the CQ string as raw_message",
     .needs = for_events,
     .setup = &setup::array,
     .run = raw_message},
    {.id = "message-events/raw-message-is-not-reordered",
     .requirements = "MSG-061",
     .sentence = "raw_message is the string before anything was done to it.",
     .sends = "a string that is not written as the gateway writes",
     .expects = "it as raw_message, and the usual form as message",
     .needs = for_events,
     .setup = &setup::post,
     .own_scope = Scope::ours,
     .run = raw_message_is_not_reordered},
    {.id = "message-events/arrays-are-normal",
     .requirements = "MSG-062",
     .sentence = "Arrays have no empty text, no two texts in a row and only strings as values.",
     .sends = "strings with what looks like codes, and codes in a row",
     .expects = "such arrays",
     .needs = for_events,
     .setup = &setup::array,
     .run = arrays_are_normal},
    {.id = "message-events/ampersand-in-strings",
     .requirements = "MSG-063",
     .sentence = "An & somebody types is &amp; in both strings.",
     .sends = "a&b",
     .expects = "a&amp;b as message and as raw_message",
     .needs = for_events,
     .setup = &setup::post,
     .run = ampersand_in_strings},
    {.id = "message-events/ampersand-in-arrays",
     .requirements = "MSG-063",
     .sentence = "An & somebody types is & in the array.",
     .sends = "a&b",
     .expects = "a&b in the array and a&amp;b as raw_message",
     .needs = for_events,
     .setup = &setup::array,
     .run = ampersand_in_arrays},
    {.id = "message-events/every-type-is-received",
     .requirements = "MSG-070",
     .sentence = "Every type that can be received comes with all its parameters.",
     .sends = "a message of each type",
     .expects = "its segment",
     .needs = for_events,
     .setup = &setup::array,
     .run = every_type_is_received},
    {.id = "message-events/every-type-is-sent",
     .requirements = "MSG-070",
     .sentence = "Every type that can be sent reaches the peers as it was sent.",
     .sends = "a message of each type",
     .expects = "its segment",
     .needs = for_sending,
     .run = every_type_is_sent},
    {.id = "message-events/at-all",
     .requirements = "MSG-071",
     .sentence = "Everybody in a group can be addressed.",
     .sends = "at with qq=all as a string and as an array",
     .expects = "ok and a message_id",
     .needs = Need::http | Need::group,
     .run = at_all},
    {.id = "message-events/anonymous-goes-first",
     .requirements = "MSG-072",
     .sentence = "anonymous counts as the first segment only, and needs a group that allows it.",
     .sends = "it in a group without anonymity, with and without ignore, and as the last segment",
     .expects = "sent openly with ignore, else -15; ignored as the last",
     .needs = Need::http | Need::group | Need::effects,
     .run = anonymous_goes_first},
    {.id = "message-events/emoji-in-strings",
     .requirements = "EMO-007",
     .sentence = "Emoji outside the BMP stay as they are in events with strings.",
     .sends = "several of them and a face",
     .expects = "the same",
     .needs = for_events,
     .setup = &setup::post,
     .run = emoji_in_strings},
    {.id = "message-events/emoji-in-arrays",
     .requirements = "EMO-007",
     .sentence = "Emoji outside the BMP stay as they are in events with arrays.",
     .sends = "several of them and a face",
     .expects = "the same",
     .needs = for_events,
     .setup = &setup::array,
     .run = emoji_in_arrays},
    {.id = "message-events/emoji-are-sent",
     .requirements = "EMO-007",
     .sentence = "Emoji outside the BMP reach the peers as they are.",
     .sends = "several of them and a face, and what was sent is read back",
     .expects = "the same",
     .needs = for_sending,
     .run = emoji_are_sent},
};

}  // namespace

std::span<const Case> message_events_cases() {
    return table;
}

}  // namespace cqhttp::conformance
