#pragma once

#include <nlohmann/json.hpp>

#include <string>
#include <string_view>
#include <vector>

namespace cqhttp::test {

// One case of a fixture file, for `for (const Case& c : load_fixture("cq_code/parse.json"))`.
struct FixtureCase {
    std::string name;
    nlohmann::json input;
    nlohmann::json expect;
    nlohmann::json whole;  // the case itself, for members beyond input and expect

    // Whether the case holds for a profile ("since", "until", "profiles"; none: for all).
    bool holds_for(std::string_view profile_name) const;
};

// Reads fixtures/<path>; throws where the file breaks the format of fixtures/README.md.
std::vector<FixtureCase> load_fixture(const std::string& path);

// Text of any file below fixtures/.
std::string fixture_text(const std::string& path);
std::string fixture_path(const std::string& path);

}  // namespace cqhttp::test
