#include "gateway/account/action_helpers.hpp"
#include "gateway/account/sandbox_actions.hpp"
#include "gateway/base/text.hpp"
#include "gateway/protocol/action_reply.hpp"
#include "gateway/protocol/json_writer.hpp"

#include <algorithm>
#include <array>
#include <map>
#include <string>

namespace cqhttp::account {
namespace {

using protocol::ActionReply;
using protocol::Arguments;
using protocol::JsonWriter;
using protocol::Segment;
namespace retcode = protocol::retcode;

// How many messages make a performer and a legend, and how long a member counts as new.
constexpr std::int64_t performer_messages = 10;
constexpr std::int64_t legend_messages = 50;
constexpr std::int64_t new_member = 30 * 24 * 60 * 60;

ActionReply empty_reply() {
    return {retcode::ok, {}};
}

ActionReply get_vip_info(ActionContext& context, const Arguments& arguments) {
    const User* user = context.world.user(arguments.integer("user_id"));
    if (user == nullptr) {
        return ActionReply::failure(retcode::bad_data);
    }
    ActionReply reply = empty_reply();
    JsonWriter json(reply.data);
    json.object()
        .member("user_id", user->id)
        .member("nickname", user->nickname)
        .member("level", user->level)
        .member("level_speed", 1)
        .member("vip_level", "普通用户")  // nobody pays in the sandbox
        .member("vip_growth_speed", 0)
        .member("vip_growth_total", 0)
        .end_object();
    return reply;
}

// ---- notices ------------------------------------------------------------------------------------

ActionReply get_group_notice(ActionContext& context, const Arguments& arguments) {
    const std::int64_t group_id = arguments.integer("group_id");
    if (!own_group(context.world, group_id).joined()) {
        return ActionReply::failure(retcode::bad_data);
    }
    auto notices = context.world.notices(group_id);
    std::reverse(notices.begin(), notices.end());  // the newest first, as people see them
    ActionReply reply = empty_reply();
    JsonWriter json(reply.data);
    json.array();
    for (const Notice* notice : notices) {
        json.object()
            .member("fid", std::to_string(notice->id))
            .member("u", notice->sender)
            .member("pubt", notice->time)
            .key("msg")
            .object()
            .member("title", notice->title)
            .member("text", notice->content)
            .end_object()
            .end_object();
    }
    json.end_array();
    return reply;
}

ActionReply send_group_notice(ActionContext& context, const Arguments& arguments) {
    const std::int64_t group_id = arguments.integer("group_id");
    const OwnGroup own = own_group(context.world, group_id);
    if (!own.joined() || own.rank() < Rank::admin) {
        return ActionReply::failure(retcode::no_rights);
    }
    Notice notice;
    notice.id = context.world.next_notice_id();
    notice.group_id = group_id;
    notice.sender = context.world.self_id();
    notice.time = context.clock.seconds();
    notice.title = arguments.text("title");
    notice.content = arguments.text("content");
    context.world.put(std::move(notice));
    return {};
}

// ---- honours ------------------------------------------------------------------------------------

// What a member has written lately.
struct Activity {
    std::int64_t messages = 0;
    std::int64_t emotions = 0;
};
using Activities = std::map<std::int64_t, Activity>;

Activities count_activity(const World& world, std::int64_t group_id) {
    Activities activities;
    for (const StoredMessage& message : world.recent_messages()) {
        const bool counts = message.type == "group" && message.target == group_id &&
                            world.member(group_id, message.sender) != nullptr;
        if (counts) {
            Activity& activity = activities[message.sender];
            ++activity.messages;
            const bool emotional = message.content.find("[CQ:face") != std::string::npos ||
                                   message.content.find("[CQ:emoji") != std::string::npos;
            activity.emotions += emotional ? 1 : 0;
        }
    }
    return activities;
}

std::int64_t most_talkative(const Activities& activities) {
    const auto most = std::max_element(
        activities.begin(), activities.end(),
        [](const auto& a, const auto& b) { return a.second.messages < b.second.messages; });
    return most == activities.end() ? 0 : most->first;
}

// A person of an honour; the sandbox has no pictures.
JsonWriter& write_person(JsonWriter& json, const World& world, std::int64_t user_id) {
    return json.object()
        .member("user_id", user_id)
        .member("nickname", nickname_of(world, user_id))
        .member("avatar", "");
}

// Writes the lists of one group, each filled where it was asked for.
class HonourWriter {
public:
    HonourWriter(JsonWriter& json, const World& world, std::string_view wanted,
                 const Activities& activities)
        : json_(json), world_(world), wanted_(wanted), activities_(activities) {}

