#pragma once

#include "conformance/context.hpp"
#include "conformance/peer/post_receiver.hpp"
#include "conformance/peer/tls_identity.hpp"
#include "conformance/peer/ws_server.hpp"
#include "conformance/target/target.hpp"
#include "gateway/net/task_group.hpp"

#include <boost/asio/io_context.hpp>

#include <memory>
#include <optional>

namespace cqhttp::conformance {

// One start of a target with one setup, and the suite's servers it talks to. Lives on one executor.
class Session {
public:
    Session(asio::io_context& context, WireContext wires, Target& target, Profile profile);
    ~Session();  // close() must have ended

    asio::awaitable<Result<void>> open(const Setup& setup);
    asio::awaitable<void> close();

    Context& context() noexcept { return *context_; }
    const Endpoints& endpoints() const noexcept { return endpoints_; }

private:
    Result<PeerAddresses> start_peers(const Setup& setup);
    asio::awaitable<Result<void>> ask_who_it_is();

    WireContext wires_;
    Target& target_;
    Profile profile_;
    std::unique_ptr<TlsIdentity> identity_;  // null: without TLS
    PostReceiver post_;
    WsServer reverse_;
    net::TaskGroup tasks_;
    Endpoints endpoints_;
    std::optional<Context> context_;
};

}  // namespace cqhttp::conformance
