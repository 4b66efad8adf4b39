#pragma once

#include "gateway/base/result.hpp"
#include "gateway/protocol/params.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace cqhttp::cli {

// One call as a WebSocket carries it.
struct WsCall {
    std::string action;
    protocol::Params params;
    std::optional<std::string> echo;  // JSON text
    std::string frame;
    std::size_t line = 0;  // where it stood, for people
};

// {"action":...,"params":...} and, where the call has one, "echo" with its text as it is.
std::string print_frame(const WsCall& call);

// One call on one line, in either of two ways:
//
//   {"action":"send_msg","params":{"user_id":10001,"message":"hi"},"echo":1}
//   send_msg user_id=10001 message='good morning' auto_escape:=true
//
// The first is sent as it is; in the second, quotes and backslashes keep blanks together as in a
// shell. The error says what is wrong and how to write it.
Result<WsCall> read_call_line(std::string_view line);

// Nothing if the text is JSON that an echo can be; otherwise what is wrong.
std::optional<std::string> echo_fault(std::string_view echo);

// The call with that echo unless it has one.
WsCall with_echo(WsCall call, std::string echo);

}  // namespace cqhttp::cli
