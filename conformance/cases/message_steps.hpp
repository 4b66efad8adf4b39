#pragma once

#include "conformance/context.hpp"
#include "conformance/expect.hpp"

#include <optional>
#include <string>
#include <string_view>

// What the chapters on messages share. The suite reads CQ strings by itself: a fault it shared with
// the gateway would be seen by nobody.
namespace cqhttp::conformance {

// {"type": type, "data": data}
Json segment(std::string_view type, Json data = Json::object());
Json text_segment(std::string_view text);
// An array of one or two segments.
Json segments(Json first, Json second = Json());

// The segments of a message in any of its forms: a CQ string is cut, texts that touch are joined, a
// value that is no string becomes its JSON text.
Json segments_of(const Json& message);
// The same with emoji codes as the characters they stand for.
Json with_emoji_characters(const Json& segments);

// Causes a private message from target().user and returns the event as it is posted. Null, and an
// outcome that does not hold, where none came.
asio::awaitable<Json> said(Context& context, Outcome& outcome, Json message);
// The same with an event of any kind.
asio::awaitable<Json> posted_event(Context& context, Outcome& outcome, Json cause);
// Somebody says `message`, and the event has these segments; with Setup::array.
asio::awaitable<Outcome> arrives_as(Context& context, Json message, Json expected);
// And with messages as strings: this string.
asio::awaitable<Outcome> arrives_as_text(Context& context, Json message, std::string expected);

// A private message to target().user: `params` has "message" and, where wanted, "auto_escape".
asio::awaitable<HttpReply> send_private(Context& context, Json params);
// What became of a message that was sent, as a CQ string or array; nothing where nobody tells. In
// onebot-11 that is get_msg, for our gateway the state of its sandbox.
asio::awaitable<std::optional<Json>> sent_content(Context& context, HttpReply reply);
// It is sent and has these segments. Unsupported where that cannot be seen.
asio::awaitable<Outcome> is_sent_as(Context& context, Json params, Json expected);
// A message of that text: is_sent_as with {"message": message}.
asio::awaitable<Outcome> message_is_sent_as(Context& context, Json message, Json expected);

// ok, with a message_id.
Check sent(const HttpReply& reply);

inline constexpr Needs for_events = Needs(Need::post) | Need::inject | Need::user;
inline constexpr Needs for_sending = Needs(Need::http) | Need::user;

}  // namespace cqhttp::conformance
