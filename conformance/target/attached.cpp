#include "conformance/target/attached.hpp"

#include "conformance/target/probe.hpp"

#include <fmt/format.h>

#include <utility>

namespace cqhttp::conformance {
namespace {

class Attached final : public Target {
public:
    explicit Attached(AttachedOptions options) : options_(std::move(options)) {}

    std::string name() const override {
        const auto& url = options_.http ? options_.http : options_.ws;
        return url ? url->printable() : "a target without address";
    }

    Needs offers() const override {
        Needs needs;
        const auto add = [&needs](bool there, Need need) { needs = there ? needs | need : needs; };
        add(options_.http.has_value(), Need::http);
        add(options_.ws.has_value(), Need::ws);
        add(options_.reverse, Need::reverse);
        add(options_.post, Need::post);
        add(options_.user != 0, Need::user);
        add(options_.group != 0, Need::group);
        add(!options_.data_root.empty(), Need::data_root);
        add(options_.disposable, Need::disposable);
        const bool control = options_.sandbox_control && options_.http;
        add(control, Need::effects);
        add(control || !options_.hook.empty(), Need::inject);
        return needs;
    }

    std::string objection(const Setup& setup) const override {
        if (options_.setups.contains(setup.name)) {
            return {};
        }
        const bool has_token = !options_.token.empty();
        if (setup.token == Setup::Token::set && !has_token) {
            return "it has no access token; give --token";
        }
        if (setup.token == Setup::Token::none && has_token) {
            return "it has an access token; run again without one";
        }
        if (setup.post && (!options_.post || setup.secret != !options_.secret.empty())) {
            return setup.secret ? "give --post-port and --secret as configured there"
                                : "give --post-port; it must post without a secret";
        }
        const bool reverse = setup.reverse_api || setup.reverse_event || setup.universal;
        if (reverse && setup.reverse != Setup::Switch::off && !options_.reverse) {
            return "give --reverse-port as configured there";
        }
        // What cannot be seen from outside must be said.
        const bool special =
            !setup.http || !setup.ws || setup.universal || setup.fallback ||
            setup.reverse != Setup::Switch::by_address || setup.reverse_defaults ||
            setup.reverse_api_path != "/api/" || setup.reverse_event_path != "/event/" ||
            setup.array || setup.post_path != "/" || setup.post_scheme != "http" ||
            setup.heartbeat != 0 || setup.compatibility || !setup.emoji || setup.data_files ||
            !setup.filter.empty() || !setup.own_lines.empty() || setup.tls != Setup::Tls::none ||
            setup.reconnect_on_code_1000 || setup.reconnect_interval != 3000;
        if (special) {
            return fmt::format("configure it so ({}) and give --setup {}", setup.about, setup.name);
        }
        return {};
    }

    PeerPorts peer_ports() const override { return options_.peers; }

    asio::awaitable<Result<Endpoints>> start(const Setup&, PeerAddresses) override {
        for (const auto* url : {&options_.http, &options_.ws}) {
            if (!*url) {
                continue;
            }
            const auto there = co_await probe(**url, options_.patience);
            if (there.has_error()) {
                co_return there.error();
            }
        }
        Endpoints endpoints;
        endpoints.http = options_.http;
        endpoints.ws = options_.ws;
        endpoints.token = options_.token.reveal();
        endpoints.secret = options_.secret.reveal();
        endpoints.user = options_.user;
        endpoints.group = options_.group;
        endpoints.discuss = options_.discuss;
        endpoints.data_root = options_.data_root;
        endpoints_ = endpoints;
        co_return endpoints;
    }

    asio::awaitable<void> stop() override { co_return; }

    asio::awaitable<Result<void>> inject(Json event) override {
        if (options_.sandbox_control) {
            return inject_by_action(endpoints_, std::move(event), options_.patience);
        }
        return use_hook(options_.hook, std::move(event), endpoints_, options_.patience);
    }

    bool waits_for_somebody() const override { return *options_.hook.asking; }

    asio::awaitable<std::optional<std::string>> death() override {
        const auto& url = options_.http ? options_.http : options_.ws;
        const auto there = co_await probe(*url, options_.patience);
        std::optional<std::string> how;
        if (there.has_error()) {
            how = there.error().detail;
        }
        co_return how;
    }

private:
    AttachedOptions options_;
    Endpoints endpoints_;
};

}  // namespace

std::unique_ptr<Target> make_attached(AttachedOptions options) {
    return std::make_unique<Attached>(std::move(options));
}

}  // namespace cqhttp::conformance
