// The client side of a WebSocket's beginning.
#include "gateway/net/client_stream.hpp"
#include "gateway/net/interruption.hpp"
#include "gateway/net/websocket.hpp"
#include "gateway/net/ws_connection.hpp"
#include "gateway/net/ws_handshake.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/buffer.hpp>
#include <boost/asio/deferred.hpp>
#include <boost/asio/error.hpp>
#include <boost/asio/ssl/error.hpp>
#include <boost/asio/write.hpp>
#include <fmt/format.h>

#include <array>
#include <chrono>
#include <string>
#include <utility>

namespace cqhttp::net {
namespace {

using boost::system::error_code;

constexpr auto as_result = asio::as_tuple(asio::deferred);

std::string in_seconds(std::chrono::milliseconds time) {
    return time.count() % 1000 == 0 ? fmt::format("{} s", time.count() / 1000)
                                    : fmt::format("{} ms", time.count());
}

WsStage stage_of(ClientStage stage) noexcept {
    switch (stage) {
        case ClientStage::resolve: return WsStage::resolve;
        case ClientStage::connect: return WsStage::connect;
        case ClientStage::tls: return WsStage::tls;
        default: return WsStage::http;
    }
}

WsConnectError error_of(WsStage stage, std::string detail) {
    WsConnectError error;
    error.stage = stage;
    error.detail = std::move(detail);
    return error;
}

// One attempt. A local of connect(), which it does not outlive.
class Attempt {
public:
    using Outcome = boost::system::result<std::string, WsConnectError>;

    Attempt(const WsConnectRequest& request, TlsContext& tls, const Limits& limits,
            Interruption& interruption)
        : request_(request), tls_(tls), limits_(limits), interruption_(interruption) {}

    // Connects and shakes hands; what came behind the answer is returned.
    asio::awaitable<Outcome> run(asio::any_io_executor executor) {
        const std::string key = make_key();
        auto text = print_upgrade_request(request_, key);
        if (!text) {
            co_return error_of(WsStage::upgrade, std::move(text.error().detail));
        }
        bound(limits_.connect);
        ClientStage stage = ClientStage::resolve;
        const ClientConnecting connecting{request_.url, tls_, interruption_, stage};
        auto connected = co_await connect_to(std::move(executor), connecting);
        if (!connected) {
            co_return failed(stage_of(stage), std::move(connected.error().detail));
        }
        stream_ = std::move(*connected);
        bound(limits_.ws_handshake);
        const auto watch = interruption_.watch(stream_.socket());
        if (stream_.plain) {
            co_return co_await shake_hands(*stream_.plain, std::move(*text), key);
        }
        co_return co_await shake_hands(*stream_.secure, std::move(*text), key);
    }

    ClientStream& stream() noexcept { return stream_; }

private:
    void bound(std::chrono::milliseconds time) {
        interruption_.reset();
        interruption_.set_deadline(std::chrono::steady_clock::now() + time);
    }

    std::string address() const { return request_.url.printable(); }

    // Says so if time or the owner was the cause.
    WsConnectError failed(WsStage stage, std::string detail) const {
        if (interruption_.cause() == Interruption::Cause::stop) {
            detail = "the attempt to connect to " + address() + " was stopped";
        } else if (interruption_.cause() == Interruption::Cause::time) {
            detail = stage == WsStage::http
                         ? fmt::format("{}: no answer to the handshake within {}", address(),
                                       in_seconds(limits_.ws_handshake))
                         : fmt::format("cannot connect to {} within {}",
                                       host_and_port(request_.url), in_seconds(limits_.connect));
        }
        return error_of(stage, std::move(detail));
    }

    WsConnectError lost(const error_code& error) const {
        const bool closed =
            error == asio::error::eof || error == asio::ssl::error::stream_truncated;
        return failed(WsStage::http,
                      fmt::format("{}: {}", address(),
                                  closed ? "the connection was closed instead of an answer"
                                         : "no answer to the handshake: " + error.message()));
    }

    template <class Stream>
    asio::awaitable<Outcome> shake_hands(Stream& stream, std::string text, std::string key) {
        auto [write_error, written] =
            co_await asio::async_write(stream, asio::buffer(text), as_result);
        if (write_error) {
            co_return lost(write_error);
        }
        std::string received;
        std::array<char, 2048> buffer;
        auto head = answer_head_length(received);
        while (!head) {
            auto [error, size] = co_await stream.async_read_some(asio::buffer(buffer), as_result);
            if (error) {
                co_return lost(error);
            }
            received.append(buffer.data(), size);
            head = answer_head_length(received);
            if (!may_be_http(received)) {
                co_return error_of(WsStage::http, address() + " does not speak HTTP");
            }
            if (!head && received.size() > limits_.http_head) {
                co_return error_of(WsStage::http, address() + " answered with an endless head");
            }
        }
        const std::string_view view = received;
        auto problem = check_answer(request_.url, key, view.substr(0, *head));
        if (problem) {
            co_return std::move(*problem);
        }
        co_return std::string(view.substr(*head));
    }

    const WsConnectRequest& request_;
    TlsContext& tls_;
    const Limits& limits_;
    Interruption& interruption_;
    ClientStream stream_;
};

}  // namespace

asio::awaitable<boost::system::result<WebSocket, WsConnectError>> WebSocket::connect(
    asio::io_context& context, WsConnectRequest request, TlsContext& tls, const Limits& limits,
    WsKeepAlive& keep_alive, Interruption* interruption) {
    Interruption own(context.get_executor());
    Interruption& chosen = interruption != nullptr ? *interruption : own;
    Attempt attempt(request, tls, limits, chosen);
    auto early = co_await attempt.run(context.get_executor());
    chosen.reset();
    if (!early) {
        co_return early.error();
    }
    WsConnection::Start start{WsRole::client, std::move(*early)};
    co_return WebSocket(std::make_shared<WsConnection>(
        std::move(attempt.stream()), std::move(start), limits, *keep_alive.loop_));
}

}  // namespace cqhttp::net
