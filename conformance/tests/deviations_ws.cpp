// Gateways whose WebSocket server is wrong in one way: handshakes, frames, calls. What is wrong
// with echo, events and reverse connections stands in tables of its own.
#include "conformance/tests/deviation_frames.hpp"
#include "gateway/base/text.hpp"

#include <string>
#include <utility>

namespace cqhttp::conformance::test {
namespace {

using Trick = Deviation::Trick;

// Whether something stands behind the path of an endpoint.
bool has_more(const std::string& path) {
    return path.size() > 6 && (path.starts_with("/api/") || path.starts_with("/event/"));
}

void rename(Message& m, std::string_view header, std::string_view value) {
    m.set_header(header, std::string(value));
}

constexpr Deviation table[] = {
    // The server and its paths.
    {.name = "listens though it is switched off",
     .requirement = "WS-002",
     .configured =
         [](Setup& setup) { setup.own_lines = setup.ws ? setup.own_lines : "use_ws = yes"; }},
    {.name = "does not know the paths with a slash behind them",
     .requirement = "WS-003",
     .like = "D8",
     .handshake_reply = refuse<[](const Place&, const Message& m) {
         return 1 < m.path().size() && m.path().ends_with('/');
     },
                               404>},
    {.name = "does not look at the end of a path",
     .requirement = "WS-003",
     .handshake =
         [](const Place&, Message& m) {
             if (has_more(m.path())) {
                 m.target = m.path().starts_with("/api") ? "/api" : "/event";
             }
         }},
    {.name = "has no endpoint for everything",
     .requirement = "WS-004",
     .profile = Profile::cqhttp_4_15,
     .handshake_reply =
         refuse<[](const Place&, const Message& m) { return m.path() == "/"; }, 404>},
    {.name = "has only calls on the endpoint for everything",
     .requirement = "WS-004",
     .profile = Profile::onebot_11,
     .from_gateway =
         lost<[](const Place& place, const Frame& f) { return place.path == "/" && is_event(f); }>},
    {.name = "takes the path / for the API",
     .requirement = "WS-005",
     .handshake = [](const Place&, Message& m) { m.target = m.target == "/" ? "/api" : m.target; }},
    {.name = "takes every path for the API",
     .requirement = "WS-006",
     .like = "D8",
     .handshake =
         [](const Place&, Message& m) {
             if (!m.target.starts_with("/event") && !m.target.starts_with("/api")) {
                 m.target = "/api";
             }
         }},
    {.name = "answers unknown paths with 400",
     .requirement = "WS-006",
     .handshake_reply = other_status<404, 400>},
    {.name = "looks for its endpoints in the query, too",
     .requirement = "WS-007",
     .handshake =
         [](const Place&, Message& m) {
             if (!m.query().empty() && m.query().find("access_token") == std::string::npos) {
                 m.target = m.path() + "x";
             }
         }},
    {.name = "takes parameters of calls from the query",
     .requirement = "WS-007",
     .from_bot =
         [](const Place& place, Frame f) {
             Json call = f.json();
             if (is_call(f) && place.query.starts_with("user_id=")) {
                 call["params"]["user_id"] = place.query.substr(8);
                 f.payload = dump(call);
             }
             return pass(std::move(f));
         }},
    {.name = "refuses pages of other origins",
     .requirement = "WS-008",
     .handshake_reply =
         refuse<[](const Place&, const Message& m) { return !m.header("Origin").empty(); }, 403>},
    {.name = "answers every handshake with the same key",
     .requirement = "WS-009",
     .handshake_reply =
         [](const Place&, const Message&, HttpReply& r) {
             for (auto& [name, value] : r.headers) {
                 value = iequals(name, "Sec-WebSocket-Accept") ? accept_for("x") : value;
             }
         }},
    {.name = "does not look at the version of a handshake",
     .requirement = "WS-009",
     .handshake = [](const Place&, Message& m) { rename(m, "Sec-WebSocket-Version", "13"); }},
    {.name = "wants Connection to say upgrade and nothing else",
     .requirement = "WS-009",
     .handshake_reply = refuse<[](const Place&, const Message& m) {
         return m.header("Connection").find(',') != std::string::npos;
     },
                               400>},
    {.name = "refuses clients that offer extensions",
     .requirement = "WS-010",
     .handshake_reply = refuse<[](const Place&, const Message& m) {
         return !m.header("Sec-WebSocket-Extensions").empty();
     },
                               400>},
    {.name = "answers plain HTTP with 200",
     .requirement = "WS-011",
     .handshake_reply = other_status<426, 200>},
    {.name = "takes 32 connections and no more",
     .requirement = "WS-012",
     .handshake_reply =
         refuse<[](const Place& place, const Message&) { return 32 < ++place.relay->count; }, 503>},

    // Frames.
    {.name = "closes after an answer", .requirement = "WS-013", .trick = Trick::drop_after_answer},
    {.name = "takes three connections in all",
     .requirement = "WS-013",
     .handshake_reply =
         refuse<[](const Place& place, const Message&) { return 3 < ++place.relay->count; }, 503>},
    {.name = "does not answer pings",
     .requirement = "WS-014",
     .like = "D24",
     .from_gateway = lost<[](const Place&, const Frame& f) { return f.op == opcode::pong; }>},
    {.name = "does not answer pings on an event connection",
     .requirement = "WS-014",
     .from_gateway = lost<[](const Place& place, const Frame& f) {
         return f.op == opcode::pong && for_events(place);
     }>},
    {.name = "answers pings twice",
     .requirement = "WS-014",
     .from_gateway = doubled<[](const Place&, const Frame& f) { return f.op == opcode::pong; }>},
    {.name = "answers pings with nothing in the answer",
     .requirement = "WS-014",
     .from_gateway =
         [](const Place&, Frame f) {
             f.payload = f.op == opcode::pong ? "" : f.payload;
             return pass(std::move(f));
         }},
    {.name = "closes where a pong comes unasked",
     .requirement = "WS-014",
     .from_bot =
         close_instead<[](const Place&, const Frame& f) { return f.op == opcode::pong; }, 1002>},
    {.name = "takes a fragment for a message",
     .requirement = "WS-015",
     .from_bot =
         [](const Place&, Frame f) {
             f.op = f.op == opcode::continuation ? opcode::text : f.op;
             f.fin = true;
             return pass(std::move(f));
         }},
    {.name = "closes where a ping comes between fragments",
     .requirement = "WS-015",
     .from_bot = close_instead<[](const Place& place, const Frame& f) {
         place.link->count = f.op < opcode::close ? (f.fin ? 0 : 1) : place.link->count;
         return f.op == opcode::ping && place.link->count == 1;
     },
                               1002>},
    {.name = "does not answer a close frame",
     .requirement = "WS-016",
     .from_bot = lost<[](const Place&, const Frame& f) { return f.op == opcode::close; }>},
    {.name = "ends without a close frame", .requirement = "WS-016", .trick = Trick::silent_end},
    {.name = "takes frames without a mask",
     .requirement = "WS-017",
     .from_bot =
         [](const Place&, Frame f) {
             f.masked = true;
             return pass(std::move(f));
         }},
    {.name = "takes one mebibyte and no more",
     .requirement = "WS-018",
     .from_bot =
         close_instead<[](const Place&, const Frame& f) { return 1024 * 1024 < f.payload.size(); },
                       1009>},
    {.name = "sends binary frames",
     .requirement = "WS-019",
     .like = "D24",
     .from_gateway =
         [](const Place&, Frame f) {
             f.op = f.op == opcode::text ? opcode::binary : f.op;
             return pass(std::move(f));
         }},
    {.name = "closes with 1000 when it stops",
     .requirement = "WS-034",
     .from_gateway = other_code<1001, 1000>},

    // Calls.
    {.name = "wants params in every call",
     .requirement = "WS-020",
     .from_bot = calls<[](Json& call) {
         if (!has_member(call, "params")) {
             call["action"] = 1;
         }
     }>},
    {.name = "answers every call twice",
     .requirement = "WS-021",
     .from_gateway = doubled<[](const Place&, const Frame& f) { return is_reply(f); }>},
    {.name = "has no data in replies",
     .requirement = "WS-022",
     .from_gateway = replies<[](Json& reply) { reply.erase("data"); }>},
    {.name = "has a member more in replies",
     .requirement = "WS-022",
     .from_gateway = replies<[](Json& reply) { reply["wording"] = ""; }>},
    {.name = "says ok whatever happened",
     .requirement = "WS-022",
     .from_gateway = replies<[](Json& reply) { reply["status"] = "ok"; }>},
    {.name = "refuses params that are no object",
     .requirement = "WS-023",
     .from_bot = calls<[](Json& call) {
         if (has_member(call, "params") && !call["params"].is_object()) {
             call["action"] = 1;
         }
     }>},
    {.name = "answers a malformed frame with 1404",
     .requirement = "WS-024",
     .like = "D6",
     .from_gateway = replies<[](Json& reply) {
         reply["retcode"] = reply["retcode"] == 1400 ? Json(1404) : reply["retcode"];
     }>},
    {.name = "does not answer a malformed frame",
     .requirement = "WS-024",
     .like = "D6",
     .from_gateway = lost<[](const Place&, const Frame& f) { return is_reply(f, 1400); }>},
    {.name = "answers a malformed frame with 1404 in OneBot",
     .requirement = "WS-031",
     .profile = Profile::onebot_11,
     .from_gateway = replies<[](Json& reply) {
         reply["retcode"] = reply["retcode"] == 1400 ? Json(1404) : reply["retcode"];
     }>},
    {.name = "takes what looks like JSON for JSON",
     .requirement = "WS-024",
     .from_bot =
         [](const Place&, Frame f) {
             const bool close_to = f.payload.starts_with("{action") ||
                                   f.payload.starts_with("{'") || f.payload.ends_with(",}");
             f.payload = close_to ? R"({"action":"get_login_info"})" : f.payload;
             return pass(std::move(f));
         }},
    {.name = "answers an unknown action with 404",
     .requirement = "WS-025",
     .like = "D4",
     .from_gateway = replies<[](Json& reply) {
         reply["retcode"] = reply["retcode"] == 1404 ? Json(404) : reply["retcode"];
     }>},
    {.name = "closes after a call that was wrong",
     .requirement = "WS-026",
     .from_gateway = and_close<[](const Place&, const Frame& f) {
         return is_reply(f, 1400) || is_reply(f, 1404);
     },
                               1000>},
    {.name = "takes an empty name for a malformed call",
     .requirement = "WS-027",
     .from_bot = calls<[](Json& call) {
         call["action"] = call["action"] == "" ? Json(1) : call["action"];
     }>},
    {.name = "ignores binary frames",
     .requirement = "WS-028",
     .from_bot =
         [](const Place&, Frame f) {
             f.payload = f.op == opcode::binary ? "{}" : f.payload;
             return pass(std::move(f));
         }},
    {.name = "wants no members that it does not know",
     .requirement = "WS-029",
     .from_bot = calls<[](Json& call) {
         Json less = call;
         for (const char* known : {"action", "params", "echo"}) {
             less.erase(known);
         }
         call["action"] = less.empty() ? call["action"] : Json(1);
     }>},
    {.name = "takes parameters that stand beside params",
     .requirement = "WS-029",
     .from_bot = calls<[](Json& call) {
         const Json before = call;
         call["params"] = before.value("params", Json::object());
         for (const auto& [name, value] : before.items()) {
             const bool known = name == "action" || name == "params" || name == "echo";
             if (!known && call["params"].is_object()) {
                 call["params"][name] = value;
             }
         }
     }>},
    {.name = "wants numbers to be numbers",
     .requirement = "WS-030",
     .from_bot = calls<[](Json& call) {
         for (auto& value : call["params"]) {
             const bool digits = value.is_string() && parse_int64(value.get<std::string>());
             value = digits ? Json(0) : value;
         }
     }>},
    {.name = "carries asynchronous calls out at once",
     .requirement = "WS-032",
     .like = "D10",
     .from_bot = calls<[](Json& call) {
         const std::string action =
             call["action"].is_string() ? call["action"].get<std::string>() : "";
         if (action.ends_with("_async")) {
             call["action"] = action.substr(0, action.size() - 6);
         }
     }>},
    {.name = "sends an answer to everybody",
     .requirement = "WS-033",
     .trick = Trick::answers_for_all},
    {.name = "answers every second call only",
     .requirement = "WS-040",
     .from_gateway = lost<[](const Place& place, const Frame& f) {
         return is_reply(f) && ++place.link->count % 2 == 0;
     }>},
    {.name = "lets answers overtake each other",
     .requirement = "WS-042",
     .from_gateway =
         [](const Place& place, Frame f) {
             Frames& held = place.link->frames;
             const Json echo = member(f.json(), "echo");
             if (held.empty() && echo == "#4") {
                 held.push_back(std::move(f));
                 return Frames();
             }
             Frames all(1, std::move(f));
             all.insert(all.end(), held.begin(), held.end());
             held.clear();
             return all;
         }},
};

}  // namespace

std::span<const Deviation> ws_deviations() {
    return table;
}

}  // namespace cqhttp::conformance::test
