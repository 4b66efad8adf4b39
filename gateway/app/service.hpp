#pragma once

#include "gateway/account/backend.hpp"
#include "gateway/action/dispatcher.hpp"
#include "gateway/action/restarter.hpp"
#include "gateway/action/status.hpp"
#include "gateway/action/system_actions.hpp"
#include "gateway/app/branch.hpp"
#include "gateway/app/filter_numbers.hpp"
#include "gateway/app/post_sinks.hpp"
#include "gateway/base/clock.hpp"
#include "gateway/base/log.hpp"
#include "gateway/base/result.hpp"
#include "gateway/config/config.hpp"
#include "gateway/event/hub.hpp"
#include "gateway/event/meta_events.hpp"
#include "gateway/event/pipeline.hpp"
#include "gateway/net/http_server.hpp"
#include "gateway/net/loop.hpp"
#include "gateway/net/task_group.hpp"
#include "gateway/net/tls.hpp"
#include "gateway/net/websocket.hpp"
#include "gateway/transport/http_api.hpp"
#include "gateway/transport/reverse_client.hpp"
#include "gateway/transport/ws_api.hpp"

#include <boost/asio/awaitable.hpp>
#include <boost/asio/io_context.hpp>

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace cqhttp::app {

// Everything that serves one account under one configuration: the way from the sockets to the
// account. Made anew at every restart. Lives on the home loop; connections are served on other
// loops, too, where the configuration says so.
class Service final : public action::StatusSource {
public:
    // Of `loops` it uses as many as the configuration says.
    Service(boost::asio::io_context& context, const net::Loops& loops,
            const config::AccountConfig& config, account::Backend& backend,
            action::Restarter& restarter, const Clock& clock, const Log& log);

    // Binds every address. Ports that are given override configured ones of 0, so that a port once
    // chosen survives a restart.
    struct Ports {
        std::uint16_t http = 0, ws = 0;
    };
    Result<void> listen(Ports chosen);
    Ports ports() const noexcept;  // 0 for a server that is off
    void start();

    // Stops listening and asks every connection to end once its request is answered.
    void stop();
    // Cuts what is left.
    void abort();
    // Returns when the last connection and the last background call have ended.
    boost::asio::awaitable<void> join();

    std::vector<action::PartStatus> parts() const override;
    // A line for the account and one for each of its sinks.
    void log_counters() const;
    std::int64_t self_id() const noexcept { return config_.self_id; }
    const config::AccountConfig& config() const noexcept { return config_; }
    // "http://127.0.0.1:5700", "ws://127.0.0.1:6700"; empty for a server that is off.
    std::string http_url() const;
    std::string ws_url() const;

    account::EventSink& events() noexcept { return pipeline_; }

private:
    struct Reverse {
        std::string name;
        std::unique_ptr<transport::ReverseClient> client;
    };

    void make_branches(const net::Loops& loops, const Log& log);
    void make_reverse_clients();
    void warn_of_missing_greeting();

    boost::asio::io_context& context_;
    config::AccountConfig config_;
    Log log_;
    net::TaskGroup background_;
    net::TaskGroup servers_;
    action::SystemActions system_;
    action::Dispatcher dispatcher_;
    Result<net::TlsContext> tls_;
    PostSinks posts_;
    event::Hub hub_;
    event::Pipeline pipeline_;
    FilterNumbers filters_;
    event::MetaEvents meta_events_;
    transport::HttpApi http_api_;
    net::WsKeepAlive keep_alive_;
    transport::WsApi ws_api_;
    std::vector<std::unique_ptr<Branch>> branches_;
    std::vector<Reverse> reverse_clients_;
    std::optional<net::HttpServer> http_server_;
    std::optional<net::HttpServer> ws_server_;
    bool listening_ = false;
};

}  // namespace cqhttp::app
