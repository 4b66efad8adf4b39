#include "gateway/app/service.hpp"

#include "gateway/base/ensure.hpp"
#include "gateway/base/url.hpp"

#include <fmt/format.h>

#include <utility>

namespace cqhttp::app {
namespace {

transport::HttpApiOptions http_options(const config::AccountConfig& config) {
    transport::HttpApiOptions options;
    options.access_token = config.access_token;
    options.serve_data_files = config.serve_data_files;
    options.enable_cors = config.enable_cors;
    options.data_directory = config.root / "data";
    return options;
}

event::PipelineOptions pipeline_options(const config::AccountConfig& config) {
    event::PipelineOptions options;
    options.self_id = config.self_id;
    options.form = form_of(config, config.events.message_format);
    options.queue = config.limits.event_queue;
    return options;
}

Result<net::TlsContext> make_tls(const config::TlsSettings& settings) {
    net::TlsOptions options;
    options.verify = settings.verify;
    options.ca_file = settings.ca_file;
    return net::TlsContext::client(options);
}

action::BackgroundLimits background_limits(const config::AccountConfig& config) {
    action::BackgroundLimits limits;
    limits.at_once = config.actions.workers;
    limits.waiting = config.limits.background_calls;
    limits.rate_limited = config.actions.rate_limited;
    limits.rate_limit_interval = config.actions.rate_limit_interval;
    return limits;
}

action::Spawn spawn_into(net::TaskGroup& group) {
    return [&group](std::string name, boost::asio::awaitable<void> task) {
        group.spawn(std::move(name), std::move(task));
    };
}

Result<void> listen_on(net::HttpServer& server, const std::string& host, std::uint16_t port,
                       std::int64_t self_id) {
    auto outcome = server.listen(host, port);
    if (!outcome) {
        const bool taken = outcome.error().code == boost::system::errc::address_in_use;
        return failure(fmt::format("account {}: {}{}", self_id, outcome.error().detail,
                                   taken ? " (another program has it: choose another port)" : ""));
    }
    return {};
}

transport::Role role_of(config::SinkRole role) {
    switch (role) {
        case config::SinkRole::api: return transport::Role::api;
        case config::SinkRole::event: return transport::Role::event;
        case config::SinkRole::universal: break;
    }
    return transport::Role::universal;
}

}  // namespace

Service::Service(boost::asio::io_context& context, const net::Loops& loops,
                 const config::AccountConfig& config, account::Backend& backend,
                 action::Restarter& restarter, const Clock& clock, const Log& log)
    : context_(context),
      config_(config),
      log_(log),
      background_(context.get_executor(), log.named("action")),
      servers_(context.get_executor(), log_),
      system_(backend, *this, restarter, protocol::profile(config.profile),
              std::filesystem::absolute(config.root).lexically_normal().string()),
      dispatcher_(backend, system_, protocol::profile(config.profile), background_limits(config),
                  spawn_into(background_), log.named("action")),
      tls_(make_tls(config.tls)),
      posts_(context, config_, tls_, log),
      pipeline_(context.get_executor(), pipeline_options(config), protocol::profile(config.profile),
                dispatcher_, hub_, posts_.leading(), log.named("event")),
      filters_(config_, pipeline_.filters(), log),
      meta_events_(
          context.get_executor(), {config.events.heartbeat, config.events.heartbeat_interval},
          protocol::profile(config.profile), pipeline_, clock, [this] { return system_.status(); }),
      http_api_(dispatcher_, http_options(config), protocol::profile(config.profile),
                log.named("http_api")),
      keep_alive_(context, config_.limits),
      ws_api_(context, dispatcher_, config.access_token, protocol::profile(config.profile),
              config_.limits, keep_alive_, meta_events_, log.named("ws_api")) {
    hub_.add(ws_api_, {event::Filters::of_account, pipeline_.form()});
    posts_.connect(pipeline_, filters_);
    if (config_.http.enabled) {
        http_server_.emplace(context, http_api_, config_.limits, log.named("http_api"));
    }
    if (config_.ws.enabled) {
        ws_server_.emplace(context, ws_api_, config_.limits, log.named("ws_api"));
    }
    make_branches(loops, log);
}

void Service::make_branches(const net::Loops& loops, const Log& log) {
    const Branch::Home home{context_, dispatcher_, meta_events_};
    for (const auto& loop : loops) {
        if (branches_.size() + 1 >= config_.threads) {
            return;
        }
        branches_.push_back(
            std::make_unique<Branch>(*loop, home, config_, http_options(config_), log));
        Branch& branch = *branches_.back();
        if (http_server_) {
            http_server_->spread(*loop, branch.http_api());
        }
        if (ws_server_) {
            ws_server_->spread(*loop, branch.ws_api());
        }
        hub_.add(branch.events(), {event::Filters::of_account, pipeline_.form()});
    }
}

void Service::make_reverse_clients() {
    const transport::ReverseClient::Surroundings surroundings{
        context_,    dispatcher_, protocol::profile(config_.profile), *tls_, config_.limits,
        keep_alive_, meta_events_};
    for (const config::ReverseSink& sink : config_.reverse_sinks) {
        auto url = parse_url(sink.url);
        ensure(url.has_value(), "the configuration holds addresses that can be used (WSR-008)");
        transport::ReverseClientOptions options;
        options.role = role_of(sink.role);
        options.url = std::move(*url);
        options.self_id = config_.self_id;
        options.access_token = sink.access_token;
        options.reconnect = {sink.reconnect_interval, sink.reconnect_on_code_1000};
        const event::Wish wish{filters_.number(sink.filter, sink.name),
                               form_of(config_, sink.message_format)};
        options.filter = wish.filter;
        const Log named = log_.named(sink.listed ? "reverse_ws " + sink.name : "reverse_ws");
        reverse_clients_.push_back({sink.name, std::make_unique<transport::ReverseClient>(
                                                   surroundings, std::move(options), named)});
        // Behind the forward connections (WSR-034).
        hub_.add(*reverse_clients_.back().client, wish);
    }
}

Result<void> Service::listen(Ports chosen) {
    if (!tls_) {
        return tls_.error();
    }
    make_reverse_clients();
    if (http_server_) {
        const std::uint16_t port = config_.http.port != 0 ? config_.http.port : chosen.http;
        if (auto bound = listen_on(*http_server_, config_.http.host, port, config_.self_id);
            !bound) {
            return bound;
        }
    }
    if (ws_server_) {
        const std::uint16_t port = config_.ws.port != 0 ? config_.ws.port : chosen.ws;
        if (auto bound = listen_on(*ws_server_, config_.ws.host, port, config_.self_id); !bound) {
            return bound;
        }
    }
    listening_ = true;
    return {};
}

// Frameworks that wait for lifecycle connect would wait for ever without a word.
void Service::warn_of_missing_greeting() {
    const bool pushes = ws_server_ || !reverse_clients_.empty();
    const bool ruled =
        pipeline_.filters().gate(event::Filters::of_account) == event::Filters::Gate::ruled;
    if (pushes && ruled && protocol::profile(config_.profile).meta_events &&
        meta_events_.greeting(event::Filters::of_account) == nullptr) {
        log_.named("event").warn(
            "event_filter stops meta events: frameworks that wait for lifecycle connect do not see "
            "the account online; let {{\"post_type\":\"meta_event\"}} pass");
    }
}

void Service::start() {
    const std::string_view profile = protocol::profile(config_.profile).name;
    meta_events_.announce_start();
    servers_.spawn("events", pipeline_.run());
    servers_.spawn("heartbeat", meta_events_.run());
    warn_of_missing_greeting();
    posts_.start(servers_);
    if (http_server_) {
        servers_.spawn("http server", http_server_->run());
        log_.named("http_api")
            .info("listening url={} self_id={} profile={}", http_url(), config_.self_id, profile);
    }
    if (ws_server_ || !reverse_clients_.empty()) {
        background_.spawn("ws keep alive", keep_alive_.run());
    }
    for (const auto& branch : branches_) {
        branch->start();
    }
    if (ws_server_) {
        servers_.spawn("ws server", ws_server_->run());
        log_.named("ws_api").info("listening url={} self_id={} profile={}", ws_url(),
                                  config_.self_id, profile);
    }
    for (const auto& [name, client] : reverse_clients_) {
        servers_.spawn("reverse " + name, client->run());
    }
}

void Service::stop() {
    listening_ = false;
    dispatcher_.stop();
    meta_events_.stop();
    pipeline_.stop();
    posts_.stop();
    if (http_server_) {
        http_server_->stop();
    }
    if (ws_server_) {
        ws_server_->stop();
        ws_api_.stop();
    }
    for (const auto& branch : branches_) {
        branch->stop();
    }
    for (const auto& [name, client] : reverse_clients_) {
        client->stop();
    }
}

void Service::abort() {
    pipeline_.abort();
    posts_.abort();
    if (http_server_) {
        http_server_->abort();
    }
    if (ws_server_) {
        ws_server_->abort();
        ws_api_.abort();
    }
    for (const auto& branch : branches_) {
        branch->abort();
    }
    for (const auto& [name, client] : reverse_clients_) {
        client->abort();
    }
    background_.cancel();
}

boost::asio::awaitable<void> Service::join() {
    co_await servers_.join();
    co_await ws_api_.join();
    for (const auto& branch : branches_) {
        co_await branch->join();
    }
    keep_alive_.stop();
    co_await background_.join();
}

std::vector<action::PartStatus> Service::parts() const {
    std::vector<action::PartStatus> parts;
    if (config_.http.enabled) {
        parts.push_back({"http", listening_});
    }
    if (config_.ws.enabled) {
        parts.push_back({"ws", listening_});
    }
    const bool running_counts = protocol::profile(config_.profile).reverse_good_while_running;
    for (const auto& [name, client] : reverse_clients_) {
        parts.push_back({name, running_counts ? client->running() : client->connected()});
    }
    return parts;
}

void Service::log_counters() const {
    const event::Pipeline::Counters events = pipeline_.counters();
    log_.named("event").info("so far self_id={} events={} filtered={} dropped={} waiting={}",
                             config_.self_id, events.submitted, events.filtered, events.dropped,
                             pipeline_.waiting());
    posts_.log_counters(pipeline_);
    if (ws_server_) {
        std::size_t sessions = ws_api_.sessions();
        std::uint64_t slow = ws_api_.slow_subscribers();
        for (const auto& branch : branches_) {
            sessions += branch->ws_sessions();
            slow += branch->slow_subscribers();
        }
        log_.named("ws_api").info("so far connections={} slow={}", sessions, slow);
    }
    for (const auto& [name, client] : reverse_clients_) {
        client->log_counters();
    }
}

Service::Ports Service::ports() const noexcept {
    Ports ports;
    if (http_server_) {
        ports.http = http_server_->port();
    }
    if (ws_server_) {
        ports.ws = ws_server_->port();
    }
    return ports;
}

std::string Service::http_url() const {
    return http_server_ ? "http://" + http_server_->address() : std::string();
}

std::string Service::ws_url() const {
    return ws_server_ ? "ws://" + ws_server_->address() : std::string();
}

}  // namespace cqhttp::app
