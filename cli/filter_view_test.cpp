#include "cli/filter_view.hpp"

#include "gateway/protocol/event_json.hpp"
#include "gateway/tests/support/catch.hpp"
#include "gateway/tests/support/fixture.hpp"

namespace cli = cqhttp::cli;
namespace protocol = cqhttp::protocol;
using cqhttp::cli::as_filters_see;
using cqhttp::cli::read_events;
using protocol::Json;

namespace {

const protocol::Profile& v4_0 = protocol::profile(protocol::ProfileId::cqhttp_4_0);

}  // namespace

TEST_CASE("filter view: a text holds one event or an array or one a line", "[cli]") {
    CHECK(read_events("{\n\"a\":\n1}\n")->size() == 1);
    CHECK(read_events("[{\"a\":1},{\"a\":2}]")->at(1).at("a") == 2);
    const auto lines = read_events("{\"a\":1}\r\n\n{\"a\":2}\n{\"a\":3}");
    REQUIRE(lines.has_value());
    CHECK(lines->size() == 3);
    CHECK(lines->at(2).at("a") == 3);
}

TEST_CASE("filter view: what is no event is refused with its place", "[cli]") {
    CHECK(read_events("{\"a\":1}\n{\"a\":}\n").error().detail.starts_with("line 2: "));
    CHECK(read_events("{\"a\":\n}").error().detail.find("line 2") != std::string::npos);
    CHECK(read_events("[1]").error().detail.find("not number") != std::string::npos);
    CHECK(read_events("[]").has_error());
    CHECK(read_events("\n").has_error());
}

TEST_CASE("filter view: a posted event is seen as the filter of the gateway saw it",
          "[cli][FLT-012][FLT-013][BC-006]") {
    for (const char* file : {"event/messages.json", "event/notices_and_requests.json"}) {
        for (const auto& row : cqhttp::test::load_fixture(file)) {
            if (!row.holds_for(v4_0.name)) {
                continue;
            }
            const auto event = protocol::parse_event(row.input, v4_0);
            INFO(row.name);
            REQUIRE(event.has_value());
            const Json canonical = protocol::canonical_event(*event, 10086001, v4_0);
            const bool anonymous = canonical.value("sub_type", "") == "anonymous";
            for (const bool old : {false, true}) {
                const std::string posted =
                    protocol::render_event(*event, 10086001, {false, old}, v4_0);
                Json seen = as_filters_see(Json::parse(posted), v4_0);
                if (old && anonymous) {  // the old shape has no id
                    seen["anonymous"]["id"] = canonical.at("anonymous").at("id");
                }
                CHECK(seen == canonical);
            }
        }
    }
}

TEST_CASE("filter view: what is no event stays as it is", "[cli]") {
    for (const char* text : {"1", "null", "[]", "{}", R"({"post_type":1})",
                             R"({"post_type":"message","message":5})"}) {
        CHECK(as_filters_see(Json::parse(text), v4_0) == Json::parse(text));
    }
}
