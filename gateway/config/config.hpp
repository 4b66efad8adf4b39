#pragma once

#include "gateway/base/limits.hpp"
#include "gateway/base/log.hpp"
#include "gateway/base/secret.hpp"
#include "gateway/config/sinks.hpp"
#include "gateway/protocol/profile.hpp"

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

// The typed settings of one account (chapter 09 section 3). Every field has the default of profile
// cqhttp-4.0 here; load.cpp sets those of the account's profile. Converted once, at load.
namespace cqhttp::config {

struct HttpSettings {
    bool enabled = true;           // use_http
    std::string host = "0.0.0.0";  // host, without brackets
    std::uint16_t port = 5700;     // port; 0 chooses a free one
};

struct WsSettings {
    bool enabled = false;          // use_ws
    std::string host = "0.0.0.0";  // ws_host
    std::uint16_t port = 6700;     // ws_port
};

struct ReverseSettings {
    bool enabled = false;                                // use_ws_reverse
    std::string url, api_url, event_url;                 // ws_reverse_*
    bool universal = false;                              // ws_reverse_use_universal_client
    std::chrono::milliseconds reconnect_interval{3000};  // 0 or less became 100 ms (WSR-056)
    bool reconnect_on_code_1000 = false;
};

struct PostSettings {
    bool enabled = true;              // http_post.enable
    std::string url;                  // post_url; empty: no POST
    std::chrono::seconds timeout{0};  // post_timeout, gateway.post_timeout; 0: none
    Secret secret;
};

enum class SandboxControl : std::uint8_t { off, loopback, all };

struct EventSettings {
    MessageFormat message_format = MessageFormat::string;  // post_message_format
    std::string filter;  // event_filter, relative to the app directory
    bool backward_compatibility = false;
    bool heartbeat = false;
    std::chrono::milliseconds heartbeat_interval{15000};
};

struct ActionSettings {
    std::size_t workers = 4;  // thread_pool_size: async calls at once; 0 became 2 x cores + 1
    bool rate_limited = false;
    std::chrono::milliseconds rate_limit_interval{500};
};

struct SandboxSettings {
    // gateway.world, relative to the app directory: seed of a new database; empty: built in.
    std::filesystem::path world;
    bool ephemeral = false;                             // gateway.ephemeral
    SandboxControl control = SandboxControl::loopback;  // gateway.sandbox_control
    bool allow_file_urls = true;                        // gateway.allow_file_urls
};

struct TlsSettings {
    bool verify = true;   // gateway.tls_verify
    std::string ca_file;  // gateway.tls_ca_file, relative to the app directory
};

// What became of one setting, for `--check`: the value in force as text, secrets masked.
struct EffectiveSetting {
    std::string name;
    std::string value;
    std::string
        origin;  // "default", "config.ini:7", "config.json general", "environment", "--profile"
    bool changed = false;  // differs from the default of the profile
};

// The same for an entry of gateway.post or gateway.ws_reverse.
struct EffectiveSink {
    std::string heading;
    std::vector<EffectiveSetting> settings;
};

struct AccountConfig {
    std::int64_t self_id = 0;
    protocol::ProfileId profile = protocol::ProfileId::cqhttp_4_0;
    std::filesystem::path root;  // everything the gateway reads and writes
    // Where the configuration was found, else that of the profile; below root (CFG-001).
    std::filesystem::path app_directory;
    Secret access_token;
    bool serve_data_files = false;
    bool enable_cors = false;
    bool convert_unicode_emoji = true;
    HttpSettings http;
    WsSettings ws;
    ReverseSettings reverse;
    PostSettings post;
    // Everything that is on, single keys first, then the lists.
    std::vector<PostSink> post_sinks;
    std::vector<ReverseSink> reverse_sinks;
    EventSettings events;
    ActionSettings actions;
    SandboxSettings sandbox;
    TlsSettings tls;
    Limits limits;
    std::size_t threads = 1;  // gateway.threads: event loops the connections are spread over
    LogLevel log_level = LogLevel::info;
    std::vector<EffectiveSetting> effective;  // every setting of the profile, in the table's order
    std::vector<EffectiveSink> effective_sinks;  // every entry of the lists
};

}  // namespace cqhttp::config
