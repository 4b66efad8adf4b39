#include "gateway/account/stimulus.hpp"

#include "gateway/account/stimulus_kinds.hpp"
#include "gateway/protocol/action_reply.hpp"

#include <variant>

namespace cqhttp::account {

namespace retcode = protocol::retcode;

Refused check_group(const Moment& moment, std::int64_t group_id) {
    const OwnGroup own = own_group(moment.world(), group_id);
    if (own.group == nullptr) {
        return refuse(retcode::bad_data, "there is no group {}", group_id);
    }
    if (own.self == nullptr) {
        return refuse(retcode::not_in_group, "the account is not in group {}", group_id);
    }
    return {};
}

Refused check_user(const Moment& moment, std::int64_t user_id) {
    if (moment.world().user(user_id) == nullptr) {
        return refuse(retcode::bad_data, "there is no user {}", user_id);
    }
    return {};
}

Refused check_member(const Moment& moment, std::int64_t group_id, std::int64_t user_id) {
    if (moment.world().member(group_id, user_id) != nullptr) {
        return {};
    }
    if (auto refused = check_user(moment, user_id)) {
        return refused;
    }
    return refuse(retcode::target_not_in_group, "user {} is not in group {}", user_id, group_id);
}

Refused check_voice(const Moment& moment, const Member& member) {
    if (member.banned_until > moment.context.clock.seconds()) {
        return refuse(retcode::banned, "user {} is banned in group {}", member.user_id,
                      member.group_id);
    }
    if (moment.world().group(member.group_id)->whole_ban && rank_of(&member) == Rank::member) {
        return refuse(retcode::banned, "group {} is banned as a whole", member.group_id);
    }
    return {};
}

Refused perform(ActionContext& context, protocol::Event& event, bool raw_given) {
    if (event.time == 0) {
        event.time = context.clock.seconds();
    }
    const Moment moment{context, event.time, raw_given};
    return std::visit([&](auto& what) { return happen(moment, what); }, event.what);
}

}  // namespace cqhttp::account
