#pragma once

#include "gateway/protocol/json.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace cqhttp::protocol {

// The codes of chapter 06 sections 2 and 8.
namespace retcode {
inline constexpr std::int32_t ok = 0;
inline constexpr std::int32_t async = 1;
inline constexpr std::int32_t bad_params = 100;
inline constexpr std::int32_t bad_data = 102;
inline constexpr std::int32_t failed = 103;
inline constexpr std::int32_t no_credential = 104;
inline constexpr std::int32_t no_worker = 201;
inline constexpr std::int32_t bad_request = 1400;
inline constexpr std::int32_t unknown_action = 1404;
// Of the chat platform.
inline constexpr std::int32_t message_too_long = -3;
inline constexpr std::int32_t target_not_in_group = -10;
inline constexpr std::int32_t bad_media = -11;
inline constexpr std::int32_t anonymous_duration = -12;
inline constexpr std::int32_t anonymous_flag = -13;
inline constexpr std::int32_t anonymous_not_allowed = -15;
inline constexpr std::int32_t leave_not_member = -16;
inline constexpr std::int32_t leave_owner = -17;
inline constexpr std::int32_t dismiss_not_owner = -18;
inline constexpr std::int32_t not_found = -20;
inline constexpr std::int32_t no_relation = -23;
inline constexpr std::int32_t banned = -34;
inline constexpr std::int32_t not_in_group = -38;
inline constexpr std::int32_t no_rights = -39;
}  // namespace retcode

// The answer to one call. `data` is JSON text, written once where it arises: "null" for failed and
// async calls and for actions without data (HTTP-065), not used for what was sent. `wording` tells
// people why a call failed; only the sandbox's control actions do.
struct ActionReply {
    std::int32_t retcode = retcode::ok;
    std::string data = "null";
    std::string wording = {};
    std::int32_t message_id = 0;  // of what was sent; 0: nothing was

    static ActionReply failure(std::int32_t code, std::string wording = {}) {
        return {code, "null", std::move(wording)};
    }
    // {"message_id":N}, which is written with the answer.
    static ActionReply sent(std::int32_t message_id) { return {retcode::ok, {}, {}, message_id}; }
    static ActionReply asynchronous() { return {retcode::async, "null"}; }
    static ActionReply with(const Json& data) { return {retcode::ok, dump_json(data)}; }
    bool ok() const noexcept { return retcode == retcode::ok; }
    // The JSON text of `data`, of every successful call.
    std::string data_text() const;
};

// "ok", "async" or "failed" (HTTP-064).
std::string_view status_of(std::int32_t code) noexcept;

// {"status":...,"retcode":...,"data":...}, for a failure with words "wording", and, over WebSocket,
// "echo": the raw text of the request spliced in (ECHO-013).
void append_reply(std::string& out, const ActionReply& reply,
                  std::optional<std::string_view> echo = std::nullopt);

}  // namespace cqhttp::protocol
