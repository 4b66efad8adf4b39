#include "gateway/app/backing.hpp"

#include <fmt/format.h>

#include <filesystem>
#include <tuple>
#include <utility>

namespace cqhttp::app {
namespace {

account::SandboxControl control_of(config::SandboxControl control) {
    switch (control) {
        case config::SandboxControl::off: return account::SandboxControl::off;
        case config::SandboxControl::loopback: return account::SandboxControl::loopback;
        case config::SandboxControl::all: break;
    }
    return account::SandboxControl::all;
}

account::SandboxOptions sandbox_options(const config::AccountConfig& config) {
    account::SandboxOptions options;
    options.self_id = config.self_id;
    options.profile = config.profile;
    if (!config.sandbox.ephemeral) {
        options.database = config.root / "data" / std::to_string(config.self_id) / "sandbox.db";
    }
    options.seed = config.sandbox.world;
    options.control = control_of(config.sandbox.control);
    options.convert_unicode_emoji = config.convert_unicode_emoji;
    options.media.data_directory = config.root / "data";
    options.media.allow_file_urls = config.sandbox.allow_file_urls;
    return options;
}

auto making_of(const config::AccountConfig& config) {
    return std::tuple(config.self_id, config.profile, config.root, config.sandbox.ephemeral,
                      config.sandbox.world, config.sandbox.control, config.sandbox.allow_file_urls,
                      config.convert_unicode_emoji, config.tls.verify, config.tls.ca_file,
                      config.limits.media, config.limits.connect, config.limits.download,
                      config.limits.transcode);
}

}  // namespace

Backing::Backing(boost::asio::io_context& context, const config::AccountConfig& config,
                 net::TlsContext tls, const Log& log)
    : config_(config),
      fetcher_(context.get_executor(), std::move(tls), config_.limits),
      tasks_(context.get_executor(), log.named("account")) {}

Result<std::unique_ptr<Backing>> Backing::open(boost::asio::io_context& context,
                                               const config::AccountConfig& config,
                                               const Clock& clock, const Log& log) {
    const auto data = config.root / "data";
    std::error_code error;
    std::filesystem::create_directories(data / std::to_string(config.self_id), error);
    if (error) {
        return failure(fmt::format("cannot create {}: {} (choose another folder with --root)",
                                   data.string(), error.message()));
    }
    net::TlsOptions tls_options;
    tls_options.verify = config.tls.verify;
    tls_options.ca_file = config.tls.ca_file;
    auto tls = net::TlsContext::client(tls_options);
    if (!tls) {
        return tls.error();
    }
    std::unique_ptr<Backing> backing(new Backing(context, config, std::move(*tls), log));
    auto sandbox =
        account::Sandbox::open(context.get_executor(), sandbox_options(config), clock,
                               backing->fetcher_, backing->config_.limits, log.named("sandbox"));
    if (!sandbox) {
        return sandbox.error();
    }
    backing->sandbox_ = std::move(*sandbox);
    backing->tasks_.spawn("sandbox", backing->sandbox_->run(backing->events_));
    return backing;
}

bool Backing::fits(const config::AccountConfig& config) const {
    return making_of(config) == making_of(config_);
}

void Backing::stop_downloads() {
    fetcher_.stop();
}

boost::asio::awaitable<void> Backing::close() {
    stop_downloads();
    sandbox_->stop();
    co_await tasks_.join();
}

}  // namespace cqhttp::app
