// Chapter 02, section 2: calls over a WebSocket. The steps are used for reverse connections, too.
#include "conformance/cases/chapters.hpp"
#include "conformance/cases/ws_steps.hpp"
#include "gateway/base/text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <set>
#include <string>
#include <utility>
#include <vector>

namespace cqhttp::conformance {

asio::awaitable<Outcome> calls_are_answered(Context&, WsLink& link) {
    static constexpr Exchange exchanges[] = {
        {R"({"action":"get_login_info"})"},
        {R"({"action":"get_login_info","params":{}})"},
        {R"({"params":{},"action":"get_login_info"})"},
        {" \r\n{ \"action\" :\t\"get_login_info\" , \"params\" : { } }\n"},
        {R"({"action":"get_login_info","params":{"no_such_parameter":[1,{"a":null}]}})"},
    };
    return exchange_all(link, exchanges);
}

asio::awaitable<Outcome> malformed_gets_1400(Context&, WsLink& link) {
    static constexpr Exchange exchanges[] = {
        {"no JSON", 1400},
        {R"({"action":"get_login_info")", 1400},
        {R"({"action":"get_login_info",})", 1400},
        {R"({'action':'get_login_info'})", 1400},
        {R"({action:"get_login_info"})", 1400},
        {R"(/* */{"action":"get_login_info"})", 1400},
        {R"({"action":"get_login_info"}{})", 1400},
        {"get_login_info", 1400},
        {R"("get_login_info")", 1400},
        {"1", 1400},
        {"null", 1400},
        {"[]", 1400},
        {R"([{"action":"get_login_info"}])", 1400},
        {"{}", 1400},
        {R"({"params":{}})", 1400},
        {R"({"Action":"get_login_info"})", 1400},
        {R"({"action":null})", 1400},
        {R"({"action":1})", 1400},
        {R"({"action":true})", 1400},
        {R"({"action":["get_login_info"]})", 1400},
        {R"({"action":{"action":"get_login_info"}})", 1400},
    };
    return exchange_all(link, exchanges);
}

asio::awaitable<Outcome> unknown_gets_1404(Context&, WsLink& link) {
    static constexpr Exchange exchanges[] = {
        {R"({"action":"no_such_action","echo":"first"})", 1404, R"("first")"},
        {R"({"action":"no_such_action","params":{"a":1},"echo":"two"})", 1404, "\"two\""},
        {R"({"action":"send_private_msg_","echo":"three"})", 1404, "\"three\""},
        {R"({"action":"/get_login_info"})", 1404},
    };
    return exchange_all(link, exchanges);
}

asio::awaitable<Outcome> odd_params_are_none(Context&, WsLink& link) {
    static constexpr Exchange exchanges[] = {
        {R"({"action":"get_login_info","params":null})"},
        {R"({"action":"get_login_info","params":[]})"},
        {R"({"action":"get_login_info","params":[{"a":1}]})"},
        {R"({"action":"get_login_info","params":"{}"})"},
        {R"({"action":"get_login_info","params":1})"},
        {R"({"action":"get_login_info","params":true})"},
    };
    return exchange_all(link, exchanges);
}

asio::awaitable<Outcome> binary_is_taken(Context&, WsLink& link) {
    FrameOut frame;
    frame.op = opcode::binary;
    frame.payload = R"({"action":"get_login_info","echo":"你好"})";
    co_await link.send(std::move(frame));
    const Frame answer = co_await link.receive_data();
    Outcome outcome = expect::ok(answer);
    outcome.check(expect::echo(answer, "你好"), "a call in a binary frame");
    co_return outcome;
}

asio::awaitable<Outcome> survives_errors(Context&, WsLink& link) {
    Outcome outcome;
    for (const char* text :
         {"no JSON", R"({"action":"no_such_action"})", R"({"action":"get_stranger_info"})",
          R"({"action":"get_group_member_info","params":{"group_id":0,"user_id":0}})", "[]"}) {
        const Frame failed = co_await link.ask(text);
        outcome.check(expect::text_frame(failed), text);
        const Frame next = co_await link.call("get_login_info");
        outcome.check(expect::ok(next), std::string("the next call after ") + text);
    }
    co_return outcome;
}

asio::awaitable<Outcome> async_is_accepted(Context&, WsLink& link) {
    static constexpr Exchange exchanges[] = {
        {R"({"action":"get_login_info_async","echo":"a"})", 1, R"("a")"},
        {R"({"action":"get_group_list_async","params":{},"echo":"two"})", 1, "\"two\""},
    };
    return exchange_all(link, exchanges);
}

namespace {

struct Pipelined {
    Outcome outcome;
    std::vector<int> order;  // of the echoes
};

// Twenty calls in one write: some that fail, some that answer at length.
asio::awaitable<Pipelined> pipeline(WsLink& link) {
    constexpr int count = 20;
    Pipelined result;
    const bool masked = link.side() == WsLink::Side::client;
    std::string bytes, shown;
    for (int i = 0; i < count; ++i) {
        Json call;
        call["action"] = i % 4 == 1   ? "no_such_action"
                         : i % 4 == 2 ? "get_group_list"
                         : i % 4 == 3 ? "get_login_info_async"
                                      : "get_login_info";
        call["echo"] = numbered(i);
        FrameOut frame;
        frame.payload = dump(call);
        bytes += frame_bytes(frame, masked);
        shown += "[text] " + frame.payload + "\n";
    }
    co_await link.wire().send(std::move(bytes), std::move(shown));
    for (int i = 0; i < count; ++i) {
        const Frame frame = co_await link.receive_data();
        if (!result.outcome.check(expect::text_frame(frame), fmt::format("answer {}", i + 1))) {
            break;
        }
        const Json json = frame.json();
        const Json& echo = member(json, "echo");
        const std::string text = echo.is_string() ? echo.get<std::string>() : "";
        const auto number = parse_int64(std::string_view(text).substr(text.empty() ? 0 : 1));
        result.order.push_back(static_cast<int>(number.value_or(-1)));
    }
    co_return result;
}

std::string text_of(const std::vector<int>& numbers) {
    return dump(Json(numbers));
}

}  // namespace

asio::awaitable<Outcome> every_call_its_answer(Context&, WsLink& link) {
    Pipelined result = co_await pipeline(link);
    const std::set<int> echoes(result.order.begin(), result.order.end());
    result.outcome.check(expect::that(echoes.size() == 20 && *echoes.begin() == 0,
                                      "each of the echoes #0 to #19 once", text_of(result.order)));
    const Frame last = co_await link.call("get_login_info", Json::object(), "last");
    result.outcome.check(expect::echo(last, "last"), "after twenty calls in one write");
    co_return result.outcome;
}

asio::awaitable<Outcome> answers_keep_the_order(Context&, WsLink& link) {
    Pipelined result = co_await pipeline(link);
    result.outcome.check(expect::that(std::is_sorted(result.order.begin(), result.order.end()),
                                      "answers in the order of the calls", text_of(result.order)));
    co_return result.outcome;
}

// A second pong for a ping would stand before the pong of the next one.
asio::awaitable<Outcome> pings_get_their_pong(Context&, WsLink& link) {
    Outcome outcome;
    for (const std::string& payload : {std::string(), std::string("a"), std::string(125, 'x'),
                                       std::string("\x00\xff", 2), std::string("last")}) {
        FrameOut ping;
        ping.op = opcode::ping;
        ping.payload = payload;
        co_await link.send(std::move(ping));
        Frame frame = co_await next_but_pings(link);
        while (frame.op == opcode::text && event(frame) == std::nullopt) {
            frame = co_await next_but_pings(link);  // a meta event that greets the connection
        }
        const bool right = frame.op == opcode::pong && frame.payload == payload;
        outcome.check(expect::that(right, "a pong with \"" + printable(payload) + "\" and no other",
                                   frame.text()));
        if (!outcome.holds()) {
            break;
        }
    }
    co_return outcome;
}

namespace {

asio::awaitable<Outcome> one_answer_each(Context&, WsLink& link) {
    Outcome outcome;
    for (int i = 0; i < 4; ++i) {
        const Frame frame = co_await link.call("get_login_info", Json::object(), numbered(i));
        outcome.check(expect::echo(frame, numbered(i)),
                      fmt::format("the answer to call {}", i + 1));
    }
    outcome.check(co_await nothing_but_pong(link, "no more answers"), "after four calls");
    co_return outcome;
}

// expect::ok and its like look at the members and at what they must be together.
asio::awaitable<Outcome> members_of_answers(Context&, WsLink& link) {
    Outcome outcome;
    for (const char* action : {"get_login_info", "get_group_list", "get_stranger_info",
                               "no_such_action", "get_login_info_async"}) {
        const Frame frame = co_await link.call(action);
        outcome.check(expect::reply_object(frame.json()), action);
    }
    const Frame frame = co_await link.call("get_login_info");
    const Json json = frame.json();
    outcome.check(expect::has(member(json, "data"), "user_id", expect::Type::integer), "data");
    co_return outcome;
}

asio::awaitable<Outcome> no_other_members(Context&, WsLink& link) {
    Outcome outcome;
    for (const char* action :
         {"get_login_info", "get_stranger_info", "no_such_action", "get_login_info_async"}) {
        const Frame frame = co_await link.call(action, Json::object(), "one");
        const Json json = frame.json();
        outcome.check(expect::equal(4, json.size(), "the number of members"), action);
        for (const char* name : {"status", "retcode", "data", "echo"}) {
            outcome.check(
                expect::that(has_member(json, name), std::string("a member ") + name, frame.text()),
                action);
        }
    }
    co_return outcome;
}

asio::awaitable<Outcome> empty_names_and_frames(Context&, WsLink& link) {
    static constexpr Exchange exchanges[] = {
        {R"({"action":"","echo":"one"})", 1404, "\"one\""},
        {"", 1400},
        {" ", 1400},
        {R"({"action":"","echo":"again"})", 1404, R"("again")"},
    };
    return exchange_all(link, exchanges);
}

asio::awaitable<Outcome> other_members_are_ignored(Context&, WsLink& link) {
    static constexpr Exchange exchanges[] = {
        {R"({"action":"get_login_info","retcode":5,"status":"failed","echo":"one"})", 0, "\"one\""},
        {R"({"action":"get_login_info","user_id":"x","self_id":[],"echo":"two"})", 0, "\"two\""},
        {R"({"no_such_member":{"action":"no_such_action"},"action":"get_login_info"})"},
    };
    return exchange_all(link, exchanges);
}

// What stands beside params is no parameter either.
asio::awaitable<Outcome> parameters_stand_in_params(Context& context, WsLink& link) {
    Json call;
    call["action"] = "get_stranger_info";
    call["user_id"] = context.target().user;
    const Frame beside = co_await link.ask(dump(call));
    Outcome outcome = expect::failed(beside);
    call["params"]["user_id"] = context.target().user;
    const Frame inside = co_await link.ask(dump(call));
    outcome.check(expect::ok(inside), "with user_id in params");
    co_return outcome;
}

asio::awaitable<Outcome> numbers_may_be_strings(Context& context, WsLink& link) {
    Json params;
    params["group_id"] = context.target().group;
    params["user_id"] = context.target().self_id;
    const Frame numbers = co_await link.call("get_group_member_info", params);
    Outcome outcome = expect::ok(numbers);
    params["group_id"] = std::to_string(context.target().group);
    params["user_id"] = std::to_string(context.target().self_id);
    const Frame strings = co_await link.call("get_group_member_info", params);
    outcome.check(expect::ok(strings), "with strings for numbers");
    const Json a = numbers.json(), b = strings.json();
    outcome.check(expect::equal(member(member(a, "data"), "user_id"),
                                member(member(b, "data"), "user_id"), "data.user_id"));
    co_return outcome;
}

// The same action over HTTP says what there is; 404 there is 1404 here.
asio::awaitable<Outcome> as_over_http(Context& context, WsLink& link) {
    Outcome outcome;
    Json params;
    params["group_id"] = context.target().group;
    for (const char* action :
         {"get_login_info", "get_login_info_async", "get_login_info_rate_limited",
          "get_login_info_async_async", "_get_friend_list", "_get_group_info", "_get_vip_info",
          ".check_update", ".handle_quick_operation", "no_such_action", "no_such_action_async"}) {
        const HttpReply there = co_await context.call(action, params);
        const Frame here = co_await link.call(action, params);
        const Json wanted = there.json(), given = here.json();
        if (there.status == 404) {
            outcome.check(expect::failed(here, 1404), action);
            continue;
        }
        for (const char* name : {"status", "retcode"}) {
            outcome.check(expect::equal(member(wanted, name), member(given, name), name), action);
        }
    }
    co_return outcome;
}

asio::awaitable<Outcome> answers_go_to_who_asked(Context& context, WsLink& link) {
    WsOpening other = co_await context.open_ws("/api");
    WsOpening events = co_await open_events(context);
    Outcome outcome = expect::opened(other);
    outcome.check(expect::opened(events), "/event");
    for (int i = 0; i < 3 && outcome.holds(); ++i) {
        const Frame here = co_await link.call("get_login_info", Json::object(), "here");
        outcome.check(expect::echo(here, "here"), "the connection that asked");
        const Frame there = co_await other.link->call("get_login_info", Json::object(), "there");
        outcome.check(expect::echo(there, "there"), "the other connection");
        outcome.check(co_await nothing_but_pong(*events.link, std::to_string(i)), "/event");
    }
    co_return outcome;
}

asio::awaitable<Outcome> order_is_told(Context&, WsLink& link) {
    Pipelined result = co_await pipeline(link);
    if (result.outcome.holds() && !std::is_sorted(result.order.begin(), result.order.end())) {
        co_return Outcome::note("answers come in another order than the calls: " +
                                text_of(result.order));
    }
    co_return result.outcome;
}

constexpr Case table[] = {
    {.id = "ws-api/a-text-frame-is-a-call",
     .requirements = "WS-020",
     .sentence =
         "A text frame with an object that names an action calls it; params may be missing.",
     .sends = "get_login_info with and without params, members in either order, white space",
     .expects = "ok each time",
     .needs = Need::ws,
     .run = on_api<calls_are_answered>},
    {.id = "ws-api/one-answer-per-call",
     .requirements = "WS-021",
     .sentence = "Each call is answered by exactly one frame on the same connection.",
     .sends = "four calls, each after the answer to the last, then a ping",
     .expects = "an answer each, with its echo, and the pong behind the last",
     .needs = Need::ws,
     .run = on_api<one_answer_each>},
    {.id = "ws-api/answers-have-the-members-of-http",
     .requirements = "WS-022 HTTP-062 HTTP-064 HTTP-065",
     .sentence = "Answers have status, retcode and data with the rules of HTTP.",
     .sends = "calls that succeed, fail, are unknown and are put off",
     .expects = "ok with 0, async with 1, failed with the rest; data null but for ok",
     .needs = Need::ws,
     .run = on_api<members_of_answers>},
    {.id = "ws-api/answers-have-no-other-members",
     .requirements = "WS-022 HTTP-063",
     .sentence = "Answers have no members but status, retcode, data and echo.",
     .sends = "calls of every kind with an echo",
     .expects = "these four members",
     .needs = Need::ws,
     .own_scope = Scope::ours,
     .own_profiles = in::cq,
     .run = on_api<no_other_members>},
    {.id = "ws-api/odd-params-count-as-none",
     .requirements = "WS-023",
     .sentence = "params that is no object is treated as an empty one.",
     .sends = "get_login_info with params null, [], [{}], \"{}\", 1 and true",
     .expects = "ok each time",
     .needs = Need::ws,
     .run = on_api<odd_params_are_none>},
    {.id = "ws-api/malformed-frames-get-1400",
     .requirements = "WS-024 WS-031",
     .sentence = "A frame that is no call is answered with retcode 1400.",
     .sends = "frames that are no JSON, no object, or without an action that is a string",
     .expects = "failed, 1400, data null",
     .needs = Need::ws,
     .run = on_api<malformed_gets_1400>},
    {.id = "ws-api/malformed-frames-get-1400-in-onebot",
     .requirements = "WS-031 WS-024",
     .sentence = "A frame that is no call should be answered with retcode 1400.",
     .sends = "frames that are no JSON, no object, or without an action that is a string",
     .expects = "failed, 1400, data null",
     .needs = Need::ws,
     .own_level = Level::should,
     .own_scope = Scope::wire,
     .own_profiles = in::ob11,
     .run = on_api<malformed_gets_1400>},
    {.id = "ws-api/unknown-actions-get-1404",
     .requirements = "WS-025 WS-031",
     .sentence = "An unknown action is answered with retcode 1404 and the echo.",
     .sends = "names that no action has",
     .expects = "failed, 1404, data null, the echo",
     .needs = Need::ws,
     .run = on_api<unknown_gets_1404>},
    {.id = "ws-api/errors-end-nothing",
     .requirements = "WS-026",
     .sentence = "After an error of any kind the next call is served.",
     .sends = "frames that fail, a call behind each",
     .expects = "failed, then ok",
     .needs = Need::ws,
     .run = on_api<survives_errors>},
    {.id = "ws-api/empty-names-and-frames",
     .requirements = "WS-027",
     .sentence = "An empty action is unknown (1404), an empty frame malformed (1400).",
     .sends = "an action \"\", an empty text frame, one with a blank",
     .expects = "1404, 1400, 1400",
     .needs = Need::ws,
     .run = on_api<empty_names_and_frames>},
    {.id = "ws-api/binary-frames-are-calls",
     .requirements = "WS-028",
     .sentence = "A binary frame is taken like a text frame; the answer is a text frame.",
     .sends = "a call in a binary frame",
     .expects = "its answer in a text frame",
     .needs = Need::ws,
     .run = on_api<binary_is_taken>},
    {.id = "ws-api/other-members-are-ignored",
     .requirements = "WS-029",
     .sentence = "Other members beside action, params and echo are ignored.",
     .sends = "calls with members that mean nothing",
     .expects = "ok",
     .needs = Need::ws,
     .run = on_api<other_members_are_ignored>},
    {.id = "ws-api/parameters-stand-in-params",
     .requirements = "WS-029 WS-020",
     .sentence = "What stands beside params is no parameter.",
     .sends = "get_stranger_info with user_id beside params, then in it",
     .expects = "failed, then ok",
     .needs = Need::ws | Need::user,
     .run = on_api<parameters_stand_in_params>},
    {.id = "ws-api/numbers-may-be-strings",
     .requirements = "WS-030",
     .sentence = "Parameters are converted as over HTTP: a string may stand for a number.",
     .sends = "get_group_member_info with numbers, then with strings",
     .expects = "the same member",
     .needs = Need::ws | Need::group,
     .run = on_api<numbers_may_be_strings>},
    {.id = "ws-api/async-is-accepted",
     .requirements = "WS-032 ECHO-010",
     .sentence = "The suffix _async works as over HTTP.",
     .sends = "get_login_info_async and get_group_list_async",
     .expects = "async, 1, data null, the echo",
     .needs = Need::ws,
     .run = on_api<async_is_accepted>},
    {.id = "ws-api/actions-are-those-of-http",
     .requirements = "WS-032",
     .sentence =
         "Suffixes and hidden actions work as over HTTP, and what HTTP does not know is 1404.",
     .sends = "eleven actions over HTTP and over /api",
     .expects = "the same answers, 1404 for 404",
     .needs = Need::ws | Need::http | Need::group,
     .run = on_api<as_over_http>},
    {.id = "ws-api/answers-go-to-who-asked",
     .requirements = "WS-033",
     .sentence = "An answer goes to the connection that asked and to no other.",
     .sends = "calls on two connections in turn, with one to /event beside them",
     .expects = "each its own answers, none on /event",
     .needs = Need::ws,
     .run = on_api<answers_go_to_who_asked>},
    {.id = "ws-api/every-call-its-answer",
     .requirements = "WS-040",
     .sentence = "Calls sent without waiting are all answered, each with its own echo.",
     .sends = "twenty calls in one write",
     .expects = "twenty answers with the twenty echoes",
     .needs = Need::ws,
     .run = on_api<every_call_its_answer>},
    {.id = "ws-api/answers-may-change-places",
     .requirements = "WS-041",
     .sentence = "Answers may come in another order than the calls.",
     .sends = "twenty calls in one write",
     .expects = "answers in any order; another order than that of the calls is told",
     .needs = Need::ws,
     .run = on_api<order_is_told>},
    {.id = "ws-api/answers-keep-the-order",
     .requirements = "WS-042",
     .sentence = "Our gateway answers in the order of the calls.",
     .sends = "twenty calls in one write",
     .expects = "answers in that order",
     .needs = Need::ws,
     .run = on_api<answers_keep_the_order>},
};

}  // namespace

std::span<const Case> ws_api_cases() {
    return table;
}

}  // namespace cqhttp::conformance
