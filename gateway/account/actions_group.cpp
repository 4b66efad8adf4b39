#include "gateway/account/action_helpers.hpp"
#include "gateway/account/sandbox_actions.hpp"
#include "gateway/protocol/action_reply.hpp"
#include "gateway/protocol/json.hpp"

#include <array>
#include <string>
#include <utility>

namespace cqhttp::account {
namespace {

using protocol::ActionReply;
using protocol::Arguments;
namespace retcode = protocol::retcode;

// An action on a member: who is meant, and whether the account may.
struct Subject {
    std::int32_t code = retcode::ok;
    const Member* member = nullptr;
};

// `needed` is the least rank the account must have. Where `above` holds it must also stand above
// the member.
struct Demand {
    Rank needed = Rank::admin;
    bool above = true;
};

Subject find_subject(const ActionContext& context, const Arguments& arguments, Demand demand) {
    const std::int64_t group_id = arguments.integer("group_id");
    const OwnGroup own = own_group(context.world, group_id);
    if (!own.joined() || own.rank() < demand.needed) {
        return {retcode::no_rights, nullptr};
    }
    const Member* member = context.world.member(group_id, arguments.integer("user_id"));
    if (member == nullptr) {
        return {retcode::target_not_in_group, nullptr};
    }
    if (demand.above && own.rank() <= rank_of(member)) {
        return {retcode::no_rights, nullptr};
    }
    return {retcode::ok, member};
}

// The group as a row to change; only its code counts where the account lacks the rank.
struct ManagedGroup {
    std::int32_t code = retcode::ok;
    Group row;
};

ManagedGroup managed_group(const ActionContext& context, const Arguments& arguments) {
    const OwnGroup own = own_group(context.world, arguments.integer("group_id"));
    if (!own.joined() || own.rank() < Rank::admin) {
        return {retcode::no_rights, {}};
    }
    return {retcode::ok, *own.group};
}

ActionReply set_group_kick(ActionContext& context, const Arguments& arguments) {
    const Subject subject = find_subject(context, arguments, {});
    if (subject.code != retcode::ok) {
        return ActionReply::failure(subject.code);
    }
    const std::int64_t group_id = subject.member->group_id;
    const std::int64_t user_id = subject.member->user_id;
    context.world.remove_member(group_id, user_id);
    if (arguments.boolean("reject_add_request")) {
        context.world.put(Rejection{group_id, user_id});
    }
    emit(context, protocol::GroupDecreaseEvent{"kick", group_id, context.world.self_id(), user_id});
    return {};
}

ActionReply set_group_ban(ActionContext& context, const Arguments& arguments) {
    const std::int64_t duration = arguments.integer("duration");
    if (duration < 0) {
        return ActionReply::failure(retcode::bad_params);  // ACT-008
    }
    const Subject subject = find_subject(context, arguments, {});
    if (subject.code != retcode::ok) {
        return ActionReply::failure(subject.code);
    }
    const std::int64_t now = context.clock.seconds();
    const bool was_banned = subject.member->banned_until > now;
    Member row = *subject.member;
    row.banned_until = duration == 0 ? 0 : later_by(now, duration);
    if (context.profile.group_ban_notice && (duration > 0 || was_banned)) {
        emit(context, protocol::GroupBanEvent{duration > 0 ? "ban" : "lift_ban", row.group_id,
                                              context.world.self_id(), row.user_id, duration});
    }
    context.world.put(std::move(row));
    return {};
}

// The flag in the `anonymous` object of a message event; empty where it has none.
std::string flag_of(std::string_view anonymous) {
    const auto object = protocol::parse_json(anonymous);
    if (!object || !object->is_object()) {
        return {};
    }
    const auto found = object->find("flag");
    const auto* flag = found == object->end() ? nullptr : found->get_ptr<const std::string*>();
    return flag == nullptr ? std::string() : *flag;
}

// ACT-011: the object wins over the text.
std::string anonymous_flag(const ActionContext& context, const Arguments& arguments) {
    std::string flag;
    if (context.profile.anonymous_object && arguments.given("anonymous")) {
        flag = flag_of(arguments.object("anonymous"));
    }
    return flag.empty() ? std::string(arguments.text("flag")) : flag;
}

ActionReply set_group_anonymous_ban(ActionContext& context, const Arguments& arguments) {
    const std::int64_t duration = arguments.integer("duration");
    const std::string flag = anonymous_flag(context, arguments);
    if (flag.empty() || duration < 0) {
        return ActionReply::failure(retcode::bad_params);
    }
    const std::int64_t group_id = arguments.integer("group_id");
    // What the call itself gets wrong comes before what the group says to it.
    const AnonymousMember* found = context.world.anonymous(group_id, flag);
    if (found == nullptr) {
        return ActionReply::failure(retcode::anonymous_flag);
    }
    if (duration == 0) {
        return ActionReply::failure(retcode::anonymous_duration);
    }
    const OwnGroup own = own_group(context.world, group_id);
    if (!own.joined() || own.rank() < Rank::admin) {
        return ActionReply::failure(retcode::no_rights);
    }
    AnonymousMember row = *found;
    row.banned_until = later_by(context.clock.seconds(), duration);
    context.world.put(std::move(row));
    return {};
}

ActionReply set_group_whole_ban(ActionContext& context, const Arguments& arguments) {
    ManagedGroup managed = managed_group(context, arguments);
    if (managed.code != retcode::ok) {
        return ActionReply::failure(managed.code);
    }
    const bool enable = arguments.boolean("enable");
    if (managed.row.whole_ban == enable) {
        return {};
    }
    if (context.profile.group_ban_notice) {
        // User 0 is the whole group; there is no duration to tell.
        emit(context, protocol::GroupBanEvent{enable ? "ban" : "lift_ban", managed.row.id,
                                              context.world.self_id(), 0, 0});
    }
    managed.row.whole_ban = enable;
    context.world.put(std::move(managed.row));
    return {};
}

ActionReply set_group_admin(ActionContext& context, const Arguments& arguments) {
    const Subject subject = find_subject(context, arguments, {Rank::owner, true});
    if (subject.code != retcode::ok) {
        return ActionReply::failure(subject.code);
    }
    const bool enable = arguments.boolean("enable");
    if ((rank_of(subject.member) == Rank::admin) == enable) {
        return {};
    }
    Member row = *subject.member;
    row.role = enable ? "admin" : "member";
    emit(context, protocol::GroupAdminEvent{enable ? "set" : "unset", row.group_id, row.user_id});
    context.world.put(std::move(row));
    return {};
}

ActionReply set_group_anonymous(ActionContext& context, const Arguments& arguments) {
    ManagedGroup managed = managed_group(context, arguments);
    if (managed.code != retcode::ok) {
        return ActionReply::failure(managed.code);
    }
    managed.row.anonymity = arguments.boolean("enable");
    context.world.put(std::move(managed.row));
    return {};
}

ActionReply set_group_card(ActionContext& context, const Arguments& arguments) {
    const bool own_card = arguments.integer("user_id") == context.world.self_id();
    const Demand demand = own_card ? Demand{Rank::member, false} : Demand{};
    const Subject subject = find_subject(context, arguments, demand);
    if (subject.code != retcode::ok) {
        return ActionReply::failure(subject.code);
    }
    Member row = *subject.member;
    row.card = arguments.text("card");
    context.world.put(std::move(row));
    return {};
}

ActionReply set_group_leave(ActionContext& context, const Arguments& arguments) {
    const std::int64_t group_id = arguments.integer("group_id");
    const bool dismiss = arguments.boolean("is_dismiss");
    const OwnGroup own = own_group(context.world, group_id);
    if (!own.joined()) {
        return ActionReply::failure(retcode::leave_not_member);
    }
    const bool owner = own.rank() == Rank::owner;
    if (owner != dismiss) {
        return ActionReply::failure(owner ? retcode::leave_owner : retcode::dismiss_not_owner);
    }
    const std::int64_t self = context.world.self_id();
    if (dismiss) {
        context.world.remove_group(group_id);
    } else {
        context.world.remove_member(group_id, self);
    }
    emit(context, protocol::GroupDecreaseEvent{"leave", group_id, self, self});
    return {};
}

ActionReply set_group_special_title(ActionContext& context, const Arguments& arguments) {
    const Subject subject = find_subject(context, arguments, {Rank::owner, false});
    if (subject.code != retcode::ok) {
        return ActionReply::failure(subject.code);
    }
    const std::int64_t duration = arguments.integer("duration");
    Member row = *subject.member;
    row.title = arguments.text("special_title");
    const bool ends = duration > 0 && !row.title.empty();
    row.title_expires = ends ? later_by(context.clock.seconds(), duration) : -1;
    context.world.put(std::move(row));
    return {};
}

ActionReply set_group_name(ActionContext& context, const Arguments& arguments) {
    ManagedGroup managed = managed_group(context, arguments);
    if (managed.code != retcode::ok) {
        return ActionReply::failure(managed.code);
    }
    managed.row.name = arguments.text("group_name");
    context.world.put(std::move(managed.row));
    return {};
}

ActionReply set_discuss_leave(ActionContext& context, const Arguments& arguments) {
    const Discuss* discuss = context.world.discuss(arguments.integer("discuss_id"));
    const std::int64_t self = context.world.self_id();
    if (discuss == nullptr || !is_in(*discuss, self)) {
        return ActionReply::failure(retcode::leave_not_member);
    }
    Discuss row = *discuss;
    std::erase(row.members, self);
    context.world.put(std::move(row));
    return {};
}

constexpr std::array rows{
    SandboxAction{"set_group_kick", set_group_kick},
    SandboxAction{"set_group_ban", set_group_ban},
    SandboxAction{"set_group_anonymous_ban", set_group_anonymous_ban},
    SandboxAction{"set_group_whole_ban", set_group_whole_ban},
    SandboxAction{"set_group_admin", set_group_admin},
    SandboxAction{"set_group_anonymous", set_group_anonymous},
    SandboxAction{"set_group_card", set_group_card},
    SandboxAction{"set_group_leave", set_group_leave},
    SandboxAction{"set_group_special_title", set_group_special_title},
    SandboxAction{"set_group_name", set_group_name},
    SandboxAction{"set_discuss_leave", set_discuss_leave},
};

}  // namespace

std::span<const SandboxAction> group_actions() {
    return rows;
}

}  // namespace cqhttp::account
