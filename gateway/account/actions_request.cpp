#include "gateway/account/action_helpers.hpp"
#include "gateway/account/sandbox_actions.hpp"
#include "gateway/protocol/action_reply.hpp"

#include <array>
#include <string>
#include <utility>

namespace cqhttp::account {
namespace {

using protocol::ActionReply;
using protocol::Arguments;
namespace retcode = protocol::retcode;

const Request* find_open(const World& world, std::string_view flag, std::string_view type) {
    const Request* request = world.request(flag);
    const bool open = request != nullptr && request->state == "open" && request->type == type;
    return open ? request : nullptr;
}

ActionReply set_friend_add_request(ActionContext& context, const Arguments& arguments) {
    World& world = context.world;
    const Request* open = find_open(world, arguments.text("flag"), "friend");
    if (open == nullptr) {
        return ActionReply::failure(retcode::not_found);
    }
    const bool approve = arguments.boolean("approve");
    const std::int64_t user_id = open->user_id;
    const std::string remark(approve ? arguments.text("remark") : std::string_view());
    close_request(world, *open, approve, remark);
    if (!approve || world.friend_of(user_id) != nullptr) {
        return {};
    }
    make_known(world, user_id);
    befriend(world, user_id, remark);
    emit(context, protocol::FriendAddEvent{user_id});
    return {};
}

// Someone wants in. Only those who run the group decide.
ActionReply answer_applicant(ActionContext& context, const Arguments& arguments,
                             const Request& request) {
    World& world = context.world;
    const std::int64_t group_id = request.group_id;
    const std::int64_t user_id = request.user_id;
    const OwnGroup own = own_group(world, group_id);
    if (!own.joined() || own.rank() < Rank::admin) {
        return ActionReply::failure(retcode::no_rights);
    }
    const bool approve = arguments.boolean("approve");
    close_request(world, request, approve,
                  std::string(approve ? std::string_view() : arguments.text("reason")));
    if (!approve || world.member(group_id, user_id) != nullptr) {
        return {};
    }
    make_known(world, user_id);
    join_group(context, group_id, user_id);
    emit(context, protocol::GroupIncreaseEvent{"approve", group_id, world.self_id(), user_id});
    return {};
}

// The account is invited. A group that the world does not know yet arises with its inviter.
ActionReply answer_invitation(ActionContext& context, const Arguments& arguments,
                              const Request& request) {
    World& world = context.world;
    const std::int64_t group_id = request.group_id;
    const std::int64_t inviter = request.user_id;
    const bool approve = arguments.boolean("approve");
    close_request(world, request, approve,
                  std::string(approve ? std::string_view() : arguments.text("reason")));
    if (!approve || own_group(world, group_id).joined()) {
        return {};
    }
    if (world.group(group_id) == nullptr) {
        found_group(context, group_id, inviter);
    }
    join_group(context, group_id, world.self_id());
    emit(context, protocol::GroupIncreaseEvent{"invite", group_id, inviter, world.self_id()});
    return {};
}

ActionReply set_group_add_request(ActionContext& context, const Arguments& arguments) {
    const bool new_name = context.profile.request_sub_type;
    const std::string_view sub_type = arguments.text(new_name ? "sub_type" : "type");
    const Request* open = find_open(context.world, arguments.text("flag"), "group");
    if (open == nullptr || open->sub_type != sub_type) {
        return ActionReply::failure(retcode::not_found);
    }
    return sub_type == "add" ? answer_applicant(context, arguments, *open)
                             : answer_invitation(context, arguments, *open);
}

constexpr std::array rows{
    SandboxAction{"set_friend_add_request", set_friend_add_request},
    SandboxAction{"set_group_add_request", set_group_add_request},
};

}  // namespace

std::span<const SandboxAction> request_actions() {
    return rows;
}

}  // namespace cqhttp::account
