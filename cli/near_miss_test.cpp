#include "cli/near_miss.hpp"

#include "gateway/tests/support/catch.hpp"

#include <array>

using cqhttp::cli::did_you_mean;
using cqhttp::cli::edit_distance;
using cqhttp::cli::near_misses;

namespace {

constexpr std::array<std::string_view, 8> actions{
    "send_private_msg", "send_group_msg", "send_msg",         "get_login_info",
    "get_group_list",   "get_status",     "_get_friend_list", "get_csrf_token"};

using Words = std::vector<std::string_view>;

}  // namespace

TEST_CASE("near miss: the distance counts inserted and removed and replaced and swapped letters",
          "[cli]") {
    REQUIRE(edit_distance("", "abc") == 3);
    REQUIRE(edit_distance("abc", "abc") == 0);
    REQUIRE(edit_distance("abc", "ABC") == 0);
    REQUIRE(edit_distance("abc", "abd") == 1);
    REQUIRE(edit_distance("abc", "acb") == 1);
    REQUIRE(edit_distance("abc", "xabc") == 1);
    REQUIRE(edit_distance("kitten", "sitting") == 3);
}

TEST_CASE("near miss: a misspelt action finds the one that was meant first", "[cli]") {
    REQUIRE(near_misses("send_privat_msg", actions).at(0) == "send_private_msg");
    REQUIRE(near_misses("Get_Login_Info", actions).at(0) == "get_login_info");
    REQUIRE(near_misses("get_stauts", actions).at(0) == "get_status");
}

TEST_CASE("near miss: a part of a name finds the whole name", "[cli]") {
    REQUIRE(near_misses("friend_list", actions) == Words{"_get_friend_list"});
    REQUIRE(near_misses("login", actions) == Words{"get_login_info"});
}

TEST_CASE("near miss: what resembles nothing finds nothing", "[cli]") {
    REQUIRE(near_misses("frobnicate", actions).empty());
    REQUIRE(near_misses("", actions).empty());
    REQUIRE(near_misses("_", actions).empty());
    REQUIRE(near_misses(std::string(100'000, 'x'), actions).empty());
}

TEST_CASE("near miss: the question lists up to three words", "[cli]") {
    REQUIRE(did_you_mean({}).empty());
    REQUIRE(did_you_mean(Words{"a"}) == "did you mean a?");
    REQUIRE(did_you_mean(Words{"a", "b", "c"}) == "did you mean a, b or c?");
    REQUIRE(near_misses("send", actions).size() == 3);
}
