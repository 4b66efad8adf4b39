#include "gateway/transport/access.hpp"

#include "gateway/protocol/form_params.hpp"
#include "gateway/protocol/token.hpp"

#include <fmt/format.h>

#include <string>
#include <string_view>

namespace cqhttp::transport {

std::optional<net::HttpResponse> refuse_access(const Secret& access_token,
                                               const net::HttpRequest& head,
                                               const protocol::Profile& profile) {
    if (access_token.empty()) {
        return std::nullopt;
    }
    protocol::Credentials presented;
    presented.authorization = head.header("Authorization");
    protocol::Access access = protocol::check_access(access_token, presented, profile);
    if (access ==
        protocol::Access::missing) {  // the query is read where the header decides nothing
        const auto query_token = protocol::find_query_value(head.query, "access_token");
        if (query_token) {
            presented.query_token = *query_token;
            access = protocol::check_access(access_token, presented, profile);
        }
    }
    switch (access) {
        case protocol::Access::granted: return std::nullopt;
        case protocol::Access::missing: return net::HttpResponse::empty(401);
        case protocol::Access::wrong: break;
    }
    return net::HttpResponse::empty(403);
}

void RefusalLog::tell(const Log& log, const net::HttpRequest& head, unsigned status, Time now) {
    constexpr auto pause = std::chrono::seconds(10);
    constexpr std::size_t longest_path = 80;
    ++untold_;
    if (told_ && now - *told_ < pause) {
        return;
    }
    const std::string_view reason = status == 401
                                        ? "no access_token, or not in a form that is accepted"
                                        : "the token is not the access_token";
    const std::string times = untold_ == 1 ? std::string() : fmt::format(" times={}", untold_);
    log.warn("client refused status={} reason=\"{}\" path={} peer={}{}", status, reason,
             head.path.substr(0, longest_path), head.peer, times);
    told_ = now;
    untold_ = 0;
}

}  // namespace cqhttp::transport
