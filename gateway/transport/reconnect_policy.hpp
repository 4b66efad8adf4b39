#pragma once

#include "gateway/net/websocket.hpp"

#include <chrono>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace cqhttp::transport {

struct ReconnectRules {
    std::chrono::milliseconds interval{3000};  // ws_reverse_reconnect_interval
    bool on_code_1000 = false;                 // ws_reverse_reconnect_on_code_1000
};

// What a reverse client does next: wait that long and connect again, or, with nothing, stop. The
// pause is always the same (WSR-042). Pure.
class ReconnectPolicy {
public:
    using Pause = std::optional<std::chrono::milliseconds>;

    explicit ReconnectPolicy(const ReconnectRules& rules) noexcept : rules_(rules) {}

    // Refused, unresolvable, TLS, an answer other than 101 (WSR-040).
    Pause after_failed_attempt() const noexcept { return rules_.interval; }
    // Only a close frame of the peer with status 1000 can be a reason to stop (WSR-044 ...
    // WSR-047, WSR-050).
    Pause after(const net::WsEnd& end) const noexcept;

private:
    ReconnectRules rules_;
};

// Which of many equal failures in a row deserve a line in the log: the first, then every tenth.
class FailureRow {
public:
    // Counts `failure`; another one than the last begins a new row.
    bool worth_telling(std::string_view failure);
    std::size_t length() const noexcept { return length_; }
    void end() noexcept { length_ = 0; }

private:
    std::string failure_;
    std::size_t length_ = 0;
};

}  // namespace cqhttp::transport
