#pragma once

#include "gateway/account/sandbox.hpp"
#include "gateway/app/event_relay.hpp"
#include "gateway/app/http_fetcher.hpp"
#include "gateway/base/clock.hpp"
#include "gateway/base/log.hpp"
#include "gateway/base/result.hpp"
#include "gateway/config/config.hpp"
#include "gateway/net/task_group.hpp"

#include <boost/asio/awaitable.hpp>
#include <boost/asio/io_context.hpp>

#include <memory>

namespace cqhttp::app {

// One account's simulated world with what it needs to live. It outlasts a restart of the gateway as
// long as the settings that made it stay the same: the account is not the gateway.
class Backing {
public:
    static Result<std::unique_ptr<Backing>> open(boost::asio::io_context& context,
                                                 const config::AccountConfig& config,
                                                 const Clock& clock, const Log& log);

    account::Sandbox& sandbox() noexcept { return *sandbox_; }

    // Where events go; null while nobody serves the account.
    void send_events_to(account::EventSink* target) noexcept { events_.connect(target); }

    // Whether this world is the one that `config` asks for.
    bool fits(const config::AccountConfig& config) const;

    // Gives up the downloads under way: whoever waits for the answers has gone.
    void stop_downloads();
    // Ends the world; everything answered with ok is on disk afterwards.
    boost::asio::awaitable<void> close();

private:
    Backing(boost::asio::io_context& context, const config::AccountConfig& config,
            net::TlsContext tls, const Log& log);

    config::AccountConfig config_;
    HttpFetcher fetcher_;
    EventRelay events_;
    net::TaskGroup tasks_;
    std::unique_ptr<account::Sandbox> sandbox_;
};

}  // namespace cqhttp::app
