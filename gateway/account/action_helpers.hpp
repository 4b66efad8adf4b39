#pragma once

#include "gateway/account/sandbox_actions.hpp"
#include "gateway/protocol/json_writer.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

// What several files of handlers share: roles, groups, and member objects. The rights here are the
// platform's: owner over admin over member.
namespace cqhttp::account {

enum class Rank { none, member, admin, owner };

// `none` for who is not there.
Rank rank_of(const Member* member) noexcept;

// A group as the account sees it; `self` is null where the account is not in it.
struct OwnGroup {
    const Group* group = nullptr;
    const Member* self = nullptr;

    Rank rank() const noexcept { return rank_of(self); }
    bool joined() const noexcept { return group != nullptr && self != nullptr; }
};

OwnGroup own_group(const World& world, std::int64_t group_id);

bool is_in(const Discuss& discuss, std::int64_t user_id);

// A number that may not fit the int32 that its member in `data` has.
std::int32_t to_int32(std::int64_t number) noexcept;

// Seconds from now on, without running over the end of time.
std::int64_t later_by(std::int64_t now, std::int64_t seconds) noexcept;

// An event of this moment that leaves when the call's changes are safe (SBX-003).
template <class Occurrence>
void emit(ActionContext& context, Occurrence what) {
    context.events.push_back({context.clock.seconds(), std::move(what)});
}

// The member object of chapter 06 section 5.
void write_member(protocol::JsonWriter& json, const ActionContext& context, const Member& member);

// Whether the account may set that member's card: its own always (ACT-113).
bool may_set_card(const World& world, const Member& member);

// A message that is still there, from memory or else from the store. Nothing where there is none;
// an error where the store cannot say.
Result<std::optional<StoredMessage>> find_message(const ActionContext& context, std::int64_t id);

// Who comes into the account's life must be somebody, or later questions about them fail: a number
// nobody has becomes a user.
void make_known(World& world, std::int64_t user_id);

// Enters a group that is there.
void join_group(ActionContext& context, std::int64_t group_id, std::int64_t user_id,
                std::string_view role = "member");

// A group the world does not know arises with its owner.
void found_group(ActionContext& context, std::int64_t group_id, std::int64_t owner);

// Puts a friend into the first category.
void befriend(World& world, std::int64_t user_id, std::string remark);

// Marks a request as handled: `words` is the remark of an approval or the reason of a rejection
// (ACT-012).
void close_request(World& world, const Request& request, bool approve, std::string words);

// Nickname of anybody, empty for strangers.
std::string_view nickname_of(const World& world, std::int64_t user_id);

}  // namespace cqhttp::account
