#pragma once

#include "gateway/config/config.hpp"

#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <variant>

// ONE table of every setting (chapter 09 section 3). What a file may contain, what --check prints,
// what the default file holds and what docs/configuration.md says all come from it or are tested
// against it.
namespace cqhttp::config {

enum class SettingType : std::uint8_t { boolean, integer, text };
using Value = std::variant<bool, std::int64_t, std::string>;

enum class Presence : std::uint8_t {
    absent,    // the profile does not have the key: ignored with a warning (CFG-032)
    settable,  // `value` is the default
    optional,  // no value of its own: nothing changes unless it is given
    fixed,     // always `value`, because the profile says so
};

// The default of a setting in one profile, written as in an INI file.
struct Default {
    Presence presence = Presence::absent;
    std::string_view value = {};
};

// What is checked beyond the type.
enum class Rule : std::uint8_t {
    none,
    host,      // a host name or address, IPv6 with or without brackets
    http_url,  // http:// or https://, else ignored (POST-004)
    ws_url,    // ws:// or wss://, else ignored (WSR-008)
    words,     // one of `words`
    words_of_any_case,
    label,      // letters, digits and - _ . in a line of the log
    reconnect,  // 0 or less becomes 100 (WSR-056)
    workers,    // 0 becomes 2 x cores + 1
};

// How a checked value reaches the typed settings; the one that fits the type is set, none where the
// setting has no effect in this gateway.
struct Apply {
    void (*boolean)(AccountConfig&, bool) = nullptr;
    void (*integer)(AccountConfig&, std::int64_t) = nullptr;
    void (*text)(AccountConfig&, const std::string&) = nullptr;
};

struct Setting {
    std::string_view group = {};  // heading in --check and in the documentation
    std::string_view name = {};
    SettingType type = SettingType::text;
    std::array<Default, 3> defaults = {};  // by ProfileId
    std::string_view meaning = {};         // one line
    Apply apply = {};
    std::string_view alias = {};  // dotted name under onebot-11 (CFG-031)
    std::int64_t minimum = 0;
    std::int64_t maximum = 0;
    std::string_view words = {};  // "string array"
    Rule rule = Rule::none;
    bool secret = false;

    bool has_effect() const {
        return apply.boolean != nullptr || apply.integer != nullptr || apply.text != nullptr;
    }
    // One of ours: a mistake in it stops the gateway where those of the original only warn.
    bool is_ours() const { return name.starts_with("gateway."); }
    const Default& in(protocol::ProfileId profile) const {
        return defaults[static_cast<std::size_t>(profile)];
    }
};

std::span<const Setting> settings();

// By name or dotted alias; null if there is none.
const Setting* find_setting(std::string_view name);

// Whether dotted names start with `name`, e.g. "gateway" or "http_post".
bool is_setting_group(std::string_view name);

// The name the writer of `name` probably meant, among those of the profile.
std::optional<std::string_view> near_miss(std::string_view name, protocol::ProfileId profile);

// The same among `candidates`, all in lower case.
std::optional<std::string_view> closest(std::string_view name,
                                        std::span<const std::string_view> candidates);

// "yes", "True", "1", "no", ... (CFG-020).
std::optional<bool> parse_bool(std::string_view text);

// A default of the table as a value of the setting's type.
Value default_value(const Setting& setting, std::string_view text);

// For people: true, 5700, "0.0.0.0"; a secret as `set (17 bytes)` or `not set` (CFG-036).
std::string printable(const Setting& setting, const Value& value);

// Puts a checked value where it belongs.
void apply(const Setting& setting, AccountConfig& config, const Value& value);

}  // namespace cqhttp::config
