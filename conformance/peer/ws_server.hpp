#pragma once

#include "conformance/mailbox.hpp"
#include "conformance/peer/tls_identity.hpp"
#include "conformance/ws.hpp"
#include "gateway/base/result.hpp"
#include "gateway/net/listener.hpp"
#include "gateway/net/task_group.hpp"

#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <string_view>

namespace cqhttp::conformance {

// A connection to the suite's WebSocket server whose handshake request was read and is not yet
// answered.
class Visitor {
public:
    Visitor(Wire wire, std::string head);

    const std::string& request_line() const noexcept { return request_line_; }
    const Headers& headers() const noexcept { return headers_; }
    std::optional<std::string> header(std::string_view name) const {
        return find_header(headers_, name);
    }
    std::string path() const;  // with its query
    std::chrono::steady_clock::time_point came() const noexcept { return came_; }

    // Completes the handshake. The visitor is spent afterwards.
    asio::awaitable<WsLink> let_in();
    // Answers with this status instead.
    asio::awaitable<void> refuse(int status);
    // Answers with exactly these bytes; how the connection goes on is seen in wire().
    asio::awaitable<void> answer(std::string bytes);
    // Whether the target still waits for the answer.
    bool waiting() const { return wire_.quiet(); }
    Wire& wire() noexcept { return wire_; }

private:
    Wire wire_;
    std::string request_line_;
    Headers headers_;
    std::chrono::steady_clock::time_point came_ = std::chrono::steady_clock::now();
};

// The bot's side of the reverse WebSocket: /api/ for calls, /event/ for events, / for both. Lives
// on one executor, as long as one start of the target.
class WsServer {
public:
    WsServer(asio::io_context& context, WireContext wires);
    ~WsServer();  // run() must have ended

    // Speaks TLS if there is an identity, which outlives the server.
    Result<void> listen(const std::string& host, std::uint16_t port,
                        TlsIdentity* identity = nullptr);
    std::uint16_t port() const noexcept { return port_; }
    asio::awaitable<void> run();
    void stop();

    // The next connection to "/api/" and so on, not yet let in; nothing if none comes in time.
    // Those that have gone away by themselves are passed over.
    asio::awaitable<std::optional<Visitor>> next(std::string_view path);
    // Whether one is there already.
    bool visited(std::string_view path);
    // Why the next attempt did not get through TLS; nothing if there is none in time.
    asio::awaitable<std::optional<std::string>> next_failure() {
        return failures_.next(wires_.patience);
    }

private:
    asio::awaitable<void> greet(asio::ip::tcp::socket socket, int number);
    Mailbox<Visitor>& box(std::string_view path);

    asio::io_context& context_;
    WireContext wires_;
    std::optional<net::Acceptor> acceptor_;
    std::uint16_t port_ = 0;
    net::TaskGroup greetings_;
    std::set<Wire*> greeted_;
    Mailbox<Visitor> api_, event_, both_;
    Mailbox<std::string> failures_;
    TlsIdentity* identity_ = nullptr;
};

}  // namespace cqhttp::conformance
