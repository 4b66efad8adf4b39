#include "cli/action_examples.hpp"

#include <fmt/format.h>

#include <array>
#include <string_view>

namespace cqhttp::cli {
namespace {

struct Example {
    std::string_view action;
    std::string_view arguments;
    std::string_view needs = {};
    protocol::ProfileSet profiles = protocol::all_profiles;
};

// Actions that take no parameters, or are called well without, have no row.
constexpr std::array examples{
    Example{"send_private_msg", "user_id=10001 message=你好"},
    Example{"send_group_msg", "group_id=20001 message='[CQ:at,qq=10005] hello'"},
    Example{"send_discuss_msg", "discuss_id=30001 message=hello"},
    Example{"send_msg", "message_type=private user_id=10001 message=你好"},
    Example{"delete_msg", "message_id=4"},
    Example{"send_like", "user_id=10001 times=2"},
    Example{"set_group_kick", "group_id=20001 user_id=10006"},
    Example{"set_group_ban", "group_id=20001 user_id=10005 duration=60"},
    Example{"set_group_anonymous_ban", "group_id=20001 flag=anonymous-20001-1 duration=60"},
    Example{"set_group_whole_ban", "group_id=20001 enable=true"},
    Example{"set_group_admin", "group_id=20001 user_id=10004 enable=true"},
    Example{"set_group_anonymous", "group_id=20001 enable=false"},
    Example{"set_group_card", "group_id=20001 user_id=10004 card=可乐"},
    Example{"set_group_leave", "group_id=20003"},
    Example{"set_group_special_title", "group_id=20001 user_id=10004 special_title=茶艺师"},
    Example{"set_discuss_leave", "discuss_id=30001"},
    Example{"set_friend_add_request", "flag=friend-10011 approve=true remark=Nobody"},
    Example{"set_group_add_request",
            "flag=add-20001-10009 type=add approve=true",
            {},
            protocol::only_4_0},
    Example{"set_group_add_request",
            "flag=add-20001-10009 sub_type=add approve=true",
            {},
            protocol::since_4_15},
    Example{"get_stranger_info", "user_id=10001"},
    Example{"get_group_member_info", "group_id=20001 user_id=10005"},
    Example{"get_group_member_list", "group_id=20001"},
    Example{"get_record", "file=hello.silk out_format=mp3",
            "ffmpeg, and a record of that name in data/record below the gateway's root"},
    Example{"set_restart_plugin", "delay=1000"},
    Example{"clean_data_dir", "data_dir=image"},
    Example{"_get_group_info", "group_id=20001"},
    Example{"get_group_info", "group_id=20001"},
    Example{"get_image", "file=hello.jpg",
            "an image of that name in data/image below the gateway's root"},
    Example{"_get_vip_info", "user_id=10001"},
    Example{"_get_group_notice", "group_id=20001"},
    Example{"_send_group_notice", "group_id=20001 title=Hello content='Hello, everybody'"},
    Example{".handle_quick_operation",
            "context:='{\"post_type\":\"message\",\"message_type\":\"private\",\"user_id\":10001}' "
            "operation:='{\"reply\":\"hello\"}'"},
    Example{"get_msg", "message_id=4"},
    Example{"get_forward_msg", "id=1", "the id of a segment forward that the account received"},
    Example{"set_group_name", "group_id=20001 group_name=Laboratory"},
    Example{"get_group_honor_info", "group_id=20001 type=all"},
    Example{".sandbox_effects", "since=0",
            "gateway.sandbox_control lets this machine see the sandbox"},
    Example{".sandbox_inject",
            "event:='{\"post_type\":\"message\",\"message_type\":\"private\","
            "\"user_id\":10001,\"message\":\"hello\"}'",
            "gateway.sandbox_control lets this machine see the sandbox"},
};

}  // namespace

std::string example_of(const protocol::ActionSpec& spec, protocol::ProfileId profile) {
    for (const Example& example : examples) {
        if (example.action == spec.name && example.profiles.contains(profile)) {
            return fmt::format("cqhttp-cli call {} {}", spec.name, example.arguments);
        }
    }
    return fmt::format("cqhttp-cli call {}", spec.name);
}

std::string example_needs(const protocol::ActionSpec& spec) {
    for (const Example& example : examples) {
        if (example.action == spec.name) {
            return std::string(example.needs);
        }
    }
    return {};
}

}  // namespace cqhttp::cli
