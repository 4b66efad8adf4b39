#include "gateway/tests/support/fixture.hpp"

#include <algorithm>
#include <array>
#include <fstream>
#include <sstream>
#include <stdexcept>

namespace cqhttp::test {
namespace {

constexpr std::array<std::string_view, 3> profile_order{"cqhttp-4.0", "cqhttp-4.15", "onebot-11"};

std::size_t rank_of(std::string_view profile_name) {
    const auto* found = std::find(profile_order.begin(), profile_order.end(), profile_name);
    if (found == profile_order.end()) {
        throw std::runtime_error("unknown profile in a fixture: " + std::string(profile_name));
    }
    return static_cast<std::size_t>(found - profile_order.begin());
}

}  // namespace

bool FixtureCase::holds_for(std::string_view profile_name) const {
    if (whole.contains("profiles")) {
        const auto& names = whole.at("profiles");
        return std::find(names.begin(), names.end(), profile_name) != names.end();
    }
    const std::size_t rank = rank_of(profile_name);
    if (whole.contains("since") && rank < rank_of(whole.at("since").get<std::string>())) {
        return false;
    }
    return !whole.contains("until") || rank <= rank_of(whole.at("until").get<std::string>());
}

std::string fixture_path(const std::string& path) {
    return std::string(CQHTTP_FIXTURES) + "/" + path;
}

std::string fixture_text(const std::string& path) {
    std::ifstream file(fixture_path(path), std::ios::binary);
    if (!file) {
        throw std::runtime_error("no fixture " + path);
    }
    std::ostringstream text;
    text << file.rdbuf();
    return text.str();
}

std::vector<FixtureCase> load_fixture(const std::string& path) {
    const auto document = nlohmann::json::parse(fixture_text(path));
    for (const char* member : {"spec", "about", "cases"}) {
        if (!document.contains(member)) {
            throw std::runtime_error("fixture " + path + " lacks " + member);
        }
    }
    std::vector<FixtureCase> cases;
    for (const auto& entry : document.at("cases")) {
        cases.push_back({entry.at("name").get<std::string>(), entry.at("input"),
                         entry.value("expect", nlohmann::json()), entry});
    }
    if (cases.empty()) {
        throw std::runtime_error("fixture " + path + " has no cases");
    }
    return cases;
}

}  // namespace cqhttp::test
