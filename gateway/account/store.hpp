#pragma once

#include "gateway/account/entities.hpp"
#include "gateway/base/result.hpp"

#include <cstddef>
#include <optional>
#include <vector>

namespace cqhttp::account {

// Where the world is kept. Calls are short and made on the account's loop.
class Store {
public:
    virtual ~Store() = default;

    // What was kept; nothing if the store is new. At most the newest `recent` messages.
    virtual Result<std::optional<WorldData>> load(std::size_t recent) = 0;

    // Replaces everything, for a new world.
    virtual Result<void> reset(const WorldData& world) = 0;

    // All of it or nothing: one transaction. When it returns without an error the changes survive a
    // kill of the process.
    virtual Result<void> commit(const std::vector<Change>& changes) = 0;

    // A message that memory no longer holds.
    virtual Result<std::optional<StoredMessage>> find_message(std::int32_t id) = 0;

    // Moves what the log of the store collected to its file. Off the hot path.
    virtual void checkpoint() = 0;
};

}  // namespace cqhttp::account
