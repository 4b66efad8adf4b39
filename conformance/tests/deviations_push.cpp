// Gateways that push events to WebSocket clients wrongly.
#include "conformance/tests/deviation_frames.hpp"

#include <string>
#include <utility>

namespace cqhttp::conformance::test {
namespace {

using Trick = Deviation::Trick;

// An event behind the first ping of a connection, which is the suite's word for "are you there?".
Frames first_pong_behind(const Place& place, Frame frame, const Frames& extra) {
    if (frame.op != opcode::pong || place.link->count++ > 0) {
        return pass(std::move(frame));
    }
    Frames all = extra;
    all.push_back(std::move(frame));
    return all;
}

template <IsFrame is_meant>
Frames lost_events(const Place&, Frame frame) {
    return is_meant(frame) ? Frames() : pass(std::move(frame));
}

constexpr Deviation table[] = {
    {.name = "pushes no events", .requirement = "WS-050", .from_gateway = lost_events<is_event>},
    {.name = "pushes no events to /event/",
     .requirement = "WS-050",
     .from_gateway = lost<[](const Place& place, const Frame& f) {
         return place.path == "/event/" && is_event(f);
     }>},
    {.name = "pushes something else than it posts",
     .requirement = "WS-051",
     .from_gateway = events<[](Json& event) { event["_post_method"] = 2; }>},
    {.name = "pushes notices with a member less",
     .requirement = "WS-051",
     .from_gateway = events<[](Json& event) {
         if (member(event, "post_type") == "notice") {
             event.erase("file");
         }
     }>},
    {.name = "pushes events in two frames",
     .requirement = "WS-051",
     .from_gateway =
         [](const Place&, Frame f) {
             if (!is_event(f)) {
                 return pass(std::move(f));
             }
             Frames parts{beside(f, opcode::text, f.payload.substr(0, 9)),
                          beside(f, opcode::text, f.payload.substr(9))};
             return parts;
         }},
    {.name = "signs what it pushes",
     .requirement = "WS-052",
     .from_gateway = events<[](Json& event) { event["signature"] = "sha1=00"; }>},
    {.name = "signs handshakes",
     .requirement = "WS-052",
     .handshake_reply = [](const Place&, const Message&,
                           HttpReply& r) { r.headers.emplace_back("X-Signature", "sha1=00"); }},
    {.name = "obeys frames on the event connection",
     .requirement = "WS-053",
     .like = "D8",
     .handshake =
         [](const Place&, Message& m) {
             if (m.target.starts_with("/event")) {
                 m.target.replace(0, 6, "/api");
             }
         }},
    {.name = "answers frames on the event connection",
     .requirement = "WS-053",
     .like = "D8",
     .at_once =
         [](const Place& place, const Frame& f) {
             const bool wrong = for_events(place) && !place.reverse && f.op == opcode::text;
             Frame answer = beside(f, opcode::text, R"({"status":"failed","retcode":1400})");
             answer.masked = false;
             return wrong ? pass(std::move(answer)) : Frames();
         }},
    {.name = "pushes events on the API connection",
     .requirement = "WS-054",
     .like = "D8",
     .trick = Trick::events_on_api},
    {.name = "pushes before the POST is answered",
     .requirement = "WS-055",
     .like = "D22",
     .trick = Trick::push_before_post},
    {.name = "pushes nothing where the POST got 500",
     .requirement = "WS-056",
     .from_gateway = lost_events<[](const Frame& f) { return is_message(f, "after 500"); }>},
    {.name = "pushes nothing where the POST got no answer",
     .requirement = "WS-056",
     .from_gateway = lost_events<[](const Frame& f) { return is_message(f, "after 0"); }>},
    {.name = "pushes nothing where the answer says block",
     .requirement = "WS-057",
     .from_gateway = lost_events<[](const Frame& f) { return is_message(f, "after 200"); }>},
    {.name = "pushes only what it posts",
     .requirement = "WS-058",
     .from_gateway = lost_events<[](const Frame& f) { return is_message(f, "at once"); }>},
    {.name = "tells new clients the last event",
     .requirement = "WS-059",
     .from_gateway =
         [](const Place& place, Frame f) {
             if (is_event(f)) {
                 place.relay->frames = pass(f);
             }
             return first_pong_behind(place, std::move(f), place.relay->frames);
         }},
    {.name = "pushes one event behind the next",
     .requirement = "WS-060",
     .from_gateway =
         [](const Place& place, Frame f) {
             Frames& held = place.link->frames;
             if (held.empty() && is_message(f, "7")) {
                 held.push_back(std::move(f));
                 return Frames();
             }
             Frames all(1, std::move(f));
             all.insert(all.end(), held.begin(), held.end());
             held.clear();
             return all;
         }},
    {.name = "waits for the slowest client", .requirement = "WS-061", .trick = Trick::push_in_turn},
    {.name = "has post_type in answers",
     .requirement = "WS-062",
     .from_gateway = replies<[](Json& reply) { reply["post_type"] = "answer"; }>},
    {.name = "does not greet",
     .requirement = "WS-063",
     .profile = Profile::cqhttp_4_15,
     .from_gateway =
         lost_events<[](const Frame& f) { return member(f.json(), "post_type") == "meta_event"; }>},
    {.name = "greets with another meta event",
     .requirement = "WS-063",
     .profile = Profile::onebot_11,
     .from_gateway = events<[](Json& event) {
         if (member(event, "post_type") == "meta_event") {
             event["sub_type"] = "enable";
         }
     }>},
    {.name = "greets in 4.0",
     .requirement = "WS-064",
     .from_gateway =
         [](const Place& place, Frame f) {
             const Frames greeting = pass(beside(f, opcode::text,
                                                 R"({"post_type":"meta_event",)"
                                                 R"("meta_event_type":"lifecycle"})"));
             return first_pong_behind(place, std::move(f), greeting);
         }},
};

}  // namespace

std::span<const Deviation> push_deviations() {
    return table;
}

}  // namespace cqhttp::conformance::test
