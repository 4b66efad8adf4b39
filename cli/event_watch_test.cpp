#include "cli/event_watch.hpp"

#include "gateway/tests/support/catch.hpp"

using cqhttp::cli::EventWatch;
using cqhttp::cli::WatchOptions;

namespace {

constexpr const char* group = R"({"message_type":"group"})";
constexpr const char* personal = R"({"message_type":"private"})";

cqhttp::Result<EventWatch> read(const std::string& filter, const std::string& until,
                                std::size_t count = 0) {
    WatchOptions options;
    options.filter = filter;
    options.until = until;
    options.count = count;
    return EventWatch::read(options);
}

}  // namespace

TEST_CASE("event watch: without a goal every event is shown for ever", "[cli]") {
    EventWatch watch = read("", "").value();
    REQUIRE_FALSE(watch.has_goal());
    for (int i = 0; i < 3; ++i) {
        REQUIRE(watch.see(group).show);
    }
    REQUIRE_FALSE(watch.reached());
}

TEST_CASE("event watch: a count ends with its last event", "[cli]") {
    EventWatch watch = read("", "", 2).value();
    REQUIRE(watch.has_goal());
    REQUIRE_FALSE(watch.see(group).last);
    REQUIRE(watch.progress() == "1 of 2 events came");
    const auto second = watch.see(group);
    REQUIRE(second.show);
    REQUIRE(second.last);
    REQUIRE(watch.reached());
    REQUIRE_FALSE(watch.see(group).show);
}

TEST_CASE("event watch: until ends with the event it names and shows it", "[cli]") {
    EventWatch watch = read("", group).value();
    REQUIRE(watch.has_goal());
    REQUIRE(watch.see(personal).show);
    REQUIRE(watch.progress() == "1 event came, none that --until waits for");
    REQUIRE(watch.see(group).last);
}

TEST_CASE("event watch: what the filter holds back does not count", "[cli][FLT-011]") {
    EventWatch watch = read(group, "", 1).value();
    REQUIRE_FALSE(watch.see(personal).show);
    REQUIRE_FALSE(watch.see("not JSON").show);
    REQUIRE_FALSE(watch.reached());
    REQUIRE(watch.see(group).last);
}

TEST_CASE("event watch: a wrong filter is named by its option", "[cli][FLT-031]") {
    const auto filter = read("x", "");
    REQUIRE(filter.error().detail.starts_with("--filter: "));
    const auto until = read("", R"({".in":1})");
    REQUIRE(until.error().detail.starts_with("--until: "));
}
