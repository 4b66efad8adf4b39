#pragma once

#include "gateway/protocol/action_request.hpp"

#include <cstddef>
#include <cstdint>
#include <list>
#include <optional>
#include <string>
#include <string_view>

namespace cqhttp::cli {

// Which answers belong to which calls on one WebSocket: by their echo, in whatever order they come
// (WS-041). An echo may come back in another spelling of the same JSON value (ECHO-001); that is
// remarked. What belongs to no call is never taken for an answer: this is how lost, doubled and
// swapped answers are found.
class CallLedger {
public:
    struct Finding {
        enum class Kind : std::uint8_t {
            answer,  // to the call `number`; `words`, if any, are a remark
            event,   // no answer at all: a universal connection has both (WS-062)
            stray,   // to no call; `words` say why
        };
        Kind kind;
        std::size_t number = 0;
        std::string words;
    };

    // A call goes out. `echo` is JSON text.
    void sent(std::size_t number, std::optional<std::string> echo);
    // A message came in. An answer's call does not wait any more.
    Finding take(std::string_view message);
    std::size_t waiting() const noexcept { return waiting_.size(); }
    // The connection has gone: nothing waits any more.
    void forget() noexcept { waiting_.clear(); }

private:
    struct Waiting {
        std::size_t number;
        std::optional<std::string> echo;
    };
    using Place = std::list<Waiting>::iterator;

    Finding answered(Place place, std::string remark);
    Finding by_echo(const std::string& echo);
    Finding without_echo(bool bad_request);

    std::list<Waiting> waiting_;
    protocol::RequestParser parser_;
};

}  // namespace cqhttp::cli
