#pragma once

#include "cli/api_client.hpp"
#include "gateway/base/limits.hpp"
#include "gateway/net/ws_handshake.hpp"

namespace cqhttp::cli {

// The handshake request with which the command line tool comes: its name and the token.
net::WsConnectRequest make_handshake(const ApiTarget& target);

// The bounds of a connection of ours: those of the gateway, but room for what others send, and no
// longer than `patience` for the handshake (0: the usual).
Limits ws_limits(std::chrono::milliseconds patience);

}  // namespace cqhttp::cli
