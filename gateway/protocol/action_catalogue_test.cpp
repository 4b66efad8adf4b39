#include "gateway/protocol/action_catalogue.hpp"

#include "gateway/tests/support/catch.hpp"

#include <algorithm>
#include <array>
#include <set>
#include <string>

namespace cqhttp::protocol {
namespace {

constexpr std::array all_ids{ProfileId::cqhttp_4_0, ProfileId::cqhttp_4_15, ProfileId::onebot_11};

// The columns of ticks of chapter 06 section 5, written down a second time.
struct Row {
    const char* id;
    const char* action;
    const char* ticks;  // 4.0, 4.15, ob11
    bool lasting = false;
};

constexpr Row table[] = {
    {"ACT-101", "send_private_msg", "xxx"},
    {"ACT-102", "send_group_msg", "xxx"},
    {"ACT-103", "send_discuss_msg", "xx-"},
    {"ACT-104", "send_msg", "xxx"},
    {"ACT-105", "delete_msg", "xxx", true},
    {"ACT-106", "send_like", "xxx", true},
    {"ACT-107", "set_group_kick", "xxx", true},
    {"ACT-108", "set_group_ban", "xxx", true},
    {"ACT-109", "set_group_anonymous_ban", "xxx"},
    {"ACT-110", "set_group_whole_ban", "xxx", true},
    {"ACT-111", "set_group_admin", "xxx", true},
    {"ACT-112", "set_group_anonymous", "xxx"},
    {"ACT-113", "set_group_card", "xxx"},
    {"ACT-114", "set_group_leave", "xxx", true},
    {"ACT-115", "set_group_special_title", "xxx"},
    {"ACT-116", "set_discuss_leave", "xx-", true},
    {"ACT-117", "set_friend_add_request", "xxx", true},
    {"ACT-118", "set_group_add_request", "xxx", true},
    {"ACT-119", "get_login_info", "xxx"},
    {"ACT-120", "get_stranger_info", "xxx"},
    {"ACT-121", "get_group_list", "xxx"},
    {"ACT-122", "get_group_member_info", "xxx"},
    {"ACT-123", "get_group_member_list", "xxx"},
    {"ACT-124", "get_cookies", "xxx"},
    {"ACT-125", "get_csrf_token", "xxx"},
    {"ACT-126", "get_record", "xxx"},
    {"ACT-127", "get_status", "xxx"},
    {"ACT-128", "get_version_info", "xxx"},
    {"ACT-129", "set_restart", "x-x", true},
    {"ACT-130", "set_restart_plugin", "xx-", true},
    {"ACT-131", "clean_data_dir", "xx-", true},
    {"ACT-132", "_get_friend_list", "xx-"},
    {"ACT-133", "_get_group_info", "xx-"},
    {"ACT-134", ".check_update", "xx-"},
    {"ACT-150", "get_friend_list", "-xx"},
    {"ACT-151", "get_group_info", "-xx"},
    {"ACT-152", "get_credentials", "-xx"},
    {"ACT-153", "get_image", "-xx"},
    {"ACT-154", "can_send_image", "-xx"},
    {"ACT-155", "can_send_record", "-xx"},
    {"ACT-156", "clean_plugin_log", "-x-", true},
    {"ACT-157", "_get_vip_info", "-x-"},
    {"ACT-158", "_get_group_notice", "-x-"},
    {"ACT-159", "_send_group_notice", "-x-", true},
    {"ACT-160", "_set_restart", "-x-", true},
    {"ACT-161", ".handle_quick_operation", "-xx"},
    {"ACT-170", "get_msg", "--x"},
    {"ACT-171", "get_forward_msg", "--x"},
    {"ACT-172", "set_group_name", "--x", true},
    {"ACT-173", "get_group_honor_info", "--x"},
    {"ACT-174", "clean_cache", "--x", true},
};

}  // namespace

TEST_CASE("action catalogue: each row exists in exactly the profiles it is ticked for",
          "[ACT-001][HTTP-013][ACT-045]") {
    for (const Row& row : table) {
        for (std::size_t column = 0; column < all_ids.size(); ++column) {
            INFO(row.action << " in " << profile(all_ids[column]).name);
            const ActionSpec* spec = find_action(row.action, all_ids[column]);
            CHECK((spec != nullptr) == (row.ticks[column] == 'x'));
            if (spec != nullptr) {
                CHECK(spec->name == row.action);
                CHECK(spec->id == row.id);
                CHECK(spec->lasting == row.lasting);
            }
        }
    }
}

TEST_CASE("action catalogue: beside the table there is only the control surface of the sandbox",
          "[ACT-001][ACT-023]") {
    constexpr std::array control{".sandbox_effects", ".sandbox_inject", ".sandbox_requests",
                                 ".sandbox_state", ".sandbox_reset"};
    CHECK(action_catalogue().size() == std::size(table) + control.size());
    for (const ProfileId id : all_ids) {
        for (const char* name : control) {
            INFO(name);
            const ActionSpec* spec = find_action(name, id);
            REQUIRE(spec != nullptr);
            CHECK(spec->owner == ActionOwner::sandbox);
            CHECK(spec->id.empty());
        }
    }
}

TEST_CASE("action catalogue: other names are unknown", "[ACT-001][HTTP-013]") {
    const std::string endless(1024 * 1024, 's');
    for (const std::string_view name :
         {std::string_view(""), std::string_view("Get_Status"), std::string_view("get_status "),
          std::string_view("get_statu"), std::string_view("get_status_async"),
          std::string_view("get_status\0", 11), std::string_view("rcnb"),
          std::string_view(endless)}) {
        for (const ProfileId id : all_ids) {
            CHECK(find_action(name, id) == nullptr);
        }
    }
}

TEST_CASE("action catalogue: the index of a row is its place", "[ACT-001]") {
    const auto rows = action_catalogue();
    for (std::size_t i = 0; i < rows.size(); ++i) {
        CHECK(action_index(rows[i]) == i);
    }
}

TEST_CASE("action catalogue: what the gateway does itself is marked",
          "[ACT-030][ACT-033][ACT-040]") {
    std::set<std::string_view> own;
    for (const ActionSpec& spec : action_catalogue()) {
        if (spec.owner == ActionOwner::gateway) {
            own.insert(spec.name);
        }
    }
    CHECK(own == std::set<std::string_view>{"get_status", "get_version_info", "set_restart",
                                            "set_restart_plugin", "_set_restart", ".check_update",
                                            "clean_plugin_log", ".handle_quick_operation"});
}

TEST_CASE("action catalogue: rows are complete and consistent", "[ACT-002]") {
    for (const ActionSpec& spec : action_catalogue()) {
        INFO(spec.name);
        CHECK_FALSE(spec.about.empty());
        CHECK(spec.about.back() == '.');
        for (const ProfileId id : all_ids) {
            std::set<std::string_view> names;
            for (const ParamSpec& param : spec.params) {
                INFO(param.name);
                CHECK_FALSE(param.about.empty());
                CHECK((param.alias.empty() || param.type == ParamType::text));
                CHECK((param.allowed.empty() || param.type == ParamType::text));
                if (param.profiles.contains(id)) {
                    CHECK(names.insert(param.name).second);
                    CHECK((param.alias.empty() || names.insert(param.alias).second));
                }
            }
        }
    }
}

TEST_CASE("action catalogue: a default obeys its own bounds", "[ACT-008]") {
    for (const ActionSpec& spec : action_catalogue()) {
        for (const ParamSpec& param : spec.params) {
            INFO(spec.name << " " << param.name);
            CHECK((param.required || param.integer_default >= param.min));
        }
    }
}

TEST_CASE("action catalogue: every message can be escaped", "[PAR-015]") {
    for (const ActionSpec& spec : action_catalogue()) {
        const auto has = [&](std::string_view name, ParamType type) {
            return std::any_of(spec.params.begin(), spec.params.end(), [&](const ParamSpec& param) {
                return param.name == name && param.type == type;
            });
        };
        INFO(spec.name);
        CHECK(has("message", ParamType::message) == has("auto_escape", ParamType::boolean));
    }
}

}  // namespace cqhttp::protocol
