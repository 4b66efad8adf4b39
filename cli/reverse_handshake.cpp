#include "cli/reverse_handshake.hpp"

#include "gateway/base/text.hpp"
#include "gateway/protocol/form_params.hpp"
#include "gateway/protocol/token.hpp"

#include <fmt/format.h>

namespace cqhttp::cli {
namespace {

ClientRole role_of(std::string_view header, std::string_view path) {
    if (!header.empty()) {
        for (const ClientRole role : {ClientRole::api, ClientRole::event, ClientRole::universal}) {
            if (iequals(header, name_of(role))) {
                return role;
            }
        }
        return ClientRole::unknown;
    }
    // CQHTTP 4.0 sends no role: what its addresses usually end with says it.
    if (path.ends_with('/')) {
        path.remove_suffix(1);
    }
    if (path.ends_with("/api")) {
        return ClientRole::api;
    }
    return path.ends_with("/event") ? ClientRole::event : ClientRole::unknown;
}

TokenVerdict judge_token(const Secret& token, const protocol::Credentials& presented,
                         Schemes schemes) {
    // onebot-11 takes what any of the others does.
    const protocol::Profile& profile =
        protocol::profile(schemes.value_or(protocol::ProfileId::onebot_11));
    if (token.empty()) {
        const bool any = presented.authorization || presented.query_token;
        return any ? TokenVerdict::unchecked : TokenVerdict::none;
    }
    switch (protocol::check_access(token, presented, profile)) {
        case protocol::Access::granted: return TokenVerdict::right;
        case protocol::Access::missing: return TokenVerdict::missing;
        case protocol::Access::wrong: break;
    }
    return TokenVerdict::wrong;
}

}  // namespace

std::string_view name_of(ClientRole role) noexcept {
    switch (role) {
        case ClientRole::api: return "api";
        case ClientRole::event: return "event";
        case ClientRole::universal: return "universal";
        case ClientRole::unknown: break;
    }
    return "unknown";
}

bool takes_calls(ClientRole role) noexcept {
    return role != ClientRole::event;
}

std::string_view name_of(TokenVerdict verdict) noexcept {
    switch (verdict) {
        case TokenVerdict::unchecked: return "unchecked";
        case TokenVerdict::none: return "none";
        case TokenVerdict::right: return "right";
        case TokenVerdict::missing: return "missing";
        case TokenVerdict::wrong: break;
    }
    return "wrong";
}

ReverseHandshake read_handshake(const net::HttpRequest& request, const Secret& token,
                                Schemes schemes) {
    const auto header = [&request](std::string_view name) {
        return request.header(name).value_or(std::string_view());
    };
    ReverseHandshake handshake;
    handshake.path = request.path;
    handshake.role = role_of(header("X-Client-Role"), request.path);
    handshake.self_id = header("X-Self-ID");
    handshake.user_agent = header("User-Agent");
    handshake.peer = request.peer;
    const auto query_token = protocol::find_query_value(request.query, "access_token");
    protocol::Credentials presented;
    presented.authorization = request.header("Authorization");
    if (query_token) {
        presented.query_token = *query_token;
    }
    if (presented.authorization) {
        // A single word may be the token itself.
        const std::size_t blank = presented.authorization->find_first_of(" \t");
        handshake.scheme = blank == std::string_view::npos
                               ? "(no scheme)"
                               : std::string(presented.authorization->substr(0, blank));
    } else if (query_token) {
        handshake.scheme = "query";
    }
    handshake.token = judge_token(token, presented, schemes);
    return handshake;
}

std::string describe_token(const ReverseHandshake& handshake, Schemes schemes) {
    const std::string& scheme = handshake.scheme;
    switch (handshake.token) {
        case TokenVerdict::unchecked: return fmt::format("token not checked ({})", scheme);
        case TokenVerdict::none: return "no token";
        case TokenVerdict::right: return fmt::format("token right ({})", scheme);
        case TokenVerdict::wrong: return fmt::format("token wrong ({})", scheme);
        case TokenVerdict::missing: break;
    }
    return scheme.empty() ? "token missing"
                          : fmt::format("token missing: {} is no scheme of {}", scheme,
                                        schemes ? protocol::profile(*schemes).name : "any profile");
}

}  // namespace cqhttp::cli
