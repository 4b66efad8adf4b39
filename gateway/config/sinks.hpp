#pragma once

#include "gateway/base/secret.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>

// Where the events of an account go besides its forward WebSockets: what the single keys of the
// specification say, then the entries of the lists gateway.post and gateway.ws_reverse.
namespace cqhttp::config {

enum class MessageFormat : std::uint8_t { string, array };
enum class SinkRole : std::uint8_t { api, event, universal };

// Of each list.
inline constexpr std::size_t most_sinks = 30;

// What an entry of a list does not say is that of the account.
struct PostSink {
    std::string name;  // "post_url", "post.2", or as given
    bool listed = false;
    std::string url;
    bool enabled = true;
    std::chrono::seconds timeout{0};  // 0: none
    Secret secret;
    MessageFormat message_format = MessageFormat::string;
    std::string filter;        // relative to the app directory; empty: none
    bool before_push = false;  // pushes wait for its answer; at most one
};

struct ReverseSink {
    std::string name;  // "ws_reverse_api", "ws_reverse.2", or as given
    bool listed = false;
    std::string url;
    bool enabled = true;
    SinkRole role = SinkRole::universal;
    Secret access_token;
    std::chrono::milliseconds reconnect_interval{3000};
    bool reconnect_on_code_1000 = false;
    MessageFormat message_format = MessageFormat::string;
    std::string filter;
};

}  // namespace cqhttp::config
