#pragma once

#include "gateway/config/config.hpp"
#include "gateway/config/report.hpp"
#include "gateway/config/settings.hpp"
#include "gateway/config/source.hpp"

#include <optional>
#include <span>
#include <string>
#include <string_view>

// The lists gateway.post and gateway.ws_reverse: entries are known as gateway.post.<number>.<key>,
// whether a JSON list, an INI section, a key or a variable of the environment gave them.
namespace cqhttp::config {

// A key of an entry. Its name in the table has no number: "gateway.post.url".
struct SinkSetting {
    Setting setting;
    std::string_view account_key = {};  // whose value holds where the entry does not say
    std::string_view otherwise = {};    // what --check prints where there is no such key
};

std::span<const SinkSetting> post_sink_settings();
std::span<const SinkSetting> reverse_sink_settings();

// Whether a key belongs to a list, well formed or not.
bool is_sink_key(std::string_view key);

// What an INI section [gateway.post.2] or [10086001.gateway.post.2] is short for.
struct SinkSection {
    std::string owner;   // "general" or an account number
    std::string prefix;  // of its keys: "gateway.post.2."
};
std::optional<SinkSection> sink_section(std::string_view name);
// Whether the name looks like one, so that it is a mistake if it is none.
bool resembles_sink_section(std::string_view name);

// Fills post_sinks and reverse_sinks once the settings of the account stand. The last layer that
// has a list gives all of it.
void settle_sinks(AccountConfig& config, std::span<const Section* const> layers, Report& report);

}  // namespace cqhttp::config
