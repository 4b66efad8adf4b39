#pragma once

#include "gateway/protocol/message.hpp"

#include <string>
#include <string_view>

// Emoji between the account's side, which writes [CQ:emoji,id=<code point>], and the bot's side,
// which writes characters (chapter 07 section 8, `convert_unicode_emoji`). Pure.
namespace cqhttp::account {

// Receiving: every emoji code of a CQ string becomes the character it stands for, and a keycap base
// that lost its last part gets it back (EMO-001 ... EMO-003). Codes that stand for no character
// stay.
std::string emoji_to_characters(std::string_view cq);

// Sending under 4.0: what the account is handed. Each character of the 4.0 set in a text becomes an
// emoji segment (EMO-005). emoji_to_characters gives back what was sent, so peers see the same.
protocol::Message emoji_to_codes(const protocol::Message& message);
// Whether that would change anything, in a message and in a text.
bool holds_emoji(const protocol::Message& message) noexcept;
bool text_holds_emoji(std::string_view text) noexcept;

// Whether the 4.0 set has it (844 code points).
bool is_emoji_4_0(char32_t code_point) noexcept;

}  // namespace cqhttp::account
