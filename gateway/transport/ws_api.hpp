#pragma once

#include "gateway/action/calls.hpp"
#include "gateway/base/limits.hpp"
#include "gateway/base/log.hpp"
#include "gateway/base/secret.hpp"
#include "gateway/event/greeter.hpp"
#include "gateway/event/hub.hpp"
#include "gateway/net/http_server.hpp"
#include "gateway/net/task_group.hpp"
#include "gateway/net/websocket.hpp"
#include "gateway/protocol/profile.hpp"
#include "gateway/transport/access.hpp"
#include "gateway/transport/end_of_turn.hpp"
#include "gateway/transport/ws_session.hpp"

#include <boost/asio/awaitable.hpp>
#include <boost/asio/io_context.hpp>

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace cqhttp::transport {

// The forward WebSocket server: /api/, /event/ and, where the profile has it, / (chapter 02). A
// handshake is refused or completed before anything behind it is looked at, so what an unauthorised
// client sends along is never a frame (AUTH-034). Events are framed once and shared by all; those
// of one turn of the loop leave together. A connection for events alone is sent nothing else, so
// that its events are queued here, once for all such connections, until the end of the turn. Lives
// on one event loop; whether it wants events and what it counts may be asked from any thread. It
// owns its sessions, which hold no coroutine while nothing happens; each has a place in the server,
// so the server's run() lasts until the last of them has ended.
class WsApi final : public net::HttpHandler, public event::Subscriber {
public:
    WsApi(asio::io_context& context, action::Calls& calls, Secret access_token,
          const protocol::Profile& profile, const Limits& limits, net::WsKeepAlive& keep_alive,
          const event::Greeter& greeter, Log log);
    ~WsApi() override;

    std::optional<net::HttpResponse> refuse(const net::HttpRequest& head) override;
    net::HttpAnswer handle(const net::HttpRequest& request) override;

    bool wants_events() const override;
    void offer(const SharedText& text) override;

    // Closes every connection with 1001 (WS-034), the queued answers first.
    void stop();
    void abort();
    // Returns when nobody prepares an answer any more; to be awaited after the server's run().
    asio::awaitable<void> join() { return tasks_.join(); }

    // Subscribers closed because they read too slowly, since the start.
    std::uint64_t slow_subscribers() const noexcept { return slow_subscribers_; }
    std::size_t sessions() const noexcept { return session_count_; }

private:
    class Counted;
    class Visitor;
    using Visitors = std::vector<std::unique_ptr<Visitor>>;

    void welcome(std::unique_ptr<Visitor> visitor);
    void see_off(Visitor& visitor);
    Visitors& visitors(Role role) noexcept { return visitors_[static_cast<std::size_t>(role)]; }
    void lost_slow(const WsSession& session);
    std::optional<Role> role_of(std::string_view path) const noexcept;
    void flush();

    WsCalls calls_;
    Secret access_token_;
    const protocol::Profile& profile_;
    const Limits& limits_;
    net::WsKeepAlive& keep_alive_;
    const event::Greeter& greeter_;
    Log log_;
    RefusalLog refusals_;
    std::array<Visitors, 3> visitors_;  // by role
    net::SharedFrames frames_;          // of this turn
    net::TaskGroup tasks_;
    std::atomic<std::size_t> session_count_ = 0;
    // Connections for events. One counts before it is told that it is one, so that it misses
    // nothing afterwards.
    std::atomic<std::size_t> listeners_ = 0;
    std::atomic<std::uint64_t> slow_subscribers_ = 0;
    bool stopped_ = false;
    EndOfTurn end_of_turn_;
};

}  // namespace cqhttp::transport
