#pragma once

#include "gateway/net/http_message.hpp"

#include <string_view>

namespace cqhttp::net {

// Fills path and query of a request whose method is known. RFC 9112 section 3.2: origin form,
// absolute form, authority form for CONNECT, "*" for OPTIONS; false for any other.
bool split_target(std::string_view target, HttpRequest& request);

}  // namespace cqhttp::net
