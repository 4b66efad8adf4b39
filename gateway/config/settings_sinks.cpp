#include "gateway/config/setting_rows.hpp"
#include "gateway/config/sink_lists.hpp"

#include <algorithm>
#include <chrono>

namespace cqhttp::config {
namespace {

using rows::boolean;
using rows::fixed;
using rows::integer;
using rows::max_int;
using rows::text;
using rows::unset;

std::string with_slashes(std::string path) {
    std::replace(path.begin(), path.end(), '\\', '/');
    return path;
}

MessageFormat format_of(std::string_view word) {
    return word == "array" ? MessageFormat::array : MessageFormat::string;
}

SinkRole role_of(std::string_view word) {
    if (word == "api") {
        return SinkRole::api;
    }
    return word == "event" ? SinkRole::event : SinkRole::universal;
}

constexpr std::string_view name_meaning = "name in the log and in get_status";
constexpr std::string_view enabled_meaning = "false: as if the entry were not there";
constexpr std::string_view format_meaning = "form of messages in events";
constexpr std::string_view filter_meaning =
    "file with its own event filter, relative to the app directory; empty: none";

// A value goes to the entry that was begun last.
const SinkSetting post_table[] = {
    {.setting = {.name = "gateway.post.url",
                 .type = text,
                 .defaults = unset(),
                 .meaning = "address events are posted to; every entry has one",
                 .apply = {.text = [](AccountConfig& c,
                                      const std::string& v) { c.post_sinks.back().url = v; }},
                 .rule = Rule::http_url}},
    {.setting = {.name = "gateway.post.name",
                 .type = text,
                 .defaults = unset(),
                 .meaning = name_meaning,
                 .apply = {.text = [](AccountConfig& c,
                                      const std::string& v) { c.post_sinks.back().name = v; }},
                 .rule = Rule::label}},
    {.setting = {.name = "gateway.post.enabled",
                 .type = boolean,
                 .defaults = unset(),
                 .meaning = enabled_meaning,
                 .apply = {.boolean = [](AccountConfig& c,
                                         bool v) { c.post_sinks.back().enabled = v; }}},
     .otherwise = "true"},
    {.setting = {.name = "gateway.post.secret",
                 .type = text,
                 .defaults = unset(),
                 .meaning = "key of the signature in X-Signature; empty: no signature",
                 .apply = {.text =
                               [](AccountConfig& c, const std::string& v) {
                                   c.post_sinks.back().secret = Secret(v);
                               }},
                 .secret = true},
     .account_key = "secret"},
    {.setting = {.name = "gateway.post.timeout",
                 .type = integer,
                 .defaults = unset(),
                 .meaning = "seconds to wait for the answer, in every profile; 0 waits for ever",
                 .apply = {.integer =
                               [](AccountConfig& c, std::int64_t v) {
                                   c.post_sinks.back().timeout = std::chrono::seconds(v);
                               }},
                 .minimum = 0,
                 .maximum = max_int / 1000},
     .account_key = "post_timeout",
     .otherwise = "0"},
    {.setting = {.name = "gateway.post.message_format",
                 .type = text,
                 .defaults = unset(),
                 .meaning = format_meaning,
                 .apply = {.text =
                               [](AccountConfig& c, const std::string& v) {
                                   c.post_sinks.back().message_format = format_of(v);
                               }},
                 .words = "string array",
                 .rule = Rule::words},
     .account_key = "post_message_format"},
    {.setting = {.name = "gateway.post.event_filter",
                 .type = text,
                 .defaults = unset(),
                 .meaning = filter_meaning,
                 .apply = {.text =
                               [](AccountConfig& c, const std::string& v) {
                                   c.post_sinks.back().filter = with_slashes(v);
                               }}},
     .account_key = "event_filter"},
    {.setting = {.name = "gateway.post.before_push",
                 .type = boolean,
                 .defaults = unset(),
                 .meaning = "pushes of an event wait for the answer and what it asks for; true for "
                            "a single address",
                 .apply = {.boolean = [](AccountConfig& c,
                                         bool v) { c.post_sinks.back().before_push = v; }}},
     .otherwise = "false"},
};

const SinkSetting reverse_table[] = {
    {.setting = {.name = "gateway.ws_reverse.url",
                 .type = text,
                 .defaults = unset(),
                 .meaning = "complete address of the connection; every entry has one",
                 .apply = {.text = [](AccountConfig& c,
                                      const std::string& v) { c.reverse_sinks.back().url = v; }},
                 .rule = Rule::ws_url}},
    {.setting = {.name = "gateway.ws_reverse.name",
                 .type = text,
                 .defaults = unset(),
                 .meaning = name_meaning,
                 .apply = {.text = [](AccountConfig& c,
                                      const std::string& v) { c.reverse_sinks.back().name = v; }},
                 .rule = Rule::label}},
    {.setting = {.name = "gateway.ws_reverse.enabled",
                 .type = boolean,
                 .defaults = unset(),
                 .meaning = enabled_meaning,
                 .apply = {.boolean = [](AccountConfig& c,
                                         bool v) { c.reverse_sinks.back().enabled = v; }}},
     .otherwise = "true"},
    {.setting = {.name = "gateway.ws_reverse.role",
                 .type = text,
                 .defaults = unset(),
                 .meaning = "what the connection is for; must be given under cqhttp-4.0, which has "
                            "no universal",
                 .apply = {.text =
                               [](AccountConfig& c, const std::string& v) {
                                   c.reverse_sinks.back().role = role_of(v);
                               }},
                 .words = "api event universal",
                 .rule = Rule::words_of_any_case},
     .otherwise = "\"universal\""},
    {.setting = {.name = "gateway.ws_reverse.access_token",
                 .type = text,
                 .defaults = unset(),
                 .meaning = "token the gateway shows; empty: none",
                 .apply = {.text =
                               [](AccountConfig& c, const std::string& v) {
                                   c.reverse_sinks.back().access_token = Secret(v);
                               }},
                 .secret = true},
     .account_key = "access_token"},
    {.setting = {.name = "gateway.ws_reverse.reconnect_interval",
                 .type = integer,
                 .defaults = unset(),
                 .meaning = "milliseconds from a lost connection to the next attempt; 0 or less "
                            "counts as 100",
                 .apply = {.integer =
                               [](AccountConfig& c, std::int64_t v) {
                                   c.reverse_sinks.back().reconnect_interval =
                                       std::chrono::milliseconds(v);
                               }},
                 .minimum = -max_int - 1,
                 .maximum = max_int,
                 .rule = Rule::reconnect},
     .account_key = "ws_reverse_reconnect_interval"},
    {.setting = {.name = "gateway.ws_reverse.reconnect_on_code_1000",
                 .type = boolean,
                 .defaults = {unset()[0], unset()[1], fixed("true")},
                 .meaning = "reconnect after the server closed with code 1000",
                 .apply = {.boolean =
                               [](AccountConfig& c, bool v) {
                                   c.reverse_sinks.back().reconnect_on_code_1000 = v;
                               }}},
     .account_key = "ws_reverse_reconnect_on_code_1000"},
    {.setting = {.name = "gateway.ws_reverse.message_format",
                 .type = text,
                 .defaults = unset(),
                 .meaning = format_meaning,
                 .apply = {.text =
                               [](AccountConfig& c, const std::string& v) {
                                   c.reverse_sinks.back().message_format = format_of(v);
                               }},
                 .words = "string array",
                 .rule = Rule::words},
     .account_key = "post_message_format"},
    {.setting = {.name = "gateway.ws_reverse.event_filter",
                 .type = text,
                 .defaults = unset(),
                 .meaning = filter_meaning,
                 .apply = {.text =
                               [](AccountConfig& c, const std::string& v) {
                                   c.reverse_sinks.back().filter = with_slashes(v);
                               }}},
     .account_key = "event_filter"},
};

}  // namespace

std::span<const SinkSetting> post_sink_settings() {
    return post_table;
}

std::span<const SinkSetting> reverse_sink_settings() {
    return reverse_table;
}

}  // namespace cqhttp::config
