#pragma once

#include "gateway/account/backend.hpp"
#include "gateway/account/media.hpp"
#include "gateway/account/world.hpp"
#include "gateway/base/clock.hpp"
#include "gateway/base/log.hpp"
#include "gateway/protocol/profile.hpp"

#include <span>
#include <string_view>
#include <vector>

namespace cqhttp::account {

class Store;

// What a handler works with. The references outlive every call; a coroutine handler re-reads the
// world after each await, because other calls have run meanwhile.
struct ActionContext {
    World& world;
    Store* store;  // null without one; only for looking up messages memory has forgotten
    MediaFolder& media;
    const Clock& clock;
    const protocol::Profile& profile;
    const Log& log;
    // Events the action brings about (SBX-003); they leave when its changes are safe.
    std::vector<protocol::Event>& events;
    bool convert_unicode_emoji = true;
    protocol::EventForm form = {};  // how events are written for receivers
};

// Handlers that answer at once, and those that wait for something. Check first, then change: a
// handler that fails has changed nothing (RET-003). A coroutine changes the world only after its
// last await, so that all of its changes go into one transaction.
using ActionHandler = protocol::ActionReply (*)(ActionContext&, const protocol::Arguments&);
using SlowActionHandler = asio::awaitable<protocol::ActionReply> (*)(ActionContext&,
                                                                     protocol::Arguments);

// A row of the sandbox's handler table, one per action of the catalogue that the account owns. A
// row has `now` or `later`; with both, `needs_time` says for a call whether `later` is necessary (a
// message with something to download).
struct SandboxAction {
    std::string_view name;
    ActionHandler now = nullptr;
    SlowActionHandler later = nullptr;
    bool (*needs_time)(const ActionContext&, const protocol::Arguments&) = nullptr;
};

std::span<const SandboxAction> message_actions();
std::span<const SandboxAction> group_actions();
std::span<const SandboxAction> request_actions();
std::span<const SandboxAction> info_actions();
std::span<const SandboxAction> media_actions();
std::span<const SandboxAction> control_actions();       // what others do, and what there is
std::span<const SandboxAction> experimental_actions();  // notices, honours, VIP, merged forwards

}  // namespace cqhttp::account
