#include "gateway/transport/reconnect_policy.hpp"

#include "gateway/tests/support/catch.hpp"

#include <string>
#include <vector>

namespace cqhttp::transport {
namespace {

using std::chrono_literals::operator""ms;

struct Row {
    std::string name;
    net::WsEnd end;
    bool stops = false;  // where ws_reverse_reconnect_on_code_1000 is false
};

const std::vector<Row>& rows() {
    static const std::vector<Row> table{
        {"closed with 1000", {true, 1000, "closed by the peer"}, true},
        {"closed with 1001", {true, 1001, "closed by the peer"}},
        {"closed without a status", {true, 1005, "closed by the peer"}},
        {"closed with 1008", {true, 1008, "closed by the peer"}},
        {"closed with 1011", {true, 1011, "closed by the peer"}},
        {"closed with 4000", {true, 4000, "closed by the peer"}},
        {"lost without a close frame", {true, 1006, "connection reset"}},
        {"silent for too long", {true, 1006, "no answer to a ping"}},
        {"broken frames, ended by us", {false, 1002, "a masked frame"}},
        {"reads too slowly, ended by us", {false, 1013, "the peer reads too slowly"}},
        {"closed by us with 1000", {false, 1000, ""}},
        {"cut by us", {false, 1006, "cut by us"}}};
    return table;
}

}  // namespace

TEST_CASE("reconnect policy: a failed attempt is followed by another after the interval",
          "[WSR-040][WSR-041][WSR-042]") {
    const ReconnectPolicy quick(ReconnectRules{100ms, false});
    const ReconnectPolicy standard(ReconnectRules{});
    for (int attempt = 0; attempt < 1000; ++attempt) {
        REQUIRE(quick.after_failed_attempt() == 100ms);
        REQUIRE(standard.after_failed_attempt() == 3000ms);
    }
}

TEST_CASE("reconnect policy: only a peer that closes with 1000 ends the attempts",
          "[WSR-041][WSR-044][WSR-045][WSR-046][WSR-047][WSR-050]") {
    const ReconnectPolicy policy(ReconnectRules{250ms, false});
    for (const Row& row : rows()) {
        INFO(row.name);
        const auto pause = policy.after(row.end);
        CHECK(pause.has_value() == !row.stops);
        CHECK(pause.value_or(250ms) == 250ms);
    }
}

TEST_CASE("reconnect policy: with the switch on every end is followed by another attempt",
          "[WSR-045][WSR-048][WSR-049]") {
    const ReconnectPolicy policy(ReconnectRules{250ms, true});
    for (const Row& row : rows()) {
        INFO(row.name);
        CHECK(policy.after(row.end) == 250ms);
    }
}

TEST_CASE("failure row: the first and every tenth equal failure are told") {
    FailureRow row;
    std::vector<std::size_t> told;
    for (int i = 0; i < 35; ++i) {
        if (row.worth_telling("refused")) {
            told.push_back(row.length());
        }
    }
    CHECK(told == std::vector<std::size_t>{1, 10, 20, 30});
    CHECK(row.worth_telling("answered 403"));
    CHECK_FALSE(row.worth_telling("answered 403"));
    CHECK(row.worth_telling("refused"));
    CHECK(row.length() == 1);
    row.end();
    CHECK(row.worth_telling("refused"));
}

}  // namespace cqhttp::transport
