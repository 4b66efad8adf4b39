#pragma once

#include "gateway/account/entities.hpp"
#include "gateway/account/request_book.hpp"

#include <cstddef>
#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace cqhttp::account {

// The simulated chat world as plain state: finds rows, replaces rows, and notes every change for
// the store. It knows nothing of actions, rights or events; those are the handlers'
// (actions_*.cpp). Owned by the Sandbox, one event loop, no clock: times are given.
class World {
public:
    // Keeps at most `recent_messages` messages in memory; older ones are forgotten here, and so are
    // handled requests and notices beyond the newest 1000 and like counts of past days. Of open
    // requests the oldest expires when there are more than 10 000.
    World(WorldData data, std::size_t recent_messages);

    const User& self() const noexcept { return self_; }
    std::int64_t self_id() const noexcept { return self_.id; }

    // Null where there is no such row. Pointers are valid until the next change of that kind.
    const User* user(std::int64_t id) const;  // the account itself included
    const Friend* friend_of(std::int64_t user_id) const;
    const Group* group(std::int64_t id) const;
    const Member* member(std::int64_t group_id, std::int64_t user_id) const;
    const Member* self_member(std::int64_t group_id) const { return member(group_id, self_id()); }
    const Discuss* discuss(std::int64_t id) const;
    const AnonymousMember* anonymous(std::int64_t group_id, std::string_view flag) const;
    const AnonymousMember* anonymous_of(std::int64_t group_id, std::int64_t user_id) const;
    const Member* owner_of(std::int64_t group_id) const;
    const Request* request(std::string_view flag) const;
    const StoredMessage* message(std::int32_t id) const;  // only the recent ones
    bool rejects(std::int64_t group_id, std::int64_t user_id) const;
    std::int32_t likes(std::int64_t user_id, std::int64_t day) const;

    // In ascending order of their ids, unless said otherwise.
    std::vector<const Group*> groups() const;  // groups the account is a member of
    std::vector<const Member*> members(std::int64_t group_id) const;
    std::vector<const FriendCategory*> categories() const;
    std::vector<const Friend*> friends() const;
    std::vector<const User*> users() const;  // without the account itself
    std::vector<const Discuss*> discusses() const;
    std::vector<const Request*> requests() const;  // in the order they arrived
    // Open ones of that person for that group (0: to be friends).
    std::vector<const Request*> open_requests(std::int64_t group_id, std::int64_t user_id) const;

    std::vector<const Notice*> notices(std::int64_t group_id) const;
    const std::deque<StoredMessage>& recent_messages() const noexcept { return messages_; }

    // Whether the account may talk to that number in private: a friend, or a member of a common
    // group or discuss group (a temporary session).
    bool related(std::int64_t user_id) const;
    bool shares_group(std::int64_t user_id) const;
    bool shares_discuss(std::int64_t user_id) const;

    // Insert or replace; each notes the change. The account itself is a User too. A message that
    // memory has forgotten (found in the store, then recalled) is only noted.
    void put(User row);
    void put(FriendCategory row);
    void put(Friend row);
    void put(Group row);
    void put(Member row);
    void put(Discuss row);
    void put(AnonymousMember row);
    void put(Request row);
    void put(Notice row);
    void put(LikeCount row);
    void put(Rejection row);
    void put(StoredMessage&& row);
    // Removing what is not there changes nothing.
    void remove_user(std::int64_t id);
    void remove_friend(std::int64_t user_id);
    void remove_member(std::int64_t group_id, std::int64_t user_id);
    void remove_group(std::int64_t id);  // with everything in it
    void remove_discuss(std::int64_t id);

    // The next message id: positive int32, unique in this world (ACT-003); after 2147483647 it
    // starts again at 1.
    std::int32_t next_message_id();

    std::int64_t next_notice_id() const;
    std::int64_t next_anonymous_id(std::int64_t group_id) const;  // unique in the group

    // What has changed since the last call, for the store.
    std::vector<Change> take_changes();
    bool changed() const noexcept { return !changes_.empty(); }
    std::size_t change_count() const noexcept { return changes_.size(); }
    // Takes the newest changes off the list until `count` are left; the rows stay as they are.
    void drop_changes(std::size_t count);
    // Without a store nothing needs to be noted.
    void note_changes(bool on) noexcept { noting_ = on; }

    // Everything, for snapshots and tests.
    WorldData snapshot() const;

private:
    template <class Row>
    void note(const Row& row);
    // Where the message with that id is in memory, or would be.
    std::size_t position_of(std::int32_t id) const;

    User self_;
    std::map<std::int64_t, User> users_;
    std::map<std::int64_t, FriendCategory> categories_;
    std::map<std::int64_t, Friend> friends_;
    std::map<std::int64_t, Group> groups_;
    std::map<std::pair<std::int64_t, std::int64_t>, Member> members_;  // (group, user)
    std::map<std::int64_t, Discuss> discusses_;
    std::vector<AnonymousMember> anonymous_;
    RequestBook requests_;
    std::map<std::int64_t, Notice> notices_;
    std::map<std::pair<std::int64_t, std::int64_t>, LikeCount> likes_;  // (user, day)
    std::map<std::pair<std::int64_t, std::int64_t>, Rejection> rejections_;
    std::deque<StoredMessage> messages_;  // in the order of their ids, which may wrap once
    std::size_t recent_messages_ = 0;
    std::int32_t last_message_id_ = 0;
    std::vector<Change> changes_;
    bool noting_ = true;
};

}  // namespace cqhttp::account
