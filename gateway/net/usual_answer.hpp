#pragma once

#include <cstddef>
#include <optional>
#include <string_view>

namespace cqhttp::net {

// A success as nearly every server says it. The connection stays afterwards.
struct UsualAnswer {
    unsigned status;
    std::size_t head_size;  // with the empty line
    std::size_t body_size;
};

// Reads the head at the front of `data` in one walk if it is all there and has nothing unusual:
// HTTP/1.1, a status from 200 to 299, one Content-Length or the status 204, and no other header
// that decides about the connection or the form of the body. Nothing for any other: the parser that
// knows all of RFC 9112 then reads the same bytes and has the only say in what is wrong with them.
// The body need not be there.
std::optional<UsualAnswer> read_usual_answer(std::string_view data);

}  // namespace cqhttp::net
