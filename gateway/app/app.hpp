#pragma once

#include "gateway/action/restarter.hpp"
#include "gateway/app/backing.hpp"
#include "gateway/app/options.hpp"
#include "gateway/app/service.hpp"
#include "gateway/base/clock.hpp"
#include "gateway/base/log.hpp"
#include "gateway/net/loop.hpp"

#include <boost/asio/awaitable.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <vector>

namespace cqhttp::app {

// The program: one world and one set of services per account, started together, restarted together,
// ended together. Lives on one event loop, the home of all accounts; owns the others.
class App final : public action::Restarter {
public:
    App(boost::asio::io_context& context, Options options, config::Loaded loaded, LogSink& sink);
    ~App() override;

    // Serves until request_stop() and returns the exit code.
    boost::asio::awaitable<int> run();

    // The first call ends orderly within Limits::drain, a second one at once.
    void request_stop();
    void restart_after(std::chrono::milliseconds delay) override;

    // Writes what every sink has got so far to the log.
    void log_counters() const;

    // What is serving now; empty before it is and while it restarts.
    const std::vector<std::unique_ptr<Service>>& services() const noexcept { return services_; }

private:
    boost::asio::awaitable<Result<void>> start();
    boost::asio::awaitable<Result<void>> open_backings();
    Result<void> open_loops();
    Result<void> open_services();
    void announce();
    void warn_of_open_door(const config::AccountConfig& config, const std::string& url,
                           const std::string& host) const;
    boost::asio::awaitable<void> wait_for_wish();
    boost::asio::awaitable<void> end_services();
    boost::asio::awaitable<void> close_backings();
    void abort_services();
    void reload();

    boost::asio::io_context& context_;
    Options options_;
    config::Loaded loaded_;
    config::Loaded previous_;
    SystemClock clock_;
    LogSink& sink_;
    Log log_;
    std::map<std::int64_t, std::unique_ptr<Backing>> backings_;
    std::map<std::int64_t, Service::Ports> chosen_ports_;  // where the configuration says 0
    net::Loops loops_;                                     // beside the home loop
    std::vector<std::unique_ptr<Service>> services_;
    boost::asio::steady_timer wish_;     // cancelled when a wish below comes true
    boost::asio::steady_timer restart_;  // set_restart_plugin's delay
    bool stop_wished_ = false;
    bool restart_wished_ = false;
    bool restart_pending_ = false;
};

}  // namespace cqhttp::app
