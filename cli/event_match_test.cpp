#include "cli/event_match.hpp"

#include "gateway/tests/support/catch.hpp"
#include "gateway/tests/support/fixture.hpp"
#include "gateway/tests/support/temp_dir.hpp"

#include <fstream>

using cqhttp::cli::EventMatch;
using cqhttp::test::TempDir;

TEST_CASE("event match: a filter on the command line speaks the language of the page", "[cli]") {
    const auto match = EventMatch::read("--until", R"({"raw_message":{".regex":"^/"}})");
    REQUIRE(match.has_value());
    REQUIRE(match->holds(R"({"post_type":"message","raw_message":"/hi"})"));
    REQUIRE_FALSE(match->holds(R"({"post_type":"message","raw_message":"hi"})"));
    REQUIRE_FALSE(match->holds(R"({"post_type":"notice"})"));
}

TEST_CASE("event match: an empty filter lets every event through", "[cli][FLT-006]") {
    const auto match = EventMatch::read("--until", "{}");
    REQUIRE(match.has_value());
    REQUIRE(match->holds("{}"));
    REQUIRE(match->holds("[1]"));
    REQUIRE_FALSE(match->holds("not JSON"));
}

TEST_CASE("event match: it says which rule decided", "[cli]") {
    const auto match = EventMatch::read("--filter", R"({"user_id":502})");
    REQUIRE(match.has_value());
    const auto verdict = match->explain(R"({"user_id":501})");
    REQUIRE_FALSE(verdict.pass);
    REQUIRE(verdict.reason.find("501") != std::string::npos);
    REQUIRE(match->explain("{").reason.find("not JSON") == 0);
}

TEST_CASE("event match: a filter file is named with an at sign", "[cli]") {
    const TempDir directory;
    const std::string path = directory.path() / "filter.json";
    std::ofstream(path) << R"({"message_type":"group"})";
    const auto match = EventMatch::read("--filter", "@" + path);
    REQUIRE(match.has_value());
    REQUIRE(match->holds(R"({"message_type":"group"})"));
    REQUIRE_FALSE(match->holds(R"({"message_type":"private"})"));
}

TEST_CASE("event match: errors name the option and the place", "[cli][FLT-031]") {
    const auto error = [](std::string_view typed) {
        const auto match = EventMatch::read("--until", typed);
        return match.has_error() ? match.error().detail : std::string("no error");
    };
    REQUIRE(error("group").find("--until: ") == 0);
    REQUIRE(error("group").find(R"('{"message_type":"group"}')") != std::string::npos);
    REQUIRE(error(R"({".foo":1})").find("--until: ") == 0);
    REQUIRE(error(R"({".foo":1})").find(".foo") != std::string::npos);
    REQUIRE(error(R"({".foo":1})").find("for example") == std::string::npos);
    REQUIRE(error("@/no/such/file").find("--until: cannot read /no/such/file") == 0);
}
