#include "gateway/app/app.hpp"

#include "gateway/app/exit_code.hpp"
#include "gateway/app/ready_file.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <algorithm>
#include <chrono>
#include <thread>
#include <utility>

namespace cqhttp::app {

namespace asio = boost::asio;

namespace {

constexpr auto as_values = asio::as_tuple(asio::use_awaitable);

bool is_loopback(const std::string& host) {
    return host == "::1" || host == "localhost" || host.starts_with("127.");
}

}  // namespace

App::App(asio::io_context& context, Options options, config::Loaded loaded, LogSink& sink)
    : context_(context),
      options_(std::move(options)),
      loaded_(std::move(loaded)),
      sink_(sink),
      log_(sink_, "gateway"),
      wish_(context),
      restart_(context) {}

App::~App() = default;

asio::awaitable<int> App::run() {
    bool served = false;
    bool fell_back = false;
    int code = exit_ok;
    while (true) {
        const Result<void> started = co_await start();
        if (!started) {
            log_.error("{}", started.error().detail);
            services_.clear();
            if (!served || fell_back) {
                code = served ? exit_failed : exit_usage;
                break;
            }
            log_.error("the new configuration cannot be served, going on with the previous one");
            loaded_ = previous_;
            fell_back = true;
            continue;
        }
        served = true;
        fell_back = false;
        announce();
        co_await wait_for_wish();
        co_await end_services();
        if (stop_wished_) {
            break;
        }
        reload();
    }
    co_await close_backings();
    if (options_.ready_file) {
        std::error_code ignored;  // somebody else may have removed it already
        std::filesystem::remove(*options_.ready_file, ignored);
    }
    log_.info("ended");
    co_return code;
}

asio::awaitable<Result<void>> App::start() {
    Result<void> outcome = co_await open_backings();
    if (!outcome) {
        co_return outcome;
    }
    outcome = open_loops();
    if (!outcome) {
        co_return outcome;
    }
    co_return open_services();
}

// Worlds that still fit stay as they are; others end before the same database is opened again.
asio::awaitable<Result<void>> App::open_backings() {
    std::map<std::int64_t, std::unique_ptr<Backing>> kept;
    for (const auto& config : loaded_.accounts) {
        const auto found = backings_.find(config.self_id);
        if (found != backings_.end() && found->second->fits(config)) {
            kept.insert(backings_.extract(found));
        }
    }
    co_await close_backings();
    backings_ = std::move(kept);
    for (const auto& config : loaded_.accounts) {
        if (backings_.contains(config.self_id)) {
            continue;
        }
        auto backing = Backing::open(context_, config, clock_, log_);
        if (!backing) {
            co_return backing.error();
        }
        backings_.emplace(config.self_id, std::move(*backing));
    }
    co_return Result<void>();
}

// As many as the account that asks for most. Nothing lives on them now.
Result<void> App::open_loops() {
    std::size_t threads = 1;
    for (const auto& config : loaded_.accounts) {
        threads = std::max(threads, config.threads);
    }
    while (loops_.size() + 1 > threads) {
        loops_.pop_back();
    }
    while (loops_.size() + 1 < threads) {
        auto loop = net::Loop::start(context_, loops_.size() + 2);
        if (!loop) {
            return loop.error();
        }
        loops_.push_back(std::move(*loop));
    }
    const std::size_t cores = std::thread::hardware_concurrency();
    if (cores != 0 && threads > cores) {
        log_.info("more threads than cores gateway.threads={} cores={}", threads, cores);
    }
    return {};
}

Result<void> App::open_services() {
    for (const auto& config : loaded_.accounts) {
        auto service = std::make_unique<Service>(
            context_, loops_, config, backings_.at(config.self_id)->sandbox(), *this, clock_, log_);
        Service::Ports& chosen = chosen_ports_[config.self_id];
        if (auto outcome = service->listen(chosen); !outcome) {
            return outcome;
        }
        chosen = service->ports();
        services_.push_back(std::move(service));
    }
    for (const auto& service : services_) {
        backings_.at(service->self_id())->send_events_to(&service->events());
        service->start();
    }
    return {};
}

void App::announce() {
    for (const auto& service : services_) {
        const auto& config = service->config();
        warn_of_open_door(config, service->http_url(), config.http.host);
        warn_of_open_door(config, service->ws_url(), config.ws.host);
    }
    if (options_.ready_file) {
        const auto written = write_ready_file(*options_.ready_file, services_);
        if (!written) {
            log_.error("{}", written.error().detail);
        }
    }
}

void App::warn_of_open_door(const config::AccountConfig& config, const std::string& url,
                            const std::string& host) const {
    if (!url.empty() && config.access_token.empty() && !is_loopback(host)) {
        log_.warn("anybody who reaches {} can use account {}: set access_token, or {}127.0.0.1",
                  url, config.self_id, url.starts_with("ws") ? "ws_host = " : "host = ");
    }
}

asio::awaitable<void> App::wait_for_wish() {
    while (!stop_wished_ && !restart_wished_) {
        wish_.expires_at(std::chrono::steady_clock::time_point::max());
        co_await wish_.async_wait(as_values);
    }
    restart_wished_ = false;
    restart_pending_ = false;
}

asio::awaitable<void> App::end_services() {
    auto longest = std::chrono::milliseconds(0);
    for (const auto& service : services_) {
        service->stop();
        longest = std::max(longest, service->config().limits.drain);
    }
    asio::steady_timer drain(context_, longest);
    auto cut = [this](const boost::system::error_code& error) {
        if (!error) {
            log_.warn("connections did not end in time and are cut");
            abort_services();
        }
    };
    drain.async_wait(cut);
    for (const auto& service : services_) {
        co_await service->join();
    }
    drain.cancel();
    for (const auto& service : services_) {
        backings_.at(service->self_id())->send_events_to(nullptr);
    }
    services_.clear();
}

asio::awaitable<void> App::close_backings() {
    for (auto& [self_id, backing] : backings_) {
        co_await backing->close();
    }
    backings_.clear();
}

void App::abort_services() {
    for (const auto& service : services_) {
        service->abort();
    }
    // A call that waits for a download would keep its connection's end waiting too.
    for (const auto& [self_id, backing] : backings_) {
        backing->stop_downloads();
    }
}

// A configuration that does not load changes nothing: the gateway goes on with the one it has.
void App::reload() {
    log_.info("restarting");
    auto outcome = config::load(options_.load);
    for (const auto& mistake : outcome.mistakes) {
        log_.error("{}", mistake);
    }
    if (!outcome.loaded) {
        log_.error("the configuration has mistakes, going on with the previous one");
        return;
    }
    for (const auto& warning : outcome.loaded->warnings) {
        log_.warn("{}", warning);
    }
    previous_ = std::move(loaded_);
    loaded_ = std::move(*outcome.loaded);
}

void App::request_stop() {
    if (stop_wished_) {
        abort_services();
        return;
    }
    stop_wished_ = true;
    restart_.cancel();
    wish_.cancel();
}

void App::log_counters() const {
    for (const auto& service : services_) {
        service->log_counters();
    }
}

void App::restart_after(std::chrono::milliseconds delay) {
    if (restart_pending_ || stop_wished_) {
        return;
    }
    restart_pending_ = true;
    restart_.expires_after(delay);
    auto restart_now = [this](const boost::system::error_code& error) {
        if (!error) {
            restart_wished_ = true;
            wish_.cancel();
        }
    };
    restart_.async_wait(restart_now);
}

}  // namespace cqhttp::app
