// Gateways whose reverse WebSockets are wrong in one way.
#include "conformance/tests/deviation_frames.hpp"

#include <string>
#include <utility>

namespace cqhttp::conformance::test {
namespace {

using Trick = Deviation::Trick;

bool is_api(const Place& place) {
    return place.reverse && for_api(place);
}
void without_font(Json& event) {
    event.erase("font");
}
bool is_second(const Place& place) {
    return place.number > 1;
}

constexpr Deviation table[] = {
    // Which connections.
    {.name = "does not connect for calls",
     .requirement = "WSR-001",
     .like = "D16",
     .reverse_handshake = never_there<for_api>},
    {.name = "does not connect for events",
     .requirement = "WSR-001",
     .reverse_handshake = never_there<for_events>},
    {.name = "connects though it is switched off",
     .requirement = "WSR-002",
     .configured = [](Setup& setup) { setup.reverse = Setup::Switch::on; }},
    {.name = "makes one connection to one address",
     .requirement = "WSR-003",
     .reverse_handshake = never_there<is_second>},
    {.name = "makes every reverse connection twice",
     .requirement = "WSR-003",
     .trick = Trick::twice},
    {.name = "connects for events where only calls are wanted",
     .requirement = "WSR-004",
     .configured = [](Setup& setup) { setup.reverse_event = setup.reverse_api; }},
    {.name = "connects for calls where only events are wanted",
     .requirement = "WSR-004",
     .configured = [](Setup& setup) { setup.reverse_api = setup.reverse_event; }},
    {.name = "does not know the address for both",
     .requirement = "WSR-005",
     .profile = Profile::cqhttp_4_15,
     .configured = [](Setup& setup) { setup.fallback = false; }},
    {.name = "does not come back after a restart",
     .requirement = "WSR-006",
     .reverse_handshake = never_there<is_second>},
    {.name = "knows no connection for both",
     .requirement = "WSR-007",
     .profile = Profile::onebot_11,
     .configured = [](Setup& setup) { setup.universal = false; }},
    {.name = "gives up where one address is odd",
     .requirement = "WSR-008",
     .reverse_handshake = never_there<for_events>},
    {.name = "connects to the path without its query",
     .requirement = "WSR-009",
     .reverse_handshake = [](const Place&, Message& m) { m.target = m.path(); }},
    {.name = "decodes the path that it connects to",
     .requirement = "WSR-009",
     .reverse_handshake =
         [](const Place&, Message& m) {
             if (const std::size_t at = m.target.find("%20"); at != std::string::npos) {
                 m.target.replace(at, 3, "+");
             }
         }},
    {.name = "does not look at certificates",
     .requirement = "WSR-010",
     .configured = [](Setup& setup) { setup.own_lines = "gateway.tls_verify = no"; }},
    {.name = "trusts nobody",
     .requirement = "WSR-010",
     .configured =
         [](Setup& setup) {
             setup.tls = setup.tls == Setup::Tls::none ? setup.tls : Setup::Tls::unknown;
         }},
    {.name = "does not look at the certificate of the backend",
     .requirement = "POST-019",
     .configured = [](Setup& setup) { setup.own_lines = "gateway.tls_verify = no"; }},

    // Handshakes.
    {.name = "sends the same key each time",
     .requirement = "WSR-011",
     .reverse_handshake =
         [](const Place&, Message& m) {
             m.set_header("Sec-WebSocket-Key", "AAAAAAAAAAAAAAAAAAAAAA==");
         }},
    {.name = "takes any answer for a yes",
     .requirement = "WSR-011",
     .reverse_reply =
         [](const Place&, const Message& m, HttpReply& r) {
             r.status = 101;
             r.headers = {{"Upgrade", "websocket"},
                          {"Connection", "Upgrade"},
                          {"Sec-WebSocket-Accept", accept_for(m.header("Sec-WebSocket-Key"))}};
         }},
    {.name = "says no account in reverse handshakes",
     .requirement = "WSR-012",
     .reverse_handshake = [](const Place&, Message& m) { m.remove_header("X-Self-ID"); }},
    {.name = "says another account in reverse handshakes",
     .requirement = "WSR-012",
     .like = "D19",
     .reverse_handshake = [](const Place&, Message& m) { m.set_header("X-Self-ID", "1"); }},
    {.name = "says no role in reverse handshakes",
     .requirement = "WSR-015",
     .profile = Profile::cqhttp_4_15,
     .reverse_handshake = [](const Place&, Message& m) { m.remove_header("X-Client-Role"); }},
    {.name = "spells its role otherwise",
     .requirement = "WSR-015",
     .like = "D15",
     .profile = Profile::onebot_11,
     .reverse_handshake =
         [](const Place&, Message& m) {
             const std::string role = m.header("X-Client-Role");
             m.set_header("X-Client-Role", role == "API" ? "Api" : role);
         }},
    {.name = "says nobody is Universal",
     .requirement = "WSR-015",
     .profile = Profile::cqhttp_4_15,
     .reverse_handshake =
         [](const Place&, Message& m) {
             const std::string role = m.header("X-Client-Role");
             m.set_header("X-Client-Role", role == "Universal" ? "API" : role);
         }},
    {.name = "says another program in reverse handshakes",
     .requirement = "WSR-016",
     .reverse_handshake = [](const Place&, Message& m) { m.set_header("User-Agent", "OneBot"); }},
    {.name = "says a version of two numbers",
     .requirement = "WSR-016",
     .reverse_handshake = [](const Place&,
                             Message& m) { m.set_header("User-Agent", "CQHttp/4.1"); }},
    {.name = "says no port in Host",
     .requirement = "WSR-018",
     .reverse_handshake = [](const Place&, Message& m) { m.set_header("Host", "127.0.0.1"); }},

    // Calls.
    {.name = "does not take calls over the reverse connection",
     .requirement = "WSR-020",
     .like = "D16",
     .from_gateway = lost<[](const Place& place, const Frame&) { return is_api(place); }>},
    {.name = "does not mask its frames",
     .requirement = "WSR-021",
     .from_gateway =
         [](const Place&, Frame f) {
             f.masked = false;
             return pass(std::move(f));
         }},
    {.name = "answers malformed frames of the bot's server with 1404",
     .requirement = "WSR-022",
     .like = "D6",
     .from_gateway = replies<[](Json& reply) {
         reply["retcode"] = reply["retcode"] == 1400 ? Json(1404) : reply["retcode"];
     }>},
    {.name = "does not echo to the bot's server",
     .requirement = "WSR-022",
     .from_gateway = without_echo<[](const Json&) { return true; }>},
    {.name = "closes the reverse connection after an answer",
     .requirement = "WSR-024",
     .trick = Trick::drop_after_answer},
    {.name = "sends events on the reverse connection for calls",
     .requirement = "WSR-025",
     .like = "D8",
     .from_gateway =
         [](const Place& place, Frame f) {
             Frames all;
             if (is_api(place) && is_reply(f)) {
                 all.push_back(beside(f, opcode::text, R"({"post_type":"message"})"));
             }
             all.push_back(std::move(f));
             return all;
         }},

    // Events.
    {.name = "sends no events over the reverse connection",
     .requirement = "WSR-030",
     .from_gateway = lost<[](const Place&, const Frame& f) { return is_event(f); }>},
    {.name = "sends other events over the reverse connection",
     .requirement = "WSR-031",
     .from_gateway =
         [](const Place& place, Frame f) {
             return place.reverse ? events<without_font>(place, f) : pass(f);
         }},
    {.name = "signs what it sends over the reverse connection",
     .requirement = "WSR-032",
     .from_gateway = events<[](Json& event) { event["signature"] = "sha1=00"; }>},
    {.name = "answers frames on the reverse connection for events",
     .requirement = "WSR-033",
     .at_once =
         [](const Place& place, const Frame& f) {
             Frame answer = beside(f, opcode::text, R"({"status":"failed","retcode":1400})");
             answer.masked = true;
             const bool wrong = for_events(place) && place.reverse && f.op == opcode::text;
             return wrong ? pass(std::move(answer)) : Frames();
         }},
    {.name = "sends before the POST is answered",
     .requirement = "WSR-034",
     .trick = Trick::push_before_post},
    {.name = "sends what happened while it was away",
     .requirement = "WSR-035",
     .from_gateway =
         [](const Place& place, Frame f) {
             Frames& seen = place.relay->frames;
             Frames all;
             if (is_event(f) && !place.reverse) {
                 seen = pass(f);
             }
             if (place.reverse && f.op == opcode::pong && !seen.empty()) {
                 all.push_back(beside(f, opcode::text, seen.front().payload));
                 seen.clear();
             }
             all.push_back(std::move(f));
             return all;
         }},
    {.name = "does not greet the bot's server",
     .requirement = "WSR-036",
     .profile = Profile::onebot_11,
     .from_gateway = lost<[](const Place&, const Frame& f) {
         return member(f.json(), "post_type") == "meta_event";
     }>},
    {.name = "waits for a bot that does not read",
     .requirement = "WSR-037",
     .trick = Trick::push_in_turn},

    // What comes when a connection has ended.
    {.name = "tries once", .requirement = "WSR-040", .reverse_handshake = never_there<is_second>},
    {.name = "comes back too soon",
     .requirement = "WSR-041",
     .configured =
         [](Setup& setup) {
             setup.reconnect_interval = setup.reconnect_interval == 200 ? 100 : 3000;
         }},
    {.name = "comes back too late",
     .requirement = "WSR-041",
     .configured = [](Setup& setup) { setup.reconnect_interval += 1100; }},
    {.name = "gives up after five attempts",
     .requirement = "WSR-042",
     .reverse_handshake = never_there<[](const Place& place) { return 5 < place.number; }>},
    {.name = "waits longer each time", .requirement = "WSR-042", .trick = Trick::back_off},
    {.name = "counts its attempts in a header",
     .requirement = "WSR-043",
     .reverse_handshake =
         [](const Place& place, Message& m) {
             m.set_header("X-Attempt", std::to_string(place.number));
         }},
    {.name = "stays away when the connection breaks",
     .requirement = "WSR-044",
     .trick = Trick::break_is_1000},
    {.name = "comes back after code 1000",
     .requirement = "WSR-045",
     .from_bot = other_code<1000, 1001>},
    {.name = "stays away after code 1000 whatever it was told",
     .requirement = "WSR-045",
     .configured = [](Setup& setup) { setup.reconnect_on_code_1000 = false; }},
    {.name = "stays away after code 1001",
     .requirement = "WSR-046",
     .from_bot = other_code<1001, 1000>},
    {.name = "stays away after a close without a status",
     .requirement = "WSR-047",
     .from_bot = close_instead<[](const Place&, const Frame& f) {
         return f.op == opcode::close && f.payload.empty();
     },
                               1000>},
    {.name = "comes back after code 1000 by default",
     .requirement = "WSR-048",
     .configured =
         [](Setup& setup) {
             setup.reconnect_on_code_1000 = true;
             setup.reverse_defaults = false;
         }},
    {.name = "stays away after code 1000 in OneBot",
     .requirement = "WSR-049",
     .profile = Profile::onebot_11,
     .reverse_handshake = never_there<is_second>},
    {.name = "comes back after code 1000 though told not to",
     .requirement = "WSR-050",
     .configured = [](Setup& setup) { setup.reconnect_on_code_1000 = true; }},
    {.name = "loses one connection with the other",
     .requirement = "WSR-051",
     .trick = Trick::fall_together},
    {.name = "answers a close frame with another status",
     .requirement = "WSR-052",
     .from_gateway =
         [](const Place&, Frame f) {
             f.payload = f.op == opcode::close ? close_payload(1002) : f.payload;
             return pass(std::move(f));
         }},
    {.name = "does not end a pause when it restarts",
     .requirement = "WSR-053",
     .reverse_handshake =
         never_there<[](const Place& place) { return 1 < place.number && for_api(place); }>},
    {.name = "closes with 1000 when it restarts",
     .requirement = "WSR-054",
     .from_gateway = other_code<1001, 1000>},
    {.name = "does not answer pings of the bot's server",
     .requirement = "WSR-055",
     .like = "D24",
     .from_gateway = lost<[](const Place&, const Frame& f) { return f.op == opcode::pong; }>},
    {.name = "takes an interval of zero for the default",
     .requirement = "WSR-056",
     .configured =
         [](Setup& setup) {
             setup.reconnect_interval = setup.reconnect_interval == 0 ? 3000 : 200;
         }},
    {.name = "is well without the bot's server",
     .requirement = "WSR-057",
     .reply =
         [](const Place&, const Message&, HttpReply& r) {
             if (const std::size_t at = r.body.find("\"good\":false"); at != std::string::npos) {
                 r.body.replace(at, 12, "\"good\": true");
             }
         }},
};

}  // namespace

std::span<const Deviation> reverse_deviations() {
    return table;
}

}  // namespace cqhttp::conformance::test
