// Gateways whose events are wrong in one way, on every transport.
#include "conformance/json.hpp"
#include "conformance/tests/deviation_tools.hpp"

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>

namespace cqhttp::conformance::test {
namespace {

using Change = void (*)(Json& event);

template <Change change>
void in_post(const Place&, Message& m) {
    auto body = parse_json(m.body);
    if (body && body->is_object()) {
        change(*body);
        m.body = dump(*body);
    }
}

template <Change change>
Frames in_frame(const Place&, Frame frame) {
    Json body = frame.json();
    if (frame.op == opcode::text && has_member(body, "post_type") &&
        member(body, "post_type") != "meta_event") {
        change(body);
        frame.payload = dump(body);
    }
    return Frames(1, frame);
}

struct What {
    std::string_view name;
    std::string_view requirement;
    std::string_view like = {};
    Profile profile = Profile::cqhttp_4_0;
};

template <Change change>
constexpr Deviation wrong(What what) {
    Deviation deviation{.name = what.name, .requirement = what.requirement, .like = what.like};
    deviation.profile = what.profile;
    deviation.post = in_post<change>;
    deviation.from_gateway = in_frame<change>;
    return deviation;
}

bool is(const Json& event, std::string_view name, std::string_view value) {
    return member(event, name) == value;
}

// --- every event ------------------------------------------------------------------------------

void no_self_id(Json& event) {
    event.erase("self_id");
}
void no_time(Json& event) {
    event.erase("time");
}
void ids_as_text(Json& event) {
    for (const char* name : {"user_id", "group_id", "discuss_id", "message_id"}) {
        if (has_member(event, name)) {
            event[name] = dump(event[name]);
        }
    }
}
void milliseconds(Json& event) {
    event["time"] = member(event, "time").get<std::int64_t>() * 1000;
}
void account_as_text(Json& event) {
    event["self_id"] = dump(event["self_id"]);
}
void other_words(Json& event) {
    if (is(event, "message_type", "private")) {
        event["sub_type"] = "normal";
    }
}

// --- messages ---------------------------------------------------------------------------------

void no_raw_message(Json& event) {
    event.erase("raw_message");
}
void no_font(Json& event) {
    event.erase("font");
}
void no_sub_type(Json& event) {
    event.erase("sub_type");
}
void no_message_id(Json& event) {
    event.erase("message_id");
}
void large_message_id(Json& event) {
    if (has_member(event, "message_id")) {
        event["message_id"] = 4294967296;
    }
}
void unknown_sub_type(Json& event) {
    event["sub_type"] = "unknown";
}
void no_anonymous(Json& event) {
    event.erase("anonymous");
}
void always_anonymous(Json& event) {
    if (has_member(event, "anonymous") && event["anonymous"].is_null()) {
        event["anonymous"] = Json::object();
    }
}
void anonymous_is_normal(Json& event) {
    if (is(event, "sub_type", "anonymous")) {
        event["sub_type"] = "normal";
    }
}
void no_flag_of_masks(Json& event) {
    if (member(event, "anonymous").is_object()) {
        event["anonymous"]["flag"] = "";
    }
}
void other_flag_of_masks(Json& event) {
    if (member(event, "anonymous").is_object()) {
        event["anonymous"]["flag"] = "somebody else";
    }
}
void discuss_has_sub_type(Json& event) {
    if (is(event, "message_type", "discuss")) {
        event["sub_type"] = "normal";
    }
}
void no_sender(Json& event) {
    event.erase("sender");
}
void sender_in_text(Json& event) {
    if (has_member(event, "sender")) {
        event["sender"]["age"] = "18";
    }
}
void sender_without_card(Json& event) {
    if (has_member(event, "sender")) {
        event["sender"].erase("card");
    }
}

// --- notices and requests ---------------------------------------------------------------------

void no_busid(Json& event) {
    if (has_member(event, "file")) {
        event["file"].erase("busid");
    }
}
void small_files(Json& event) {
    if (has_member(event, "file")) {
        event["file"]["size"] = event["file"]["size"].get<std::uint64_t>() & 0xFFFFFFFFU;
    }
}
void admin_is_added(Json& event) {
    if (is(event, "notice_type", "group_admin")) {
        event["sub_type"] = is(event, "sub_type", "set") ? "add" : "remove";
    }
}
void no_operator(Json& event) {
    event.erase("operator_id");
}
void nobody_operates(Json& event) {
    if (is(event, "sub_type", "leave")) {
        event["operator_id"] = 0;
    }
}
void kicked_like_others(Json& event) {
    if (is(event, "sub_type", "kick_me")) {
        event["sub_type"] = "kick";
    }
}
void kicked_leave(Json& event) {
    if (is(event, "sub_type", "kick")) {
        event["sub_type"] = "leave";
    }
}
void friend_of_group(Json& event) {
    if (is(event, "notice_type", "friend_add")) {
        event["group_id"] = 0;
    }
}
void no_duration(Json& event) {
    event.erase("duration");
}
void no_recalled(Json& event) {
    if (is(event, "notice_type", "group_recall") || is(event, "notice_type", "friend_recall")) {
        event.erase("message_id");
    }
}
void other_recalled(Json& event) {
    if (is(event, "notice_type", "group_recall")) {
        event["message_id"] = 1;
    }
}
void no_target(Json& event) {
    event.erase("target_id");
}
void friend_sub_type(Json& event) {
    if (is(event, "request_type", "friend")) {
        event["sub_type"] = "add";
    }
}
void no_comment(Json& event) {
    event.erase("comment");
}
void one_flag(Json& event) {
    if (has_member(event, "flag")) {
        event["flag"] = "flag";
    }
}
void old_words(Json& event) {
    if (is(event, "request_type", "group")) {
        event.erase("sub_type");
        event["type"] = "add";
    }
}

// Only what is pushed differs from what is posted.
Frames another_time(const Place&, Frame frame) {
    Json body = frame.json();
    if (frame.op == opcode::text && has_member(body, "post_type")) {
        body["time"] = member(body, "time").get<std::int64_t>() + 1;
        frame.payload = dump(body);
    }
    return Frames(1, frame);
}

// --- meta events ------------------------------------------------------------------------------

Frames no_connect(const Place&, Frame frame) {
    return is(frame.json(), "sub_type", "connect") ? Frames() : Frames(1, frame);
}
Frames connect_is_enable(const Place&, Frame frame) {
    Json body = frame.json();
    if (is(body, "sub_type", "connect")) {
        body["sub_type"] = "enable";
        frame.payload = dump(body);
    }
    return Frames(1, frame);
}
Frames no_beats_in_reverse(const Place& place, Frame frame) {
    const bool beat = is(frame.json(), "meta_event_type", "heartbeat");
    return beat && place.path == "/event/" ? Frames() : Frames(1, frame);
}
Frames interval_in_seconds(const Place&, Frame frame) {
    Json body = frame.json();
    if (is(body, "meta_event_type", "heartbeat")) {
        body["interval"] = 0.5;
        frame.payload = dump(body);
    }
    return Frames(1, frame);
}
Frames no_status(const Place&, Frame frame) {
    Json body = frame.json();
    if (is(body, "meta_event_type", "heartbeat")) {
        body.erase("status");
        frame.payload = dump(body);
    }
    return Frames(1, frame);
}
void enable_is_connect(const Place&, Message& m) {
    auto body = parse_json(m.body);
    if (body && is(*body, "sub_type", "enable")) {
        (*body)["sub_type"] = "connect";
        m.body = dump(*body);
    }
}
// The later profiles' greeting, where there is none.
Frames greets(const Place&, Frame frame) {
    Frames frames;
    if (has_member(frame.json(), "post_type")) {
        Frame greeting = frame;
        greeting.payload = R"({"time":1,"self_id":10086001,"post_type":"meta_event",)"
                           R"("meta_event_type":"lifecycle","sub_type":"connect"})";
        frames.push_back(greeting);
    }
    frames.push_back(std::move(frame));
    return frames;
}

// Answers to a heartbeat are carried out, as far as anybody can see.
void beat_is_posted(const Place& place, Message& m) {
    const auto body = parse_json(m.body);
    place.link->count = body && is(*body, "meta_event_type", "heartbeat") ? 1 : 0;
}
void beat_is_answered(const Place& place, HttpReply& reply) {
    const auto body = parse_json(reply.body);
    if (place.link->count == 1 && body && has_member(*body, "reply")) {
        ++place.relay->count;
    }
}
void beat_has_effects(const Place& place, const Message& m, HttpReply& reply) {
    Json body = reply.json();
    if (m.path() == "/.sandbox_effects" && place.relay->count > 0 &&
        member(body, "data").is_array()) {
        Json effect;
        effect["action"] = "send_private_msg";
        effect["params"] = Json::object();
        body["data"].push_back(effect);
        set_body(reply, body);
    }
}

// Every private message was said in a discuss group before.
Frames says_it_twice(const Place&, Frame frame) {
    Json body = frame.json();
    if (!is(body, "message_type", "private")) {
        return Frames(1, std::move(frame));
    }
    Frames frames(2, frame);
    body["message_type"] = "discuss";
    body["discuss_id"] = 1;
    frames.front().payload = dump(body);
    return frames;
}

constexpr Deviation table[] = {
    {.name = "greets nobody",
     .requirement = "META-003",
     .profile = Profile::cqhttp_4_15,
     .from_gateway = no_connect},
    {.name = "greets with enable",
     .requirement = "META-001",
     .profile = Profile::onebot_11,
     .from_gateway = connect_is_enable},
    {.name = "posts connect where it starts",
     .requirement = "META-002",
     .profile = Profile::cqhttp_4_15,
     .post = enable_is_connect},
    {.name = "has a heart for some connections",
     .requirement = "META-007",
     .profile = Profile::onebot_11,
     .from_gateway = no_beats_in_reverse},
    {.name = "tells the interval in seconds",
     .requirement = "META-008",
     .profile = Profile::cqhttp_4_15,
     .from_gateway = interval_in_seconds},
    {.name = "has a heart but no status",
     .requirement = "META-001",
     .profile = Profile::cqhttp_4_15,
     .from_gateway = no_status},
    {.name = "has meta events before their time",
     .requirement = "META-013",
     .from_gateway = greets},
    {.name = "pushes another time than it posts",
     .requirement = "PIPE-008",
     .from_gateway = another_time},
    wrong<no_self_id>({"does not say which account it is", "EVT-001"}),
    wrong<no_time>({"does not say when it was", "EVT-001"}),
    wrong<account_as_text>({"has the account's number as text", "EVT-001"}),
    wrong<ids_as_text>({"has ids as text", "EVT-002"}),
    wrong<milliseconds>({"tells time in milliseconds everywhere", "EVT-003"}),
    wrong<other_words>({"calls private messages normal", "EVT-005"}),
    wrong<no_raw_message>({"has no raw_message", "EVT-010"}),
    wrong<no_font>({"has no font", "EVT-010"}),
    wrong<no_sub_type>({"has no sub_type", "EVT-010"}),
    wrong<no_message_id>({"has no message_id", "EVT-010"}),
    wrong<large_message_id>({"has message ids of more than 32 bits", "EVT-010", "D21"}),
    wrong<unknown_sub_type>({"does not know where private messages come from", "EVT-011"}),
    wrong<no_anonymous>({"leaves anonymous out where it is null", "EVT-012"}),
    wrong<always_anonymous>({"has an empty anonymous where it is null", "EVT-013"}),
    wrong<anonymous_is_normal>({"calls anonymous messages normal", "EVT-013"}),
    wrong<no_flag_of_masks>({"has no flag for who is anonymous", "EVT-014"}),
    wrong<other_flag_of_masks>({"has a flag that it does not know", "EVT-014"}),
    wrong<discuss_has_sub_type>({"has a sub_type in discuss groups", "EVT-015"}),
    wrong<no_busid>({"has files without busid", "EVT-020"}),
    wrong<small_files>({"has sizes of 32 bits", "EVT-020"}),
    wrong<admin_is_added>({"adds and removes administrators", "EVT-021"}),
    wrong<no_operator>({"does not say who made a member leave", "EVT-022"}),
    wrong<nobody_operates>({"lets nobody operate where a member leaves", "EVT-023"}),
    wrong<kicked_like_others>({"is kicked like others", "EVT-024"}),
    wrong<kicked_leave>({"says of who is kicked that they leave", "EVT-024"}),
    wrong<no_operator>({"does not say who let a member in", "EVT-025"}),
    wrong<friend_of_group>({"has a group where friends are new", "EVT-026"}),
    wrong<friend_sub_type>({"has a sub_type where somebody wants to be a friend", "EVT-030"}),
    wrong<no_comment>({"has no comment", "EVT-030"}),
    wrong<old_words>({"calls the sub_type of a request type", "EVT-031"}),
    wrong<one_flag>({"has one flag for all requests", "EVT-032"}),
    wrong<no_sender>({"has no sender", "EVT-040", {}, Profile::cqhttp_4_15}),
    wrong<sender_in_text>({"has the age of the sender as text", "EVT-040", {}, Profile::onebot_11}),
    wrong<sender_without_card>({"has no card of the sender", "EVT-041", {}, Profile::cqhttp_4_15}),
    wrong<no_duration>({"does not say how long a ban is", "EVT-027", {}, Profile::cqhttp_4_15}),
    wrong<no_target>({"does not say who was poked", "EVT-029", {}, Profile::onebot_11}),
    wrong<no_recalled>({"does not say what was recalled", "EVT-029", {}, Profile::onebot_11}),
    wrong<other_recalled>(
        {"reports the recall of another message", "SBX-003", {}, Profile::onebot_11}),
    {.name = "has discuss groups in OneBot 11",
     .requirement = "EVT-016",
     .profile = Profile::onebot_11,
     .from_gateway = says_it_twice},
    {.name = "carries out answers to heartbeats",
     .requirement = "META-011",
     .profile = Profile::cqhttp_4_15,
     .reply = beat_has_effects,
     .post = beat_is_posted,
     .post_answer = beat_is_answered},
};

}  // namespace

std::span<const Deviation> event_deviations() {
    return table;
}

}  // namespace cqhttp::conformance::test
