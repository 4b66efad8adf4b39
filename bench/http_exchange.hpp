#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace cqhttp::bench {

enum class Method { get, post };

// One send_private_msg as an HTTP/1.1 request, ready to be written; without a token if it is empty.
std::string request_text(Method method, std::string_view token);

// The answer at the start of what was received.
struct Answer {
    enum class State : std::uint8_t { incomplete, good, bad };
    State state = State::incomplete;
    std::size_t size = 0;  // bytes, once it is complete
};

// Good is an answer with status 200 whose body says retcode 0. Only as much HTTP is read as both
// servers write: a Content-Length spelled with these capitals, no chunks.
Answer find_answer(std::string_view received);

}  // namespace cqhttp::bench
