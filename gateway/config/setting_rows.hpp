#pragma once

#include "gateway/config/settings.hpp"

#include <limits>

// Shorthand in which the rows of the table are written; for the two files that hold rows.
namespace cqhttp::config::rows {

using Defaults = std::array<Default, 3>;
inline constexpr auto boolean = SettingType::boolean;
inline constexpr auto integer = SettingType::integer;
inline constexpr auto text = SettingType::text;

inline constexpr std::int64_t max_int = std::numeric_limits<std::int32_t>::max();

inline constexpr std::string_view log_words = "debug info warning error fatal";

constexpr Default settable(std::string_view value) {
    return {Presence::settable, value};
}
constexpr Default fixed(std::string_view value) {
    return {Presence::fixed, value};
}
constexpr Defaults same(std::string_view value) {
    return {settable(value), settable(value), settable(value)};
}
constexpr Defaults each(std::string_view v4_0, std::string_view v4_15, std::string_view onebot) {
    return {settable(v4_0), settable(v4_15), settable(onebot)};
}
constexpr Defaults cq_only(std::string_view value) {
    return {settable(value), settable(value), Default{}};
}
constexpr Defaults since_4_15(std::string_view value) {
    return {Default{}, settable(value), settable(value)};
}
constexpr Defaults unset() {
    constexpr Default none{Presence::optional, {}};
    return {none, none, none};
}

// One of `log_words`. What would be fatal is logged as an error here and must be seen (CFG-034).
constexpr LogLevel log_level(std::string_view word) {
    if (word == "debug") {
        return LogLevel::debug;
    }
    if (word == "info") {
        return LogLevel::info;
    }
    return word == "warning" ? LogLevel::warn : LogLevel::error;
}

}  // namespace cqhttp::config::rows

namespace cqhttp::config {

// The keys of CQHTTP and OneBot 11, and ours; settings() is both.
std::span<const Setting> original_settings();
std::span<const Setting> gateway_settings();

}  // namespace cqhttp::config
