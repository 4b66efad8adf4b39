#pragma once

#include "gateway/protocol/params.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace cqhttp::protocol {

// Where a call came from, as far as it decides anything.
struct Caller {
    bool loopback = false;  // the peer's address is 127.0.0.0/8 or ::1
};

// One call, as it came: `action` still has its suffix.
struct ActionRequest {
    std::string action;
    Params params;
    Caller caller;
};

// A WebSocket frame as a call (WS-020 ... WS-029). Without `action` it is a bad request (1400).
struct FrameRequest {
    std::optional<ActionRequest> call;
    // The JSON text of the member `echo`, byte for byte (ECHO-013); absent without one. Set for
    // bad requests too if the frame was an object (ECHO-009).
    std::optional<std::string> echo;
};

// Reads requests. It keeps what memory decoding needed for the next, so keep one per event loop.
// Every byte is checked: a document is accepted only if all of it is JSON, nests no deeper than
// `max_json_depth` and is followed by white space only. A byte order mark is skipped. A string with
// half a surrogate pair is JSON, but no text: such a parameter is `invalid`. Not thread-safe.
class RequestParser {
public:
    // Adds the members of a JSON object, where names given by the query stay (HTTP-033, HTTP-042).
    // False if the body is not one JSON object (HTTP 400, HTTP-038 ... HTTP-041) or has more than
    // `max_params` members. `params` then holds no part of it.
    bool add_json_params(Params& params, std::string_view body);

    // A frame on /api. Of a repeated member the last counts. What is returned is good until the
    // next frame; its call may be handed on.
    FrameRequest& read_frame(std::string_view frame);

private:
    void release_memory();

    std::string name_, text_;  // decoded
    FrameRequest request_;     // the last one, for the memory it has
};

}  // namespace cqhttp::protocol
