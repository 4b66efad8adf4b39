#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace cqhttp {

// Text rendered once and shared by every receiver.
using SharedText = std::shared_ptr<const std::string>;

// Equal but for the case of ASCII letters.
bool iequals(std::string_view a, std::string_view b) noexcept;
std::string to_lower(std::string_view text);

// Without the blanks, tabs, CR and LF at both ends.
std::string_view trim(std::string_view text) noexcept;

// %XX becomes the byte; a % that two hex digits do not follow stays as it is.
std::string percent_decode(std::string_view text);
// The same for form and query parts, where + is a space (HTTP-044).
std::string form_decode(std::string_view text);
// Everything but A-Z a-z 0-9 - . _ ~ becomes %XX.
std::string percent_encode(std::string_view text);

bool is_valid_utf8(std::string_view text) noexcept;
// Every invalid byte sequence becomes U+FFFD.
std::string replace_invalid_utf8(std::string_view text);
// Appends a code point (at most 0x10FFFF) as UTF-8.
void append_utf8(std::string& out, char32_t code_point);
// Number of code points of valid UTF-8.
std::size_t count_code_points(std::string_view text) noexcept;

// Lower-case hexadecimal.
std::string to_hex(std::string_view bytes);
// Standard alphabet; '=' padding optional (ENH-009), white space not allowed.
std::optional<std::string> base64_decode(std::string_view text);
std::string base64_encode(std::string_view bytes);

// The whole text as a decimal number with optional sign; nothing if it is not one or does not fit.
std::optional<std::int64_t> parse_int64(std::string_view text) noexcept;

// Compares all bytes whatever differs first, so that the time tells nothing (AUTH-021).
bool equal_in_constant_time(std::string_view a, std::string_view b) noexcept;

}  // namespace cqhttp
