#pragma once

#include "conformance/http.hpp"
#include "conformance/mailbox.hpp"
#include "conformance/peer/tls_identity.hpp"
#include "conformance/wire.hpp"
#include "gateway/base/result.hpp"
#include "gateway/net/listener.hpp"
#include "gateway/net/task_group.hpp"

#include <cstdint>
#include <memory>
#include <optional>
#include <set>
#include <string>

namespace cqhttp::conformance {

// An event as it was posted. It is answered with the first answer() or, without one, with 204 when
// the last copy is gone.
class Posted {
public:
    struct State;
    explicit Posted(std::shared_ptr<State> state);

    const std::string& request_line() const noexcept;
    const Headers& headers() const noexcept;
    const std::string& body() const noexcept;
    std::optional<std::string> header(std::string_view name) const;
    // The body as JSON; a discarded value if it is none.
    Json json() const;
    // Number of the connection it came on, from 1.
    int connection() const noexcept;

    void answer(int status, std::string body = {}, std::string content_type = "application/json");
    // Exactly these bytes; `close` ends the connection behind them.
    void answer_bytes(std::string bytes, bool close = false);

private:
    std::shared_ptr<State> state_;
    std::shared_ptr<void> unanswered_;  // answers when the last copy goes
};

// The backend that events are posted to. Lives on one executor, as long as one start of the target.
class PostReceiver {
public:
    PostReceiver(asio::io_context& context, WireContext wires);
    ~PostReceiver();  // run() must have ended

    // Speaks TLS if there is an identity, which outlives the receiver.
    Result<void> listen(const std::string& host, std::uint16_t port,
                        TlsIdentity* identity = nullptr);
    std::uint16_t port() const noexcept { return port_; }
    asio::awaitable<void> run();
    void stop();

    // The next post, not yet answered; nothing if none comes.
    asio::awaitable<std::optional<Posted>> next();
    // Whether one is there already.
    bool came() const noexcept { return !posts_.empty(); }
    // Why the next connection did not get through TLS; nothing if there is none in time.
    asio::awaitable<std::optional<std::string>> next_failure() {
        return failures_.next(wires_.patience);
    }
    // Before and after a case: answers what nobody asked for, and goes on doing so or not.
    void answer_all(bool on);

private:
    asio::awaitable<void> serve(asio::ip::tcp::socket socket, int number);

    asio::io_context& context_;
    WireContext wires_;
    std::optional<net::Acceptor> acceptor_;
    std::uint16_t port_ = 0;
    net::TaskGroup connections_;
    std::set<Wire*> open_;
    Mailbox<Posted> posts_;
    Mailbox<std::string> failures_;
    TlsIdentity* identity_ = nullptr;
    bool answer_all_ = true;
};

}  // namespace cqhttp::conformance
