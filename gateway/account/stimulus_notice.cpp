#include "gateway/account/media_file.hpp"
#include "gateway/account/stimulus_kinds.hpp"
#include "gateway/protocol/action_reply.hpp"

#include <optional>
#include <string>
#include <string_view>

// Somebody does something that the account is told of.
namespace cqhttp::account {
namespace {

namespace retcode = protocol::retcode;

// Who did it to whom: left out, it was the owner.
struct Deed {
    std::int64_t group_id = 0;
    std::int64_t user_id = 0;  // 0: nobody in particular
};

// Fills in `operator_id` and checks that they may.
Refused check_operator(const Moment& moment, Deed deed, std::int64_t& operator_id) {
    const World& world = moment.world();
    if (operator_id == 0) {
        const Member* owner = world.owner_of(deed.group_id);
        operator_id = owner == nullptr ? moment.self() : owner->user_id;
    }
    if (auto refused = check_member(moment, deed.group_id, operator_id)) {
        return refused;
    }
    const Rank rank = rank_of(world.member(deed.group_id, operator_id));
    const Member* subject = world.member(deed.group_id, deed.user_id);
    if (rank < Rank::admin || (subject != nullptr && rank <= rank_of(subject))) {
        return refuse(retcode::no_rights, "user {} may not do that in group {}", operator_id,
                      deed.group_id);
    }
    return {};
}

Refused check_in_group(const Moment& moment, std::int64_t group_id, std::int64_t user_id) {
    if (auto refused = check_group(moment, group_id)) {
        return refused;
    }
    return check_member(moment, group_id, user_id);
}

// What they asked for has been granted another way.
void grant_requests(const Moment& moment, std::int64_t group_id, std::int64_t user_id) {
    for (const Request* open : moment.world().open_requests(group_id, user_id)) {
        if (open->sub_type != "invite") {
            const Request granted = *open;
            close_request(moment.world(), granted, true, "");
        }
    }
}

// The account comes into a group that it may be the first to hear of.
Refused enter_as_account(const Moment& moment, const protocol::GroupIncreaseEvent& e) {
    if (moment.world().group(e.group_id) == nullptr) {
        if (e.operator_id == 0 || e.operator_id == moment.self()) {
            return refuse(retcode::bad_data,
                          "there is no group {}: name its owner as operator_id to make it",
                          e.group_id);
        }
        found_group(moment.context, e.group_id, e.operator_id);
    } else if (moment.world().self_member(e.group_id) != nullptr) {
        return refuse(retcode::not_found, "the account is in group {} already", e.group_id);
    }
    return {};
}

struct Found {
    Refused refused = {};
    StoredMessage message = {};
};

Found find_said(const Moment& moment, std::string_view type, std::int64_t message_id) {
    auto found = find_message(moment.context, message_id);
    if (!found) {
        return {refuse(retcode::failed, "cannot read the message: {}", found.error().detail)};
    }
    if (!*found || (*found)->type != type) {
        return {refuse(retcode::not_found, "there is no {} message {}", type, message_id)};
    }
    return {{}, std::move(**found)};
}

void recall(const Moment& moment, StoredMessage message) {
    message.recalled = true;
    moment.world().put(std::move(message));
}

}  // namespace

Refused happen(const Moment& moment, protocol::GroupUploadEvent& e) {
    if (auto refused = check_in_group(moment, e.group_id, e.user_id)) {
        return refused;
    }
    if (auto refused = check_voice(moment, *moment.world().member(e.group_id, e.user_id))) {
        return refused;
    }
    if (e.file_name.empty()) {
        return refuse(retcode::bad_params, "file.name: must not be empty");
    }
    if (e.file_id.empty()) {
        e.file_id = "/" + random_name();
    }
    return {};
}

Refused happen(const Moment& moment, protocol::GroupAdminEvent& e) {
    if (auto refused = check_in_group(moment, e.group_id, e.user_id)) {
        return refused;
    }
    Member row = *moment.world().member(e.group_id, e.user_id);
    const bool set = e.sub_type == "set";
    if (row.role == "owner") {
        return refuse(retcode::no_rights, "user {} owns group {}", e.user_id, e.group_id);
    }
    if ((row.role == "admin") == set) {
        return refuse(retcode::not_found, "user {} is {} admin of group {}", e.user_id,
                      set ? "already" : "no", e.group_id);
    }
    row.role = set ? "admin" : "member";
    moment.world().put(std::move(row));
    return {};
}

Refused happen(const Moment& moment, protocol::GroupDecreaseEvent& e) {
    if (e.sub_type == "kick_me" && e.user_id != 0 && e.user_id != moment.self()) {
        return refuse(retcode::bad_params, "user_id: must be the account's if sub_type is kick_me");
    }
    if (e.sub_type == "kick_me") {
        e.user_id = moment.self();
    } else if (e.sub_type == "kick" && e.user_id == moment.self()) {
        e.sub_type = "kick_me";  // EVT-024
    }
    if (auto refused = check_in_group(moment, e.group_id, e.user_id)) {
        return refused;
    }
    if (e.sub_type != "leave") {
        if (auto refused = check_operator(moment, {e.group_id, e.user_id}, e.operator_id)) {
            return refused;
        }
    } else if (rank_of(moment.world().member(e.group_id, e.user_id)) == Rank::owner) {
        return refuse(retcode::leave_owner, "user {} owns group {} and cannot leave it", e.user_id,
                      e.group_id);
    }
    moment.world().remove_member(e.group_id, e.user_id);
    return {};
}

Refused happen(const Moment& moment, protocol::GroupIncreaseEvent& e) {
    e.sub_type = e.sub_type.empty() ? "approve" : e.sub_type;
    const bool account = e.user_id == moment.self();
    if (auto refused = account ? enter_as_account(moment, e) : check_group(moment, e.group_id)) {
        return refused;
    }
    if (moment.world().member(e.group_id, e.user_id) != nullptr) {
        return refuse(retcode::not_found, "user {} is in group {} already", e.user_id, e.group_id);
    }
    const bool invited = e.sub_type == "invite" && e.operator_id != 0;
    if (auto refused = invited ? check_member(moment, e.group_id, e.operator_id)
                               : check_operator(moment, {e.group_id, 0}, e.operator_id)) {
        return refused;
    }
    make_known(moment.world(), e.user_id);
    join_group(moment.context, e.group_id, e.user_id);
    grant_requests(moment, e.group_id, e.user_id);
    return {};
}

Refused happen(const Moment& moment, protocol::GroupBanEvent& e) {
    const bool ban = e.sub_type == "ban";
    const std::int64_t now = moment.context.clock.seconds();
    World& world = moment.world();
    if (auto refused = check_group(moment, e.group_id)) {
        return refused;
    }
    if (auto refused = e.user_id == 0 ? Refused() : check_member(moment, e.group_id, e.user_id)) {
        return refused;
    }
    if (auto refused = check_operator(moment, {e.group_id, e.user_id}, e.operator_id)) {
        return refused;
    }
    if (e.user_id == 0) {
        Group group = *world.group(e.group_id);
        if (group.whole_ban == ban) {
            return refuse(retcode::not_found, "group {} is {} banned as a whole", e.group_id,
                          ban ? "already" : "not");
        }
        group.whole_ban = ban;
        world.put(std::move(group));
        return {};
    }
    Member row = *world.member(e.group_id, e.user_id);
    if (ban && e.duration <= 0) {
        return refuse(retcode::bad_params, "duration: must be a positive integer");
    }
    if (!ban && row.banned_until <= now) {
        return refuse(retcode::not_found, "user {} is not banned in group {}", e.user_id,
                      e.group_id);
    }
    row.banned_until = ban ? later_by(now, e.duration) : 0;
    world.put(std::move(row));
    return {};
}

Refused happen(const Moment& moment, protocol::FriendAddEvent& e) {
    if (e.user_id == moment.self()) {
        return refuse(retcode::bad_params, "user_id: must not be the account itself");
    }
    if (moment.world().friend_of(e.user_id) != nullptr) {
        return refuse(retcode::not_found, "user {} is a friend already", e.user_id);
    }
    make_known(moment.world(), e.user_id);
    befriend(moment.world(), e.user_id, "");
    grant_requests(moment, 0, e.user_id);
    return {};
}

Refused happen(const Moment& moment, protocol::GroupRecallEvent& e) {
    Found said = find_said(moment, "group", e.message_id);
    if (said.refused) {
        return said.refused;
    }
    const StoredMessage& message = said.message;
    if ((e.group_id != 0 && e.group_id != message.target) ||
        (e.user_id != 0 && e.user_id != message.sender)) {
        return refuse(retcode::not_found, "message {} is from user {} in group {}", e.message_id,
                      message.sender, message.target);
    }
    e.group_id = message.target;
    e.user_id = message.sender;
    if (auto refused = check_group(moment, e.group_id)) {
        return refused;
    }
    if (e.operator_id == 0) {
        e.operator_id = e.user_id;
    } else if (e.operator_id != e.user_id) {
        if (auto refused = check_operator(moment, {e.group_id, e.user_id}, e.operator_id)) {
            return refused;
        }
    }
    recall(moment, std::move(said.message));
    return {};
}

Refused happen(const Moment& moment, protocol::FriendRecallEvent& e) {
    Found said = find_said(moment, "private", e.message_id);
    if (said.refused) {
        return said.refused;
    }
    const std::int64_t sender = said.message.sender;
    if (sender == moment.self() || (e.user_id != 0 && e.user_id != sender)) {
        return refuse(retcode::not_found, "message {} is from user {}", e.message_id, sender);
    }
    e.user_id = sender;
    recall(moment, std::move(said.message));
    return {};
}

Refused happen(const Moment& moment, protocol::NotifyEvent& e) {
    if (auto refused = check_in_group(moment, e.group_id, e.user_id)) {
        return refused;
    }
    return e.sub_type == "honor" ? Refused() : check_member(moment, e.group_id, e.target_id);
}

}  // namespace cqhttp::account
