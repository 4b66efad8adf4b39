#include "gateway/account/action_helpers.hpp"
#include "gateway/account/sandbox_actions.hpp"
#include "gateway/protocol/action_reply.hpp"
#include "gateway/protocol/json_writer.hpp"
#include "gateway/protocol/message.hpp"

#include <algorithm>
#include <array>
#include <string>
#include <utility>
#include <vector>

namespace cqhttp::account {
namespace {

using protocol::ActionReply;
using protocol::Arguments;
using protocol::JsonWriter;
namespace retcode = protocol::retcode;

// Plainly not credentials of anything, but of the form that bots take apart.
constexpr std::string_view sandbox_cookies = "uin=o0000000000; skey=@sandboxsandbox";
constexpr std::int32_t sandbox_csrf_token = 123456789;
constexpr std::int32_t most_admins = 10;

// What one entry of a list comes to, so that a long list is written without growing step by step;
// and a single object, which is nearly always shorter.
constexpr std::size_t member_text = 320;
constexpr std::size_t entry_text = 80;
constexpr std::size_t object_text = 128;

ActionReply empty_reply(std::size_t expected = object_text) {
    ActionReply reply;
    reply.data.clear();
    reply.data.reserve(expected);
    return reply;
}

bool joined(const ActionContext& context, std::int64_t group_id) {
    return own_group(context.world, group_id).joined();
}

ActionReply get_login_info(ActionContext& context, const Arguments&) {
    ActionReply reply = empty_reply();
    const User& self = context.world.self();
    JsonWriter json(reply.data);
    json.object().member("user_id", self.id).member("nickname", self.nickname).end_object();
    return reply;
}

ActionReply get_stranger_info(ActionContext& context, const Arguments& arguments) {
    const User* user = context.world.user(arguments.integer("user_id"));
    if (user == nullptr) {
        return ActionReply::failure(retcode::bad_data);
    }
    ActionReply reply = empty_reply();
    JsonWriter json(reply.data);
    json.object()
        .member("user_id", user->id)
        .member("nickname", user->nickname)
        .member("sex", user->sex)
        .member("age", user->age)
        .end_object();
    return reply;
}

// Members shared by get_group_list and get_group_info; OneBot 11 has all four in both.
void write_group(JsonWriter& json, const World& world, const Group& group, bool with_counts) {
    json.object().member("group_id", group.id).member("group_name", group.name);
    if (with_counts) {
        json.member("member_count", world.members(group.id).size())
            .member("max_member_count", group.max_members);
    }
    json.end_object();
}

ActionReply get_group_list(ActionContext& context, const Arguments&) {
    const auto groups = context.world.groups();
    const bool with_counts = context.profile.group_list_counts;
    ActionReply reply = empty_reply(2 + groups.size() * entry_text);
    JsonWriter json(reply.data);
    json.array();
    for (const Group* group : groups) {
        write_group(json, context.world, *group, with_counts);
    }
    json.end_array();
    return reply;
}

ActionReply get_group_info(ActionContext& context, const Arguments& arguments) {
    const std::int64_t group_id = arguments.integer("group_id");
    if (!joined(context, group_id)) {
        return ActionReply::failure(retcode::bad_data);
    }
    ActionReply reply = empty_reply();
    JsonWriter json(reply.data);
    write_group(json, context.world, *context.world.group(group_id), true);
    return reply;
}

ActionReply get_group_member_info(ActionContext& context, const Arguments& arguments) {
    const std::int64_t group_id = arguments.integer("group_id");
    const Member* member = context.world.member(group_id, arguments.integer("user_id"));
    if (member == nullptr || !joined(context, group_id)) {
        return ActionReply::failure(retcode::bad_data);
    }
    ActionReply reply = empty_reply(member_text);
    JsonWriter json(reply.data);
    write_member(json, context, *member);
    return reply;
}

ActionReply get_group_member_list(ActionContext& context, const Arguments& arguments) {
    const std::int64_t group_id = arguments.integer("group_id");
    if (!joined(context, group_id)) {
        return ActionReply::failure(retcode::bad_data);
    }
    const auto members = context.world.members(group_id);
    ActionReply reply = empty_reply(2 + members.size() * member_text);
    JsonWriter json(reply.data);
    json.array();
    for (const Member* member : members) {
        write_member(json, context, *member);
    }
    json.end_array();
    return reply;
}

ActionReply get_cookies(ActionContext&, const Arguments&) {
    ActionReply reply = empty_reply();
    JsonWriter json(reply.data);
    json.object().member("cookies", sandbox_cookies).end_object();
    return reply;
}

ActionReply get_csrf_token(ActionContext&, const Arguments&) {
    ActionReply reply = empty_reply();
    JsonWriter json(reply.data);
    json.object().member("token", sandbox_csrf_token).end_object();
    return reply;
}

ActionReply get_credentials(ActionContext&, const Arguments&) {
    ActionReply reply = empty_reply();
    JsonWriter json(reply.data);
    json.object()
        .member("cookies", sandbox_cookies)
        .member("csrf_token", sandbox_csrf_token)
        .end_object();
    return reply;
}

void write_friend(JsonWriter& json, const World& world, const Friend& row, bool with_category) {
    json.object();
    if (with_category) {
        json.member("friend_group_id", row.category);
    }
    json.member("user_id", row.user_id)
        .member("nickname", nickname_of(world, row.user_id))
        .member("remark", row.remark)
        .end_object();
}

ActionReply get_friend_list(ActionContext& context, const Arguments&) {
    const auto friends = context.world.friends();
    ActionReply reply = empty_reply(2 + friends.size() * entry_text);
    JsonWriter json(reply.data);
    json.array();
    for (const Friend* row : friends) {
        write_friend(json, context.world, *row, false);
    }
    json.end_array();
    return reply;
}

// Every category there is and every category that a friend names, in ascending order.
std::vector<FriendCategory> friend_groups(const World& world) {
    std::vector<FriendCategory> groups;
    for (const FriendCategory* row : world.categories()) {
        groups.push_back(*row);
    }
    auto position = [&groups](std::int64_t id) {
        return std::lower_bound(groups.begin(), groups.end(), id,
                                [](const auto& row, std::int64_t key) { return row.id < key; });
    };
    for (const Friend* row : world.friends()) {
        const auto at = position(row->category);
        if (at == groups.end() || at->id != row->category) {
            groups.insert(at, FriendCategory{row->category, std::to_string(row->category)});
        }
    }
    return groups;
}

void write_friend_group(JsonWriter& json, const FriendCategory& group) {
    json.object().member("friend_group_id", group.id).member("friend_group_name", group.name);
}

void write_flat_friends(JsonWriter& json, const World& world) {
    json.object().key("friend_groups").array();
    for (const FriendCategory& group : friend_groups(world)) {
        write_friend_group(json, group);
        json.end_object();
    }
    json.end_array().key("friends").array();
    for (const Friend* row : world.friends()) {
        write_friend(json, world, *row, true);
    }
    json.end_array().end_object();
}

void write_grouped_friends(JsonWriter& json, const World& world) {
    const auto friends = world.friends();
    json.array();
    for (const FriendCategory& group : friend_groups(world)) {
        write_friend_group(json, group);
        json.key("friends").array();
        for (const Friend* row : friends) {
            if (row->category == group.id) {
                write_friend(json, world, *row, false);
            }
        }
        json.end_array().end_object();
    }
    json.end_array();
}

ActionReply get_friend_groups(ActionContext& context, const Arguments& arguments) {
    const bool flat = context.profile.flat_friend_list && arguments.boolean("flat");
    ActionReply reply = empty_reply(2 + context.world.friends().size() * entry_text);
    JsonWriter json(reply.data);
    if (flat) {
        write_flat_friends(json, context.world);
    } else {
        write_grouped_friends(json, context.world);
    }
    return reply;
}

void write_admins(JsonWriter& json, const World& world, const std::vector<const Member*>& members) {
    json.array();
    for (const Member* member : members) {
        if (rank_of(member) >= Rank::admin) {
            json.object()
                .member("user_id", member->user_id)
                .member("nickname", nickname_of(world, member->user_id))
                .member("role", member->role)
                .end_object();
        }
    }
    json.end_array();
}

ActionReply get_group_details(ActionContext& context, const Arguments& arguments) {
    const std::int64_t group_id = arguments.integer("group_id");
    if (!joined(context, group_id)) {
        return ActionReply::failure(retcode::bad_data);
    }
    const World& world = context.world;
    const Group& group = *world.group(group_id);
    const auto members = world.members(group_id);
    ActionReply reply = empty_reply(member_text);
    JsonWriter json(reply.data);
    json.object()
        .member("group_id", group.id)
        .member("group_name", group.name)
        .member("create_time", group.created)
        .member("category", group.category)
        .member("member_count", members.size())
        .member("introduction", group.introduction)
        .key("admins");
    write_admins(json, world, members);
    if (context.profile.group_staff_numbers) {
        std::int64_t owner = 0;
        std::int64_t admins = 0;
        for (const Member* member : members) {
            const Rank rank = rank_of(member);
            owner = rank == Rank::owner ? member->user_id : owner;
            admins += rank >= Rank::admin ? 1 : 0;
        }
        json.member("owner_id", owner)
            .member("admin_count", admins)
            .member("max_admin_count", most_admins)
            .member("max_member_count", group.max_members);
    }
    json.end_object();
    return reply;
}

void write_sender(JsonWriter& json, const ActionContext& context, const StoredMessage& message) {
    static const User nobody;
    const User* known = context.world.user(message.sender);
    const User& user = known == nullptr ? nobody : *known;
    json.object()
        .member("user_id", message.sender)
        .member("nickname", user.nickname)
        .member("sex", user.sex)
        .member("age", user.age);
    const bool in_group = message.type == "group";
    const Member* member =
        in_group ? context.world.member(message.target, message.sender) : nullptr;
    if (member != nullptr) {
        json.member("card", member->card)
            .member("area", user.area)
            .member("level", member->level)
            .member("role", member->role)
            .member("title", member->title);
    }
    json.end_object();
}

ActionReply get_msg(ActionContext& context, const Arguments& arguments) {
    const auto found = find_message(context, arguments.integer("message_id"));
    if (!found) {
        context.log.error("get_msg: cannot read the message: {}", found.error().detail);
        return ActionReply::failure(retcode::failed);
    }
    if (!*found) {
        return ActionReply::failure(retcode::bad_data);
    }
    const StoredMessage& message = **found;
    ActionReply reply = empty_reply(message.content.size() + member_text);
    JsonWriter json(reply.data);
    json.object()
        .member("time", to_int32(message.time))
        .member("message_type", message.type)
        .member("message_id", message.id)
        .member("real_id", message.id)
        .key("sender");
    write_sender(json, context, message);
    if (context.form.message_array) {
        // As in events: clients expect the one form that they are set to.
        json.key("message").raw(
            protocol::to_segment_json(protocol::parse_cq(message.content, context.profile)));
    } else {
        json.member("message", message.content);
    }
    json.end_object();
    return reply;
}

constexpr std::array rows{
    SandboxAction{"get_login_info", get_login_info},
    SandboxAction{"get_stranger_info", get_stranger_info},
    SandboxAction{"get_group_list", get_group_list},
    SandboxAction{"get_group_info", get_group_info},
    SandboxAction{"get_group_member_info", get_group_member_info},
    SandboxAction{"get_group_member_list", get_group_member_list},
    SandboxAction{"get_cookies", get_cookies},
    SandboxAction{"get_csrf_token", get_csrf_token},
    SandboxAction{"get_credentials", get_credentials},
    SandboxAction{"get_friend_list", get_friend_list},
    SandboxAction{"_get_friend_list", get_friend_groups},
    SandboxAction{"_get_group_info", get_group_details},
    SandboxAction{"get_msg", get_msg},
};

}  // namespace

std::span<const SandboxAction> info_actions() {
    return rows;
}

}  // namespace cqhttp::account
