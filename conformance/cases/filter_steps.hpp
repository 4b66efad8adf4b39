#pragma once

#include "conformance/cases/message_steps.hpp"
#include "conformance/cases/ws_steps.hpp"

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

// What the cases about the event filter share. They are for our gateway only: its files, its
// restart, its sandbox.
namespace cqhttp::conformance {

// The folder relative paths of settings start at.
std::filesystem::path app_directory(const Context& context);
std::filesystem::path filter_file(const Context& context);
void write_filter(const std::filesystem::path& file, std::string_view text);
void remove_filter(const Context& context);
void make_filter_a_folder(const Context& context);

// Restarts the gateway. The connection for events, if there is one, is replaced by a new one.
asio::awaitable<Outcome> restarted(Context& context, WsOpening& events);
// The same with that filter.
asio::awaitable<Outcome> filtered(Context& context, WsOpening& events, std::string text);

// The next event has this raw_message.
asio::awaitable<Outcome> next_is(WsOpening& events, std::string raw_message);
// Events of several kinds are held back, and calls are answered.
asio::awaitable<Outcome> nothing_passes(Context& context, WsOpening& events);

// The events of section 4, in the sandbox's world: P a private message "/hi", G a message "公告 x"
// in group 20001, A the same by somebody anonymous, N somebody who joins the group. `number`
// becomes the event's time.
Json sample_event(const Context& context, char letter, std::int64_t number);

// A rule, and the letters of the events it lets pass.
struct Rule {
    std::string rule;
    std::string passes;
};
// All of them with one filter that tells events by their time.
asio::awaitable<Outcome> rules_hold(Context& context, std::vector<Rule> rules);

}  // namespace cqhttp::conformance
