#include "gateway/config/setting_rows.hpp"

#include <chrono>

namespace cqhttp::config {
namespace {

using rows::boolean;
using rows::each;
using rows::integer;
using rows::log_level;
using rows::log_words;
using rows::max_int;
using rows::same;
using rows::text;
using rows::unset;
using std::chrono::milliseconds;

constexpr std::int64_t mebibyte = 1024 * 1024;
constexpr std::int64_t most_threads = 64;

SandboxControl sandbox_control(std::string_view word) {
    if (word == "off") {
        return SandboxControl::off;
    }
    return word == "all" ? SandboxControl::all : SandboxControl::loopback;
}

// Relative to the app directory, like everything a configuration names (CFG-001).
std::filesystem::path in_app_directory(const AccountConfig& config, const std::string& path) {
    return path.empty() ? std::filesystem::path() : config.app_directory / path;
}

template <std::size_t Limits::*Field>
void set_size(AccountConfig& config, std::int64_t value) {
    config.limits.*Field = static_cast<std::size_t>(value);
}

template <milliseconds Limits::*Field>
void set_time(AccountConfig& config, std::int64_t value) {
    config.limits.*Field = milliseconds(value);
}

using SetInteger = void (*)(AccountConfig&, std::int64_t);

struct Range {
    std::int64_t minimum = 1;
    std::int64_t maximum = max_int;
};

constexpr Setting limit(std::string_view name, std::string_view value, std::string_view meaning,
                        SetInteger set, Range range = {}) {
    return {.group = "Limits",
            .name = name,
            .type = integer,
            .defaults = same(value),
            .meaning = meaning,
            .apply = {.integer = set},
            .minimum = range.minimum,
            .maximum = range.maximum};
}

const Setting table[] = {
    {.group = "Gateway",
     .name = "gateway.profile",
     .type = text,
     .defaults = each("cqhttp-4.0", "cqhttp-4.15", "onebot-11"),
     .meaning = "protocol version the gateway speaks",
     .apply = {.text =
                   [](AccountConfig& c, const std::string& v) {
                       c.profile = protocol::find_profile(v).value_or(c.profile);
                   }},
     .words = "cqhttp-4.0 cqhttp-4.15 onebot-11",
     .rule = Rule::words},
    {.group = "Gateway",
     .name = "gateway.world",
     .type = text,
     .defaults = same(""),
     .meaning =
         "file with the first state of the sandbox, relative to the app directory; empty: built in",
     .apply = {.text = [](AccountConfig& c,
                          const std::string& v) { c.sandbox.world = in_app_directory(c, v); }}},
    {.group = "Gateway",
     .name = "gateway.ephemeral",
     .type = boolean,
     .defaults = same("false"),
     .meaning = "keep the sandbox in memory only",
     .apply = {.boolean = [](AccountConfig& c, bool v) { c.sandbox.ephemeral = v; }}},
    {.group = "Gateway",
     .name = "gateway.sandbox_control",
     .type = text,
     .defaults = same("loopback"),
     .meaning = "who may call the actions that control the sandbox",
     .apply = {.text = [](AccountConfig& c,
                          const std::string& v) { c.sandbox.control = sandbox_control(v); }},
     .words = "off loopback all",
     .rule = Rule::words},
    {.group = "Gateway",
     .name = "gateway.allow_file_urls",
     .type = boolean,
     .defaults = same("true"),
     .meaning = "allow file:// in messages to read local files",
     .apply = {.boolean = [](AccountConfig& c, bool v) { c.sandbox.allow_file_urls = v; }}},
    {.group = "Gateway",
     .name = "gateway.tls_verify",
     .type = boolean,
     .defaults = same("true"),
     .meaning = "verify the certificates of https:// and wss:// servers",
     .apply = {.boolean = [](AccountConfig& c, bool v) { c.tls.verify = v; }}},
    {.group = "Gateway",
     .name = "gateway.tls_ca_file",
     .type = text,
     .defaults = same(""),
     .meaning = "certificates to trust, relative to the app directory; empty: those of the system",
     .apply = {.text =
                   [](AccountConfig& c, const std::string& v) {
                       c.tls.ca_file = in_app_directory(c, v).string();
                   }}},
    {.group = "Gateway",
     .name = "gateway.post_timeout",
     .type = integer,
     .defaults = unset(),
     .meaning =
         "seconds to wait for the answer to a POST, in every profile; wins over post_timeout",
     .apply = {.integer = [](AccountConfig& c,
                             std::int64_t v) { c.post.timeout = std::chrono::seconds(v); }},
     .minimum = 0,
     .maximum = max_int / 1000},
    {.group = "Gateway",
     .name = "gateway.log_level",
     .type = text,
     .defaults = unset(),
     .meaning = "what is logged at least, in every profile; wins over log_level",
     .apply = {.text = [](AccountConfig& c, const std::string& v) { c.log_level = log_level(v); }},
     .words = log_words,
     .rule = Rule::words},
    {.group = "Gateway",
     .name = "gateway.threads",
     .type = integer,
     .defaults = same("1"),
     .meaning = "event loops, each with a thread, that share the connections",
     .apply = {.integer = [](AccountConfig& c,
                             std::int64_t v) { c.threads = static_cast<std::size_t>(v); }},
     .minimum = 1,
     .maximum = most_threads},
    limit("gateway.max_head", "16384", "bytes of an HTTP request head; above it 431",
          set_size<&Limits::http_head>, {1024, mebibyte}),
    limit("gateway.max_body", "33554432", "bytes of a request body; above it 413",
          set_size<&Limits::http_body>, {1024, 1024 * mebibyte}),
    limit("gateway.max_connections", "16384", "connections open at once",
          set_size<&Limits::connections>, {1, mebibyte}),
    limit("gateway.header_timeout_ms", "10000",
          "milliseconds until a request head must be complete",
          set_time<&Limits::http_header_read>),
    limit("gateway.body_timeout_ms", "60000", "milliseconds until a request body must be complete",
          set_time<&Limits::http_body_read>),
    limit("gateway.idle_timeout_ms", "60000",
          "milliseconds a connection may wait between two requests", set_time<&Limits::http_idle>),
    limit("gateway.write_timeout_ms", "60000",
          "milliseconds without progress until a write has failed", set_time<&Limits::http_write>),
    limit("gateway.max_background_calls", "256", "asynchronous calls that may wait",
          set_size<&Limits::background_calls>, {1, mebibyte}),
    limit("gateway.max_media", "67108864", "bytes of a file that is downloaded or sent",
          set_size<&Limits::media>, {1024, 2047 * mebibyte}),
    limit("gateway.connect_timeout_ms", "10000", "milliseconds until connecting has failed",
          set_time<&Limits::connect>),
    limit("gateway.download_timeout_ms", "60000", "milliseconds until a download has failed",
          set_time<&Limits::download>),
    limit("gateway.transcode_timeout_ms", "30000",
          "milliseconds until converting a sound file has failed", set_time<&Limits::transcode>),
    limit("gateway.max_frame", "33554432", "bytes of a WebSocket message; above it close 1009",
          set_size<&Limits::ws_message>, {1024, 1024 * mebibyte}),
    limit("gateway.max_queued_texts", "4096",
          "texts a WebSocket may leave unread; above it close 1013",
          set_size<&Limits::outbox_texts>, {1, mebibyte}),
    limit("gateway.max_queued_bytes", "4194304",
          "bytes a WebSocket may leave unread; above it close 1013",
          set_size<&Limits::outbox_bytes>, {1024, 1024 * mebibyte}),
    limit("gateway.handshake_timeout_ms", "10000",
          "milliseconds until a WebSocket handshake has failed", set_time<&Limits::ws_handshake>),
    limit("gateway.ping_interval_ms", "30000",
          "milliseconds of silence before a ping; as much again ends the connection",
          set_time<&Limits::ws_ping>),
    limit("gateway.close_timeout_ms", "2000",
          "milliseconds until the other side must have answered a close",
          set_time<&Limits::ws_close>),
    limit("gateway.max_queued_events", "8192", "events of an account that may wait",
          set_size<&Limits::event_queue>, {1, mebibyte}),
    limit("gateway.drain_timeout_ms", "5000", "milliseconds for running calls to end at shutdown",
          set_time<&Limits::drain>),
};

}  // namespace

std::span<const Setting> gateway_settings() {
    return table;
}

}  // namespace cqhttp::config
