#pragma once

#include "gateway/account/backend.hpp"
#include "gateway/account/effects.hpp"
#include "gateway/account/store.hpp"
#include "gateway/account/world.hpp"
#include "gateway/base/log.hpp"

#include <boost/asio/any_io_executor.hpp>

#include <functional>
#include <memory>
#include <optional>
#include <vector>

namespace cqhttp::account {

// What a call brings about besides its answer, once it is safe.
struct Consequences {
    std::vector<protocol::Event> events = {};
    std::optional<Effect> effect = {};
};

// Keeps the changes of everything that happens in one turn of the loop by one transaction at the
// end of the turn, and lets each answer wait for it (RET-003). If the store fails, those answers
// become 103 and the world is read back, so that memory equals disk; their consequences never
// happen. Owned by the Sandbox, one event loop.
class GroupCommit {
public:
    // `publish` is called with the consequences of each kept call, in order, before its answer
    // leaves.
    using Publish = std::function<void(Consequences&&)>;

    // World and store outlive this object.
    GroupCommit(asio::any_io_executor executor, World& world, Store& store,
                std::size_t recent_messages, Publish publish, Log log);
    // Keeps what is left, and publishes nothing.
    ~GroupCommit();
    GroupCommit(const GroupCommit&) = delete;
    GroupCommit& operator=(const GroupCommit&) = delete;

    // The answer of a call that has changed the world in this turn, or follows such a call.
    Answer keep(protocol::ActionReply reply, Consequences&& consequences);

    // Takes back what a call of this turn has changed since the world had noted `change_count`
    // changes: those are not kept, and the world is read back at the end of the turn.
    void take_back(std::size_t change_count);

    // Whether memory equals disk. Not so after a failure from which reading back failed too; tries
    // that again first.
    bool usable();

    // Ends the turn now.
    void flush();

    // Whether something of this turn is still to be kept.
    bool open() const noexcept { return turn_ != nullptr; }
    // Events of this turn, which leave when it is kept.
    std::size_t waiting_events() const noexcept;

private:
    struct Turn;
    Turn& open_turn();
    bool commit();
    void read_back();
    void report(const Error& error);

    asio::any_io_executor executor_;
    World& world_;
    Store& store_;
    std::size_t recent_messages_;
    Publish publish_;
    Log log_;
    std::shared_ptr<Turn> turn_;           // null: nothing has changed in this turn
    std::shared_ptr<GroupCommit*> alive_;  // posted work holds it weakly
    bool stale_ = false;                   // memory is not what is on disk
    std::uint64_t failures_ = 0;           // since the last success
    std::size_t last_calls_ = 0;           // how many waited for the end of the last turn
};

}  // namespace cqhttp::account
