#include "gateway/account/media_file.hpp"
#include "gateway/account/stimulus_kinds.hpp"
#include "gateway/protocol/action_reply.hpp"

#include <string>
#include <string_view>

// Somebody asks the account to decide.
namespace cqhttp::account {
namespace {

namespace retcode = protocol::retcode;

// Unique, and readable: who asks stands in it.
std::string new_flag(const World& world, const std::string& start) {
    std::string flag;
    do {
        flag = start + "-" + random_name().substr(0, 12);
    } while (world.request(flag) != nullptr);
    return flag;
}

Refused check_flag(const Moment& moment, const std::string& flag) {
    if (!flag.empty() && moment.world().request(flag) != nullptr) {
        return refuse(retcode::not_found, "there has been a request with the flag {}", flag);
    }
    return {};
}

Refused check_asker(const Moment& moment, std::int64_t user_id) {
    if (user_id == moment.self()) {
        return refuse(retcode::bad_params, "user_id: must not be the account itself");
    }
    return {};
}

// Only those who run the group are asked.
Refused check_application(const Moment& moment, const protocol::GroupRequestEvent& e) {
    if (auto refused = check_group(moment, e.group_id)) {
        return refused;
    }
    const World& world = moment.world();
    if (own_group(world, e.group_id).rank() < Rank::admin) {
        return refuse(retcode::no_rights, "the account does not run group {} and is not asked",
                      e.group_id);
    }
    if (world.member(e.group_id, e.user_id) != nullptr) {
        return refuse(retcode::not_found, "user {} is in group {} already", e.user_id, e.group_id);
    }
    if (world.rejects(e.group_id, e.user_id)) {
        return refuse(retcode::no_rights, "group {} takes no more requests of user {}", e.group_id,
                      e.user_id);
    }
    return {};
}

// Into a group nobody has heard of, too: it arises when the account accepts.
Refused check_invitation(const Moment& moment, const protocol::GroupRequestEvent& e) {
    const World& world = moment.world();
    if (world.self_member(e.group_id) != nullptr) {
        return refuse(retcode::not_found, "the account is in group {} already", e.group_id);
    }
    if (world.group(e.group_id) != nullptr && world.member(e.group_id, e.user_id) == nullptr) {
        return check_member(moment, e.group_id, e.user_id);
    }
    return {};
}

}  // namespace

Refused happen(const Moment& moment, protocol::FriendRequestEvent& e) {
    World& world = moment.world();
    if (auto refused = check_asker(moment, e.user_id)) {
        return refused;
    }
    if (world.friend_of(e.user_id) != nullptr) {
        return refuse(retcode::not_found, "user {} is a friend already", e.user_id);
    }
    if (auto refused = check_flag(moment, e.flag)) {
        return refused;
    }
    if (e.flag.empty()) {
        e.flag = new_flag(world, fmt::format("friend-{}", e.user_id));
    }
    make_known(world, e.user_id);
    world.put(Request{.flag = e.flag,
                      .type = "friend",
                      .user_id = e.user_id,
                      .comment = e.comment,
                      .time = moment.time});
    return {};
}

Refused happen(const Moment& moment, protocol::GroupRequestEvent& e) {
    World& world = moment.world();
    if (auto refused = check_asker(moment, e.user_id)) {
        return refused;
    }
    if (auto refused =
            e.sub_type == "add" ? check_application(moment, e) : check_invitation(moment, e)) {
        return refused;
    }
    if (auto refused = check_flag(moment, e.flag)) {
        return refused;
    }
    if (e.flag.empty()) {
        e.flag = new_flag(world, fmt::format("{}-{}-{}", e.sub_type, e.group_id, e.user_id));
    }
    make_known(world, e.user_id);
    world.put(Request{.flag = e.flag,
                      .type = "group",
                      .sub_type = e.sub_type,
                      .user_id = e.user_id,
                      .group_id = e.group_id,
                      .comment = e.comment,
                      .time = moment.time});
    return {};
}

}  // namespace cqhttp::account
