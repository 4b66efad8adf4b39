#pragma once

#include "gateway/base/clock.hpp"
#include "gateway/event/greeter.hpp"
#include "gateway/event/pipeline.hpp"
#include "gateway/protocol/profile.hpp"

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/steady_timer.hpp>

#include <chrono>
#include <functional>
#include <string>

namespace cqhttp::event {

struct HeartbeatOptions {
    bool enabled = false;                        // enable_heartbeat
    std::chrono::milliseconds interval{15'000};  // heartbeat_interval
};

// What one account's gateway says about itself (chapter 05 section 5), where the profile has that:
// that it starts and ends, that a connection has opened, and that it lives. Lives on the account's
// loop, as long as the configuration that made it; greetings are made for any loop.
class MetaEvents final : public Greeter {
public:
    // `status` is the data of get_status as JSON.
    MetaEvents(asio::any_io_executor executor, HeartbeatOptions heartbeat,
               const protocol::Profile& profile, Pipeline& pipeline, const Clock& clock,
               std::function<std::string()> status);

    // Before any other event.
    void announce_start();
    // The first heartbeat comes at once (META-009). Until stop(); ends at once where there are
    // none.
    asio::awaitable<void> run();
    // Behind every other event; before the pipeline is stopped. Idempotent.
    void stop();

    SharedText greeting(std::size_t filter) const override;

private:
    protocol::MetaEvent made(protocol::MetaKind kind) const;

    HeartbeatOptions heartbeat_;
    const protocol::Profile& profile_;
    Pipeline& pipeline_;
    const Clock& clock_;
    std::function<std::string()> status_;
    asio::steady_timer next_;
    bool announced_ = false;
    bool stopped_ = false;
};

}  // namespace cqhttp::event
