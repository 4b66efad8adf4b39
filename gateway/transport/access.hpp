#pragma once

#include "gateway/base/log.hpp"
#include "gateway/base/secret.hpp"
#include "gateway/net/http_message.hpp"
#include "gateway/protocol/profile.hpp"

#include <chrono>
#include <cstddef>
#include <optional>

namespace cqhttp::transport {

// Nothing if the request's token opens the door, else 401 or 403 with an empty body: the one check
// of chapter 10 for calls, data files and WebSocket handshakes.
std::optional<net::HttpResponse> refuse_access(const Secret& access_token,
                                               const net::HttpRequest& head,
                                               const protocol::Profile& profile);

// Tells the operator about requests that were refused so: why, and who asked. One line in ten
// seconds, with the number of refusals since the line before, so that nobody can flood the log.
class RefusalLog {
public:
    using Time = std::chrono::steady_clock::time_point;

    void tell(const Log& log, const net::HttpRequest& head, unsigned status,
              Time now = std::chrono::steady_clock::now());

private:
    std::optional<Time> told_;
    std::size_t untold_ = 0;
};

}  // namespace cqhttp::transport
