// Gateways whose WebSockets are wrong in one way: the forward server, echo, events, reverse
// clients.
#include "conformance/json.hpp"
#include "conformance/tests/deviation.hpp"
#include "gateway/base/text.hpp"

#include <string>
#include <utility>

namespace cqhttp::conformance::test {
namespace {

using Trick = Deviation::Trick;

Frames pass(Frame frame) {
    return Frames(1, std::move(frame));
}

bool is_api(const Place& place) {
    return place.path.starts_with("/api");
}

// Changes the JSON of a data frame, if it has an object.
template <class Change>
Frames change(Frame frame, Change how) {
    Json body = frame.json();
    if (frame.op == opcode::text && body.is_object()) {
        how(body);
        frame.payload = dump(body);
    }
    return pass(std::move(frame));
}

// Changes the echo of a reply.
template <class Change>
Frames change_echo(Frame frame, Change how) {
    return change(std::move(frame), [&how](Json& body) {
        if (has_member(body, "echo")) {
            how(body["echo"]);
        }
    });
}

Frames without_echo_if(Frame frame, bool (*when)(const Json&)) {
    return change(std::move(frame), [when](Json& body) {
        if (has_member(body, "echo") && when(body)) {
            body.erase("echo");
        }
    });
}

bool is_reply(const Frame& frame) {
    return has_member(frame.json(), "retcode");
}
bool is_event(const Frame& frame) {
    return has_member(frame.json(), "post_type");
}

// Puts `to` into a close frame with status `from` (0: any).
Frames other_code(Frame frame, int from, int to) {
    if (frame.op == opcode::close && (from == 0 || frame.close_code() == from)) {
        frame.payload = {static_cast<char>(to / 256), static_cast<char>(to % 256)};
    }
    return pass(std::move(frame));
}

void other_status(HttpReply& reply, int status) {
    if (reply.status == 101) {
        reply.status = status;
        reply.headers = {{"Content-Length", "0"}};
    }
}

constexpr Deviation table[] = {
    {.name = "does not know the paths with a slash behind them",
     .requirement = "WS-003",
     .like = "D8",
     .handshake_reply =
         [](const Place&, const Message& m, HttpReply& r) {
             if (m.path().size() > 1 && m.path().ends_with('/')) {
                 other_status(r, 404);
             }
         }},
    {.name = "takes every path for the API",
     .requirement = "WS-006",
     .like = "D8",
     .handshake =
         [](const Place&, Message& m) {
             if (!m.target.starts_with("/event") && !m.target.starts_with("/api")) {
                 m.target = "/api";
             }
         }},
    {.name = "refuses pages of other origins",
     .requirement = "WS-008",
     .handshake_reply =
         [](const Place&, const Message& m, HttpReply& r) {
             if (!m.header("Origin").empty()) {
                 other_status(r, 403);
             }
         }},
    {.name = "answers every handshake with the same key",
     .requirement = "WS-009",
     .handshake_reply =
         [](const Place&, const Message&, HttpReply& r) {
             for (auto& [name, value] : r.headers) {
                 value = iequals(name, "Sec-WebSocket-Accept") ? accept_for("x") : value;
             }
         }},
    {.name = "refuses clients that offer extensions",
     .requirement = "WS-010",
     .handshake_reply =
         [](const Place&, const Message& m, HttpReply& r) {
             if (!m.header("Sec-WebSocket-Extensions").empty()) {
                 other_status(r, 400);
             }
         }},
    {.name = "closes after an answer", .requirement = "WS-013", .trick = Trick::drop_after_answer},
    {.name = "does not answer pings",
     .requirement = "WS-014",
     .like = "D24",
     .from_gateway =
         [](const Place&, Frame f) {
             if (f.op == opcode::pong) {
                 return Frames();
             }
             return pass(std::move(f));
         }},
    {.name = "answers pings with nothing in the answer",
     .requirement = "WS-014",
     .from_gateway =
         [](const Place&, Frame f) {
             f.payload = f.op == opcode::pong ? "" : f.payload;
             return pass(std::move(f));
         }},
    {.name = "takes a fragment for a message",
     .requirement = "WS-015",
     .from_bot =
         [](const Place&, Frame f) {
             if (f.op == opcode::continuation) {
                 f.op = opcode::text;
             }
             f.fin = true;
             return pass(std::move(f));
         }},
    {.name = "ends without a close frame", .requirement = "WS-016", .trick = Trick::silent_end},
    {.name = "sends binary frames",
     .requirement = "WS-019",
     .like = "D24",
     .from_gateway =
         [](const Place&, Frame f) {
             f.op = f.op == opcode::text ? opcode::binary : f.op;
             return pass(std::move(f));
         }},
    {.name = "answers every call twice",
     .requirement = "WS-021",
     .from_gateway =
         [](const Place& place, Frame f) {
             if (f.op == opcode::text && is_api(place)) {
                 return Frames(2, f);
             }
             return pass(std::move(f));
         }},
    {.name = "has no data in replies",
     .requirement = "WS-022",
     .from_gateway =
         [](const Place&, Frame f) {
             return change(std::move(f), [](Json& body) { body.erase("data"); });
         }},
    {.name = "answers a malformed frame with 1404",
     .requirement = "WS-024",
     .like = "D6",
     .from_gateway =
         [](const Place&, Frame f) {
             return change(std::move(f), [](Json& body) {
                 if (member(body, "retcode") == 1400) {
                     body["retcode"] = 1404;
                 }
             });
         }},
    {.name = "does not answer a malformed frame",
     .requirement = "WS-024",
     .like = "D6",
     .from_gateway =
         [](const Place&, Frame f) {
             if (member(f.json(), "retcode") == 1400) {
                 return Frames();
             }
             return pass(std::move(f));
         }},
    {.name = "answers an unknown action with 404",
     .requirement = "WS-025",
     .like = "D4",
     .from_gateway =
         [](const Place&, Frame f) {
             return change(std::move(f), [](Json& body) {
                 if (member(body, "retcode") == 1404) {
                     body["retcode"] = 404;
                 }
             });
         }},
    {.name = "ignores binary frames",
     .requirement = "WS-028",
     .from_bot =
         [](const Place&, Frame f) {
             if (f.op == opcode::binary) {
                 f.payload = "{}";
             }
             return pass(std::move(f));
         }},
    {.name = "answers every second call only",
     .requirement = "WS-040",
     .from_gateway =
         [](const Place&, Frame f) {
             static int count = 0;
             if (is_reply(f) && ++count % 2 == 0) {
                 return Frames();
             }
             return pass(std::move(f));
         }},
    {.name = "drops echo",
     .requirement = "ECHO-001",
     .from_gateway =
         [](const Place&, Frame f) {
             return without_echo_if(std::move(f), [](const Json&) { return true; });
         }},
    {.name = "echoes numbers as doubles",
     .requirement = "ECHO-002",
     .like = "D9",
     .from_gateway =
         [](const Place&, Frame f) {
             return change_echo(std::move(f), [](Json& echo) {
                 if (echo.is_number_integer()) {
                     echo = echo.get<double>();
                 }
             });
         }},
    {.name = "echoes texts of digits as numbers",
     .requirement = "ECHO-003",
     .from_gateway =
         [](const Place&, Frame f) {
             return change_echo(std::move(f), [](Json& echo) {
                 if (echo.is_string()) {
                     if (const auto number = parse_int64(echo.get<std::string>())) {
                         echo = *number;
                     }
                 }
             });
         }},
    {.name = "echoes objects as texts",
     .requirement = "ECHO-004",
     .from_gateway =
         [](const Place&, Frame f) {
             return change_echo(std::move(f), [](Json& echo) {
                 if (echo.is_structured()) {
                     echo = dump(echo);
                 }
             });
         }},
    {.name = "drops an echo that is false or zero",
     .requirement = "ECHO-005",
     .from_gateway =
         [](const Place&, Frame f) {
             return without_echo_if(std::move(f), [](const Json& body) {
                 return member(body, "echo") == false || member(body, "echo") == 0;
             });
         }},
    {.name = "loses precision in large integers",
     .requirement = "ECHO-006",
     .like = "D9",
     .from_gateway =
         [](const Place&, Frame f) {
             return change_echo(std::move(f), [](Json& echo) {
                 if (echo.is_number_integer()) {
                     echo = static_cast<std::int64_t>(echo.get<double>());
                 }
             });
         }},
    {.name = "drops an echo that is null",
     .requirement = "ECHO-007",
     .like = "D9",
     .from_gateway =
         [](const Place&, Frame f) {
             return without_echo_if(
                 std::move(f), [](const Json& body) { return member(body, "echo").is_null(); });
         }},
    {.name = "echoes where nothing was sent",
     .requirement = "ECHO-008",
     .like = "D9",
     .from_gateway =
         [](const Place& place, Frame f) {
             if (!is_api(place)) {
                 return pass(std::move(f));
             }
             return change(std::move(f), [](Json& body) { body.emplace("echo", ""); });
         }},
    {.name = "does not echo on unknown actions",
     .requirement = "ECHO-010",
     .from_gateway =
         [](const Place&, Frame f) {
             return without_echo_if(
                 std::move(f), [](const Json& body) { return member(body, "retcode") == 1404; });
         }},
    {.name = "prints the echo anew",
     .requirement = "ECHO-013",
     .like = "D9",
     .from_gateway = [](const Place&, Frame f) { return change_echo(std::move(f), [](Json&) {}); }},
    {.name = "pushes no events",
     .requirement = "WS-050",
     .from_gateway =
         [](const Place&, Frame f) {
             if (is_event(f)) {
                 return Frames();
             }
             return pass(std::move(f));
         }},
    {.name = "pushes something else than it posts",
     .requirement = "WS-051",
     .from_gateway =
         [](const Place&, Frame f) {
             return change(std::move(f), [](Json& body) {
                 if (has_member(body, "post_type")) {
                     body["_post_method"] = 2;
                 }
             });
         }},
    {.name = "obeys frames on the event connection",
     .requirement = "WS-053",
     .like = "D8",
     .handshake =
         [](const Place&, Message& m) {
             if (m.target.starts_with("/event")) {
                 m.target.replace(0, 6, "/api");
             }
         }},
    {.name = "pushes events on the API connection",
     .requirement = "WS-054",
     .like = "D8",
     .trick = Trick::events_on_api},
    {.name = "pushes before the POST is answered",
     .requirement = "WS-055",
     .like = "D22",
     .trick = Trick::push_before_post},
    {.name = "sends events with texts for numbers",
     .requirement = "EVT-002",
     .like = "D21",
     .from_gateway =
         [](const Place&, Frame f) {
             return change(std::move(f), [](Json& body) {
                 if (has_member(body, "user_id")) {
                     body["user_id"] = dump(body["user_id"]);
                 }
             });
         }},
    {.name = "makes every reverse connection twice",
     .requirement = "WSR-003",
     .trick = Trick::twice},
    {.name = "says no account in reverse handshakes",
     .requirement = "WSR-012",
     .reverse_handshake = [](const Place&, Message& m) { m.remove_header("X-Self-ID"); }},
    {.name = "says another account in reverse handshakes",
     .requirement = "WSR-012",
     .like = "D19",
     .reverse_handshake = [](const Place&, Message& m) { m.set_header("X-Self-ID", "1"); }},
    {.name = "says another program in reverse handshakes",
     .requirement = "WSR-016",
     .reverse_handshake = [](const Place&, Message& m) { m.set_header("User-Agent", "OneBot"); }},
    {.name = "connects to the path without its query",
     .requirement = "WSR-009",
     .reverse_handshake = [](const Place&, Message& m) { m.target = "/"; }},
    {.name = "does not take calls over the reverse connection",
     .requirement = "WSR-020",
     .like = "D16",
     .from_gateway =
         [](const Place&, Frame f) {
             if (is_reply(f)) {
                 return Frames();
             }
             return pass(std::move(f));
         }},
    {.name = "closes the reverse connection after an answer",
     .requirement = "WSR-024",
     .trick = Trick::drop_after_answer},
    {.name = "sends no events over the reverse connection",
     .requirement = "WSR-030",
     .from_gateway =
         [](const Place&, Frame f) {
             if (is_event(f)) {
                 return Frames();
             }
             return pass(std::move(f));
         }},
    {.name = "comes back after code 1000",
     .requirement = "WSR-045",
     .from_bot = [](const Place&, Frame f) { return other_code(std::move(f), 1000, 1001); }},
    {.name = "stays away after code 1001",
     .requirement = "WSR-046",
     .from_bot = [](const Place&, Frame f) { return other_code(std::move(f), 1001, 1000); }},
    {.name = "stays away when the connection breaks",
     .requirement = "WSR-044",
     .trick = Trick::break_is_1000},
    {.name = "answers a close frame with another status",
     .requirement = "WSR-052",
     .from_gateway = [](const Place&, Frame f) { return other_code(std::move(f), 0, 1002); }},
    {.name = "does not answer pings of the bot's server",
     .requirement = "WSR-055",
     .like = "D24",
     .from_gateway =
         [](const Place&, Frame f) {
             if (f.op == opcode::pong) {
                 return Frames();
             }
             return pass(std::move(f));
         }},
};

}  // namespace

std::span<const Deviation> ws_deviations() {
    return table;
}

}  // namespace cqhttp::conformance::test
