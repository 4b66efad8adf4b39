#pragma once

#include "gateway/account/action_helpers.hpp"
#include "gateway/account/stimulus.hpp"

#include <fmt/format.h>

#include <cstdint>
#include <utility>

// Between the files of the stimuli: one function for each kind of event, and what they share.
namespace cqhttp::account {

// The number that stands for everybody who speaks anonymously.
inline constexpr std::int64_t anonymous_sender = 80000000;

// One stimulus on its way.
struct Moment {
    ActionContext& context;
    std::int64_t time = 0;
    bool raw_given = false;

    World& world() const { return context.world; }
    std::int64_t self() const { return context.world.self_id(); }
};

template <class... Parts>
Refused refuse(std::int32_t code, fmt::format_string<Parts...> words, Parts&&... parts) {
    return Refusal{code, fmt::format(words, std::forward<Parts>(parts)...)};
}

// Whether the account is there to see it.
Refused check_group(const Moment& moment, std::int64_t group_id);
Refused check_user(const Moment& moment, std::int64_t user_id);
Refused check_member(const Moment& moment, std::int64_t group_id, std::int64_t user_id);
// Whether they may speak in the group now.
Refused check_voice(const Moment& moment, const Member& member);

Refused happen(const Moment& moment, protocol::MessageEvent& e);
Refused happen(const Moment& moment, protocol::GroupUploadEvent& e);
Refused happen(const Moment& moment, protocol::GroupAdminEvent& e);
Refused happen(const Moment& moment, protocol::GroupDecreaseEvent& e);
Refused happen(const Moment& moment, protocol::GroupIncreaseEvent& e);
Refused happen(const Moment& moment, protocol::GroupBanEvent& e);
Refused happen(const Moment& moment, protocol::FriendAddEvent& e);
Refused happen(const Moment& moment, protocol::GroupRecallEvent& e);
Refused happen(const Moment& moment, protocol::FriendRecallEvent& e);
Refused happen(const Moment& moment, protocol::NotifyEvent& e);
Refused happen(const Moment& moment, protocol::FriendRequestEvent& e);
Refused happen(const Moment& moment, protocol::GroupRequestEvent& e);

}  // namespace cqhttp::account
