#pragma once

#include "gateway/base/result.hpp"
#include "gateway/protocol/event.hpp"
#include "gateway/protocol/json.hpp"
#include "gateway/protocol/profile.hpp"

#include <cstdint>
#include <string>

namespace cqhttp::protocol {

// How an event is written for a receiver.
struct EventForm {
    bool message_array = false;           // post_message_format (MSG-060)
    bool backward_compatibility = false;  // the 3.x shape (BC-001 ... BC-006)
    bool operator==(const EventForm&) const = default;
};

// The JSON object of an event, written in one pass: the members of chapter 05 section 3 with
// `self_id` and `time`, `sender` where the profile has it. Enhancement happened before.
std::string render_event(const Event& event, std::int64_t self_id, EventForm form,
                         const Profile& profile);

// What the event filter sees: `message` as an array, the 4.x shape (FLT-012, FLT-013, BC-006).
Json canonical_event(const Event& event, std::int64_t self_id, const Profile& profile);

// How much of an event parse_event asks for.
enum class EventExtent : std::uint8_t {
    whole,     // every member but `time`, `self_id`, `message_id`, `font`, `raw_message`, `sender`
    stimulus,  // what somebody does; what the account's world supplies may be left out: sub_type of
               // messages, `anonymous` {}, `flag`, `comment`, `operator_id`, of a file `id`,
               // `busid`
    context,   // what a quick operation answers: what it does not need may be left out (ACT-018)
};

// An event from JSON with the specification's names, for stimuli given by people and for contexts
// of quick operations; the 3.x shape is understood too where the profile has it. `message` may have
// every form of MSG-001. What is there must be right either way, what is unknown is ignored. The
// error names the member and what is allowed.
Result<Event> parse_event(const Json& json, const Profile& profile,
                          EventExtent extent = EventExtent::whole);

}  // namespace cqhttp::protocol
