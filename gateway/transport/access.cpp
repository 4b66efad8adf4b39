#include "gateway/transport/access.hpp"

#include "gateway/protocol/action_request.hpp"
#include "gateway/protocol/token.hpp"

namespace cqhttp::transport {

std::optional<net::HttpResponse> refuse_access(const Secret& access_token,
                                               const net::HttpRequest& head,
                                               const protocol::Profile& profile) {
    if (access_token.empty()) {
        return std::nullopt;
    }
    const auto query_token = protocol::find_query_value(head.query, "access_token");
    protocol::Credentials presented;
    presented.authorization = head.header("Authorization");
    if (query_token) {
        presented.query_token = *query_token;
    }
    switch (protocol::check_access(access_token, presented, profile)) {
        case protocol::Access::granted: return std::nullopt;
        case protocol::Access::missing: return net::HttpResponse::empty(401);
        case protocol::Access::wrong: break;
    }
    return net::HttpResponse::empty(403);
}

}  // namespace cqhttp::transport
