#include "conformance/tests/deviant.hpp"

#include "conformance/tests/relay.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/this_coro.hpp>
#include <fmt/format.h>

#include <optional>
#include <utility>

namespace cqhttp::conformance::test {
namespace {

class Deviant final : public Target {
public:
    Deviant(std::unique_ptr<Target> gateway, const Deviation& deviation)
        : gateway_(std::move(gateway)), deviation_(deviation) {}

    std::string name() const override { return std::string(deviation_.name); }
    bool own() const override { return true; }
    Needs offers() const override { return gateway_->offers(); }
    std::string objection(const Setup& setup) const override { return gateway_->objection(setup); }

    asio::awaitable<Result<Endpoints>> start(const Setup& setup, PeerAddresses peers) override {
        co_await stop();
        const asio::any_io_executor executor = co_await asio::this_coro::executor;
        auto* const loop = executor.target<asio::io_context::executor_type>();
        relay_.emplace(loop->context(), deviation_);
        PeerAddresses through = peers;
        // The relay speaks no TLS: there the gateway is only configured wrongly.
        if (setup.tls == Setup::Tls::none) {
            redirect(through.post_url, Relay::Kind::post);
            redirect(through.reverse_api_url, Relay::Kind::reverse);
            redirect(through.reverse_event_url, Relay::Kind::reverse);
            redirect(through.reverse_url, Relay::Kind::reverse);
        }
        Setup wrong = setup;
        if (deviation_.configured != nullptr) {
            deviation_.configured(wrong);
        }
        auto endpoints = co_await gateway_->start(wrong, std::move(through));
        if (endpoints.has_error()) {
            co_return endpoints;
        }
        relay_->set_token(endpoints->token);
        if (deviation_.trick == Deviation::Trick::listens_always && endpoints->ws) {
            endpoints->unused_port = relay_->open(Relay::Kind::http, *endpoints->ws);
        }
        if (endpoints->http) {
            endpoints->http->port = relay_->open(Relay::Kind::http, *endpoints->http);
        }
        if (endpoints->ws) {
            endpoints->ws->port = relay_->open(Relay::Kind::ws, *endpoints->ws);
        }
        co_return endpoints;
    }

    asio::awaitable<void> stop() override {
        // The gateway need not wait then for answers to its close frames.
        if (relay_) {
            co_await relay_->close();
            relay_.reset();
        }
        co_await gateway_->stop();
    }

    asio::awaitable<Result<void>> inject(Json event) override {
        return gateway_->inject(std::move(event));
    }
    asio::awaitable<std::optional<std::string>> death() override { return gateway_->death(); }

private:
    // Makes an address of the suite one of the relay, path and query aside.
    void redirect(std::string& address, Relay::Kind kind) {
        const Url url = parse_url(address).value();
        const std::string port = fmt::format(":{}", url.port);
        const std::size_t at = address.find(port);
        address.replace(at, port.size(), fmt::format(":{}", relay_->open(kind, url)));
    }

    std::unique_ptr<Target> gateway_;
    const Deviation& deviation_;
    std::optional<Relay> relay_;
};

}  // namespace

std::vector<std::span<const Deviation>> deviation_groups() {
    return {http_deviations(),   auth_deviations(),       ws_deviations(),
            echo_deviations(),   push_deviations(),       reverse_deviations(),
            post_deviations(),   message_deviations(),    file_deviations(),
            action_deviations(), action_row_deviations(), later_action_deviations(),
            event_deviations()};
}

std::unique_ptr<Target> make_deviant(std::unique_ptr<Target> gateway, const Deviation& deviation) {
    return std::make_unique<Deviant>(std::move(gateway), deviation);
}

}  // namespace cqhttp::conformance::test
