#pragma once

#include "conformance/context.hpp"
#include "conformance/expect.hpp"

#include <functional>
#include <optional>
#include <string>
#include <string_view>

// What the chapters on actions share.
namespace cqhttp::conformance {

// A value for a parameter of that name that is right in form: ids of the target, a short text,
// flags, files and messages that there are not.
Json sample(const Context& context, std::string_view parameter);
// An object of such values; names are separated by blanks.
Json samples(const Context& context, std::string_view parameters);
// The same and `name`.
Json samples_and(const Context& context, std::string_view parameters, std::string_view name,
                 Json value);

// Calls an action that must answer ok, and returns its data; null where it did not.
asio::awaitable<Json> data_of(Context& context, Outcome& outcome, std::string action,
                              Json params = Json::object());
// Calls an action that must answer ok with data null.
asio::awaitable<void> done(Context& context, Outcome& outcome, std::string action, Json params);
// Calls an action that must be refused because of its parameters: 100 in cq, any failure in ob11
// (RET-001). `situation` says what is wrong.
asio::awaitable<void> refused(Context& context, Outcome& outcome, std::string action, Json params,
                              std::string situation);
// Calls an action that must fail, with whatever code.
asio::awaitable<void> fails(Context& context, Outcome& outcome, std::string action, Json params,
                            std::string situation);
// "set_group_ban {...}": for the place where a check is made.
std::string call_text(std::string_view action, const Json& params);

// Looks at the members of an object: "user_id int, nickname str, sex male/female/unknown, age
// int32, yes bool, sender object, friends array, online bool?" (? allows null, too).
Check shaped(const Json& object, std::string_view shape);
// At every element of an array.
Check list_shaped(const Json& array, std::string_view shape);
// The same, and there is at least one.
Check filled_list(const Json& array, std::string_view shape);

// Calls an action again and again until its data are as wanted, or patience has run out. Returns
// the last data.
using Wanted = std::function<bool(const Json& data)>;
asio::awaitable<Json> until(Context& context, std::string action, Json params, Wanted wanted);
// Waits until the account's own card in the group is this one; returns the one it is in the end.
asio::awaitable<std::string> until_card(Context& context, std::string card);
// Waits until there are so many effects; returns those there are.
asio::awaitable<Json> until_effects(Context& context, std::size_t count);
asio::awaitable<void> put_card(Context& context, std::string card);

// A member object as get_group_member_info tells it, uncached; null if it does not.
asio::awaitable<Json> member_of_group(Context& context, std::int64_t user);

// Sends a private message and returns its id; the check is that of `data_of`.
asio::awaitable<Json> send_private(Context& context, Outcome& outcome, Json message,
                                   Json auto_escape = Json());
// A message as CQ text, as the target itself tells or our sandbox knows it; nothing where neither
// is possible.
asio::awaitable<std::optional<std::string>> kept_message(Context& context, Json message_id);

// Takes our sandbox back to its beginning; elsewhere an unknown action without effect.
asio::awaitable<void> take_back(Context& context);

// The actions of the profile that change nothing, with parameters that are right.
struct PlainCall {
    std::string action;
    Json params;
};
std::vector<PlainCall> asking_calls(const Context& context);

inline constexpr std::string_view member_shape =
    "group_id int, user_id int, nickname str, card str, sex male/female/unknown, age int32, "
    "area str, join_time int32, last_sent_time int32, level str, role owner/admin/member, "
    "unfriendly bool, title str, title_expire_time int32, card_changeable bool";

}  // namespace cqhttp::conformance
