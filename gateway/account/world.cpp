#include "gateway/account/world.hpp"

#include <algorithm>
#include <limits>

namespace cqhttp::account {
namespace {

constexpr std::size_t notices_kept = 1000;
// More changes than these are no reason to keep memory for as many.
constexpr std::size_t usual_changes = 1024;
// Message ids run from 1 to this and start again.
constexpr std::int64_t id_cycle = std::numeric_limits<std::int32_t>::max();

// How many steps `id` comes after `start`, around the cycle.
std::int64_t steps_after(std::int32_t start, std::int32_t id) {
    const std::int64_t steps = std::int64_t{id} - start;
    return steps < 0 ? steps + id_cycle : steps;
}

template <class Map>
auto find_in(const Map& map, const typename Map::key_type& key) -> const
    typename Map::mapped_type* {
    const auto found = map.find(key);
    return found == map.end() ? nullptr : &found->second;
}

template <class Map>
auto rows_of(const Map& map) {
    std::vector<const typename Map::mapped_type*> rows;
    rows.reserve(map.size());
    for (const auto& [key, row] : map) {
        rows.push_back(&row);
    }
    return rows;
}

template <class Map>
auto copies_of(const Map& map) {
    std::vector<typename Map::mapped_type> rows;
    rows.reserve(map.size());
    for (const auto& [key, row] : map) {
        rows.push_back(row);
    }
    return rows;
}

template <class Row>
void erase_group(std::map<std::pair<std::int64_t, std::int64_t>, Row>& rows,
                 std::int64_t group_id) {
    rows.erase(rows.lower_bound({group_id, 0}), rows.lower_bound({group_id + 1, 0}));
}

}  // namespace

World::World(WorldData data, std::size_t recent_messages)
    : self_(std::move(data.self)),
      recent_messages_(std::max<std::size_t>(recent_messages, 1)),
      noting_(false) {
    auto put_all = [this](auto& rows) {
        for (auto& row : rows) {
            put(std::move(row));
        }
    };
    put_all(data.users);
    put_all(data.categories);
    put_all(data.friends);
    put_all(data.groups);
    put_all(data.members);
    put_all(data.discusses);
    put_all(data.anonymous);
    put_all(data.requests);
    put_all(data.notices);
    put_all(data.likes);
    put_all(data.rejections);
    put_all(data.recent_messages);
    last_message_id_ = std::max(last_message_id_, data.last_message_id);
    noting_ = true;
}

const User* World::user(std::int64_t id) const {
    return id == self_.id ? &self_ : find_in(users_, id);
}

const Friend* World::friend_of(std::int64_t user_id) const {
    return find_in(friends_, user_id);
}

const Group* World::group(std::int64_t id) const {
    return find_in(groups_, id);
}

const Member* World::member(std::int64_t group_id, std::int64_t user_id) const {
    return find_in(members_, {group_id, user_id});
}

const Discuss* World::discuss(std::int64_t id) const {
    return find_in(discusses_, id);
}

const AnonymousMember* World::anonymous(std::int64_t group_id, std::string_view flag) const {
    const auto found = std::find_if(anonymous_.begin(), anonymous_.end(), [&](const auto& row) {
        return row.group_id == group_id && row.flag == flag;
    });
    return found == anonymous_.end() ? nullptr : &*found;
}

const AnonymousMember* World::anonymous_of(std::int64_t group_id, std::int64_t user_id) const {
    const auto found = std::find_if(anonymous_.begin(), anonymous_.end(), [&](const auto& row) {
        return row.group_id == group_id && row.user_id == user_id;
    });
    return found == anonymous_.end() ? nullptr : &*found;
}

const Member* World::owner_of(std::int64_t group_id) const {
    const auto end = members_.lower_bound({group_id + 1, 0});
    const auto found = std::find_if(members_.lower_bound({group_id, 0}), end,
                                    [](const auto& row) { return row.second.role == "owner"; });
    return found == end ? nullptr : &found->second;
}

const Request* World::request(std::string_view flag) const {
    return requests_.find(flag);
}

std::size_t World::position_of(std::int32_t id) const {
    const std::int32_t oldest = messages_.empty() ? 0 : messages_.front().id;
    const bool newest =
        messages_.empty() || steps_after(oldest, messages_.back().id) < steps_after(oldest, id);
    if (newest) {
        return messages_.size();
    }
    const auto found =
        std::lower_bound(messages_.begin(), messages_.end(), id,
                         [oldest](const StoredMessage& row, std::int32_t key) {
                             return steps_after(oldest, row.id) < steps_after(oldest, key);
                         });
    return static_cast<std::size_t>(found - messages_.begin());
}

const StoredMessage* World::message(std::int32_t id) const {
    const std::size_t at = position_of(id);
    return at < messages_.size() && messages_[at].id == id ? &messages_[at] : nullptr;
}

bool World::rejects(std::int64_t group_id, std::int64_t user_id) const {
    return rejections_.contains({group_id, user_id});
}

std::int32_t World::likes(std::int64_t user_id, std::int64_t day) const {
    const LikeCount* row = find_in(likes_, {user_id, day});
    return row == nullptr ? 0 : row->times;
}

std::vector<const Group*> World::groups() const {
    std::vector<const Group*> rows;
    for (const auto& [id, row] : groups_) {
        if (self_member(id) != nullptr) {
            rows.push_back(&row);
        }
    }
    return rows;
}

std::vector<const Member*> World::members(std::int64_t group_id) const {
    std::vector<const Member*> rows;
    const auto end = members_.lower_bound({group_id + 1, 0});
    for (auto at = members_.lower_bound({group_id, 0}); at != end; ++at) {
        rows.push_back(&at->second);
    }
    return rows;
}

std::vector<const FriendCategory*> World::categories() const {
    return rows_of(categories_);
}
std::vector<const Friend*> World::friends() const {
    return rows_of(friends_);
}
std::vector<const User*> World::users() const {
    return rows_of(users_);
}
std::vector<const Discuss*> World::discusses() const {
    return rows_of(discusses_);
}

std::vector<const Request*> World::requests() const {
    return requests_.rows();
}
std::vector<const Request*> World::open_requests(std::int64_t group_id,
                                                 std::int64_t user_id) const {
    return requests_.open(group_id, user_id);
}

std::vector<const Notice*> World::notices(std::int64_t group_id) const {
    std::vector<const Notice*> rows;
    for (const auto& [id, row] : notices_) {
        if (row.group_id == group_id) {
            rows.push_back(&row);
        }
    }
    return rows;
}

bool World::related(std::int64_t user_id) const {
    return friends_.contains(user_id) || shares_group(user_id) || shares_discuss(user_id);
}

bool World::shares_group(std::int64_t user_id) const {
    return std::any_of(groups_.begin(), groups_.end(), [&](const auto& entry) {
        return self_member(entry.first) != nullptr && member(entry.first, user_id) != nullptr;
    });
}

bool World::shares_discuss(std::int64_t user_id) const {
    return std::any_of(discusses_.begin(), discusses_.end(), [&](const auto& entry) {
        const std::vector<std::int64_t>& members = entry.second.members;
        return std::find(members.begin(), members.end(), self_.id) != members.end() &&
               std::find(members.begin(), members.end(), user_id) != members.end();
    });
}

template <class Row>
void World::note(const Row& row) {
    if (noting_) {
        changes_.emplace_back(row);
    }
}

void World::put(User row) {
    note(row);
    if (row.id == self_.id) {
        self_ = std::move(row);
    } else {
        users_[row.id] = std::move(row);
    }
}

void World::put(FriendCategory row) {
    note(row);
    categories_[row.id] = std::move(row);
}

void World::put(Friend row) {
    note(row);
    friends_[row.user_id] = std::move(row);
}

void World::put(Group row) {
    note(row);
    groups_[row.id] = std::move(row);
}

void World::put(Member row) {
    note(row);
    members_[{row.group_id, row.user_id}] = std::move(row);
}

void World::put(Discuss row) {
    note(row);
    discusses_[row.id] = std::move(row);
}

void World::put(AnonymousMember row) {
    note(row);
    const auto found = std::find_if(anonymous_.begin(), anonymous_.end(), [&](const auto& old) {
        return old.group_id == row.group_id && old.flag == row.flag;
    });
    if (found != anonymous_.end()) {
        *found = std::move(row);
    } else {
        anonymous_.push_back(std::move(row));
    }
}

void World::put(Request row) {
    note(row);
    if (const auto expired = requests_.put(std::move(row))) {
        note(*expired);
    }
}

void World::put(Notice row) {
    note(row);
    notices_[row.id] = std::move(row);
    if (notices_.size() > notices_kept) {
        notices_.erase(notices_.begin());
    }
}

void World::put(LikeCount row) {
    note(row);
    // Yesterday stays, in case a call around midnight carries the older day.
    std::erase_if(likes_, [&](const auto& entry) { return entry.second.day < row.day - 1; });
    likes_[{row.user_id, row.day}] = row;
}

void World::put(Rejection row) {
    note(row);
    rejections_[{row.group_id, row.user_id}] = row;
}

void World::put(StoredMessage&& row) {
    note(row);
    if (last_message_id_ == 0 || steps_after(last_message_id_, row.id) < id_cycle / 2) {
        last_message_id_ = row.id;
    }
    const std::size_t at = position_of(row.id);
    if (at < messages_.size() && messages_[at].id == row.id) {
        messages_[at] = std::move(row);
        return;
    }
    const bool oldest =
        !messages_.empty() && steps_after(messages_.front().id, row.id) >= id_cycle / 2;
    if (!oldest) {
        messages_.insert(messages_.begin() + static_cast<std::ptrdiff_t>(at), std::move(row));
    } else if (messages_.size() < recent_messages_) {
        messages_.push_front(std::move(row));
    }
    if (messages_.size() > recent_messages_) {
        messages_.pop_front();
    }
}

void World::remove_user(std::int64_t id) {
    if (users_.erase(id) != 0) {
        note(UserGone{id});
    }
}

void World::remove_friend(std::int64_t user_id) {
    if (friends_.erase(user_id) != 0) {
        note(FriendGone{user_id});
    }
}

void World::remove_member(std::int64_t group_id, std::int64_t user_id) {
    if (members_.erase({group_id, user_id}) != 0) {
        note(MemberGone{group_id, user_id});
    }
}

void World::remove_group(std::int64_t id) {
    if (groups_.erase(id) == 0) {
        return;
    }
    erase_group(members_, id);
    erase_group(rejections_, id);
    std::erase_if(anonymous_, [id](const AnonymousMember& row) { return row.group_id == id; });
    std::erase_if(notices_, [id](const auto& entry) { return entry.second.group_id == id; });
    note(GroupGone{id});
}

void World::remove_discuss(std::int64_t id) {
    if (discusses_.erase(id) != 0) {
        note(DiscussGone{id});
    }
}

std::int32_t World::next_message_id() {
    last_message_id_ = last_message_id_ >= id_cycle ? 1 : last_message_id_ + 1;
    return last_message_id_;
}

std::int64_t World::next_notice_id() const {
    return notices_.empty() ? 1 : notices_.rbegin()->first + 1;
}

std::int64_t World::next_anonymous_id(std::int64_t group_id) const {
    std::int64_t last = 80000000;  // the platform's number for all of them
    for (const AnonymousMember& row : anonymous_) {
        last = row.group_id == group_id ? std::max(last, row.id) : last;
    }
    return last + 1;
}

std::vector<Change> World::take_changes() {
    std::vector<Change> next;
    next.reserve(std::min(changes_.size(), usual_changes));  // the next turn is like this one
    return std::exchange(changes_, std::move(next));
}

void World::drop_changes(std::size_t count) {
    if (count < changes_.size()) {
        changes_.erase(changes_.begin() + static_cast<std::ptrdiff_t>(count), changes_.end());
    }
}

WorldData World::snapshot() const {
    WorldData data;
    data.self = self_;
    data.users = copies_of(users_);
    data.categories = copies_of(categories_);
    data.friends = copies_of(friends_);
    data.groups = copies_of(groups_);
    data.members = copies_of(members_);
    data.discusses = copies_of(discusses_);
    data.anonymous = anonymous_;
    for (const Request* row : requests_.rows()) {
        data.requests.push_back(*row);
    }
    data.notices = copies_of(notices_);
    data.likes = copies_of(likes_);
    data.rejections = copies_of(rejections_);
    data.recent_messages.assign(messages_.begin(), messages_.end());
    data.last_message_id = last_message_id_;
    return data;
}

}  // namespace cqhttp::account
