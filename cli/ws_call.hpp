#pragma once

#include "cli/commands.hpp"

namespace cqhttp::cli {

// The command `call` where the address is that of a WebSocket. `target` has its token.
int run_over_websocket(const CallOptions& options, const ApiTarget& target, Context& context);

}  // namespace cqhttp::cli
