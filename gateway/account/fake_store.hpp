#pragma once

#include "gateway/account/store.hpp"
#include "gateway/account/world.hpp"

#include <algorithm>
#include <cstddef>
#include <optional>
#include <utility>
#include <variant>
#include <vector>

namespace cqhttp::account {

// A store in memory, for tests: counts what it is asked and fails on demand. What it keeps belongs
// to the test, so that a second store can find it.
class FakeStore final : public Store {
public:
    struct Kept {
        std::optional<WorldData> world;
        std::size_t commits = 0, loads = 0, checkpoints = 0;
        std::size_t failing_commits = 0, failing_loads = 0, failing_resets = 0;  // still to come
        std::vector<std::size_t> sizes;  // changes of each commit that succeeded
    };

    explicit FakeStore(Kept& kept) : kept_(kept) {}

    Result<std::optional<WorldData>> load(std::size_t recent) override {
        ++kept_.loads;
        if (fails(kept_.failing_loads)) {
            return failure("cannot read the fake store");
        }
        if (!kept_.world) {
            return std::optional<WorldData>();
        }
        return std::optional<WorldData>(World(*kept_.world, recent).snapshot());
    }

    Result<void> reset(const WorldData& world) override {
        if (fails(kept_.failing_resets)) {
            return failure("cannot write the fake store");
        }
        kept_.world = world;
        return {};
    }

    Result<void> commit(const std::vector<Change>& changes) override {
        ++kept_.commits;
        if (fails(kept_.failing_commits)) {
            return failure("the fake store is full");
        }
        World world(kept_.world.value_or(WorldData{}), 100'000);
        for (const Change& change : changes) {
            std::visit([&](const auto& row) { apply(world, row); }, change);
        }
        kept_.world = world.snapshot();
        kept_.sizes.push_back(changes.size());
        return {};
    }

    Result<std::optional<StoredMessage>> find_message(std::int32_t id) override {
        if (kept_.world) {
            for (const StoredMessage& row : kept_.world->recent_messages) {
                if (row.id == id) {
                    return std::optional(row);
                }
            }
        }
        return std::optional<StoredMessage>();
    }

    void checkpoint() override { ++kept_.checkpoints; }

private:
    static bool fails(std::size_t& still_failing) {
        const bool now = still_failing > 0;
        still_failing -= now ? 1 : 0;
        return now;
    }
    template <class Row>
    static void apply(World& world, const Row& row) {
        Row copy = row;
        world.put(std::move(copy));
    }
    static void apply(World& world, const UserGone& row) { world.remove_user(row.id); }
    static void apply(World& world, const FriendGone& row) { world.remove_friend(row.user_id); }
    static void apply(World& world, const MemberGone& row) {
        world.remove_member(row.group_id, row.user_id);
    }
    static void apply(World& world, const GroupGone& row) { world.remove_group(row.id); }
    static void apply(World& world, const DiscussGone& row) { world.remove_discuss(row.id); }

    Kept& kept_;
};

}  // namespace cqhttp::account
