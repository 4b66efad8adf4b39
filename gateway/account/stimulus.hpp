#pragma once

#include "gateway/account/sandbox_actions.hpp"
#include "gateway/protocol/event.hpp"

#include <cstdint>
#include <optional>
#include <string>

namespace cqhttp::account {

// Why something cannot happen in the world: a retcode and words for people.
struct Refusal {
    std::int32_t code = 0;
    std::string wording = {};
};

using Refused = std::optional<Refusal>;  // nothing: it has happened

// What somebody of the world does, other than the account: `event` comes from parse_event with
// EventExtent::stimulus. Checks it against the world, fills in what it leaves to the world, and
// changes the world accordingly. Refused, nothing has changed.
//
// `raw_given`: the event came with its own `raw_message`.
Refused perform(ActionContext& context, protocol::Event& event, bool raw_given = false);

}  // namespace cqhttp::account
