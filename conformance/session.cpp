#include "conformance/session.hpp"

#include "conformance/quiet_log.hpp"

#include <fmt/format.h>

#include <utility>

namespace cqhttp::conformance {

Session::Session(asio::io_context& context, WireContext wires, Target& target, Profile profile)
    : wires_(std::move(wires)),
      target_(target),
      profile_(profile),
      post_(context, wires_),
      reverse_(context, wires_),
      tasks_(context.get_executor(), quiet_log("session")) {}

Session::~Session() = default;

Result<PeerAddresses> Session::start_peers(const Setup& setup) {
    const PeerPorts ports = target_.peer_ports();
    const bool secure = setup.tls != Setup::Tls::none;
    if (secure) {
        const bool other = setup.tls == Setup::Tls::other_host;
        identity_ = std::make_unique<TlsIdentity>(other ? "other.invalid" : "localhost");
    }
    TlsIdentity* const identity = identity_.get();
    if (auto listening = post_.listen(ports.host, ports.post, identity); listening.has_error()) {
        return listening.error();
    }
    if (auto listening = reverse_.listen(ports.host, ports.reverse, identity);
        listening.has_error()) {
        return listening.error();
    }
    tasks_.spawn("post receiver", post_.run());
    tasks_.spawn("reverse server", reverse_.run());
    PeerAddresses addresses;
    addresses.certificate = secure ? identity->certificate() : "";
    addresses.post_url = fmt::format(
        "{}:{}{}", secure ? "https://localhost" : std::string(setup.post_scheme) + "://127.0.0.1",
        post_.port(), setup.post_path);
    const std::string base =
        fmt::format("{}:{}", secure ? "wss://localhost" : "ws://127.0.0.1", reverse_.port());
    addresses.reverse_api_url = fmt::format("{}{}", base, setup.reverse_api_path);
    addresses.reverse_event_url = fmt::format("{}{}", base, setup.reverse_event_path);
    addresses.reverse_url = base + "/";
    return addresses;
}

asio::awaitable<Result<void>> Session::open(const Setup& setup) {
    auto addresses = start_peers(setup);
    if (addresses.has_error()) {
        co_return addresses.error();
    }
    auto started = co_await target_.start(setup, std::move(addresses.value()));
    if (started.has_error()) {
        co_return started.error();
    }
    endpoints_ = std::move(started.value());
    wires_.transcript->mask(endpoints_.token);
    wires_.transcript->mask(endpoints_.secret);
    context_.emplace(Context::Parts{wires_, target_, endpoints_, profile_, &post_, &reverse_});
    if (endpoints_.self_id == 0) {
        co_return co_await ask_who_it_is();
    }
    co_return Result<void>();
}

asio::awaitable<Result<void>> Session::ask_who_it_is() {
    Json body;
    std::string answer;
    if (endpoints_.http) {
        const HttpReply reply = co_await context_->call("get_login_info");
        body = reply.json();
        answer = reply.text() + " " + printable(reply.body);
        if (reply.status == 0) {
            co_return failure("get_login_info: " + reply.text());
        }
    } else if (endpoints_.ws) {
        WsOpening opening = co_await context_->open_ws("/api");
        answer = opening.reply.text();
        if (opening.link) {
            const Frame frame = co_await opening.link->call("get_login_info");
            body = frame.json();
            answer = frame.text();
        }
    }
    const Json& number = member(member(body, "data"), "user_id");
    if (number.is_number_integer()) {
        endpoints_.self_id = number.get<std::int64_t>();
    }
    // A target that cannot say who it is may still pass cases that do not ask.
    co_return Result<void>();
}

asio::awaitable<void> Session::close() {
    context_.reset();
    post_.stop();
    reverse_.stop();
    co_await tasks_.join();
}

}  // namespace cqhttp::conformance
