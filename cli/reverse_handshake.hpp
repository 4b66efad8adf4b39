#pragma once

#include "gateway/base/secret.hpp"
#include "gateway/net/http_message.hpp"
#include "gateway/protocol/profile.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace cqhttp::cli {

// What a reverse client is for; `unknown` where neither X-Client-Role nor the path says it.
enum class ClientRole : std::uint8_t { api, event, universal, unknown };

// "api", "event", "universal", "unknown".
std::string_view name_of(ClientRole role) noexcept;
// Whether calls can be sent to it.
bool takes_calls(ClientRole role) noexcept;

enum class TokenVerdict : std::uint8_t {
    unchecked,  // none is wanted, one came
    none,       // none is wanted, none came
    right,
    missing,  // 401
    wrong,    // 403
};
std::string_view name_of(TokenVerdict verdict) noexcept;

// The handshake of a reverse client (WSR-009 ... WSR-018), without its token.
struct ReverseHandshake {
    std::string path;  // without the query, which may hold a token
    ClientRole role = ClientRole::unknown;
    std::string self_id, user_agent, peer;  // as they came
    std::string scheme;                     // first word of Authorization
    TokenVerdict token = TokenVerdict::none;
};

// Whose schemes before a token are taken; nothing: those of every profile.
using Schemes = std::optional<protocol::ProfileId>;

ReverseHandshake read_handshake(const net::HttpRequest& request, const Secret& token,
                                Schemes schemes);

// "token right (Token)", "token missing: Bearer is no scheme of cqhttp-4.0".
std::string describe_token(const ReverseHandshake& handshake, Schemes schemes);

}  // namespace cqhttp::cli
