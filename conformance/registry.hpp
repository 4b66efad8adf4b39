#pragma once

#include "conformance/case.hpp"
#include "gateway/base/result.hpp"

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace cqhttp::conformance {

// The cases of one chapter, in conformance/cases/<name>.cpp.
struct Chapter {
    std::string_view name;   // first part of the ids: "http-api"
    std::string_view title;  // "HTTP API"
    std::span<const Case> cases;
};

std::span<const Chapter> chapters();
// All of them, in the order of the chapters.
std::vector<const Case*> all_cases();
const Case* find_case(std::string_view id);

// What somebody wants to run. Empty words, levels and needs: everything.
struct Selection {
    // Each an id, a glob over ids (* matches anything), a chapter, or a requirement (ECHO-002).
    std::vector<std::string> words;
    std::vector<std::string> without;  // the same, taken away
    Profile profile = Profile::cqhttp_4_0;
    Level weakest = Level::may;  // must: only those
    std::vector<Need> needs;     // only cases that need one of these
};

// In the order of the table. "Nothing matched" is an error, which names near misses.
Result<std::vector<const Case*>> select(const Selection& selection);

// Whether `text` matches a pattern in which * stands for any characters.
bool matches_glob(std::string_view pattern, std::string_view text) noexcept;

}  // namespace cqhttp::conformance
