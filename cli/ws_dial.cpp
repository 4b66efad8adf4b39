#include "cli/ws_dial.hpp"

#include "gateway/base/version.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace cqhttp::cli {

net::WsConnectRequest make_handshake(const ApiTarget& target) {
    net::WsConnectRequest request;
    request.url = target.url;
    request.headers.emplace_back("User-Agent", fmt::format("cqhttp-cli/{}", product_version));
    if (!target.token.empty()) {
        request.headers.emplace_back("Authorization",
                                     fmt::format("{} {}", target.scheme, target.token.reveal()));
    }
    return request;
}

Limits ws_limits(std::chrono::milliseconds patience) {
    Limits limits;
    limits.ws_message = 2 * limits.ws_message;
    limits.ws_close = std::chrono::seconds(1);
    if (patience.count() > 0) {
        limits.connect = std::min(limits.connect, patience);
        limits.ws_handshake = std::min(limits.ws_handshake, patience);
    }
    return limits;
}

}  // namespace cqhttp::cli
