#include "gateway/protocol/token.hpp"

#include "gateway/tests/support/catch.hpp"
#include "gateway/tests/support/fixture.hpp"

#include <array>

namespace cqhttp::protocol {
namespace {

int status(Access access) {
    switch (access) {
        case Access::granted: return 200;
        case Access::missing: return 401;
        case Access::wrong: return 403;
    }
    return 0;
}

// Credentials of a fixture's `input`; `header` and `query` hold the bytes.
struct Request {
    std::string header, query;
    Credentials credentials;

    explicit Request(const nlohmann::json& input) {
        if (input.contains("header")) {
            header = input.at("header").get<std::string>();
            credentials.authorization = header;
        }
        if (input.contains("query")) {
            query = input.at("query").get<std::string>();
            credentials.query_token = query;
        }
    }
};

TEST_CASE("token: the truth table holds in every profile",
          "[token][AUTH-002][AUTH-005][AUTH-006][AUTH-007][AUTH-008][AUTH-009][AUTH-010][AUTH-011]"
          "[AUTH-012][AUTH-014][AUTH-016][AUTH-017][AUTH-018][AUTH-019][AUTH-020][AUTH-025]"
          "[AUTH-026]") {
    const Secret configured("tok");
    for (const auto& row : test::load_fixture("token/access.json")) {
        INFO(row.name);
        const Request request(row.input);
        REQUIRE(row.expect.size() == 3);
        for (const auto& [name, expected] : row.expect.items()) {
            INFO(name);
            const auto id = find_profile(name);
            REQUIRE(id.has_value());
            const Access access = check_access(configured, request.credentials, profile(*id));
            CHECK(status(access) == expected.get<int>());
        }
    }
}

TEST_CASE("token: without a configured token everything is granted", "[token][AUTH-001]") {
    const Secret none;
    for (const auto& row : test::load_fixture("token/access.json")) {
        INFO(row.name);
        const Request request(row.input);
        for (const auto id :
             {ProfileId::cqhttp_4_0, ProfileId::cqhttp_4_15, ProfileId::onebot_11}) {
            CHECK(check_access(none, request.credentials, profile(id)) == Access::granted);
        }
    }
}

TEST_CASE("token: a configured token may contain blanks and any bytes", "[token][AUTH-020]") {
    const Secret configured("a b\xFF");
    const Profile& since = profile(ProfileId::cqhttp_4_15);
    CHECK(check_access(configured, {"Token a b\xFF", {}}, since) == Access::granted);
    CHECK(check_access(configured, {{}, "a b\xFF"}, since) == Access::granted);
    CHECK(check_access(configured, {"Token a b", {}}, since) == Access::wrong);
    CHECK(check_access(configured, {"Token a", {}}, since) == Access::wrong);
}

}  // namespace
}  // namespace cqhttp::protocol
