#pragma once

#include "cli/bench_options.hpp"

#include <array>
#include <string_view>

// What `bench --help` and the pages of its scenarios say besides the options. The examples work as
// pasted while a gateway with the built-in sandbox world runs on this machine.
namespace cqhttp::cli::bench {

struct ScenarioPage {
    BenchScenario scenario;
    const char* name;
    const char* about;
    const char* footer;
};

extern const std::string_view about;
extern const std::string_view footer;
extern const std::array<ScenarioPage, 6> scenario_pages;
extern const char* const compare_footer;

}  // namespace cqhttp::cli::bench
