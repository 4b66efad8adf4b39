// Chapter 02, section 3: echo. The steps are used for reverse connections, too.
#include "conformance/cases/chapters.hpp"
#include "conformance/cases/ws_steps.hpp"

#include <fmt/format.h>

#include <string>
#include <utility>

namespace cqhttp::conformance {
namespace {

std::string call_text(std::string_view echo, std::string_view action = "get_login_info") {
    return fmt::format(R"({{"action":"{}","params":{{}},"echo":{}}})", action, echo);
}

// Each value must come back equal, and a number as the kind of number it was.
asio::awaitable<Outcome> echoes_come_back(WsLink& link, std::span<const std::string_view> values) {
    Outcome outcome;
    for (const std::string_view value : values) {
        const Frame frame = co_await link.ask(call_text(value));
        const std::string when = "echo " + printable(value.substr(0, 80));
        outcome.check(expect::ok(frame), when);
        outcome.check(expect::echo(frame, *parse_json(value)), when);
        if (!outcome.holds()) {
            break;
        }
    }
    co_return outcome;
}

// The text of the value is compared, not what it means.
asio::awaitable<Outcome> text_comes_back(WsLink& link, std::string value) {
    const Frame frame = co_await link.ask(call_text(value));
    const auto came = raw_member(frame.payload, "echo");
    Outcome outcome = expect::that(frame.is_text(), "a text frame", frame.text());
    outcome.check(expect::that(came == value, "\"echo\": " + printable(value),
                               came ? "\"echo\": " + printable(*came) : frame.text()));
    co_return outcome;
}

constexpr std::string_view integers[] = {"1648451782", "0", "-1", "7", "-2147483648", "4294967296"};
constexpr std::string_view strings[] = {
    R"("")",          R"("abc")", R"("你好 🙂 é")", R"("\"\\\/\b\f\n\r\t\u0001\u4f60")",
    R"("123")",       R"("1.0")", R"("null")",           R"("true")",
    R"("{\"a\":1}")", R"(" ")"};
constexpr std::string_view structures[] = {"{}",
                                           "[]",
                                           R"({"a":{"b":[1,"2",null,{"c":[]}]},"你":"好"})",
                                           "[3,1,2]",
                                           R"([[],[[]],{},{"":""}])",
                                           R"({"action":"no_such_action","echo":"inner"})"};
constexpr std::string_view scalars[] = {"true", "false", "0", "-1", "1.5", "-0.25"};
constexpr std::string_view mixed[] = {"1648451782", R"("你好")", R"({"a":[1,{"b":null}]})",
                                      "true",       "1.5",       R"("123")"};

}  // namespace

asio::awaitable<Outcome> any_echo_comes_back(Context&, WsLink& link) {
    return echoes_come_back(link, mixed);
}

asio::awaitable<Outcome> echo_in_every_answer(Context&, WsLink& link) {
    static constexpr Exchange exchanges[] = {
        {R"({"action":"get_login_info","echo":"ok"})", 0, R"("ok")"},
        {R"({"action":"get_stranger_info","params":{},"echo":"failed"})", any_failure,
         R"("failed")"},
        {R"({"action":"no_such_action","echo":"unknown"})", 1404, R"("unknown")"},
        {R"({"action":"get_login_info_async","echo":"async"})", 1, R"("async")"},
    };
    return exchange_all(link, exchanges);
}

asio::awaitable<Outcome> no_echo_no_member(Context&, WsLink& link) {
    Outcome outcome;
    for (const char* text :
         {R"({"action":"get_login_info"})", R"({"action":"no_such_action"})",
          R"({"action":"get_login_info_async"})", R"({"action":"get_stranger_info"})", "no JSON"}) {
        const Frame frame = co_await link.ask(text);
        outcome.check(expect::no_echo(frame), text);
    }
    co_return outcome;
}

namespace {

// Values that a number or a map cannot carry (ECHO-013).
constexpr std::string_view faithful[] = {
    "9007199254740993",                                  // no double
    "123456789012345678901234567890",                    // no integer of 64 bits
    "1.0",                                               //
    "1e2",                                               //
    "-0",                                                //
    "1E400",                                             // no double at all
    R"({"b":1,"a":2,"b":3})",                            // repeated and unsorted names
    R"("\u0041\u00e9")",                                 // escapes of what needs none
    R"("\/")",                                           //
    R"([ 1 , { "a" : 2.50 } ])",                         // white space within
    "3.14159265358979323846264338327950288419716939937"  // more digits than a double has
};

}  // namespace

asio::awaitable<Outcome> echo_byte_for_byte(Context&, WsLink& link) {
    Outcome outcome;
    for (const std::string_view value : faithful) {
        outcome.check(co_await text_comes_back(link, std::string(value)));
    }
    co_return outcome;
}

namespace {

template <std::size_t number>
asio::awaitable<Outcome> one_faithful_echo(Context&, WsLink& link) {
    return text_comes_back(link, std::string(faithful[number]));
}

asio::awaitable<Outcome> integers_come_back(Context&, WsLink& link) {
    return echoes_come_back(link, integers);
}
asio::awaitable<Outcome> strings_come_back(Context&, WsLink& link) {
    return echoes_come_back(link, strings);
}
asio::awaitable<Outcome> structures_come_back(Context&, WsLink& link) {
    return echoes_come_back(link, structures);
}
asio::awaitable<Outcome> scalars_come_back(Context&, WsLink& link) {
    return echoes_come_back(link, scalars);
}

// What the message becomes is for the chapter on actions.
asio::awaitable<Outcome> example_of_the_seed(Context& context, WsLink& link) {
    Json params;
    params["user_id"] = context.target().user;
    params["message"] = "你好";
    const Frame frame = co_await link.call("send_private_msg", std::move(params), 1648451782);
    Outcome outcome = expect::ok(frame);
    outcome.check(expect::echo(frame, 1648451782));
    co_return outcome;
}

asio::awaitable<Outcome> large_integers(Context&, WsLink& link) {
    Outcome outcome;
    for (const char* value : {"9007199254740993", "-9007199254740993", "9223372036854775807",
                              "-9223372036854775808", "18446744073709551615"}) {
        outcome.check(co_await text_comes_back(link, value));
    }
    co_return outcome;
}

asio::awaitable<Outcome> null_comes_back(Context&, WsLink& link) {
    Outcome outcome = co_await text_comes_back(link, "null");
    const Frame unknown = co_await link.ask(call_text("null", "no_such_action"));
    outcome.check(expect::echo(unknown, nullptr), "an unknown action");
    co_return outcome;
}

asio::awaitable<Outcome> echo_of_malformed(Context&, WsLink& link) {
    static constexpr Exchange exchanges[] = {
        {R"({"echo":"no action"})", 1400, R"("no action")"},
        {R"({"action":1,"echo":{"a":[1]}})", 1400, R"({"a":[1]})"},
        {R"({"action":null,"params":{},"echo":7})", 1400, "7"},
    };
    Outcome outcome = co_await exchange_all(link, exchanges);
    const Frame frame = co_await link.ask(R"([{"action":"get_login_info","echo":1}])");
    outcome.check(expect::no_echo(frame), "an array has no echo");
    co_return outcome;
}

asio::awaitable<Outcome> echo_in_params(Context&, WsLink& link) {
    const Frame alone = co_await link.ask(R"({"action":"get_login_info","params":{"echo":"in"}})");
    Outcome outcome = expect::ok(alone);
    outcome.check(expect::no_echo(alone), "with params.echo only");
    const Frame both =
        co_await link.ask(R"({"action":"get_login_info","params":{"echo":"in"},"echo":"out"})");
    outcome.check(expect::echo(both, "out"), "with params.echo and echo");
    co_return outcome;
}

asio::awaitable<Outcome> large_echoes(Context&, WsLink& link) {
    constexpr std::size_t length = 64 * 1024, depth = 100;
    Outcome outcome = co_await text_comes_back(link, '"' + std::string(length, 'e') + '"');
    std::string nested = std::string(depth, '[') + "1" + std::string(depth, ']');
    outcome.check(co_await text_comes_back(link, std::move(nested)), "an echo 100 levels deep");
    co_return outcome;
}

// Shown for each value on its own, since no implementation keeps them all.
template <std::size_t number>
constexpr Case faithful_case(std::string_view id) {
    return {.id = id,
            .requirements = "ECHO-014 ECHO-013",
            .sentence = "The text of this echo comes back as it stood in the call.",
            .sends = faithful[number],
            .expects = "the same bytes as the echo of the answer",
            .needs = Need::ws,
            .own_level = Level::may,
            .run = on_api<one_faithful_echo<number>>};
}

constexpr Case table[] = {
    {.id = "ws-echo/echo-is-returned-unchanged",
     .requirements = "ECHO-001",
     .sentence = "The echo of a call comes back in its answer.",
     .sends = "calls with a number, strings, an object and a boolean as echo",
     .expects = "the equal value each time",
     .needs = Need::ws,
     .run = on_api<any_echo_comes_back>},
    {.id = "ws-echo/integer",
     .requirements = "ECHO-002",
     .sentence = "An integer comes back as the same integer.",
     .sends = "echoes 1648451782, 0, -1, 7, -2147483648, 4294967296",
     .expects = "the same integers, not as doubles and not as strings",
     .needs = Need::ws,
     .run = on_api<integers_come_back>},
    {.id = "ws-echo/example-of-the-protocol",
     .requirements = "ECHO-002 ECHO-001",
     .sentence = "The protocol's example: send_private_msg with echo 1648451782.",
     .sends = "send_private_msg to the user, 你好",
     .expects = "ok with that echo",
     .needs = Need::ws | Need::user,
     .run = on_api<example_of_the_seed>},
    {.id = "ws-echo/string",
     .requirements = "ECHO-003",
     .sentence = "A string comes back as the same string.",
     .sends = "empty, with other letters, with escapes, with what looks like another type",
     .expects = "the same strings",
     .needs = Need::ws,
     .run = on_api<strings_come_back>},
    {.id = "ws-echo/object-and-array",
     .requirements = "ECHO-004",
     .sentence = "Objects and arrays come back equal, arrays in their order.",
     .sends = "empty ones and nested ones",
     .expects = "equal values",
     .needs = Need::ws,
     .run = on_api<structures_come_back>},
    {.id = "ws-echo/boolean-and-number",
     .requirements = "ECHO-005",
     .sentence = "true, false, 0, -1 and 1.5 come back.",
     .sends = "these as echo",
     .expects = "the same values of the same types",
     .needs = Need::ws,
     .run = on_api<scalars_come_back>},
    {.id = "ws-echo/integer-of-64-bits",
     .requirements = "ECHO-006",
     .sentence = "Integers of 64 bits are exact.",
     .sends = "echoes at the ends of both ranges and beyond 2^53",
     .expects = "the same digits",
     .needs = Need::ws,
     .run = on_api<large_integers>},
    {.id = "ws-echo/null",
     .requirements = "ECHO-007",
     .sentence = "An echo of null comes back as null.",
     .sends = "calls with \"echo\":null",
     .expects = "\"echo\":null",
     .needs = Need::ws,
     .run = on_api<null_comes_back>},
    {.id = "ws-echo/none-without-one",
     .requirements = "ECHO-008",
     .sentence = "Without an echo in the call there is none in the answer.",
     .sends = "calls of every kind without an echo",
     .expects = "no member echo",
     .needs = Need::ws,
     .run = on_api<no_echo_no_member>},
    {.id = "ws-echo/in-answers-to-malformed-calls",
     .requirements = "ECHO-009",
     .sentence = "An answer with 1400 repeats the echo if the frame was an object that had one.",
     .sends = "objects without a usable action, with an echo; an array",
     .expects = "1400 with the echo; none for the array",
     .needs = Need::ws,
     .run = on_api<echo_of_malformed>},
    {.id = "ws-echo/in-every-answer",
     .requirements = "ECHO-010",
     .sentence = "The echo is in answers that are ok, failed, unknown and async.",
     .sends = "a call of each kind with an echo",
     .expects = "the echo each time",
     .needs = Need::ws,
     .run = on_api<echo_in_every_answer>},
    {.id = "ws-echo/not-from-params",
     .requirements = "ECHO-011",
     .sentence = "params.echo is a parameter and never echoed.",
     .sends = "a call with params.echo, alone and beside an echo",
     .expects = "no echo; then the one beside params",
     .needs = Need::ws,
     .run = on_api<echo_in_params>},
    {.id = "ws-echo/large",
     .requirements = "ECHO-012",
     .sentence = "Large echoes come back unchanged.",
     .sends = "a string of 64 KiB, an array 100 levels deep",
     .expects = "the same bytes",
     .needs = Need::ws,
     .run = on_api<large_echoes>},
    {.id = "ws-echo/byte-for-byte",
     .requirements = "ECHO-013",
     .sentence = "The text of the echo comes back byte for byte.",
     .sends = "numbers beyond 64 bits, 1.0, -0, 1E400, repeated names, needless escapes",
     .expects = "the same bytes",
     .needs = Need::ws,
     .run = on_api<echo_byte_for_byte>},
    faithful_case<0>("ws-echo/faithful-beyond-2-to-53"),
    faithful_case<1>("ws-echo/faithful-beyond-64-bits"),
    faithful_case<2>("ws-echo/faithful-1-point-0"),
    faithful_case<3>("ws-echo/faithful-exponent"),
    faithful_case<4>("ws-echo/faithful-minus-0"),
    faithful_case<5>("ws-echo/faithful-beyond-a-double"),
    faithful_case<6>("ws-echo/faithful-member-order"),
    faithful_case<7>("ws-echo/faithful-escapes"),
    faithful_case<8>("ws-echo/faithful-escaped-slash"),
    faithful_case<9>("ws-echo/faithful-white-space"),
    faithful_case<10>("ws-echo/faithful-digits"),
};

}  // namespace

std::span<const Case> ws_echo_cases() {
    return table;
}

}  // namespace cqhttp::conformance
