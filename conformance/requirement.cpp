#include "conformance/requirement.hpp"

#include "conformance/spec_text.hpp"
#include "gateway/base/text.hpp"

#include <algorithm>
#include <array>
#include <unordered_map>

namespace cqhttp::conformance {
namespace {

constexpr std::array<std::string_view, 5> level_words{"must", "should", "may", "open", "withdrawn"};
constexpr std::array<std::string_view, profile_count> profile_names{"cqhttp-4.0", "cqhttp-4.15",
                                                                    "onebot-11"};

// The specification's short forms of sets of profiles.
Profiles profiles_of(std::string_view word) {
    constexpr std::array<std::pair<std::string_view, Profiles>, 6> table{{{"4.0", in::cq40},
                                                                          {"4.15", in::cq415},
                                                                          {"ob11", in::ob11},
                                                                          {"cq", in::cq},
                                                                          {"4.15+ob11", in::later},
                                                                          {"all", in::all}}};
    for (const auto& [name, profiles] : table) {
        if (name == word) {
            return profiles;
        }
    }
    return {};
}

// What stands before `separator`, which is removed from `rest` with it.
std::string_view cut(std::string_view& rest, std::string_view separator) {
    const std::size_t at = rest.find(separator);
    const std::string_view piece = rest.substr(0, at);
    rest.remove_prefix(at == std::string_view::npos ? rest.size() : at + separator.size());
    return piece;
}

// "- **HTTP-012** MUST · cq · S — statement. *(source)*"
std::optional<Requirement> read_statement(std::string_view line) {
    if (!line.starts_with("- **")) {
        return std::nullopt;
    }
    line.remove_prefix(4);
    Requirement requirement;
    requirement.id = cut(line, "** ");
    if (line.starts_with("WITHDRAWN")) {
        requirement.level = Level::withdrawn;
        requirement.statement = line;
        return requirement;
    }
    const auto level = level_of(to_lower(cut(line, " · ")));
    requirement.profiles = profiles_of(cut(line, " · "));
    const std::string_view scope = cut(line, " — ");
    if (!level || requirement.profiles.empty() || scope.size() != 1) {
        return std::nullopt;
    }
    requirement.level = *level;
    requirement.scope = static_cast<Scope>(scope[0]);
    const std::size_t source = line.rfind(" *(");
    if (source != std::string_view::npos && line.ends_with(")*")) {
        requirement.source = line.substr(source + 3, line.size() - source - 5);
        line = line.substr(0, source);
    }
    requirement.statement = line;
    return requirement;
}

// "| ACT-101 | `send_private_msg` | parameters | data | ✓ | ✓ | |"
std::optional<Requirement> read_action_row(std::string_view line) {
    if (!line.starts_with("| ACT-1")) {
        return std::nullopt;
    }
    std::vector<std::string_view> cells;
    for (std::string_view rest = line.substr(2); !rest.empty();) {
        cells.push_back(trim(cut(rest, "|")));
    }
    if (cells.size() != 4 + profile_count) {
        return std::nullopt;
    }
    Requirement requirement;
    requirement.id = cells[0];
    unsigned bits = 0;
    for (std::size_t i = 0; i < profile_count; ++i) {
        bits |= cells[4 + i].starts_with("✓") ? 1U << i : 0U;
    }
    requirement.profiles = Profiles(static_cast<std::uint8_t>(bits));
    requirement.statement = "Action ";
    requirement.statement.append(cells[1]).append(", parameters: ").append(cells[2]);
    requirement.statement.append("; data: ").append(cells[3]).append(".");
    requirement.source = "d4.0/API, d4.15/API, ob11 api";
    return requirement;
}

struct Specification {
    std::vector<Requirement> all;
    std::unordered_map<std::string_view, const Requirement*> by_id;

    Specification() {
        for (const SpecChapter& chapter : spec_chapters()) {
            auto found = read_chapter(chapter.name, chapter.text);
            std::move(found.begin(), found.end(), std::back_inserter(all));
        }
        for (const Requirement& requirement : all) {
            by_id.emplace(requirement.id, &requirement);
        }
    }
};

const Specification& specification() {
    static const Specification read;
    return read;
}

}  // namespace

std::string_view to_text(Level level) noexcept {
    return level_words[static_cast<std::size_t>(level)];
}

std::optional<Level> level_of(std::string_view word) noexcept {
    const auto* const found = std::find(level_words.begin(), level_words.end(), word);
    if (found == level_words.end()) {
        return std::nullopt;
    }
    return static_cast<Level>(found - level_words.begin());
}

std::string_view to_text(Profile profile) noexcept {
    return profile_names[static_cast<std::size_t>(profile)];
}

std::optional<Profile> profile_of(std::string_view name) noexcept {
    const auto* const found = std::find(profile_names.begin(), profile_names.end(), name);
    if (found == profile_names.end()) {
        return std::nullopt;
    }
    return static_cast<Profile>(found - profile_names.begin());
}

std::string Profiles::text() const {
    std::string names;
    for (std::size_t i = 0; i < profile_count; ++i) {
        if (contains(static_cast<Profile>(i))) {
            names += names.empty() ? "" : ", ";
            names += profile_names[i];
        }
    }
    return names;
}

std::vector<Requirement> read_chapter(std::string_view name, std::string_view markdown) {
    std::vector<Requirement> found;
    while (!markdown.empty()) {
        const std::string_view line = cut(markdown, "\n");
        auto requirement = read_statement(line);
        if (!requirement) {
            requirement = read_action_row(line);
        }
        if (requirement) {
            requirement->chapter = name;
            found.push_back(std::move(*requirement));
        }
    }
    return found;
}

std::span<const Requirement> requirements() {
    return specification().all;
}

const Requirement* find_requirement(std::string_view id) {
    const auto& by_id = specification().by_id;
    const auto found = by_id.find(id);
    return found == by_id.end() ? nullptr : found->second;
}

}  // namespace cqhttp::conformance
