#pragma once

#include <chrono>
#include <cstddef>

namespace cqhttp {

// Every bound of the program in one place. Sizes are bytes. The gateway's settings may change the
// ones that name a `gateway.` key; nothing else may.
struct Limits {
    // HTTP server (HTTP-008, HTTP-009).
    std::size_t http_head = 16 * 1024;                   // gateway.max_head: over it 431
    std::size_t http_body = 32 * 1024 * 1024;            // gateway.max_body: over it 413
    std::size_t connections = 16384;                     // gateway.max_connections
    std::chrono::milliseconds http_header_read{10'000};  // gateway.header_timeout_ms
    std::chrono::milliseconds http_body_read{60'000};    // gateway.body_timeout_ms, whole body
    std::chrono::milliseconds http_idle{60'000};         // gateway.idle_timeout_ms
    std::chrono::milliseconds http_write{60'000};        // gateway.write_timeout_ms, no progress
    // Actions.
    std::size_t background_calls = 256;  // gateway.max_background_calls
    // Media the gateway fetches for [CQ:image,file=http://...] and the like.
    std::size_t media = 64 * 1024 * 1024;         // gateway.max_media
    std::chrono::milliseconds connect{10'000};    // gateway.connect_timeout_ms
    std::chrono::milliseconds download{60'000};   // gateway.download_timeout_ms
    std::chrono::milliseconds transcode{30'000};  // gateway.transcode_timeout_ms
    // WebSocket.
    std::size_t ws_message = 32 * 1024 * 1024;       // gateway.max_frame: over it close 1009
    std::size_t outbox_texts = 4096;                 // gateway.max_queued_texts: over it 1013
    std::size_t outbox_bytes = 4 * 1024 * 1024;      // gateway.max_queued_bytes: over it 1013
    std::chrono::milliseconds ws_handshake{10'000};  // gateway.handshake_timeout_ms
    std::chrono::milliseconds ws_ping{30'000};       // gateway.ping_interval_ms: silence
                                                     // before a ping; as much again ends it
    std::chrono::milliseconds ws_close{2'000};       // gateway.close_timeout_ms
    // Events.
    std::size_t event_queue = 8192;  // gateway.max_queued_events, per account
    // Shutdown.
    std::chrono::milliseconds drain{5'000};  // gateway.drain_timeout_ms
};

// Nesting of JSON that is accepted at the door (nothing after it recurses deeper).
inline constexpr std::size_t max_json_depth = 128;

}  // namespace cqhttp
