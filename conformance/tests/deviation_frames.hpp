#pragma once

#include "conformance/json.hpp"
#include "conformance/tests/deviation.hpp"

#include <string>
#include <string_view>
#include <utility>

// Hooks for what goes wrong with handshakes and frames again and again, so that a row of a table
// says only what is different in it.
namespace cqhttp::conformance::test {

inline Frames pass(Frame frame) {
    return Frames(1, std::move(frame));
}

// A frame that goes where `frame` goes.
inline Frame beside(const Frame& frame, int op, std::string payload) {
    Frame other = frame;
    other.op = op;
    other.payload = std::move(payload);
    return other;
}

inline std::string close_payload(int code) {
    return {static_cast<char>(code / 256), static_cast<char>(code % 256)};
}

inline bool is_event(const Frame& frame) {
    return frame.op == opcode::text && has_member(frame.json(), "post_type");
}
inline bool is_reply(const Frame& frame) {
    return frame.op == opcode::text && has_member(frame.json(), "retcode");
}
inline bool is_reply(const Frame& frame, int retcode) {
    return is_reply(frame) && member(frame.json(), "retcode") == retcode;
}
inline bool is_call(const Frame& frame) {
    return has_member(frame.json(), "action");
}
inline bool is_message(const Frame& frame, std::string_view message) {
    return is_event(frame) && member(frame.json(), "message") == message;
}
inline bool for_api(const Place& place) {
    return place.path.starts_with("/api");
}
inline bool for_events(const Place& place) {
    return place.path.starts_with("/event");
}

using ChangeJson = void (*)(Json&);
using IsFrame = bool (*)(const Frame&);
using IsThere = bool (*)(const Place&, const Frame&);
using IsRequest = bool (*)(const Place&, const Message&);

// Changes the JSON of the frames that are meant, if it is an object.
template <ChangeJson change, IsFrame is_meant>
Frames changed(const Place&, Frame frame) {
    Json body = frame.json();
    if (body.is_object() && is_meant(frame)) {
        change(body);
        frame.payload = dump(body);
    }
    return pass(std::move(frame));
}
template <ChangeJson change>
Frames events(const Place& place, Frame frame) {
    return changed<change, is_event>(place, std::move(frame));
}
template <ChangeJson change>
Frames replies(const Place& place, Frame frame) {
    return changed<change, is_reply>(place, std::move(frame));
}
template <ChangeJson change>
Frames calls(const Place& place, Frame frame) {
    return changed<change, is_call>(place, std::move(frame));
}

// Changes the echo of a reply, or drops it.
template <ChangeJson change>
void change_echo(Json& body) {
    if (has_member(body, "echo")) {
        change(body["echo"]);
    }
}
template <bool (*is_meant)(const Json& reply)>
void drop_echo(Json& body) {
    if (has_member(body, "echo") && is_meant(body)) {
        body.erase("echo");
    }
}
template <ChangeJson change>
Frames echoes(const Place& place, Frame frame) {
    return replies<change_echo<change>>(place, std::move(frame));
}
template <bool (*is_meant)(const Json& reply)>
Frames without_echo(const Place& place, Frame frame) {
    return replies<drop_echo<is_meant>>(place, std::move(frame));
}

// Frames that never arrive, that arrive twice, and behind which the connection is closed.
template <IsThere is_meant>
Frames lost(const Place& place, Frame frame) {
    return is_meant(place, frame) ? Frames() : pass(std::move(frame));
}
template <IsThere is_meant>
Frames doubled(const Place& place, Frame frame) {
    return Frames(is_meant(place, frame) ? 2 : 1, frame);
}
template <IsThere is_meant, int code>
Frames and_close(const Place& place, Frame frame) {
    Frames all(1, frame);
    if (is_meant(place, frame)) {
        all.push_back(beside(frame, opcode::close, close_payload(code)));
    }
    return all;
}
// The other end gets a close frame instead.
template <IsThere is_meant, int code>
Frames close_instead(const Place& place, Frame frame) {
    return pass(is_meant(place, frame) ? beside(frame, opcode::close, close_payload(code))
                                       : std::move(frame));
}

// Puts `to` into a close frame with status `from`.
template <int from, int to>
Frames other_code(const Place&, Frame frame) {
    if (frame.op == opcode::close && frame.close_code() == from) {
        frame.payload = close_payload(to);
    }
    return pass(std::move(frame));
}

// Answers a handshake that would be completed with a status, or only that status with another.
template <IsRequest is_meant, int status>
void refuse(const Place& place, const Message& request, HttpReply& reply) {
    if (reply.status == 101 && is_meant(place, request)) {
        reply.status = status;
        reply.headers = {{"Content-Length", "0"}};
    }
}
template <int from, int to>
void other_status(const Place&, const Message&, HttpReply& reply) {
    reply.status = reply.status == from ? to : reply.status;
}

// Reverse connections that are never made.
template <bool (*is_meant)(const Place&)>
void never_there(const Place& place, Message& request) {
    if (is_meant(place)) {
        request.method.clear();
    }
}

}  // namespace cqhttp::conformance::test
