#pragma once

#include "gateway/action/dispatcher.hpp"
#include "gateway/base/limits.hpp"
#include "gateway/base/log.hpp"
#include "gateway/base/secret.hpp"
#include "gateway/base/url.hpp"
#include "gateway/event/filters.hpp"
#include "gateway/event/greeter.hpp"
#include "gateway/event/hub.hpp"
#include "gateway/net/interruption.hpp"
#include "gateway/net/tls.hpp"
#include "gateway/net/websocket.hpp"
#include "gateway/protocol/action_request.hpp"
#include "gateway/protocol/profile.hpp"
#include "gateway/transport/end_of_turn.hpp"
#include "gateway/transport/reconnect_policy.hpp"
#include "gateway/transport/ws_session.hpp"

#include <boost/asio/awaitable.hpp>
#include <boost/asio/io_context.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>

namespace cqhttp::transport {

struct ReverseClientOptions {
    Role role = Role::api;
    Url url;
    std::int64_t self_id = 0;
    Secret access_token;
    ReconnectRules reconnect;
    std::size_t filter = event::Filters::of_account;  // of its events
};

// One connection of the gateway to a bot's server, made again whenever it is lost (chapter 03). The
// session of one attempt has ended before the next attempt begins, so there are never two
// connections at once. Events that occur while there is none are lost (WSR-035). Lives on the
// account's loop; what it is given by reference outlives it.
class ReverseClient final : public event::Subscriber {
public:
    struct Surroundings {
        asio::io_context& context;
        action::Dispatcher& dispatcher;
        const protocol::Profile& profile;
        net::TlsContext& tls;
        const Limits& limits;
        net::WsKeepAlive& keep_alive;
        const event::Greeter& greeter;
    };

    ReverseClient(const Surroundings& surroundings, ReverseClientOptions options, Log log);

    // Until stop(), or until the server has dismissed the client (WSR-050).
    asio::awaitable<void> run();
    // Ends a pause or an attempt at once, a connection with 1001 (WSR-053, WSR-054).
    void stop();
    void abort();

    bool wants_events() const override;
    void offer(const SharedText& text) override;

    Role role() const noexcept { return options_.role; }
    bool connected() const noexcept { return session_ != nullptr && session_->open(); }
    // One line in the log.
    void log_counters() const;
    // Whether it is connected or will try to be.
    bool running() const noexcept { return running_; }

private:
    // When the next attempt is due; nothing: never.
    using Next = std::optional<std::chrono::steady_clock::time_point>;

    asio::awaitable<Next> attempt();
    asio::awaitable<void> wait(std::chrono::steady_clock::time_point until);
    net::WsConnectRequest handshake() const;
    Next failed(const net::WsConnectError& error);
    Next ended(const net::WsEnd& end);

    Surroundings around_;
    ReverseClientOptions options_;
    ReconnectPolicy policy_;
    Log log_;
    std::string url_;  // as it appears in the log
    WsCalls calls_;
    net::Interruption interruption_;
    FailureRow failures_;
    std::size_t failed_attempts_ = 0;  // since there was a connection
    std::uint64_t connections_ = 0, events_ = 0, slow_ = 0;
    WsSession* session_ = nullptr;  // while there is a connection
    bool running_ = true;
    bool stopped_ = false;
    EndOfTurn end_of_turn_;
};

}  // namespace cqhttp::transport
