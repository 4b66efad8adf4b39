#include "gateway/config/profile_report.hpp"

#include "gateway/config/settings.hpp"
#include "gateway/protocol/profile_differences.hpp"

#include <fmt/format.h>

#include <string_view>
#include <vector>

namespace cqhttp::config {
namespace {

using protocol::Profile;
using protocol::ProfileId;

constexpr std::size_t line_width = 100;

// A heading and names, wrapped; nothing without names.
std::string paragraph(std::string_view heading, const std::vector<std::string_view>& names) {
    std::string text;
    std::string line;
    for (const std::string_view name : names) {
        if (line.size() + name.size() + 1 > line_width) {
            text += line + "\n";
            line.clear();
        }
        line += line.empty() ? "  " : " ";
        line += name;
    }
    return names.empty() ? text : fmt::format("\n{}\n{}{}\n", heading, text, line);
}

bool has(const Setting& setting, ProfileId profile) {
    return setting.has_effect() && setting.in(profile).presence != Presence::absent;
}

std::vector<std::string_view> further_keys(ProfileId profile, ProfileId other) {
    std::vector<std::string_view> names;
    for (const Setting& setting : settings()) {
        if (has(setting, profile) && !has(setting, other)) {
            names.push_back(setting.name);
        }
    }
    return names;
}

std::string defaults(ProfileId profile, ProfileId other) {
    std::string text;
    for (const Setting& setting : settings()) {
        const Default& here = setting.in(profile);
        const Default& there = setting.in(other);
        const bool both = has(setting, profile) && has(setting, other);
        if (both && setting.name != "gateway.profile" && here.value != there.value) {
            text += fmt::format("  {} = {}, not {}{}\n", setting.name, here.value, there.value,
                                here.presence == Presence::fixed ? ", and cannot be changed" : "");
        }
    }
    return text.empty() ? text : "\nother defaults\n" + text;
}

}  // namespace

std::string describe_profile(ProfileId id) {
    const Profile& profile = protocol::profile(id);
    const Profile& basis = protocol::profile(ProfileId::cqhttp_4_0);
    if (id == basis.id) {
        return fmt::format(
            "{} is what the other profiles are compared with: --check --profile onebot-11 prints "
            "what\nthat one would change\n",
            basis.name);
    }
    std::string text =
        fmt::format("{:<41}  {:<44}  {}\n", fmt::format("what {} changes", profile.name),
                    profile.name, basis.name);
    for (const auto& difference : protocol::differences(profile, basis)) {
        text += fmt::format("  {:<39}  {:<44}  {}\n", difference.subject, difference.here,
                            difference.there);
    }
    text += paragraph("further actions", protocol::further_actions(profile, basis));
    text += paragraph("actions that do not exist", protocol::further_actions(basis, profile));
    text += paragraph("further keys", further_keys(id, basis.id));
    text += paragraph("keys that do not exist", further_keys(basis.id, id));
    text += defaults(id, basis.id);
    return text;
}

}  // namespace cqhttp::config
