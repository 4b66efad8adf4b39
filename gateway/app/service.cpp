#include "gateway/app/service.hpp"

#include "gateway/app/filter_file.hpp"
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
    options.form.message_array = config.events.message_format == config::MessageFormat::array;
    options.form.backward_compatibility = config.events.backward_compatibility;
    options.queue = config.limits.event_queue;
    return options;
}

Result<net::TlsContext> make_tls(const config::TlsSettings& settings) {
    net::TlsOptions options;
    options.verify = settings.verify;
    options.ca_file = settings.ca_file;
    return net::TlsContext::client(options);
}

std::unique_ptr<transport::HttpPost> http_post(boost::asio::io_context& context,
                                               const config::AccountConfig& config,
                                               Result<net::TlsContext>& tls, const Log& log) {
    if (config.post.url.empty() || !tls) {
        return nullptr;
    }
    auto url = parse_url(config.post.url);
    ensure(url.has_value(), "the configuration holds addresses that can be used (POST-004)");
    transport::HttpPostOptions options;
    options.url = std::move(*url);
    options.secret = config.post.secret;
    options.self_id = config.self_id;
    options.connect = config.limits.connect;
    options.timeout = config.post.timeout;
    return std::make_unique<transport::HttpPost>(context.get_executor(), *tls, std::move(options),
                                                 protocol::profile(config.profile),
                                                 log.named("http_post"));
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

struct ReverseTarget {
    transport::Role role;
    std::string url;
};

// The connections the settings ask for (WSR-002 ... WSR-007); ws_reverse_url and the universal
// client exist in the profiles that have these settings.
std::vector<ReverseTarget> reverse_targets(const config::ReverseSettings& settings) {
    using transport::Role;
    std::vector<ReverseTarget> targets;
    const auto add = [&](Role role, const std::string& url) {
        if (!url.empty()) {
            targets.push_back({role, url});
        }
    };
    if (!settings.enabled) {
        return targets;
    }
    if (settings.universal) {
        add(Role::universal, settings.url);
        return targets;
    }
    add(Role::api, settings.api_url.empty() ? settings.url : settings.api_url);
    add(Role::event, settings.event_url.empty() ? settings.url : settings.event_url);
    return targets;
}

}  // namespace

Service::Service(boost::asio::io_context& context, const config::AccountConfig& config,
                 account::Backend& backend, action::Restarter& restarter, const Log& log)
    : context_(context),
      config_(config),
      log_(log),
      background_(context.get_executor(), log.named("action")),
      servers_(context.get_executor(), log_),
      system_(backend, *this, restarter, protocol::profile(config.profile),
              std::filesystem::absolute(config.root).lexically_normal().string()),
      dispatcher_(backend, system_, protocol::profile(config.profile),
                  {config.actions.workers, config.limits.background_calls}, spawn_into(background_),
                  log.named("action")),
      http_api_(dispatcher_, http_options(config), protocol::profile(config.profile),
                log.named("http_api")),
      keep_alive_(context, config_.limits),
      ws_api_(context, dispatcher_, config.access_token, protocol::profile(config.profile),
              config_.limits, keep_alive_, log.named("ws_api")),
      tls_(make_tls(config.tls)),
      post_(http_post(context, config, tls_, log)),
      pipeline_(context.get_executor(), pipeline_options(config), protocol::profile(config.profile),
                dispatcher_, hub_, post_.get(), log.named("event")) {
    hub_.add(ws_api_, {event::Filters::of_account, pipeline_.form()});
    read_filter();
    if (config_.http.enabled) {
        http_server_.emplace(context, http_api_, config_.limits, log.named("http_api"));
    }
    if (config_.ws.enabled) {
        ws_server_.emplace(context, ws_api_, config_.limits, log.named("ws_api"));
    }
}

// A filter that cannot be had holds every event back (FLT-004); calls go on.
void Service::read_filter() {
    if (config_.events.filter.empty()) {
        return;
    }
    const auto file = config_.app_directory / config_.events.filter;
    auto filter = load_filter(file);
    if (filter) {
        pipeline_.set_filter(std::move(*filter));
        return;
    }
    log_.named("event").error("every event is held back: {}", filter.error().detail);
    pipeline_.hold_all();
}

void Service::make_reverse_clients() {
    const std::vector<ReverseTarget> targets = reverse_targets(config_.reverse);
    const transport::ReverseClient::Surroundings surroundings{
        context_, dispatcher_,    protocol::profile(config_.profile),
        *tls_,    config_.limits, keep_alive_};
    for (const ReverseTarget& target : targets) {
        auto url = parse_url(target.url);
        ensure(url.has_value(), "the configuration holds addresses that can be used (WSR-008)");
        transport::ReverseClientOptions options;
        options.role = target.role;
        options.url = std::move(*url);
        options.self_id = config_.self_id;
        options.access_token = config_.access_token;
        options.reconnect = {config_.reverse.reconnect_interval,
                             config_.reverse.reconnect_on_code_1000};
        reverse_clients_.push_back(std::make_unique<transport::ReverseClient>(
            surroundings, std::move(options), log_.named("reverse_ws")));
        // Behind the forward connections (WSR-034).
        hub_.add(*reverse_clients_.back(), {event::Filters::of_account, pipeline_.form()});
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

void Service::start() {
    const std::string_view profile = protocol::profile(config_.profile).name;
    servers_.spawn("events", pipeline_.run());
    if (post_) {
        log_.named("http_post").info("posting events url={}", post_->printable_url());
    }
    if (http_server_) {
        servers_.spawn("http server", http_server_->run());
        log_.named("http_api")
            .info("listening url={} self_id={} profile={}", http_url(), config_.self_id, profile);
    }
    if (ws_server_ || !reverse_clients_.empty()) {
        background_.spawn("ws keep alive", keep_alive_.run());
    }
    if (ws_server_) {
        servers_.spawn("ws server", ws_server_->run());
        log_.named("ws_api").info("listening url={} self_id={} profile={}", ws_url(),
                                  config_.self_id, profile);
    }
    for (const auto& client : reverse_clients_) {
        servers_.spawn(fmt::format("reverse {}", transport::name_of(client->role())),
                       client->run());
    }
}

void Service::stop() {
    listening_ = false;
    dispatcher_.stop();
    pipeline_.stop();
    if (http_server_) {
        http_server_->stop();
    }
    if (ws_server_) {
        ws_server_->stop();
        ws_api_.stop();
    }
    for (const auto& client : reverse_clients_) {
        client->stop();
    }
}

void Service::abort() {
    pipeline_.abort();
    if (post_) {
        post_->stop();
    }
    if (http_server_) {
        http_server_->abort();
    }
    if (ws_server_) {
        ws_server_->abort();
        ws_api_.abort();
    }
    for (const auto& client : reverse_clients_) {
        client->abort();
    }
    background_.cancel();
}

boost::asio::awaitable<void> Service::join() {
    co_await servers_.join();
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
    for (const auto& client : reverse_clients_) {
        parts.push_back({fmt::format("ws_reverse_{}", transport::name_of(client->role())),
                         running_counts ? client->running() : client->connected()});
    }
    return parts;
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
