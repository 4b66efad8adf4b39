#include "gateway/protocol/meta_event.hpp"

#include "gateway/protocol/json.hpp"
#include "gateway/tests/support/catch.hpp"

namespace cqhttp::protocol {

TEST_CASE("meta event: lifecycle tells what happened to the gateway", "[META-001][EVT-001]") {
    struct Row {
        MetaKind kind;
        std::string_view sub_type, words;
    };
    const Row rows[] = {{MetaKind::enable, "enable", "lifecycle/enable"},
                        {MetaKind::disable, "disable", "lifecycle/disable"},
                        {MetaKind::connect, "connect", "lifecycle/connect"}};
    for (const Row& row : rows) {
        INFO(row.words);
        const Json json =
            Json::parse(render_meta_event({.kind = row.kind, .time = 1'700'000'000}, 10086001));
        CHECK(json == Json{{"time", 1'700'000'000},
                           {"self_id", 10086001},
                           {"post_type", "meta_event"},
                           {"meta_event_type", "lifecycle"},
                           {"sub_type", row.sub_type}});
        CHECK(describe(row.kind) == row.words);
    }
}

TEST_CASE("meta event: a heartbeat carries the status and its period", "[META-001][META-008]") {
    MetaEvent event{.kind = MetaKind::heartbeat, .time = 1'700'000'000};
    event.status = R"({"online":true,"good":false})";
    event.interval = std::chrono::milliseconds(15'000);
    const Json json = Json::parse(render_meta_event(event, 10086001));
    CHECK(json == Json{{"time", 1'700'000'000},
                       {"self_id", 10086001},
                       {"post_type", "meta_event"},
                       {"meta_event_type", "heartbeat"},
                       {"status", {{"online", true}, {"good", false}}},
                       {"interval", 15'000}});
    CHECK(describe(event.kind) == "heartbeat");
}

}  // namespace cqhttp::protocol
