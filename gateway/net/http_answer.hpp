#pragma once

#include "gateway/net/http_message.hpp"

#include <string>
#include <string_view>

namespace cqhttp::net {

// How an answer must be written for the request it answers.
struct AnswerForm {
    bool keep_alive = true;  // the connection stays open after it
    bool http_1_0 = false;   // the client must be told that the connection stays open
    bool head = false;       // the answer to HEAD: all headers, no body
};

// Appends the answer to `out`: the head and the body, but not the bytes of a file.
void append_answer(std::string& out, const HttpResponse& response, AnswerForm form);

// Whether an answer of that status may have a body at all (RFC 9110 section 6.4.1).
bool may_have_body(unsigned status) noexcept;

inline constexpr std::string_view continue_answer = "HTTP/1.1 100 Continue\r\n\r\n";

}  // namespace cqhttp::net
