#pragma once

#include "gateway/base/result.hpp"
#include "gateway/base/url.hpp"
#include "gateway/net/http_client.hpp"
#include "gateway/net/interruption.hpp"

#include <boost/asio/awaitable.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ssl/stream.hpp>

#include <memory>
#include <optional>
#include <string>

namespace cqhttp::net {

// A connection to a server, plain or TLS. Exactly one of the two is there.
struct ClientStream {
    std::optional<asio::ip::tcp::socket> plain;
    std::unique_ptr<asio::ssl::stream<asio::ip::tcp::socket>> secure;

    asio::ip::tcp::socket& socket() { return plain ? *plain : secure->next_layer(); }

    // Nothing to read and not closed: what a kept connection must be to be used again.
    bool is_quiet();
};

// What connect_to() needs; everything outlives the call.
struct ClientConnecting {
    const Url& url;
    TlsContext& tls;
    Interruption& interruption;
    ClientStage& stage;  // says how far it came
};

// Looks the host up, connects and, where the address asks for it, performs the TLS handshake.
// Errors name what failed, the address and the cause; when interrupted, the caller knows the cause
// better.
asio::awaitable<Result<ClientStream>> connect_to(asio::any_io_executor executor,
                                                 ClientConnecting connecting);

// "127.0.0.1:80", "[::1]:443", "example.com:80".
std::string host_and_port(const Url& url);

}  // namespace cqhttp::net
