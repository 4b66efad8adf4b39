#pragma once

#include "conformance/case.hpp"

#include <span>

// One function per file of this folder. Adding a chapter means a line here, one in chapters.cpp and
// one in CMakeLists.txt; there are no static initialisers.
namespace cqhttp::conformance {

std::span<const Case> http_api_cases();
std::span<const Case> http_params_cases();
std::span<const Case> http_replies_cases();
std::span<const Case> ws_server_cases();
std::span<const Case> ws_frames_cases();
std::span<const Case> ws_api_cases();
std::span<const Case> ws_echo_cases();
std::span<const Case> ws_event_cases();
std::span<const Case> ws_reverse_cases();
std::span<const Case> ws_reverse_use_cases();
std::span<const Case> ws_reconnect_cases();
std::span<const Case> ws_dismissed_cases();
std::span<const Case> message_forms_cases();
std::span<const Case> message_codes_cases();
std::span<const Case> message_events_cases();
std::span<const Case> emoji_cases();
std::span<const Case> enhanced_send_cases();
std::span<const Case> enhanced_receive_cases();
std::span<const Case> event_filter_cases();
std::span<const Case> filter_language_cases();
std::span<const Case> data_files_cases();
std::span<const Case> cors_cases();
std::span<const Case> tls_cases();
std::span<const Case> http_post_cases();
std::span<const Case> post_delivery_cases();
std::span<const Case> signature_cases();
std::span<const Case> quick_operation_cases();
std::span<const Case> quick_reply_cases();
std::span<const Case> quick_group_cases();
std::span<const Case> event_pipeline_cases();
std::span<const Case> event_message_cases();
std::span<const Case> event_sender_cases();
std::span<const Case> event_notice_cases();
std::span<const Case> event_compat_cases();
std::span<const Case> event_meta_cases();
std::span<const Case> auth_cases();
std::span<const Case> auth_table_cases();
std::span<const Case> auth_ws_cases();
std::span<const Case> params_cases();
std::span<const Case> action_required_cases();
std::span<const Case> action_values_cases();
std::span<const Case> action_message_cases();
std::span<const Case> action_group_cases();
std::span<const Case> action_request_cases();
std::span<const Case> quick_context_cases();
std::span<const Case> action_info_cases();
std::span<const Case> action_group_info_cases();
std::span<const Case> action_system_cases();
std::span<const Case> async_cases();
std::span<const Case> sandbox_cases();
std::span<const Case> action_restart_cases();
std::span<const Case> auth_secrecy_cases();

}  // namespace cqhttp::conformance
