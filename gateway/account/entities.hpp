#pragma once

#include "gateway/protocol/message.hpp"

#include <cstdint>
#include <string>
#include <variant>
#include <vector>

// The rows of the sandbox's world: plain data that the world holds in memory, the store writes to
// disk and the seed file describes. Times are Unix seconds; ids are positive.
namespace cqhttp::account {

struct User {
    std::int64_t id = 0;
    std::string nickname = {};
    std::string sex = "unknown";  // male, female, unknown
    std::int32_t age = 0;
    std::string area = {};
    std::int32_t level = 1;
    bool operator==(const User&) const = default;
};

struct Friend {
    std::int64_t user_id = 0;
    std::string remark = {};
    std::int64_t category = 0;  // of FriendCategory
    bool operator==(const Friend&) const = default;
};

struct FriendCategory {
    std::int64_t id = 0;
    std::string name = {};
    bool operator==(const FriendCategory&) const = default;
};

struct Member {
    std::int64_t group_id = 0;
    std::int64_t user_id = 0;
    std::string card = {};
    std::string role = "member";  // owner, admin, member
    std::string title = {};
    std::int64_t title_expires = -1;  // -1: never
    std::string level = "1";
    std::int64_t joined = 0;
    std::int64_t last_sent = 0;
    std::int64_t banned_until = 0;  // 0 or past: not banned
    bool unfriendly = false;
    bool operator==(const Member&) const = default;
};

struct Group {
    std::int64_t id = 0;
    std::string name = {};
    std::int64_t created = 0;
    std::int32_t category = 0;
    std::string introduction = {};
    std::int32_t max_members = 200;
    bool whole_ban = false;
    bool anonymity = true;
    bool operator==(const Group&) const = default;
};

struct Discuss {
    std::int64_t id = 0;
    std::string name = {};
    std::vector<std::int64_t> members = {};
    bool operator==(const Discuss&) const = default;
};

// A sender without a name, in one group. The flag is what set_group_anonymous_ban takes.
struct AnonymousMember {
    std::int64_t id = 0;
    std::int64_t group_id = 0;
    std::int64_t user_id = 0;  // who it is
    std::string name = {};
    std::string flag = {};
    std::int64_t banned_until = 0;
    bool operator==(const AnonymousMember&) const = default;
};

struct Request {
    std::string flag = {};
    std::string type = {};      // friend, group
    std::string sub_type = {};  // group: add, invite
    std::int64_t user_id = 0;
    std::int64_t group_id = 0;
    std::string comment = {};
    std::int64_t time = 0;
    std::string state = "open";  // open, approved, rejected, expired
    std::string answer = {};     // remark or reason
    bool operator==(const Request&) const = default;
};

// Who speaks in a system hint of a group.
inline constexpr std::int64_t hint_sender = 1000000;

struct StoredMessage {
    std::int32_t id = 0;
    std::int64_t time = 0;
    std::string type = {};    // private, group, discuss
    std::int64_t target = 0;  // user, group or discuss group it was sent to
    std::int64_t sender = 0;
    std::string content = {};  // CQ string
    bool recalled = false;
    bool operator==(const StoredMessage&) const = default;
};

// A notice of a group, for everybody in it.
struct Notice {
    std::int64_t id = 0;
    std::int64_t group_id = 0;
    std::int64_t sender = 0;
    std::int64_t time = 0;
    std::string title = {};
    std::string content = {};
    bool operator==(const Notice&) const = default;
};

struct LikeCount {
    std::int64_t user_id = 0;
    std::int64_t day = 0;  // days since 1970
    std::int32_t times = 0;
    bool operator==(const LikeCount&) const = default;
};

// A kicked member whose later requests are refused (reject_add_request).
struct Rejection {
    std::int64_t group_id = 0;
    std::int64_t user_id = 0;
    bool operator==(const Rejection&) const = default;
};

// Removed rows.
struct UserGone {
    std::int64_t id = 0;
    bool operator==(const UserGone&) const = default;
};
struct FriendGone {
    std::int64_t user_id = 0;
    bool operator==(const FriendGone&) const = default;
};
struct MemberGone {
    std::int64_t group_id = 0, user_id = 0;
    bool operator==(const MemberGone&) const = default;
};
struct GroupGone {  // everything in it is gone with it
    std::int64_t id = 0;
    bool operator==(const GroupGone&) const = default;
};
struct DiscussGone {
    std::int64_t id = 0;
    bool operator==(const DiscussGone&) const = default;
};

// One change of the world: a row that is now so, or gone. In the order they happened.
using Change = std::variant<User, Friend, FriendCategory, Member, Group, Discuss, AnonymousMember,
                            Request, StoredMessage, Notice, LikeCount, Rejection, UserGone,
                            FriendGone, MemberGone, GroupGone, DiscussGone>;

// Everything there is, for loading and seeding. Lists ascend by id; anonymous members and requests
// stand in the order they arrived.
struct WorldData {
    User self = {};
    std::vector<User> users = {};
    std::vector<FriendCategory> categories = {};
    std::vector<Friend> friends = {};
    std::vector<Group> groups = {};
    std::vector<Member> members = {};
    std::vector<Discuss> discusses = {};
    std::vector<AnonymousMember> anonymous = {};
    std::vector<Request> requests = {};
    std::vector<Notice> notices = {};
    std::vector<LikeCount> likes = {};
    std::vector<Rejection> rejections = {};
    std::vector<StoredMessage> recent_messages = {};  // newest last, bounded by the loader
    std::int32_t last_message_id = 0;
    bool operator==(const WorldData&) const = default;
};

}  // namespace cqhttp::account
