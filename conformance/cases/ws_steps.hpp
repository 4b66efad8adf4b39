#pragma once

#include "conformance/context.hpp"
#include "conformance/expect.hpp"

#include <span>
#include <string>
#include <string_view>

// What the chapters on WebSockets share: a call is the same whoever opened the connection.
namespace cqhttp::conformance {

using Steps = asio::awaitable<Outcome> (*)(Context& context, WsLink& link);

Check connected(const WsLink* link);

// Runs steps on a new connection to /api.
template <Steps steps>
asio::awaitable<Outcome> on_api(Context& context) {
    WsOpening opening = co_await context.open_ws("/api");
    Outcome outcome = expect::opened(opening);
    if (!outcome.holds()) {
        co_return outcome;
    }
    co_return co_await steps(context, *opening.link);
}

// Runs them on the target's API connection to the suite.
template <Steps steps>
asio::awaitable<Outcome> on_reverse_api(Context& context) {
    WsLink* link = co_await context.reverse_api();
    Outcome outcome = connected(link);
    if (link == nullptr) {
        co_return outcome;
    }
    co_return co_await steps(context, *link);
}

// The echo of one call among several: a text, since only the cases on echo are about numbers.
std::string numbered(int number);

// One text that is sent to an API connection, and what must come back.
struct Exchange {
    std::string_view sent;
    int retcode = 0;
    std::string_view echo = {};  // as JSON text; empty: not looked at
};
inline constexpr int any_failure = -1'000'000;  // as a retcode

Check answered(const Frame& frame, int retcode);
asio::awaitable<Outcome> exchange_all(WsLink& link, std::span<const Exchange> exchanges);

// Steps of more than one chapter.
asio::awaitable<Outcome> calls_are_answered(Context& context, WsLink& link);
asio::awaitable<Outcome> malformed_gets_1400(Context& context, WsLink& link);
asio::awaitable<Outcome> unknown_gets_1404(Context& context, WsLink& link);
asio::awaitable<Outcome> odd_params_are_none(Context& context, WsLink& link);
asio::awaitable<Outcome> binary_is_taken(Context& context, WsLink& link);
asio::awaitable<Outcome> survives_errors(Context& context, WsLink& link);
asio::awaitable<Outcome> async_is_accepted(Context& context, WsLink& link);
asio::awaitable<Outcome> every_call_its_answer(Context& context, WsLink& link);
asio::awaitable<Outcome> answers_keep_the_order(Context& context, WsLink& link);
asio::awaitable<Outcome> pings_get_their_pong(Context& context, WsLink& link);
asio::awaitable<Outcome> any_echo_comes_back(Context& context, WsLink& link);
asio::awaitable<Outcome> echo_in_every_answer(Context& context, WsLink& link);
asio::awaitable<Outcome> no_echo_no_member(Context& context, WsLink& link);
asio::awaitable<Outcome> echo_byte_for_byte(Context& context, WsLink& link);

// A set_group_card for the account itself: what it did can be read back anywhere.
Json card_call(const Context& context, std::string_view card);

// Causes a private message with that text unless all is not well already. False: there is none.
asio::awaitable<bool> cause(Context& context, Outcome& outcome, std::string text);
// The next event: meta events, which no chapter on WebSockets causes, are passed over.
asio::awaitable<Frame> next_event(WsLink& link);
// The same for what is posted.
asio::awaitable<std::optional<Posted>> next_event_post(Context& context);
// Opens an event connection; when it returns, events are sent to it.
asio::awaitable<WsOpening> open_events(Context& context, std::string path = "/event");
// A whole text frame with an event.
Check event(const Frame& frame);
// An event with this message.
Check event_with(const Frame& frame, std::string_view message);

// Causes an event of half a mebibyte and looks that `reader` gets it.
asio::awaitable<Outcome> large_event_comes(Context& context, WsLink& reader, int number);
// So many are more than the system takes for a connection that nobody reads.
inline constexpr int many_large_events = 16;

// Sends a ping. The frame that follows must be its pong: nothing was on its way.
asio::awaitable<Outcome> nothing_but_pong(WsLink& link, std::string payload);
// The next frame but pings, which are answered.
asio::awaitable<Frame> next_but_pings(WsLink& link);

// The close frame that comes, or what came instead; what comes before it is passed over.
asio::awaitable<Frame> last_frame(WsLink& link);
// Answers a close frame and ends the connection.
asio::awaitable<void> answer_close(WsLink& link, int code);

// Sends what would be a call or a quick operation and looks that nobody cares; `link` is an event
// connection.
asio::awaitable<Outcome> frames_are_ignored(Context& context, WsLink& link);

// Looks that the target comes to an address that its last connection has left.
asio::awaitable<Outcome> comes_back(Context& context, std::string path);

// Restarts our gateway by its action.
asio::awaitable<void> restart(Context& context);
// Waits until the HTTP API answers again.
asio::awaitable<Outcome> until_served(Context& context);

}  // namespace cqhttp::conformance
