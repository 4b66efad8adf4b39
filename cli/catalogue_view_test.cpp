#include "cli/catalogue_view.hpp"

#include "cli/action_examples.hpp"
#include "cli/near_miss.hpp"
#include "cli/parameters.hpp"
#include "gateway/tests/support/catch.hpp"

namespace cli = cqhttp::cli;
namespace protocol = cqhttp::protocol;
using protocol::find_action;
using protocol::ProfileId;

namespace {

constexpr ProfileId all_ids[] = {ProfileId::cqhttp_4_0, ProfileId::cqhttp_4_15,
                                 ProfileId::onebot_11};

std::string describe(const char* action, ProfileId profile) {
    return cli::describe_params(*find_action(action, profile), profile);
}

// The words of a shell command of ours: blanks separate, single quotes keep together.
std::vector<std::string> shell_words(const std::string& line) {
    std::vector<std::string> words(1);
    bool quoted = false;
    for (const char c : line) {
        if (c == '\'') {
            quoted = !quoted;
        } else if (c == ' ' && !quoted) {
            words.emplace_back();
        } else {
            words.back() += c;
        }
    }
    return words;
}

}  // namespace

TEST_CASE("catalogue view: parameters are described with type and default", "[cli][ACT-108]") {
    REQUIRE(describe("set_group_ban", ProfileId::cqhttp_4_0) ==
            "group_id (int), user_id (int), duration (int, default 1800)");
    REQUIRE(describe("set_group_card", ProfileId::cqhttp_4_0) ==
            "group_id (int), user_id (int), card (str, default \"\")");
    REQUIRE(describe("get_status", ProfileId::cqhttp_4_0) == "no parameters");
}

TEST_CASE("catalogue view: each profile has its own parameters", "[cli][ACT-118]") {
    REQUIRE(describe("set_group_add_request", ProfileId::cqhttp_4_0).find("sub_type") ==
            std::string::npos);
    REQUIRE(describe("set_group_add_request", ProfileId::onebot_11).find("sub_type (add|invite)") !=
            std::string::npos);
}

TEST_CASE("catalogue view: an id that may be left out shows no default", "[cli][ACT-104]") {
    REQUIRE(describe("send_msg", ProfileId::cqhttp_4_0) ==
            "message_type (private|group|discuss), user_id (int, optional), group_id (int, "
            "optional), discuss_id (int, optional), message (message), auto_escape (bool, default "
            "false)");
}

TEST_CASE("catalogue view: a suffix and another profile still find the row",
          "[cli][ASYNC-001][RATE-002]") {
    const auto profile = ProfileId::cqhttp_4_0;
    REQUIRE(cli::find_described("send_msg_async", profile)->name == "send_msg");
    REQUIRE(cli::find_described("send_msg_rate_limited", profile)->name == "send_msg");
    REQUIRE(cli::find_described("get_friend_list", profile)->name == "get_friend_list");
    REQUIRE(cli::find_described("nothing", profile) == nullptr);
    REQUIRE(cli::find_described("_async", profile) == nullptr);
}

TEST_CASE("catalogue view: suggestions come from the profile alone", "[cli]") {
    REQUIRE(cli::suggest_action("get_frend_list", ProfileId::onebot_11) ==
            "did you mean get_friend_list?");
    REQUIRE(cli::suggest_action("get_frend_list", ProfileId::cqhttp_4_0) ==
            "did you mean _get_friend_list?");
    REQUIRE(cli::suggest_action("get_stauts_async", ProfileId::cqhttp_4_0) ==
            "did you mean get_status?");
}

TEST_CASE("catalogue view: every example is a call with all that is required", "[cli]") {
    for (const ProfileId profile : all_ids) {
        for (const auto& spec : protocol::action_catalogue()) {
            if (!spec.profiles.contains(profile)) {
                continue;
            }
            const std::string example = cli::example_of(spec, profile);
            INFO(example);
            const auto words = shell_words(example);
            REQUIRE(words.size() >= 3);
            REQUIRE(words[2] == spec.name);
            const std::vector<std::string> pairs(words.begin() + 3, words.end());
            const auto params = cli::read_parameters({pairs, {}}, cli::Encoding::json);
            REQUIRE(params.has_value());
            REQUIRE(
                protocol::bind_arguments(spec, *params, protocol::profile(profile)).has_value());
        }
    }
}
