#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>

// What the gateway says about itself (chapter 05 section 5). These are no events of the account: it
// never makes them, and no quick operation answers them (META-011).
namespace cqhttp::protocol {

enum class MetaKind : std::uint8_t { enable, disable, connect, heartbeat };

struct MetaEvent {
    MetaKind kind = MetaKind::heartbeat;
    std::int64_t time = 0;  // Unix seconds
    // Of a heartbeat: `data` of get_status as JSON, and the time to the next.
    std::string status = {};
    std::chrono::milliseconds interval = std::chrono::milliseconds(0);
};

// "lifecycle/enable", "heartbeat": for logs.
std::string_view describe(MetaKind kind) noexcept;

// The JSON object of the event, the same for every receiver: neither the message format nor the 3.x
// shape changes it (BC-005).
std::string render_meta_event(const MetaEvent& event, std::int64_t self_id);

}  // namespace cqhttp::protocol
