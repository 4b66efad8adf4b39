#pragma once

#include "gateway/base/result.hpp"

#include <cstdint>
#include <string>
#include <string_view>

namespace cqhttp {

enum class Scheme { http, https, ws, wss };

// An absolute http, https, ws or wss address. The scheme is read in any case; user information and
// fragments are refused. A host in brackets is an IPv6 literal and is kept without them.
struct Url {
    Scheme scheme = Scheme::http;
    std::string host;
    std::uint16_t port = 80;  // the scheme's default where the text names none
    std::string target =
        "/";  // path and query exactly as written; no path is "/" (WSR-009, POST-005)

    bool tls() const noexcept { return scheme == Scheme::https || scheme == Scheme::wss; }
    // Value of the Host header: the port only where it is not the scheme's default (WSR-018).
    std::string host_header() const;
    // Without the query, which may carry a token: for logs and error texts.
    std::string printable() const;
};

Result<Url> parse_url(std::string_view text);

}  // namespace cqhttp
