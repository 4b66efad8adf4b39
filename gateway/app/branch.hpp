#pragma once

#include "gateway/action/calls.hpp"
#include "gateway/base/log.hpp"
#include "gateway/config/config.hpp"
#include "gateway/event/greeter.hpp"
#include "gateway/net/loop.hpp"
#include "gateway/net/task_group.hpp"
#include "gateway/net/websocket.hpp"
#include "gateway/transport/http_api.hpp"
#include "gateway/transport/remote_calls.hpp"
#include "gateway/transport/remote_events.hpp"
#include "gateway/transport/ws_api.hpp"

#include <boost/asio/awaitable.hpp>
#include <boost/asio/io_context.hpp>

namespace cqhttp::app {

// What serves one account's connections on a loop beside its home loop. The functions are called at
// home; what they reach on the other loop they reach through its mailbox. What is given by
// reference outlives this.
class Branch {
public:
    struct Home {
        boost::asio::io_context& context;
        action::Calls& dispatcher;
        const event::Greeter& greeter;
    };
    Branch(net::Loop& loop, const Home& home, const config::AccountConfig& config,
           transport::HttpApiOptions http_options, const Log& log);

    net::Loop& loop() noexcept { return loop_; }
    net::HttpHandler& http_api() noexcept { return http_api_; }
    net::HttpHandler& ws_api() noexcept { return ws_api_; }
    event::Subscriber& events() noexcept { return events_; }

    void start();
    // After the servers have been told the same.
    void stop();
    void abort();
    // After the servers have ended.
    boost::asio::awaitable<void> join();

    std::size_t ws_sessions() const noexcept { return ws_api_.sessions(); }
    std::uint64_t slow_subscribers() const noexcept { return ws_api_.slow_subscribers(); }

private:
    net::Loop& loop_;
    net::TaskGroup background_;
    transport::RemoteCalls calls_;
    transport::HttpApi http_api_;
    net::WsKeepAlive keep_alive_;
    transport::WsApi ws_api_;
    transport::RemoteEvents events_;
};

}  // namespace cqhttp::app
