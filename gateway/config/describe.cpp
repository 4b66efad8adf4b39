#include "gateway/config/load.hpp"
#include "gateway/config/settings.hpp"

#include <algorithm>
#include <string>
#include <string_view>

namespace cqhttp::config {
namespace {

// Columns of the line `* key = value   where from`.
constexpr std::size_t origin_column = 60;

std::string line_of(const EffectiveSetting& setting, bool has_effect) {
    std::string line = setting.changed ? "* " : "  ";
    line += setting.name;
    line += " = ";
    line += setting.value;
    line.append(line.size() < origin_column ? origin_column - line.size() : 1, ' ');
    line += setting.origin;
    line += has_effect ? "\n" : ", no effect\n";
    return line;
}

}  // namespace

std::string describe(const AccountConfig& config) {
    const std::string profile(protocol::profile(config.profile).name);
    std::string text = "account " + std::to_string(config.self_id) + ", " + profile + "\n";
    text += "root " + config.root.string() + "\n";
    text += "app directory " + config.app_directory.string() + "\n";
    text += "* differs from the default of " + profile + "\n";
    std::string_view group;
    for (const EffectiveSetting& effective : config.effective) {
        const Setting* setting = find_setting(effective.name);
        if (setting == nullptr || (!setting->has_effect() && effective.origin == "default")) {
            continue;
        }
        if (setting->group != group) {
            group = setting->group;
            text += "\n" + std::string(group) + "\n";
        }
        text += line_of(effective, setting->has_effect());
    }
    for (const EffectiveSink& sink : config.effective_sinks) {
        text += "\n" + sink.heading + "\n";
        for (const EffectiveSetting& setting : sink.settings) {
            text += line_of(setting, true);
        }
    }
    return text;
}

}  // namespace cqhttp::config
