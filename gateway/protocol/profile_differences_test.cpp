#include "gateway/protocol/profile_differences.hpp"

#include "gateway/tests/support/catch.hpp"

#include <algorithm>

namespace cqhttp::protocol {
namespace {

const Profile& v4_0 = profile(ProfileId::cqhttp_4_0);
const Profile& v4_15 = profile(ProfileId::cqhttp_4_15);
const Profile& onebot = profile(ProfileId::onebot_11);

// "here | there" of a subject; empty where there is no difference.
std::string of(std::string_view subject, const Profile& here, const Profile& there) {
    for (const ProfileDifference& difference : differences(here, there)) {
        if (difference.subject == subject) {
            return difference.here + " | " + difference.there;
        }
    }
    return {};
}

bool has(const std::vector<std::string_view>& names, std::string_view name) {
    return std::find(names.begin(), names.end(), name) != names.end();
}

}  // namespace

TEST_CASE("profile differences: none against itself and as many both ways", "[profile]") {
    for (const Profile* one : {&v4_0, &v4_15, &onebot}) {
        CHECK(differences(*one, *one).empty());
        CHECK(further_actions(*one, *one).empty());
        for (const Profile* other : {&v4_0, &v4_15, &onebot}) {
            const auto there = differences(*one, *other);
            const auto back = differences(*other, *one);
            REQUIRE(there.size() == back.size());
            for (std::size_t i = 0; i < there.size(); ++i) {
                CHECK(there[i].subject == back[i].subject);
                CHECK(there[i].here == back[i].there);
            }
        }
    }
}

TEST_CASE("profile differences: what section 3 point 1 of the specification lists", "[profile]") {
    CHECK(of("Authorization schemes accepted", v4_15, v4_0) ==
          "Token, token, Bearer | Token, token");
    CHECK(of("Authorization with another scheme", onebot, v4_0) ==
          "401 | the token in the query decides");
    CHECK(of("scheme of reverse WebSockets", v4_15, v4_0).empty());
    CHECK(of("scheme of reverse WebSockets", onebot, v4_0) == "Bearer | Token");
    CHECK(of("headers of reverse WebSockets", v4_15, v4_0) ==
          "User-Agent, X-Self-ID, X-Client-Role | User-Agent, X-Self-ID");
    CHECK(of("WebSocket paths", v4_15, v4_0) == "/api, /event, / | /api, /event");
    CHECK(of("meta events", onebot, v4_0) == "lifecycle, heartbeat | none");
    CHECK(of("further notices", v4_15, v4_0) == "group_ban | none");
    CHECK(of("further notices", onebot, v4_15) ==
          "group_ban, group_recall, friend_recall, notify | group_ban");
    CHECK(of("discuss groups", onebot, v4_15) == "no | yes");
    CHECK(of("get_status.plugins_good", v4_15, v4_0) == "an object | a boolean");
}

TEST_CASE("profile differences: actions that only one of two profiles has", "[profile]") {
    CHECK(has(further_actions(onebot, v4_0), "get_msg"));
    CHECK(has(further_actions(v4_15, v4_0), "get_friend_list"));
    CHECK(has(further_actions(v4_0, onebot), "send_discuss_msg"));
    CHECK_FALSE(has(further_actions(onebot, v4_0), "send_msg"));
}

}  // namespace cqhttp::protocol
