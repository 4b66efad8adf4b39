#pragma once

#include <string>
#include <string_view>

namespace cqhttp::conformance {

// HMAC-SHA1 of a text in hexadecimal digits, lower case: what X-Signature has behind "sha1=".
std::string hmac_sha1(std::string_view key, std::string_view text);

}  // namespace cqhttp::conformance
