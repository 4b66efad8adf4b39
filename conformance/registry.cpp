#include "conformance/registry.hpp"

#include "conformance/cases/chapters.hpp"
#include "gateway/base/text.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace cqhttp::conformance {
namespace {

bool matches(const Case& candidate, std::string_view word) {
    if (candidate.chapter() == word || matches_glob(word, candidate.id)) {
        return true;
    }
    const auto ids = candidate.requirement_ids();
    return std::any_of(ids.begin(), ids.end(), [word](std::string_view id) {
        return iequals(id, word) || matches_glob(to_lower(word), to_lower(id));
    });
}

bool is_wanted(const Case& candidate, const Selection& selection) {
    if (std::min(candidate.level(), Level::may) > selection.weakest) {
        return false;
    }
    const auto& needs = selection.needs;
    return needs.empty() || std::any_of(needs.begin(), needs.end(), [&candidate](Need need) {
               return candidate.needs.contains(need);
           });
}

// Ids that share most with what was typed, for people who mistype.
std::string suggestion(std::string_view word) {
    const std::string lower = to_lower(word);
    std::string text;
    int count = 0;
    for (const Case* candidate : all_cases()) {
        const bool inside = candidate->id.find(lower) != std::string_view::npos;
        if (inside && count < 3) {
            text += count++ == 0 ? "; did you mean " : ", ";
            text += candidate->id;
        }
    }
    return text.empty() ? "; see cqhttp-cli conformance list" : text + "?";
}

}  // namespace

std::vector<const Case*> all_cases() {
    std::vector<const Case*> all;
    for (const Chapter& chapter : chapters()) {
        for (const Case& candidate : chapter.cases) {
            all.push_back(&candidate);
        }
    }
    return all;
}

const Case* find_case(std::string_view id) {
    for (const Case* candidate : all_cases()) {
        if (candidate->id == id) {
            return candidate;
        }
    }
    return nullptr;
}

bool matches_glob(std::string_view pattern, std::string_view text) noexcept {
    while (!pattern.empty() && pattern[0] != '*') {
        if (text.empty() || pattern[0] != text[0]) {
            return false;
        }
        pattern.remove_prefix(1);
        text.remove_prefix(1);
    }
    if (pattern.empty()) {
        return text.empty();
    }
    pattern.remove_prefix(1);
    for (std::size_t skipped = 0; skipped <= text.size(); ++skipped) {
        if (matches_glob(pattern, text.substr(skipped))) {
            return true;
        }
    }
    return false;
}

Result<std::vector<const Case*>> select(const Selection& selection) {
    const auto all = all_cases();
    for (const auto* words : {&selection.words, &selection.without}) {
        for (const std::string& word : *words) {
            if (std::none_of(all.begin(), all.end(),
                             [&word](const Case* c) { return matches(*c, word); })) {
                return failure(fmt::format("no case matches \"{}\"{}", word, suggestion(word)));
            }
        }
    }
    const auto matches_any = [](const Case& candidate, const std::vector<std::string>& words) {
        return std::any_of(words.begin(), words.end(), [&candidate](const std::string& word) {
            return matches(candidate, word);
        });
    };
    std::vector<const Case*> chosen;
    for (const Case* candidate : all) {
        const bool named = selection.words.empty() || matches_any(*candidate, selection.words);
        if (named && !matches_any(*candidate, selection.without) &&
            candidate->profiles().contains(selection.profile) && is_wanted(*candidate, selection)) {
            chosen.push_back(candidate);
        }
    }
    if (chosen.empty()) {
        return failure(
            fmt::format("no case matches all of this for {}; see cqhttp-cli "
                        "conformance list --profile {}",
                        to_text(selection.profile), to_text(selection.profile)));
    }
    return chosen;
}

}  // namespace cqhttp::conformance
