#include "gateway/net/client_stream.hpp"

#include "gateway/net/lookup.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/connect.hpp>
#include <boost/asio/error.hpp>
#include <boost/asio/ip/address.hpp>
#include <boost/asio/ssl/error.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <fmt/format.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>

#include <cerrno>
#include <memory>
#include <optional>
#include <sys/socket.h>
#include <utility>
#include <vector>

namespace cqhttp::net {
namespace {

using asio::ip::tcp;
using boost::system::error_code;

constexpr auto as_result = asio::as_tuple(asio::use_awaitable);

// A look-up cannot be taken back. So its result is put here, where it finds a place even if nobody
// waits for it any more.
struct Lookup {
    std::optional<Lookups::Answer> answer;
};

asio::awaitable<Result<std::vector<tcp::endpoint>>> look_up(asio::any_io_executor executor,
                                                            const Url& url,
                                                            Interruption& interruption) {
    error_code not_a_number;
    const auto address = asio::ip::make_address(url.host, not_a_number);
    if (!not_a_number) {
        co_return std::vector<tcp::endpoint>(1, tcp::endpoint(address, url.port));
    }
    const auto lookup = std::make_shared<Lookup>();
    auto finished = [lookup, wake = interruption.waker()](const Lookups::Answer& answer) {
        lookup->answer = answer;
        wake();
    };
    Lookups::of(executor).look_up(executor, url.host, std::move(finished));
    while (!lookup->answer && interruption.cause() == Interruption::Cause::none) {
        co_await interruption.wait();
    }
    if (!lookup->answer) {
        co_return failure(asio::error::operation_aborted, "cannot resolve " + url.host);
    }
    if (lookup->answer->error) {
        co_return failure(lookup->answer->error, "cannot resolve " + url.host);
    }
    std::vector<tcp::endpoint> endpoints;
    for (const asio::ip::address& found : lookup->answer->addresses) {
        endpoints.emplace_back(found, url.port);
    }
    co_return endpoints;
}

// Who the certificate must have been issued to; the name is also sent, so that a server with
// several certificates chooses the right one.
bool expect_host(SSL* ssl, const std::string& host, bool verify) {
    error_code not_a_number;
    const auto address = asio::ip::make_address(host, not_a_number);
    if (!not_a_number) {
        const std::string text = address.to_string();
        return !verify || X509_VERIFY_PARAM_set1_ip_asc(SSL_get0_param(ssl), text.c_str()) == 1;
    }
    if (SSL_set_tlsext_host_name(ssl, host.c_str()) != 1) {
        return false;
    }
    SSL_set_hostflags(ssl, X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS);
    return !verify || SSL_set1_host(ssl, host.c_str()) == 1;
}

std::string tls_cause(SSL* ssl, const error_code& error) {
    if (error == asio::ssl::error::stream_truncated || error == asio::error::eof) {
        return "connection closed by the peer";
    }
    if (error.category() != asio::error::get_ssl_category()) {
        return error.message();
    }
    const char* reason = ERR_reason_error_string(static_cast<unsigned long>(error.value()));
    std::string cause = reason != nullptr ? reason : error.message();
    if (ERR_GET_REASON(static_cast<unsigned long>(error.value())) == SSL_R_WRONG_VERSION_NUMBER) {
        cause += " (does the server speak TLS?)";
    }
    const long verified = SSL_get_verify_result(ssl);
    if (verified != X509_V_OK) {
        cause += fmt::format(" ({})", X509_verify_cert_error_string(verified));
    }
    return cause;
}

asio::awaitable<Result<ClientStream>> start_tls(tcp::socket socket, ClientConnecting connecting) {
    const Url& url = connecting.url;
    const auto context = connecting.tls.native();
    if (!context) {
        co_return context.error();
    }
    auto secure = std::make_unique<asio::ssl::stream<tcp::socket>>(std::move(socket), **context);
    connecting.stage = ClientStage::tls;
    const auto watch = connecting.interruption.watch(secure->next_layer());
    if (!expect_host(secure->native_handle(), url.host, connecting.tls.verify())) {
        co_return failure("TLS cannot be used with the host name " + url.host);
    }
    auto [error] = co_await secure->async_handshake(asio::ssl::stream_base::client, as_result);
    if (error) {
        const std::string cause = tls_cause(secure->native_handle(), error);
        co_return Error{error,
                        fmt::format("TLS handshake with {} failed: {}", host_and_port(url), cause)};
    }
    ClientStream stream;
    stream.secure = std::move(secure);
    co_return stream;
}

}  // namespace

bool ClientStream::is_quiet() {
    char byte = 0;
    const auto received = ::recv(socket().native_handle(), &byte, 1, MSG_PEEK | MSG_DONTWAIT);
    return received < 0 && (errno == EAGAIN || errno == EWOULDBLOCK);
}

asio::awaitable<Result<ClientStream>> connect_to(asio::any_io_executor executor,
                                                 ClientConnecting connecting) {
    const Url& url = connecting.url;
    connecting.stage = ClientStage::resolve;
    auto endpoints = co_await look_up(executor, url, connecting.interruption);
    if (!endpoints) {
        co_return endpoints.error();
    }
    if (connecting.interruption.cause() != Interruption::Cause::none) {
        co_return failure(asio::error::operation_aborted,
                          "cannot connect to " + host_and_port(url));
    }
    connecting.stage = ClientStage::connect;
    tcp::socket socket(executor);
    error_code error;
    {
        const auto watch = connecting.interruption.watch(socket);
        auto [connected, endpoint] = co_await asio::async_connect(socket, *endpoints, as_result);
        error = connected;
    }
    if (error) {
        co_return failure(error, "cannot connect to " + host_and_port(url));
    }
    error_code ignored;
    socket.set_option(tcp::no_delay(true), ignored);
    if (url.tls()) {
        co_return co_await start_tls(std::move(socket), connecting);
    }
    ClientStream stream;
    stream.plain = std::move(socket);
    co_return stream;
}

std::string host_and_port(const Url& url) {
    const bool brackets = url.host.find(':') != std::string::npos;
    return brackets ? fmt::format("[{}]:{}", url.host, url.port)
                    : fmt::format("{}:{}", url.host, url.port);
}

}  // namespace cqhttp::net
