#include "gateway/config/settings.hpp"

#include "gateway/base/ensure.hpp"
#include "gateway/base/text.hpp"
#include "gateway/config/setting_rows.hpp"
#include "gateway/protocol/json.hpp"

#include <algorithm>
#include <numeric>
#include <vector>

namespace cqhttp::config {
namespace {

// Number of letters to insert, delete or change to turn one name into the other.
std::size_t distance(std::string_view from, std::string_view to) {
    std::vector<std::size_t> row(to.size() + 1);
    std::iota(row.begin(), row.end(), std::size_t{0});
    for (std::size_t i = 0; i < from.size(); ++i) {
        std::size_t diagonal = row[0];
        row[0] = i + 1;
        for (std::size_t j = 0; j < to.size(); ++j) {
            const std::size_t change = diagonal + (from[i] == to[j] ? 0U : 1U);
            diagonal = row[j + 1];
            row[j + 1] = std::min({change, row[j] + 1, diagonal + 1});
        }
    }
    return row.back();
}

constexpr std::size_t longest_name = 64;

std::vector<Setting> joined(std::span<const Setting> first, std::span<const Setting> second) {
    std::vector<Setting> all(first.begin(), first.end());
    all.insert(all.end(), second.begin(), second.end());
    return all;
}

}  // namespace

std::span<const Setting> settings() {
    static const std::vector<Setting> all = joined(original_settings(), gateway_settings());
    return all;
}

const Setting* find_setting(std::string_view name) {
    const auto table = settings();
    const auto found = std::find_if(table.begin(), table.end(), [name](const Setting& setting) {
        return setting.name == name || (!setting.alias.empty() && setting.alias == name);
    });
    return found == table.end() ? nullptr : &*found;
}

bool is_setting_group(std::string_view name) {
    const auto starts = [name](std::string_view dotted) {
        return dotted.size() > name.size() && dotted.starts_with(name) &&
               dotted[name.size()] == '.';
    };
    const auto table = settings();
    return std::any_of(table.begin(), table.end(), [&](const Setting& setting) {
        return starts(setting.name) || starts(setting.alias);
    });
}

std::optional<std::string_view> closest(std::string_view name,
                                        std::span<const std::string_view> candidates) {
    if (name.size() > longest_name) {
        return std::nullopt;
    }
    const std::string lower = to_lower(name);
    std::optional<std::string_view> best;
    std::size_t best_distance = name.size() < 4 ? 2 : name.size() < 8 ? 3 : 4;  // one too far
    for (const std::string_view candidate : candidates) {
        const std::size_t found = distance(lower, candidate);
        if (!candidate.empty() && found < best_distance) {
            best = candidate;
            best_distance = found;
        }
    }
    return best;
}

std::optional<std::string_view> near_miss(std::string_view name, protocol::ProfileId profile) {
    std::vector<std::string_view> candidates;
    for (const Setting& setting : settings()) {
        const Presence presence = setting.in(profile).presence;
        if (presence == Presence::settable || presence == Presence::optional) {
            candidates.push_back(setting.name);
            if (profile == protocol::ProfileId::onebot_11) {
                candidates.push_back(setting.alias);
            }
        }
    }
    return closest(name, candidates);
}

std::optional<bool> parse_bool(std::string_view text) {
    for (const std::string_view word : {"yes", "true", "1"}) {
        if (iequals(text, word)) {
            return true;
        }
    }
    for (const std::string_view word : {"no", "false", "0"}) {
        if (iequals(text, word)) {
            return false;
        }
    }
    return std::nullopt;
}

Value default_value(const Setting& setting, std::string_view text) {
    switch (setting.type) {
        case SettingType::boolean: {
            const auto parsed = parse_bool(text);
            ensure(parsed.has_value(), "the default of a bool setting is a bool");
            return *parsed;
        }
        case SettingType::integer: {
            const auto parsed = parse_int64(text);
            ensure(parsed.has_value(), "the default of an int setting is a number");
            return *parsed;
        }
        case SettingType::text: break;
    }
    return std::string(text);
}

std::string printable(const Setting& setting, const Value& value) {
    if (const bool* flag = std::get_if<bool>(&value)) {
        return *flag ? "true" : "false";
    }
    if (const auto* number = std::get_if<std::int64_t>(&value)) {
        return std::to_string(*number);
    }
    const auto& text = std::get<std::string>(value);
    if (setting.secret) {
        return text.empty() ? "not set" : "set (" + std::to_string(text.size()) + " bytes)";
    }
    return protocol::dump_json(text);
}

void apply(const Setting& setting, AccountConfig& config, const Value& value) {
    const Apply& set = setting.apply;
    if (const bool* flag = std::get_if<bool>(&value); flag != nullptr && set.boolean != nullptr) {
        set.boolean(config, *flag);
    } else if (const auto* number = std::get_if<std::int64_t>(&value);
               number != nullptr && set.integer != nullptr) {
        set.integer(config, *number);
    } else if (const auto* text = std::get_if<std::string>(&value);
               text != nullptr && set.text != nullptr) {
        set.text(config, *text);
    }
}

}  // namespace cqhttp::config