    template <class Earns>
    void list(std::string_view type, const Earns& earns) {
        json_.key(std::string(type) + "_list").array();
        for (const auto& [user_id, activity] : activities_) {
            if ((wanted_ == type || wanted_ == "all") && earns(user_id, activity)) {
                write_person(json_, world_, user_id)
                    .member("description", std::to_string(activity.messages) + " messages")
                    .end_object();
            }
        }
        json_.end_array();
    }

private:
    JsonWriter& json_;
    const World& world_;
    std::string_view wanted_;
    const Activities& activities_;
};

ActionReply get_group_honor_info(ActionContext& context, const Arguments& arguments) {
    const std::int64_t group_id = arguments.integer("group_id");
    const World& world = context.world;
    if (!own_group(world, group_id).joined()) {
        return ActionReply::failure(retcode::bad_data);
    }
    const Activities activities = count_activity(world, group_id);
    const std::int64_t talkative = most_talkative(activities);
    const std::int64_t since = context.clock.seconds() - new_member;
    ActionReply reply = empty_reply();
    JsonWriter json(reply.data);
    json.object().member("group_id", group_id).key("current_talkative");
    write_person(json, world, talkative).member("day_count", talkative == 0 ? 0 : 1).end_object();
    HonourWriter honours(json, world, arguments.text("type"), activities);
    honours.list("talkative", [&](std::int64_t id, const Activity&) { return id == talkative; });
    honours.list("performer", [](std::int64_t, const Activity& activity) {
        return activity.messages >= performer_messages;
    });
    honours.list("legend", [](std::int64_t, const Activity& activity) {
        return activity.messages >= legend_messages;
    });
    honours.list("strong_newbie", [&](std::int64_t id, const Activity&) {
        return world.member(group_id, id)->joined >= since;
    });
    honours.list("emotion",
                 [](std::int64_t, const Activity& activity) { return activity.emotions > 0; });
    json.end_object();
    return reply;
}

// ---- merged forwards ----------------------------------------------------------------------------

// Content of a node is a message in any form; a list of segments has been kept as JSON text.
std::string node_content(const std::string& content, const protocol::Profile& profile) {
    if (content.starts_with('[')) {
        if (const auto segments = protocol::parse_segments(content, profile)) {
            return protocol::to_segment_json(*segments);
        }
    }
    return protocol::to_segment_json(protocol::parse_cq(content, profile));
}

void write_node(JsonWriter& json, const ActionContext& context, const Segment& node) {
    auto field = [&node](const char* name) {
        const std::string* value = node.find(name);
        return value == nullptr ? std::string() : *value;
    };
    std::string user_id = field("user_id");
    std::string nickname = field("nickname");
    std::string content = node_content(field("content"), context.profile);
    const auto number = parse_int64(field("id"));
    if (number) {  // a message that is there already
        const auto found = find_message(context, *number);
        if (found && *found) {
            user_id = std::to_string((*found)->sender);
            nickname = nickname_of(context.world, (*found)->sender);
            content = node_content((*found)->content, context.profile);
        }
    }
    json.object().member("type", "node").key("data").object();
    json.member("user_id", user_id).member("nickname", nickname).key("content").raw(content);
    json.end_object().end_object();
}

ActionReply get_forward_msg(ActionContext& context, const Arguments& arguments) {
    const auto id = parse_int64(arguments.text("id"));
    if (!id) {
        return ActionReply::failure(retcode::bad_data);
    }
    const auto found = find_message(context, *id);
    if (!found) {
        context.log.error("get_forward_msg: {}", found.error().detail);
        return ActionReply::failure(retcode::failed);
    }
    const protocol::Message nodes =
        *found ? protocol::parse_cq((*found)->content, context.profile) : protocol::Message();
    auto is_node = [](const Segment& segment) { return segment.type == "node"; };
    if (nodes.empty() || !std::all_of(nodes.begin(), nodes.end(), is_node)) {
        return ActionReply::failure(retcode::bad_data);
    }
    ActionReply reply = empty_reply();
    JsonWriter json(reply.data);
    json.object().key("message").array();
    for (const Segment& node : nodes) {
        write_node(json, context, node);
    }
    json.end_array().end_object();
    return reply;
}

constexpr std::array rows{
    SandboxAction{"_get_vip_info", get_vip_info},
    SandboxAction{"_get_group_notice", get_group_notice},
    SandboxAction{"_send_group_notice", send_group_notice},
    SandboxAction{"get_forward_msg", get_forward_msg},
    SandboxAction{"get_group_honor_info", get_group_honor_info},
};

}  // namespace

std::span<const SandboxAction> experimental_actions() {
    return rows;
}

}  // namespace cqhttp::account
