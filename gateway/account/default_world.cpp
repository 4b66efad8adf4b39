#include "gateway/account/default_world.hpp"

#include "gateway/account/world.hpp"
#include "gateway/account/world_json.hpp"
#include "gateway/base/ensure.hpp"

#include <utility>

namespace cqhttp::account {
namespace {

// Exchanges two user numbers wherever they stand.
class Swap {
public:
    Swap(std::int64_t one, std::int64_t other) : one_(one), other_(other) {}

    void operator()(std::int64_t& id) const {
        if (id == one_) {
            id = other_;
        } else if (id == other_) {
            id = one_;
        }
    }

private:
    std::int64_t one_, other_;
};

void renumber(WorldData& world, const Swap& swap) {
    swap(world.self.id);
    for (User& row : world.users) {
        swap(row.id);
    }
    for (Friend& row : world.friends) {
        swap(row.user_id);
    }
    for (Member& row : world.members) {
        swap(row.user_id);
    }
    for (Discuss& row : world.discusses) {
        for (std::int64_t& id : row.members) {
            swap(id);
        }
    }
    for (AnonymousMember& row : world.anonymous) {
        swap(row.user_id);
    }
    for (Request& row : world.requests) {
        swap(row.user_id);
    }
    for (Notice& row : world.notices) {
        swap(row.sender);
    }
    for (LikeCount& row : world.likes) {
        swap(row.user_id);
    }
    for (Rejection& row : world.rejections) {
        swap(row.user_id);
    }
    for (StoredMessage& row : world.recent_messages) {
        swap(row.sender);
        if (row.type == "private") {
            swap(row.target);
        }
    }
}

}  // namespace

WorldData default_world(std::int64_t self_id) {
    auto world = parse_world(default_world_text(), default_self_id);
    ensure(world.has_value(), "the built-in world is valid");
    if (self_id == default_self_id) {
        return std::move(*world);
    }
    renumber(*world, Swap(default_self_id, self_id));
    const std::size_t messages = world->recent_messages.size();
    return World(std::move(*world), messages).snapshot();  // sorts the rows
}

}  // namespace cqhttp::account
