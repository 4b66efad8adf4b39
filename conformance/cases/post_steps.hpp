#pragma once

#include "conformance/cases/ws_steps.hpp"
#include "conformance/context.hpp"
#include "conformance/expect.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

// What the chapters on events and on their POST share.
namespace cqhttp::conformance {

// Stimuli: the person and the places are those the target was given.
Json private_message(const Context& context, Json message);
Json group_message(const Context& context, Json message);
Json anonymous_message(const Context& context, Json message);
Json discuss_message(const Context& context, Json message);
Json friend_request(std::int64_t user_id, std::string_view comment);
Json group_request(const Context& context, std::int64_t user_id, std::string_view comment);

// Causes an event and returns its POST, not yet answered. Nothing where none came, which the
// outcome then says.
asio::awaitable<std::optional<Posted>> caused_post(Context& context, Outcome& outcome, Json cause);
// Causes an event and returns it as it comes over a WebSocket for events.
asio::awaitable<Json> caused_event(Context& context, WsLink& link, Outcome& outcome, Json cause);

// Causes an event, answers its POST and returns what the account has done until the next event has
// been posted; an array as of Context::effects(). Null where the outcome does not hold.
asio::awaitable<Json> done_upon(Context& context, Outcome& outcome, Json cause, std::string answer,
                                int status = 200);
// The same with exactly these bytes as the answer; `close` ends the connection behind them.
asio::awaitable<Json> done_upon_bytes(Context& context, Outcome& outcome, Json cause,
                                      std::string bytes, bool close = false);

// The second half of these, where the POST has been answered.
asio::awaitable<Json> done_until_next(Context& context, Outcome& outcome);

// What is told of an event with this message, be it a string or an array.
Check event_says(const Json& event, std::string_view message);

// The members every event has, with their types and the number of the account (EVT-001, EVT-002).
Check is_event_of(const Context& context, const Json& event);
// A member of an event that has one of these values, separated by blanks.
Check one_of(const Json& event, std::string_view name, std::string_view values);
// These members, separated by blanks, and no others.
Check exactly(const Json& event, std::string_view names);

// Causes a message and looks at the event it makes.
using MakeMessage = Json (*)(const Context& context, Json message);
using LookAtEvent = Check (*)(const Context& context, const Json& event);
asio::awaitable<Outcome> look_at_message(Context& context, MakeMessage make, LookAtEvent look);
template <MakeMessage make, LookAtEvent look>
asio::awaitable<Outcome> on_message(Context& context) {
    return look_at_message(context, make, look);
}

// A message of any form as a CQ string.
std::string cq_text(const Json& message);

// Where the account sends something.
struct Place {
    std::string_view kind;  // private, group, discuss
    std::int64_t id = 0;
};
// Something was sent to that place, and nothing else was done.
Check replied(const Json& effects, Place where, std::string_view message);
// This action was done with these parameters and perhaps more, and nothing else.
Check did(const Json& effects, std::string_view action, const Json& params);
Check nothing_done(const Json& effects);

}  // namespace cqhttp::conformance
