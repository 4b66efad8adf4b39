#include "gateway/app/branch.hpp"

#include "gateway/protocol/profile.hpp"

#include <functional>
#include <utility>

namespace cqhttp::app {

Branch::Branch(net::Loop& loop, const Home& home, const config::AccountConfig& config,
               transport::HttpApiOptions http_options, const Log& log)
    : loop_(loop),
      background_(loop.context().get_executor(), log.named("ws_api")),
      calls_(loop, home.dispatcher, home.context, log.named("action")),
      http_api_(calls_, std::move(http_options), protocol::profile(config.profile),
                log.named("http_api")),
      keep_alive_(loop.context(), config.limits),
      ws_api_(loop.context(), calls_, config.access_token, protocol::profile(config.profile),
              config.limits, keep_alive_, home.greeter, log.named("ws_api")),
      events_(loop, ws_api_, config.limits.outbox_bytes) {}

void Branch::start() {
    loop_.from_home().post([this] { background_.spawn("ws keep alive", keep_alive_.run()); });
}

void Branch::stop() {
    loop_.from_home().post([this] { ws_api_.stop(); });
}

void Branch::abort() {
    calls_.abort();
    loop_.from_home().post([this] { ws_api_.abort(); });
}

boost::asio::awaitable<void> Branch::join() {
    std::function<boost::asio::awaitable<void>()> answers = [this] { return ws_api_.join(); };
    co_await loop_.run(std::move(answers));
    std::function<boost::asio::awaitable<void>()> end = [this] {
        keep_alive_.stop();
        return background_.join();
    };
    co_await loop_.run(std::move(end));
    co_await calls_.join();
    co_await loop_.round_trip();
}

}  // namespace cqhttp::app
