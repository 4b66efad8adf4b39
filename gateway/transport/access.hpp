#pragma once

#include "gateway/base/secret.hpp"
#include "gateway/net/http_message.hpp"
#include "gateway/protocol/profile.hpp"

#include <optional>

namespace cqhttp::transport {

// Nothing if the request's token opens the door, else 401 or 403 with an empty body: the one check
// of chapter 10 for calls, data files and WebSocket handshakes.
std::optional<net::HttpResponse> refuse_access(const Secret& access_token,
                                               const net::HttpRequest& head,
                                               const protocol::Profile& profile);

}  // namespace cqhttp::transport
