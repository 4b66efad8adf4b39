// Every input the fuzzers were given or have found is run again with every compiler.
#include "gateway/fuzz/targets.hpp"
#include "gateway/tests/support/catch.hpp"
#include "gateway/tests/support/fixture.hpp"

#include <algorithm>
#include <filesystem>
#include <set>
#include <string>

namespace cqhttp::fuzz {
namespace {

namespace fs = std::filesystem;

TEST_CASE("fuzz: every input of the corpus keeps its promises", "[fuzz]") {
    for (const Target& target : targets) {
        std::size_t inputs = 0;
        const std::string folder = "corpus/" + std::string(target.name);
        for (const auto& entry : fs::directory_iterator(test::fixture_path(folder))) {
            const std::string name = entry.path().filename().string();
            INFO(folder << "/" << name);
            const std::string bytes = test::fixture_text(folder + "/" + name);
            target.run(bytes);
            // Bytes of its own, so that a sanitizer sees a step behind the last one.
            target.run(std::string_view(bytes).substr(0, bytes.size() / 2));
            ++inputs;
        }
        INFO(folder);
        CHECK(inputs >= 5);
    }
}

TEST_CASE("fuzz: the corpus has a folder per target and no other", "[fuzz]") {
    std::set<std::string> expected, found;
    for (const Target& target : targets) {
        expected.insert(std::string(target.name));
    }
    for (const auto& entry : fs::directory_iterator(test::fixture_path("corpus"))) {
        found.insert(entry.path().filename().string());
    }
    CHECK(found == expected);
}

}  // namespace
}  // namespace cqhttp::fuzz
