// Chapter 05, section 6: events in the form they had in 3.x.
#include "conformance/cases/chapters.hpp"
#include "conformance/cases/post_steps.hpp"

#include <string>
#include <utility>

namespace cqhttp::conformance {
namespace {

using expect::Type;

constexpr const char* private_names =
    "time self_id post_type message_type sub_type message_id user_id message raw_message font";

// Causes an event, looks at its POST and whether the push equals it.
asio::awaitable<Json> old_form(Context& context, WsLink& link, Outcome& outcome, Json cause) {
    auto posted = co_await caused_post(context, outcome, std::move(cause));
    if (!posted) {
        co_return Json();
    }
    posted->answer(204);
    const Frame frame = co_await next_event(link);
    outcome.check(expect::equal(posted->json(), frame.json(), "the push"));
    co_return posted->json();
}

asio::awaitable<Outcome> old_group_messages(Context& context) {
    WsOpening opening = co_await open_events(context);
    Outcome outcome = expect::opened(opening);
    Json cause = group_message(context, "old");
    Json event = co_await old_form(context, *opening.link, outcome, std::move(cause));
    outcome.check(expect::equal("", member(event, "anonymous"), "\"anonymous\""), "normal");
    outcome.check(expect::equal("", member(event, "anonymous_flag"), "\"anonymous_flag\""),
                  "normal");
    cause = anonymous_message(context, "old");
    event = co_await old_form(context, *opening.link, outcome, std::move(cause));
    for (const char* name : {"anonymous", "anonymous_flag"}) {
        outcome.check(expect::has(event, name, Type::string), "anonymous");
        outcome.check(expect::that(member(event, name) != "", std::string(name) + " is not empty",
                                   dump_short(event)),
                      "anonymous");
    }
    co_return outcome;
}

asio::awaitable<Outcome> old_notices(Context& context) {
    WsOpening opening = co_await open_events(context);
    Outcome outcome = expect::opened(opening);
    Json cause = *parse_json(R"({"post_type":"notice","notice_type":"group_upload",
                                 "file":{"name":"x"}})");
    cause["group_id"] = context.target().group;
    cause["user_id"] = context.target().user;
    const Json event = co_await old_form(context, *opening.link, outcome, std::move(cause));
    outcome.check(expect::equal("event", member(event, "post_type"), "\"post_type\""));
    outcome.check(expect::equal("group_upload", member(event, "event"), "\"event\""));
    outcome.check(exactly(event, "time self_id post_type event group_id user_id file"));
    co_return outcome;
}

asio::awaitable<Outcome> old_requests(Context& context) {
    WsOpening opening = co_await open_events(context);
    Outcome outcome = expect::opened(opening);
    Json cause = friend_request(4900411, "old friend");
    const Json event = co_await old_form(context, *opening.link, outcome, std::move(cause));
    outcome.check(expect::equal("old friend", member(event, "message"), "\"message\""));
    outcome.check(exactly(event, "time self_id post_type request_type user_id message flag"));
    co_return outcome;
}

asio::awaitable<Outcome> old_private_messages(Context& context) {
    WsOpening opening = co_await open_events(context);
    Outcome outcome = expect::opened(opening);
    const std::string sender = context.is_40() ? "" : " sender";
    Json cause = private_message(context, "unchanged");
    Json event = co_await old_form(context, *opening.link, outcome, std::move(cause));
    outcome.check(exactly(event, private_names + sender), "a private message");
    cause = discuss_message(context, "unchanged");
    event = co_await old_form(context, *opening.link, outcome, std::move(cause));
    outcome.check(exactly(event,
                          "time self_id post_type message_type message_id user_id message "
                          "raw_message font discuss_id" +
                              sender),
                  "a message in a discuss group");
    co_return outcome;
}

asio::awaitable<Outcome> off_is_the_new_form(Context& context) {
    WsOpening opening = co_await open_events(context);
    Outcome outcome = expect::opened(opening);
    Json cause = group_message(context, "new");
    Json event = co_await caused_event(context, *opening.link, outcome, std::move(cause));
    outcome.check(expect::has(event, "anonymous", Type::null));
    outcome.check(expect::lacks(event, "anonymous_flag"));
    cause = friend_request(4900412, "new friend");
    event = co_await caused_event(context, *opening.link, outcome, std::move(cause));
    outcome.check(expect::equal("new friend", member(event, "comment"), "\"comment\""));
    outcome.check(expect::lacks(event, "message"));
    co_return outcome;
}

// The filter of the setup lets uploads pass by notice_type, which the old form has not.
asio::awaitable<Outcome> filter_sees_the_new_form(Context& context) {
    WsOpening opening = co_await open_events(context);
    Outcome outcome = expect::opened(opening);
    Json cause = *parse_json(R"({"post_type":"notice","notice_type":"group_upload",
                                 "file":{"name":"x"}})");
    cause["group_id"] = context.target().group;
    cause["user_id"] = context.target().user;
    const Json event = co_await caused_event(context, *opening.link, outcome, std::move(cause));
    outcome.check(expect::equal("group_upload", member(event, "event"), "\"event\""));
    co_return outcome;
}

constexpr Needs from_person = Needs(Need::ws) | Need::inject | Need::user;
constexpr Needs in_group = from_person | Need::group;

constexpr Case table[] = {
    {.id = "event-compat/off-is-the-4-x-form",
     .requirements = "BC-001",
     .sentence = "Without enable_backward_compatibility events have their 4.x form.",
     .sends = "a message in the group and a request",
     .expects = "anonymous null, comment",
     .needs = in_group | Need::disposable,
     .run = off_is_the_new_form},
    {.id = "event-compat/group-messages",
     .requirements = "BC-002 BC-001",
     .sentence = "anonymous and anonymous_flag are strings, empty where nobody is anonymous.",
     .sends = "messages in the group, one of them anonymous",
     .expects = "strings, on every way",
     .needs = in_group | Need::post,
     .setup = &setup::compatible,
     .run = old_group_messages},
    {.id = "event-compat/notices",
     .requirements = "BC-003",
     .sentence = "post_type is event, and notice_type is called event.",
     .sends = "an upload",
     .expects = "event twice, no notice_type",
     .needs = in_group | Need::post,
     .setup = &setup::compatible,
     .run = old_notices},
    {.id = "event-compat/requests",
     .requirements = "BC-004",
     .sentence = "comment is called message.",
     .sends = "a friend request",
     .expects = "message, no comment",
     .needs = from_person | Need::post | Need::disposable,
     .setup = &setup::compatible,
     .run = old_requests},
    {.id = "event-compat/the-rest-is-unchanged",
     .requirements = "BC-005",
     .sentence = "Private and discuss messages are as ever.",
     .sends = "a private message and one in the discuss group",
     .expects = "the members of 4.x",
     .needs = from_person | Need::post,
     .setup = &setup::compatible,
     .run = old_private_messages},
    {.id = "event-compat/filter-sees-the-4-x-form",
     .requirements = "BC-006 PIPE-005",
     .sentence = "The event filter sees the 4.x form.",
     .sends = "an upload, behind a filter for notice_type",
     .expects = "the event, in the 3.x form",
     .needs = in_group,
     .setup = &setup::compatible_filtered,
     .run = filter_sees_the_new_form},
};

}  // namespace

std::span<const Case> event_compat_cases() {
    return table;
}

}  // namespace cqhttp::conformance
