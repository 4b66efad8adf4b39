#pragma once

#include "gateway/base/url.hpp"
#include "gateway/net/websocket.hpp"
#include "gateway/net/ws_handshake.hpp"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace cqhttp::cli {

// What a WebSocket was wanted for, as far as it explains why there is none.
struct WsAsked {
    const Url& url;
    std::string_view scheme = "Token";
    bool token_given = false;
    bool timeout_is_option = true;  // --timeout SECONDS bounds the handshake
};

// Why there is no connection.
struct WsRefusal {
    int exit_code = 0;
    bool passing = false;            // trying again later may help
    std::vector<std::string> notes;  // lines for people, most important first
};
WsRefusal explain_refusal(const net::WsConnectError& error, const WsAsked& asked);

// Why a connection ended: "closed by the gateway with 1013: it found this client too slow".
std::string explain_end(const net::WsEnd& end);

}  // namespace cqhttp::cli
