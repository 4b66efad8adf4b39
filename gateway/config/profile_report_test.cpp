#include "gateway/config/profile_report.hpp"

#include "gateway/tests/support/catch.hpp"

#include <sstream>
#include <string>

namespace cqhttp::config {
namespace {

using protocol::ProfileId;

bool holds(const std::string& text, const std::string& piece) {
    return text.find(piece) != std::string::npos;
}

// The line below `heading` and those that belong to it.
std::string below(const std::string& text, const std::string& heading) {
    const auto begin = text.find("\n" + heading + "\n");
    return begin == std::string::npos
               ? std::string()
               : text.substr(begin + heading.size() + 2,
                             text.find("\n\n", begin + 1) - begin - heading.size() - 2) +
                     " ";
}

}  // namespace

TEST_CASE("profile report: what a profile changes is read from the tables", "[CFG-030][profile]") {
    const std::string later = describe_profile(ProfileId::cqhttp_4_15);
    CHECK(later.starts_with("what cqhttp-4.15 changes "));
    CHECK(later.find("\n  meta events   ") < later.find("  lifecycle, heartbeat  "));
    CHECK(holds(later, "  none\n"));
    CHECK(holds(below(later, "further actions"), "get_friend_list"));
    CHECK(holds(below(later, "further keys"), "heartbeat_interval"));
    CHECK(holds(below(later, "other defaults"),
                "ws_reverse_reconnect_on_code_1000 = true, not false"));
    CHECK_FALSE(holds(later, "keys that do not exist"));

    const std::string onebot = describe_profile(ProfileId::onebot_11);
    CHECK(holds(below(onebot, "keys that do not exist"), "serve_data_files"));
    CHECK(holds(below(onebot, "actions that do not exist"), "send_discuss_msg"));
    CHECK(holds(onebot,
                "ws_reverse_reconnect_on_code_1000 = true, not false, and cannot be changed\n"));
    CHECK(holds(onebot, "use_ws_reverse = true, not false\n"));
    std::istringstream lines(onebot);
    for (std::string line; std::getline(lines, line);) {
        CHECK(line.size() <= 132);
    }
}

TEST_CASE("profile report: the first profile is what others are compared with", "[profile]") {
    CHECK(holds(describe_profile(ProfileId::cqhttp_4_0), "--check --profile onebot-11"));
}

}  // namespace cqhttp::config
