#include "gateway/transport/reverse_client.hpp"

#include "gateway/net/listener.hpp"

#include <boost/asio/ip/address.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <string_view>
#include <utility>

namespace cqhttp::transport {
namespace {

// Value of X-Client-Role (WSR-015).
std::string_view header_of(Role role) noexcept {
    switch (role) {
        case Role::api: return "API";
        case Role::event: return "Event";
        case Role::universal: return "Universal";
    }
    return {};
}

std::string_view name_of(net::WsStage stage) noexcept {
    switch (stage) {
        case net::WsStage::resolve: return "dns";
        case net::WsStage::connect: return "tcp";
        case net::WsStage::tls: return "tls";
        case net::WsStage::http: return "http";
        case net::WsStage::upgrade: return "upgrade";
    }
    return {};
}

// Of "127.0.0.1:40000" or "[::1]:40000".
bool is_loopback_peer(std::string_view peer) {
    std::string_view host = peer.substr(0, peer.rfind(':'));
    if (host.starts_with('[') && host.ends_with(']')) {
        host = host.substr(1, host.size() - 2);
    }
    boost::system::error_code error;
    const auto address = asio::ip::make_address(host, error);
    return !error && net::is_loopback(address);
}

// Names the session of a client for as long as it runs.
class Presence {
public:
    Presence(WsSession*& place, WsSession& session) : place_(place) { place_ = &session; }
    ~Presence() { place_ = nullptr; }
    Presence(const Presence&) = delete;
    Presence& operator=(const Presence&) = delete;

private:
    WsSession*& place_;
};

}  // namespace

ReverseClient::ReverseClient(const Surroundings& surroundings, ReverseClientOptions options,
                             Log log)
    : around_(surroundings),
      options_(std::move(options)),
      policy_(options_.reconnect),
      log_(std::move(log)),
      url_(options_.url.printable()),
      calls_{around_.dispatcher},
      interruption_(around_.context.get_executor()),
      end_of_turn_(around_.context, [this] {
          if (session_ != nullptr) {
              session_->flush();
          }
      }) {}

asio::awaitable<void> ReverseClient::run() {
    while (!stopped_) {
        const Next next = co_await attempt();
        if (!next || stopped_) {
            break;
        }
        co_await wait(*next);
    }
    running_ = false;
}

asio::awaitable<ReverseClient::Next> ReverseClient::attempt() {
    net::WsConnectRequest request = handshake();
    auto connected =
        co_await net::WebSocket::connect(around_.context, std::move(request), around_.tls,
                                         around_.limits, around_.keep_alive, &interruption_);
    if (!connected) {
        co_return failed(connected.error());
    }
    const protocol::Caller caller{is_loopback_peer(connected->peer())};
    WsSession session(std::move(*connected), options_.role, calls_, caller);
    const Presence presence(session_, session);
    session.greet(around_.greeter, options_.filter);  // WSR-036
    failures_.end();
    ++connections_;
    const std::string after =
        failed_attempts_ == 0 ? std::string() : fmt::format(" failed_before={}", failed_attempts_);
    failed_attempts_ = 0;
    log_.info("connected role={} url={} self_id={}{}", transport::name_of(options_.role), url_,
              options_.self_id, after);
    if (stopped_) {
        session.stop(net::close_code::going_away);
    }
    co_await session.run();
    co_return ended(session.end());
}

asio::awaitable<void> ReverseClient::wait(std::chrono::steady_clock::time_point until) {
    interruption_.reset();
    interruption_.set_deadline(until);
    // A look-up that an attempt has given up may end now and wake this without being a cause.
    while (interruption_.cause() == net::Interruption::Cause::none) {
        co_await interruption_.wait();
    }
    interruption_.reset();
}

net::WsConnectRequest ReverseClient::handshake() const {
    net::WsConnectRequest request;
    request.url = options_.url;
    request.headers.emplace_back("User-Agent",
                                 fmt::format("CQHttp/{}", around_.profile.plugin_version));
    request.headers.emplace_back("X-Self-ID", std::to_string(options_.self_id));
    if (around_.profile.client_role_header) {
        request.headers.emplace_back("X-Client-Role", header_of(options_.role));
    }
    if (!options_.access_token.empty()) {
        request.headers.emplace_back(
            "Authorization",
            fmt::format("{} {}", around_.profile.reverse_scheme, options_.access_token.reveal()));
    }
    return request;
}

ReverseClient::Next ReverseClient::failed(const net::WsConnectError& error) {
    if (stopped_) {
        return std::nullopt;
    }
    const ReconnectPolicy::Pause pause = policy_.after_failed_attempt();
    ++failed_attempts_;
    if (failures_.worth_telling(error.detail)) {
        const std::string times =
            failures_.length() == 1 ? std::string() : fmt::format(" times={}", failures_.length());
        log_.warn("connection failed role={} url={} layer={} reason=\"{}\"{} next_attempt_in={}ms",
                  transport::name_of(options_.role), url_, name_of(error.stage), error.detail,
                  times, pause->count());
    }
    return std::chrono::steady_clock::now() + *pause;
}

// The pause counts from when the end was noticed, not from when TCP was over too (WSR-041).
ReverseClient::Next ReverseClient::ended(const net::WsEnd& end) {
    const std::string_view role = transport::name_of(options_.role);
    if (stopped_) {
        log_.info("closed role={} url={} code={}", role, url_, end.code);
        return std::nullopt;
    }
    const ReconnectPolicy::Pause pause = policy_.after(end);
    if (!pause) {
        log_.info(
            "closed by the server, no further attempt role={} url={} code={} "
            "decided_by=\"ws_reverse_reconnect_on_code_1000 = false\"",
            role, url_, end.code);
        return std::nullopt;
    }
    const auto now = std::chrono::steady_clock::now();
    const auto next = std::max(now, end.noticed + *pause);
    const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(next - now);
    log_.warn(
        "connection lost role={} url={} code={} by_peer={} reason=\"{}\" next_attempt_in={}ms",
        role, url_, end.code, end.by_peer, end.detail, left.count());
    return next;
}

bool ReverseClient::wants_events() const {
    return session_ != nullptr && session_->takes_events();
}

void ReverseClient::offer(const SharedText& text) {
    if (!wants_events()) {
        return;
    }
    if (session_->offer(net::SharedFrame(*text))) {
        ++events_;
    } else {
        ++slow_;
        log_.info("slow subscriber closed code=1013 role={} url={}",
                  transport::name_of(options_.role), url_);
    }
    end_of_turn_.request();
}

void ReverseClient::log_counters() const {
    log_.info("so far role={} url={} connected={} connections={} events={} slow={}",
              transport::name_of(options_.role), url_, connected(), connections_, events_, slow_);
}

void ReverseClient::stop() {
    stopped_ = true;
    interruption_.stop();
    if (session_ != nullptr) {
        session_->stop(net::close_code::going_away);
    }
}

void ReverseClient::abort() {
    stop();
    if (session_ != nullptr) {
        session_->abort();
    }
}

}  // namespace cqhttp::transport
