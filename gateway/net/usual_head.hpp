#pragma once

#include "gateway/net/http_message.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

namespace cqhttp::net {

// The head of a GET or POST as nearly every client sends it. The connection stays afterwards.
struct UsualHead {
    std::size_t size;  // with the empty line
    std::string_view method, target;
    std::uint64_t content_length;
};

// Reads the head at the front of `data` in one walk if it is all there and has nothing unusual:
// HTTP/1.1, an absolute path, header values of printable ASCII, at most one Content-Length, and no
// header that decides about the connection or the form of the body. Nothing for any other: the
// parser that knows all of RFC 9112 then reads the same bytes and has the only say in what is wrong
// with them. `headers` is filled where a head is returned.
std::optional<UsualHead> read_usual_head(std::string_view data, std::vector<HeaderView>& headers);

}  // namespace cqhttp::net
