// Chapter 04, section 4: replies as the answer to an event POST.
#include "conformance/cases/chapters.hpp"
#include "conformance/cases/post_steps.hpp"

#include <fmt/format.h>

#include <string>
#include <utility>

namespace cqhttp::conformance {
namespace {

Place the_user(const Context& context) {
    return {"private", context.target().user};
}
Place the_group(const Context& context) {
    return {"group", context.target().group};
}
std::string mention(const Context& context) {
    return fmt::format("[CQ:at,qq={}]", context.target().user);
}

// What is answered, and what is sent then. "@" at the beginning is the mention of the sender.
struct Row {
    const char* body;
    const char* sent;  // null: nothing
};

template <std::size_t N>
asio::awaitable<Outcome> replies(Context& context, const Row (&rows)[N], Json cause, Place where) {
    Outcome outcome;
    for (const Row& row : rows) {
        const Json effects = co_await done_upon(context, outcome, cause, row.body);
        if (row.sent == nullptr) {
            outcome.check(nothing_done(effects), row.body);
            continue;
        }
        const std::string sent = *row.sent == '@' ? mention(context) + (row.sent + 1) : row.sent;
        outcome.check(replied(effects, where, sent), row.body);
    }
    co_return outcome;
}

constexpr Row plain[] = {{R"({"reply":"hello 你好"})", "hello 你好"}};

asio::awaitable<Outcome> to_the_person(Context& context) {
    return replies(context, plain, private_message(context, "hi"), the_user(context));
}

asio::awaitable<Outcome> to_the_group(Context& context) {
    static constexpr Row rows[] = {{R"({"reply":"hello","at_sender":false})", "hello"}};
    return replies(context, rows, group_message(context, "hi"), the_group(context));
}

asio::awaitable<Outcome> no_discuss() {
    co_return Outcome::unsupported(
        "no discuss group of the account is known; give --discuss NUMBER");
}

asio::awaitable<Outcome> to_the_discuss(Context& context) {
    if (context.target().discuss == 0) {
        return no_discuss();
    }
    static constexpr Row rows[] = {{R"({"reply":"hello","at_sender":false})", "hello"}};
    return replies(context, rows, discuss_message(context, "hi"),
                   {"discuss", context.target().discuss});
}

asio::awaitable<Outcome> any_form(Context& context) {
    static constexpr Row rows[] = {
        {R"({"reply":"[CQ:face,id=14] x &amp; y"})", "[CQ:face,id=14] x &amp; y"},
        {R"({"reply":[{"type":"text","data":{"text":"a [b] "}},{"type":"face","data":{"id":"14"}}]})",
         "a &#91;b&#93; [CQ:face,id=14]"},
        {R"({"reply":{"type":"face","data":{"id":"14"}}})", "[CQ:face,id=14]"},
        {R"({"reply":{"type":"text","data":{"text":"one & two"}}})", "one &amp; two"}};
    return replies(context, rows, private_message(context, "hi"), the_user(context));
}

asio::awaitable<Outcome> none(Context& context) {
    static constexpr Row rows[] = {{R"({"reply":""})", nullptr},
                                   {R"({"reply":[]})", nullptr},
                                   {R"({"reply":null})", nullptr},
                                   {R"({"reply":5})", nullptr},
                                   {R"({"reply":true})", nullptr},
                                   {R"({"reply":"","at_sender":true})", nullptr},
                                   {R"({"reply":[],"at_sender":true})", nullptr}};
    Outcome outcome =
        co_await replies(context, rows, private_message(context, "hi"), the_user(context));
    outcome.check(co_await replies(context, rows, group_message(context, "hi"), the_group(context)),
                  "in the group");
    co_return outcome;
}

asio::awaitable<Outcome> escaped(Context& context) {
    static constexpr Row rows[] = {
        {R"({"reply":"[CQ:face,id=14] &amp;","auto_escape":true})",
         "&#91;CQ:face,id=14&#93; &amp;amp;"},
        {R"({"reply":"[CQ:face,id=14] &amp;","auto_escape":false})", "[CQ:face,id=14] &amp;"},
        {R"({"reply":"[CQ:face,id=14] &amp;"})", "[CQ:face,id=14] &amp;"},
        {R"({"reply":[{"type":"face","data":{"id":"14"}}],"auto_escape":true})",
         "[CQ:face,id=14]"}};
    return replies(context, rows, private_message(context, "hi"), the_user(context));
}

// Whether the sender is mentioned at the beginning, in whatever form.
asio::awaitable<Outcome> mentions(Context& context, Json cause, bool wanted, std::string answer) {
    Outcome outcome;
    const std::string when = answer;
    const Json effects = co_await done_upon(context, outcome, std::move(cause), std::move(answer));
    const Json& params = effects.empty() ? effects : member(effects[0], "params");
    const std::string sent = cq_text(member(params, "message"));
    const bool is_sent = sent.find("hello") != std::string::npos;
    outcome.check(expect::that(is_sent, "a reply is sent", dump_short(effects)), when);
    outcome.check(
        expect::that(sent.starts_with(mention(context)) == wanted,
                     wanted ? "it starts with a mention of the sender" : "no mention", sent),
        when);
    co_return outcome;
}

constexpr const char* hello = R"({"reply":"hello"})";

asio::awaitable<Outcome> mentions_in_groups(Context& context) {
    Outcome outcome;
    for (const bool wanted : {true, false}) {
        for (const char* answer :
             {R"({"reply":"hello","at_sender":true})", R"({"reply":"hello","at_sender":false})"}) {
            const bool asked = std::string_view(answer).find("true") != std::string_view::npos;
            if (asked == wanted && outcome.holds()) {
                outcome.check(
                    co_await mentions(context, group_message(context, "hi"), wanted, answer));
            }
        }
    }
    if (outcome.holds()) {
        outcome.check(co_await mentions(context, group_message(context, "hi"), true, hello));
    }
    co_return outcome;
}

asio::awaitable<Outcome> mentions_in_discuss(Context& context) {
    if (context.target().discuss == 0) {
        co_return co_await no_discuss();
    }
    Outcome outcome = co_await mentions(context, discuss_message(context, "hi"), true, hello);
    if (outcome.holds()) {
        outcome.check(co_await mentions(context, discuss_message(context, "hi"), false,
                                        R"({"reply":"hello","at_sender":false})"));
    }
    co_return outcome;
}

asio::awaitable<Outcome> form_of_the_mention(Context& context) {
    static constexpr Row rows[] = {
        {R"({"reply":"hello"})", "@ hello"},
        {R"({"reply":[{"type":"text","data":{"text":"hello"}}]})", "@ hello"},
        {R"({"reply":" hello"})", "@  hello"},
        {R"({"reply":"[CQ:face,id=14]"})", "@ [CQ:face,id=14]"},
        {R"({"reply":"[CQ:face,id=14]","auto_escape":true})", "@ &#91;CQ:face,id=14&#93;"}};
    return replies(context, rows, group_message(context, "hi"), the_group(context));
}

asio::awaitable<Outcome> none_in_private(Context& context) {
    static constexpr Row rows[] = {{R"({"reply":"hello","at_sender":true})", "hello"},
                                   {R"({"reply":"hello"})", "hello"}};
    return replies(context, rows, private_message(context, "hi"), the_user(context));
}

asio::awaitable<Outcome> none_for_anonymous(Context& context) {
    static constexpr Row rows[] = {{R"({"reply":"hello"})", "hello"},
                                   {R"({"reply":"hello","at_sender":true})", "hello"}};
    return replies(context, rows, anonymous_message(context, "hi"), the_group(context));
}

// A GIF of one pixel.
asio::awaitable<Outcome> enhanced_codes(Context& context) {
    Outcome outcome;
    Json cause = private_message(context, "hi");
    const Json effects = co_await done_upon(
        context, outcome, std::move(cause),
        R"({"reply":"[CQ:image,file=base64://R0lGODlhAQABAAAAACwAAAAAAQABAAACAkQBADs=]"})");
    Json params;
    params["user_id"] = context.target().user;
    outcome.check(did(effects, "send_private_msg", params));
    co_return outcome;
}

constexpr Needs quick = Needs(Need::post) | Need::inject | Need::user | Need::effects;

constexpr Case table[] = {
    {.id = "quick-reply/to-the-person",
     .requirements = "QOP-020",
     .sentence = "The reply to a private message goes to its sender.",
     .sends = "a private message, answered with a reply",
     .expects = "a private message to user_id",
     .needs = quick,
     .setup = &setup::post,
     .run = to_the_person},
    {.id = "quick-reply/to-the-group",
     .requirements = "QOP-020",
     .sentence = "The reply to a message in a group goes to the group.",
     .sends = "a message in the group, answered with a reply, at_sender false",
     .expects = "a message to group_id",
     .needs = quick | Need::group,
     .setup = &setup::post,
     .run = to_the_group},
    {.id = "quick-reply/to-the-discuss-group",
     .requirements = "QOP-020",
     .sentence = "The reply to a message in a discuss group goes there.",
     .sends = "a message in the discuss group, answered with a reply, at_sender false",
     .expects = "a message to discuss_id",
     .needs = quick,
     .setup = &setup::post,
     .own_profiles = in::cq,
     .run = to_the_discuss},
    {.id = "quick-reply/any-form",
     .requirements = "QOP-021",
     .sentence = "A reply is a CQ string, an array of segments, or one segment.",
     .sends = "private messages, answered in these forms",
     .expects = "the same message each time",
     .needs = quick,
     .setup = &setup::post,
     .run = any_form},
    {.id = "quick-reply/none-if-empty",
     .requirements = "QOP-022",
     .sentence = "A reply that is empty or no message is none.",
     .sends = "messages, answered with \"\", [], null, 5 and true",
     .expects = "nothing is done, not even a mention",
     .needs = quick | Need::group,
     .setup = &setup::post,
     .run = none},
    {.id = "quick-reply/auto-escape",
     .requirements = "QOP-023",
     .sentence = "With auto_escape a string is sent as it stands; arrays do not change.",
     .sends = "private messages, answered with CQ codes, auto_escape true, false and absent",
     .expects = "the code as text where it is true and the reply a string",
     .needs = quick,
     .setup = &setup::post,
     .run = escaped},
    {.id = "quick-reply/mentions-in-groups",
     .requirements = "QOP-024",
     .sentence =
         "A reply in a group begins with a mention of the sender unless at_sender is false.",
     .sends = "messages in the group, answered with at_sender true, false and absent",
     .expects = "a mention but for false",
     .needs = quick | Need::group,
     .setup = &setup::post,
     .run = mentions_in_groups},
    {.id = "quick-reply/mentions-in-discuss-groups",
     .requirements = "QOP-024",
     .sentence = "So does one in a discuss group.",
     .sends = "messages in the discuss group, answered with at_sender absent and false",
     .expects = "a mention but for false",
     .needs = quick,
     .setup = &setup::post,
     .run = mentions_in_discuss},
    {.id = "quick-reply/mentions-in-onebot",
     .requirements = "QOP-025",
     .sentence = "OneBot 11 leaves the default of at_sender open; ours is true.",
     .sends = "messages in the group, answered with at_sender true, false and absent",
     .expects = "a mention but for false",
     .needs = quick | Need::group,
     .setup = &setup::post,
     .run = mentions_in_groups},
    {.id = "quick-reply/form-of-the-mention",
     .requirements = "QOP-026",
     .sentence = "The mention is an at segment and a blank, which joins a text behind it.",
     .sends = "messages in the group, answered with texts, an array, a face",
     .expects = "[CQ:at,qq=sender], a blank, the reply",
     .needs = quick | Need::group,
     .setup = &setup::post,
     .run = form_of_the_mention},
    {.id = "quick-reply/no-mention-in-private",
     .requirements = "QOP-027",
     .sentence = "Private replies mention nobody.",
     .sends = "private messages, answered with at_sender true and absent",
     .expects = "the reply alone",
     .needs = quick,
     .setup = &setup::post,
     .run = none_in_private},
    {.id = "quick-reply/no-mention-of-the-anonymous",
     .requirements = "QOP-028",
     .sentence = "Who is anonymous is not mentioned, whatever at_sender says.",
     .sends = "anonymous messages in the group, answered with at_sender absent and true",
     .expects = "the reply alone",
     .needs = quick | Need::group,
     .setup = &setup::post,
     .run = none_for_anonymous},
    {.id = "quick-reply/enhanced-codes",
     .requirements = "QOP-029",
     .sentence = "Enhanced CQ codes work in replies as in calls.",
     .sends = "a private message, answered with an image in base64",
     .expects = "the image is sent",
     .needs = quick,
     .setup = &setup::post,
     .run = enhanced_codes},
};

}  // namespace

std::span<const Case> quick_reply_cases() {
    return table;
}

}  // namespace cqhttp::conformance
