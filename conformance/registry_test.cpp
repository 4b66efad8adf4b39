#include "conformance/registry.hpp"

#include "gateway/tests/support/catch.hpp"

#include <algorithm>
#include <set>
#include <string>

namespace cqhttp::conformance {
namespace {

std::vector<std::string> ids_of(const std::vector<const Case*>& cases) {
    std::vector<std::string> ids;
    for (const Case* which : cases) {
        ids.emplace_back(which->id);
    }
    return ids;
}

std::vector<std::string> chosen(std::vector<std::string> words) {
    Selection selection;
    selection.words = std::move(words);
    return ids_of(select(selection).value());
}

}  // namespace

TEST_CASE("registry: every case is complete and its id is unique and of words", "[conformance]") {
    std::set<std::string_view> seen;
    for (const Chapter& chapter : chapters()) {
        for (const Case& which : chapter.cases) {
            INFO(which.id);
            CHECK(seen.insert(which.id).second);
            CHECK(which.chapter() == chapter.name);
            CHECK(which.id.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789-/") ==
                  std::string_view::npos);
            CHECK(which.run != nullptr);
            CHECK(which.sentence.ends_with('.'));
            CHECK_FALSE(which.sends.empty());
            CHECK_FALSE(which.expects.empty());
            CHECK_FALSE(which.needs.empty());
            CHECK(find_setup(which.setup->name) == which.setup);
            CHECK(which.level() < Level::withdrawn);
            for (const std::string_view id : which.requirement_ids()) {
                INFO(id);
                CHECK(find_requirement(id) != nullptr);
            }
        }
    }
}

// A case may narrow the profiles of what it proves, or join those of several requirements.
TEST_CASE("registry: a case holds for no profile that none of its requirements has",
          "[conformance]") {
    for (const Case* which : all_cases()) {
        INFO(which->id);
        unsigned bits = 0;
        for (const std::string_view id : which->requirement_ids()) {
            bits |= find_requirement(id)->profiles.bits();
        }
        CHECK((which->profiles().bits() & ~bits) == 0);
        CHECK_FALSE(which->profiles().empty());
    }
}

TEST_CASE("registry: cases are chosen by id and glob and chapter and requirement",
          "[conformance]") {
    CHECK(chosen({"http-api/trailing-slash-is-allowed"}).size() == 1);
    CHECK(chosen({"*/trailing-*"}).front() == "http-api/trailing-slash-is-allowed");
    CHECK(chosen({"HTTP-011"}).front() == "http-api/trailing-slash-is-allowed");
    CHECK(chosen({"http-011"}).size() == chosen({"HTTP-011"}).size());
    CHECK(chosen({"http-api"}).size() > 10);
    CHECK(chosen({"HTTP-04*"}).size() > 5);
    CHECK(chosen({}).size() > chosen({"http-api"}).size());
}

TEST_CASE("registry: level and profile and needs narrow the choice", "[conformance]") {
    Selection must;
    must.weakest = Level::must;
    for (const Case* which : select(must).value()) {
        CHECK(which->level() == Level::must);
    }
    Selection later;
    later.profile = Profile::cqhttp_4_15;
    later.words = {"AUTH-007"};
    CHECK(select(later).value().size() == 1);
    later.profile = Profile::cqhttp_4_0;
    CHECK(select(later).has_error());
    Selection reverse;
    reverse.needs = {Need::reverse};
    for (const Case* which : select(reverse).value()) {
        CHECK(which->needs.contains(Need::reverse));
    }
    Selection without;
    without.without = {"http-api"};
    CHECK(select(without).value().size() + chosen({"http-api"}).size() == chosen({}).size());
}

TEST_CASE("registry: nothing matched is an error that names what is near", "[conformance]") {
    Selection selection;
    selection.words = {"http-api", "trailing-slash"};
    const auto found = select(selection);
    REQUIRE(found.has_error());
    CHECK(found.error().detail.find("\"trailing-slash\"") != std::string::npos);
    CHECK(found.error().detail.find("http-api/trailing-slash-is-allowed") != std::string::npos);
}

TEST_CASE("registry: a glob star stands for any characters", "[conformance]") {
    CHECK(matches_glob("", ""));
    CHECK(matches_glob("*", ""));
    CHECK(matches_glob("a*c", "abbc"));
    CHECK(matches_glob("a*b*c", "a-b-c"));
    CHECK_FALSE(matches_glob("a*c", "abb"));
    CHECK_FALSE(matches_glob("a", "ab"));
}

TEST_CASE("requirements: the specification in the program is whole", "[conformance]") {
    CHECK(requirements().size() > 400);
    const Requirement* slash = find_requirement("HTTP-012");
    REQUIRE(slash != nullptr);
    CHECK(slash->chapter == "01-http-api");
    CHECK(slash->level == Level::must);
    CHECK(slash->scope == Scope::source);
    CHECK(slash->profiles.text() == "cqhttp-4.0, cqhttp-4.15");
    CHECK(slash->source == "s4.0 web/http.cpp; d4.0/API");
    CHECK(slash->statement.ends_with("404."));
    CHECK(find_requirement("ACT-101")->statement.find("send_private_msg") != std::string::npos);
    CHECK(find_requirement("HTTP") == nullptr);
}

}  // namespace cqhttp::conformance
