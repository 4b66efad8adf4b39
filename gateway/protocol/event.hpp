#pragma once

#include "gateway/protocol/message.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <variant>

// What happens to the account: chapter 05 section 3, one struct per kind. Pure data; `self_id` is
// the account's and is added when the event is rendered. Enumerated texts are exactly those of the
// tables (EVT-005).
namespace cqhttp::protocol {

struct Anonymous {
    std::int64_t id = 0;
    std::string name;
    std::string flag;
};

// The data of `sender` (section 4), where the profile has it.
struct Sender {
    std::int64_t user_id = 0;
    std::string nickname;
    std::string sex = "unknown";
    std::int32_t age = 0;
    std::string card, area, level, role, title;  // group messages only
};

struct MessageEvent {
    std::string message_type;  // private, group, discuss
    std::string sub_type;      // empty for discuss
    std::int32_t message_id = 0;
    std::int64_t user_id = 0;
    std::int64_t group_id = 0;    // group
    std::int64_t discuss_id = 0;  // discuss
    std::optional<Anonymous> anonymous;
    Message message;
    std::string raw_message;
    std::int32_t font = 0;
    Sender sender;
};

struct GroupUploadEvent {
    std::int64_t group_id = 0, user_id = 0;
    std::string file_id, file_name;
    std::int64_t file_size = 0, busid = 0;
};

struct GroupAdminEvent {
    std::string sub_type;  // set, unset
    std::int64_t group_id = 0, user_id = 0;
};

struct GroupDecreaseEvent {
    std::string sub_type;  // leave, kick, kick_me
    std::int64_t group_id = 0, operator_id = 0, user_id = 0;
};

struct GroupIncreaseEvent {
    std::string sub_type;  // approve, invite
    std::int64_t group_id = 0, operator_id = 0, user_id = 0;
};

struct GroupBanEvent {
    std::string sub_type;  // ban, lift_ban
    std::int64_t group_id = 0, operator_id = 0, user_id = 0, duration = 0;
};

struct FriendAddEvent {
    std::int64_t user_id = 0;
};

struct GroupRecallEvent {
    std::int64_t group_id = 0, operator_id = 0, user_id = 0, message_id = 0;
};

struct FriendRecallEvent {
    std::int64_t user_id = 0, message_id = 0;
};

struct NotifyEvent {
    std::string sub_type;  // poke, lucky_king, honor
    std::int64_t group_id = 0, user_id = 0, target_id = 0;
    std::string honor_type;
};

struct FriendRequestEvent {
    std::int64_t user_id = 0;
    std::string comment, flag;
};

struct GroupRequestEvent {
    std::string sub_type;  // add, invite
    std::int64_t group_id = 0, user_id = 0;
    std::string comment, flag;
};

struct Event {
    std::int64_t time = 0;  // Unix seconds
    std::variant<MessageEvent, GroupUploadEvent, GroupAdminEvent, GroupDecreaseEvent,
                 GroupIncreaseEvent, GroupBanEvent, FriendAddEvent, GroupRecallEvent,
                 FriendRecallEvent, NotifyEvent, FriendRequestEvent, GroupRequestEvent>
        what;
};

// "group_decrease/kick", "message/private": what an event is, for logs.
std::string describe(const Event& event);

}  // namespace cqhttp::protocol
