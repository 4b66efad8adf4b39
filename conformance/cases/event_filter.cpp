// Chapter 08: the event filter of our gateway. A case puts its rules into the filter file and
// restarts the gateway, which is when the file is read.
#include "conformance/cases/chapters.hpp"
#include "conformance/cases/filter_steps.hpp"

#include <fmt/format.h>

#include <string>
#include <utility>
#include <vector>

namespace cqhttp::conformance {
namespace {

// --- the file ---------------------------------------------------------------------------------

asio::awaitable<Outcome> no_filter(Context& context) {
    Outcome outcome;
    for (const char* text : {"one", "two"}) {
        const Json event = co_await said(context, outcome, text);
        outcome.check(expect::equal(text, member(event, "raw_message"), "raw_message"));
    }
    co_return outcome;
}

// Without the file everything is held back; with it, after a restart, what it says.
asio::awaitable<Outcome> relative_to_the_app_directory(Context& context) {
    Outcome outcome;
    const auto file =
        context.target().data_root / app_directory(context) / "filters" / "conformance.json";
    write_filter(file, R"({"raw_message":"named"})");
    WsOpening events;
    outcome.check(co_await restarted(context, events));
    outcome.check(co_await context.inject_message("other"));
    outcome.check(co_await context.inject_message("named"));
    outcome.check(co_await next_is(events, "named"));
    co_return outcome;
}

asio::awaitable<Outcome> read_at_start_only(Context& context) {
    WsOpening events;
    Outcome outcome = co_await filtered(context, events, R"({"raw_message":"one"})");
    write_filter(filter_file(context), R"({"raw_message":"two"})");
    outcome.check(co_await context.inject_message("two"));
    outcome.check(co_await context.inject_message("one"));
    outcome.check(co_await next_is(events, "one"), "after an edit");
    outcome.check(co_await restarted(context, events));
    outcome.check(co_await context.inject_message("one"));
    outcome.check(co_await context.inject_message("two"));
    outcome.check(co_await next_is(events, "two"), "after a restart");
    co_return outcome;
}

asio::awaitable<Outcome> all_hold_everything_back(Context& context,
                                                  std::vector<std::string_view> filters) {
    Outcome outcome;
    WsOpening events;
    for (const std::string_view text : filters) {
        outcome.check(co_await filtered(context, events, std::string(text)), text);
        outcome.check(co_await nothing_passes(context, events), text);
        if (!outcome.holds()) {
            break;
        }
    }
    co_return outcome;
}

asio::awaitable<Outcome> broken_files(Context& context) {
    std::vector<std::string_view> filters{
        "", "{", "{} x", "[]", "\"x\"", "null", R"({".foo":1})", R"({"user_id":{".foo":1}})"};
    return all_hold_everything_back(context, std::move(filters));
}

asio::awaitable<Outcome> wrong_arguments(Context& context) {
    std::vector<std::string_view> filters{R"({".not":1})",
                                          R"({".not":[]})",
                                          R"({".and":[]})",
                                          R"({".or":{}})",
                                          R"({".or":[1]})",
                                          R"({"raw_message":{".in":1}})",
                                          R"({"raw_message":{".in":{}}})",
                                          R"({"raw_message":{".contains":["x"]}})",
                                          R"({"raw_message":{".regex":1}})",
                                          R"({".or":[{},{".not":null}]})"};
    return all_hold_everything_back(context, std::move(filters));
}

asio::awaitable<Outcome> wrong_expressions(Context& context) {
    std::vector<std::string_view> filters{R"x({"raw_message":{".regex":"("}})x",
                                          R"({".or":[{},{"x":{".regex":"[z-a]"}}]})"};
    return all_hold_everything_back(context, std::move(filters));
}

asio::awaitable<Outcome> no_file(Context& context) {
    Outcome outcome;
    remove_filter(context);
    WsOpening events;
    outcome.check(co_await restarted(context, events));
    outcome.check(co_await nothing_passes(context, events), "without a file");
    make_filter_a_folder(context);
    outcome.check(co_await restarted(context, events));
    outcome.check(co_await nothing_passes(context, events), "a directory");
    remove_filter(context);
    co_return outcome;
}

asio::awaitable<Outcome> all_and_nothing(Context& context) {
    WsOpening events;
    Outcome outcome = co_await filtered(context, events, "{}");
    outcome.check(co_await context.inject_message("passes"));
    outcome.check(co_await next_is(events, "passes"), "{}");
    outcome.check(co_await filtered(context, events, R"({".not":{}})"));
    outcome.check(co_await nothing_passes(context, events), R"({".not":{}})");
    co_return outcome;
}

// --- what it sees -----------------------------------------------------------------------------

asio::awaitable<Outcome> sees_whole_events(Context& context) {
    std::vector<Rule> rules{
        {fmt::format(R"({{"self_id":{}}})", context.target().self_id), "PGAN"},
        {R"({"time":{".neq":0},"post_type":"message"})", "PGA"},
        {R"({"message_id":{".neq":0},"sub_type":"friend"})", "P"},
        {R"({"anonymous":{"flag":{".regex":"."}}})", "A"},
        {R"({"sender":{"nickname":{".regex":"."}}})", context.is_40() ? "" : "PGA"}};
    return rules_hold(context, std::move(rules));
}

asio::awaitable<Outcome> sees_arrays(Context& context) {
    std::vector<Rule> rules{{R"({"message":[{"type":"text","data":{"text":"/hi"}}]})", "P"},
                            {R"({"message":"/hi"})", ""},
                            {R"({"raw_message":"/hi"})", "P"}};
    return rules_hold(context, std::move(rules));
}

// The picture has an address in `message` when the filter sees it, and none in raw_message.
asio::awaitable<Outcome> sees_enhanced_messages(Context& context) {
    WsOpening events;
    Outcome outcome = co_await filtered(
        context, events,
        R"({"message":[{"type":"image","data":{"file":"f.jpg","url":"http://127.0.0.1/f"}}],
            "raw_message":"[CQ:image,file=f.jpg]"})");
    outcome.check(
        co_await context.inject_message("[CQ:image,file=other.jpg,url=http://127.0.0.1/f]"));
    outcome.check(co_await context.inject_message("[CQ:image,file=f.jpg,url=http://127.0.0.1/f]"));
    outcome.check(co_await next_is(events, "[CQ:image,file=f.jpg]"));
    co_return outcome;
}

asio::awaitable<Outcome> stops_meta_events(Context& context) {
    WsOpening before, events;
    Outcome outcome = co_await filtered(context, before, R"({"message_type":"group"})");
    events = co_await context.open_ws("/event");
    if (!outcome.check(expect::opened(events))) {
        co_return outcome;
    }
    co_await events.link->settle();
    outcome.check(co_await context.inject_message("private"));
    outcome.check(co_await context.inject(sample_event(context, 'G', 1)));
    const Frame frame = co_await events.link->receive_data();
    const Json json = frame.json();
    outcome.check(expect::equal("group", member(json, "message_type"), "the first event's type"));
    co_return outcome;
}

asio::awaitable<Outcome> one_for_all_transports(Context& context) {
    WsOpening pushed = co_await open_events(context);
    Outcome outcome = expect::opened(pushed);
    WsLink* reverse = co_await context.reverse_event();
    outcome.check(connected(reverse));
    outcome.check(co_await context.inject_message("held back"));
    outcome.check(co_await context.inject_message("passes"));
    if (!outcome.holds()) {
        co_return outcome;
    }
    const auto posted = co_await next_event_post(context);
    const Json event = posted ? posted->json() : Json();
    outcome.check(expect::equal("passes", member(event, "raw_message"), "raw_message"), "POST");
    outcome.check(co_await next_is(pushed, "passes"), "forward WebSocket");
    const Frame frame = co_await next_event(*reverse);
    const Json json = frame.json();
    outcome.check(expect::equal("passes", member(json, "raw_message"), "raw_message"),
                  "reverse WebSocket");
    co_return outcome;
}

asio::awaitable<Outcome> no_quick_operation(Context& context) {
    Outcome outcome;
    context.hold_posts();
    outcome.check(co_await context.inject_message("held back"));
    for (const char* text : {"passes", "and this"}) {
        outcome.check(co_await context.inject_message(text));
        auto posted = co_await next_event_post(context);
        if (!outcome.check(expect::that(posted.has_value(), "a POST", "none came"))) {
            co_return outcome;
        }
        const Json event = posted->json();
        outcome.check(expect::equal(text, member(event, "raw_message"), "raw_message"));
        posted->answer(200, R"({"reply":"an answer"})");
    }
    const Json effects = co_await context.effects();
    outcome.check(expect::that(!effects.empty() && effects.size() <= 2,
                               "replies to what passed only", dump_short(effects)));
    co_return outcome;
}

constexpr Needs filtering = Needs(Need::http) | Need::ws | Need::inject | Need::user | Need::group |
                            Need::restart | Need::data_root;

constexpr Case table[] = {
    {.id = "event-filter/none-by-default",
     .requirements = "FLT-001",
     .sentence = "Without event_filter every event passes.",
     .sends = "two messages",
     .expects = "both",
     .needs = for_events,
     .setup = &setup::post,
     .run = no_filter},
    {.id = "event-filter/file-in-the-app-directory",
     .requirements = "FLT-002",
     .sentence = "The file is named relative to the app directory.",
     .sends = "a file there, a restart, two messages",
     .expects = "the one that the rules name",
     .needs = filtering,
     .setup = &setup::filter_relative,
     .run = relative_to_the_app_directory},
    {.id = "event-filter/read-at-start-only",
     .requirements = "FLT-003",
     .sentence = "The file is read at start and at a restart; edits wait until then.",
     .sends = "an edit, two messages, a restart, two messages",
     .expects = "what the old rules pass, then what the new ones pass",
     .needs = filtering,
     .setup = &setup::filter,
     .run = read_at_start_only},
    {.id = "event-filter/broken-files-hold-everything-back",
     .requirements = "FLT-004",
     .sentence = "With a file that is no filter every event is held back, and calls work.",
     .sends = "files that are empty, no JSON, no object, or have an unknown operator",
     .expects = "no event, and answers to calls",
     .needs = filtering,
     .setup = &setup::filter,
     .run = broken_files},
    {.id = "event-filter/no-file-holds-everything-back",
     .requirements = "FLT-004",
     .sentence = "The same without the file, and where it is a directory.",
     .sends = "events, with neither a file nor a filter in it",
     .expects = "no event, and answers to calls",
     .needs = filtering,
     .setup = &setup::filter,
     .run = no_file},
    {.id = "event-filter/wrong-expressions-hold-everything-back",
     .requirements = "FLT-005",
     .sentence = "An expression that is none is an error of the file.",
     .sends = "rules with ( and [z-a], one of them where it does not matter",
     .expects = "no event, and answers to calls",
     .needs = filtering,
     .setup = &setup::filter,
     .run = wrong_expressions},
    {.id = "event-filter/wrong-arguments-hold-everything-back",
     .requirements = "FLT-031 FLT-004",
     .sentence = "An argument of another type than an operator takes is an error of the file.",
     .sends = "rules with such arguments",
     .expects = "no event, and answers to calls",
     .needs = filtering,
     .setup = &setup::filter,
     .run = wrong_arguments},
    {.id = "event-filter/all-and-nothing",
     .requirements = "FLT-006",
     .sentence = "{} passes everything, {\".not\":{}} nothing.",
     .sends = "messages, with either",
     .expects = "the message; nothing",
     .needs = filtering,
     .setup = &setup::filter,
     .run = all_and_nothing},
    {.id = "event-filter/one-for-all-transports",
     .requirements = "FLT-010",
     .sentence = "One filter is there for POST, forward and reverse WebSocket.",
     .sends = "a message the rules hold back and one they pass",
     .expects = "the second everywhere",
     .needs = for_events | Need::ws | Need::reverse,
     .setup = &setup::filter_everywhere,
     .run = one_for_all_transports},
    {.id = "event-filter/no-quick-operation",
     .requirements = "FLT-011",
     .sentence = "A rejected event has no quick operation.",
     .sends = "a message that is held back and two that are answered with a reply",
     .expects = "POSTs and replies for the two",
     .needs = for_events | Need::effects,
     .setup = &setup::filter_everywhere,
     .run = no_quick_operation},
    {.id = "event-filter/sees-whole-events",
     .requirements = "FLT-012",
     .sentence = "It sees self_id, time, message_id and, since 4.15, sender.",
     .sends = "rules on each of them",
     .expects = "the events that have them",
     .needs = filtering,
     .setup = &setup::filter,
     .run = sees_whole_events},
    {.id = "event-filter/sees-enhanced-messages",
     .requirements = "FLT-012 FLT-013",
     .sentence = "It sees the message with addresses of pictures, raw_message without.",
     .sends = "rules on both, and pictures",
     .expects = "the picture whose address the rules name",
     .needs = filtering,
     .setup = &setup::filter,
     .run = sees_enhanced_messages},
    {.id = "event-filter/sees-arrays",
     .requirements = "FLT-013",
     .sentence = "It sees the message as an array, whatever is sent.",
     .sends = "rules with an array and with a string, with events as strings",
     .expects = "the array matches, the string does not",
     .needs = filtering,
     .setup = &setup::filter,
     .run = sees_arrays},
    {.id = "event-filter/stops-meta-events",
     .requirements = "FLT-014",
     .sentence = "Meta events are filtered like others.",
     .sends = "rules that pass group messages, a new connection to /event, messages",
     .expects = "the group message as the first event",
     .needs = filtering,
     .setup = &setup::filter,
     .run = stops_meta_events},
};

}  // namespace

std::span<const Case> event_filter_cases() {
    return table;
}

}  // namespace cqhttp::conformance
