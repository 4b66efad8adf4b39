#include "conformance/cases/chapters.hpp"

#include "conformance/registry.hpp"

#include <array>

namespace cqhttp::conformance {

std::span<const Chapter> chapters() {
    static const std::array table{
        Chapter{"http-api", "HTTP API: server and routes", http_api_cases()},
        Chapter{"http-params", "HTTP API: parameters", http_params_cases()},
        Chapter{"http-replies", "HTTP API: status and body", http_replies_cases()},
        Chapter{"ws-server", "WebSocket server: paths and handshakes", ws_server_cases()},
        Chapter{"ws-frames", "WebSocket server: frames", ws_frames_cases()},
        Chapter{"ws-api", "WebSocket: calls", ws_api_cases()},
        Chapter{"ws-echo", "WebSocket: echo", ws_echo_cases()},
        Chapter{"ws-event", "WebSocket: events", ws_event_cases()},
        Chapter{"ws-reverse", "Reverse WebSocket: connections and handshakes", ws_reverse_cases()},
        Chapter{"ws-reverse-use", "Reverse WebSocket: calls and events", ws_reverse_use_cases()},
        Chapter{"ws-reconnect", "Reverse WebSocket: reconnecting", ws_reconnect_cases()},
        Chapter{"ws-dismissed", "Reverse WebSocket: close 1000", ws_dismissed_cases()},
        Chapter{"message-forms", "Messages: forms", message_forms_cases()},
        Chapter{"message-codes", "Messages: CQ codes", message_codes_cases()},
        Chapter{"message-events", "Messages: events and types", message_events_cases()},
        Chapter{"emoji", "Messages: emoji", emoji_cases()},
        Chapter{"enhanced-send", "Messages: sources of pictures", enhanced_send_cases()},
        Chapter{"enhanced-receive", "Messages: received pictures", enhanced_receive_cases()},
        Chapter{"event-filter", "Event filter: the file", event_filter_cases()},
        Chapter{"filter-language", "Event filter: the language", filter_language_cases()},
        Chapter{"data-files", "HTTP API: data files", data_files_cases()},
        Chapter{"cors", "HTTP API: pages of other origins", cors_cases()},
        Chapter{"tls", "TLS on the way to the bot", tls_cases()},
        Chapter{"http-post", "Event POST: the request", http_post_cases()},
        Chapter{"post-delivery", "Event POST: when, and failures", post_delivery_cases()},
        Chapter{"signature", "Event POST: signature", signature_cases()},
        Chapter{"quick-operation", "Quick operations: which answers", quick_operation_cases()},
        Chapter{"quick-reply", "Quick operations: replies", quick_reply_cases()},
        Chapter{"quick-group", "Quick operations: groups and requests", quick_group_cases()},
        Chapter{"event-pipeline", "Events: from the account to the bot", event_pipeline_cases()},
        Chapter{"event-message", "Events: messages", event_message_cases()},
        Chapter{"event-sender", "Events: the sender of messages", event_sender_cases()},
        Chapter{"event-notice", "Events: notices and requests", event_notice_cases()},
        Chapter{"event-meta", "Events: meta events", event_meta_cases()},
        Chapter{"event-compat", "Events: the 3.x form", event_compat_cases()},
        Chapter{"auth", "Authorization: HTTP", auth_cases()},
        Chapter{"auth-table", "Authorization: truth table", auth_table_cases()},
        Chapter{"auth-ws", "Authorization: WebSockets, POSTs, files", auth_ws_cases()},
        Chapter{"params", "Actions: what becomes of a value", params_cases()},
        Chapter{"action-required", "Actions: required parameters", action_required_cases()},
        Chapter{"action-values", "Actions: values and codes", action_values_cases()},
        Chapter{"action-message", "Actions: messages", action_message_cases()},
        Chapter{"action-group", "Actions: groups", action_group_cases()},
        Chapter{"action-request", "Actions: requests", action_request_cases()},
        Chapter{"quick-context", "Actions: quick operations by call", quick_context_cases()},
        Chapter{"action-info", "Actions: people, credentials, files", action_info_cases()},
        Chapter{"action-group-info", "Actions: what groups are", action_group_info_cases()},
        Chapter{"action-system", "Actions: status and version", action_system_cases()},
        Chapter{"async", "Asynchronous and rate limited calls", async_cases()},
        Chapter{"sandbox", "Our sandbox", sandbox_cases()},
        Chapter{"action-restart", "Actions: restart", action_restart_cases()},
        Chapter{"auth-secrecy", "Authorization: what is kept secret", auth_secrecy_cases()},
    };
    return table;
}

}  // namespace cqhttp::conformance
