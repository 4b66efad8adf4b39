#include "conformance/target/probe.hpp"

#include "conformance/http.hpp"
#include "conformance/wire.hpp"
#include "gateway/net/tls.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <fmt/format.h>

namespace cqhttp::conformance {

asio::awaitable<Result<void>> probe(Url url, std::chrono::milliseconds patience) {
    auto tls = net::TlsContext::client(net::TlsOptions());
    if (tls.has_error()) {
        co_return tls.error();
    }
    url.scheme = Scheme::http;  // TCP is enough
    Transcript unused;
    const auto executor = co_await asio::this_coro::executor;
    const WireContext context{executor, &tls.value(), &unused, patience};
    Wire wire(context, "probe");
    const bool connected = co_await wire.connect(url);
    if (!connected) {
        co_return failure(wire.trouble());
    }
    co_return Result<void>();
}

asio::awaitable<void> pause(std::chrono::milliseconds time) {
    asio::steady_timer timer(co_await asio::this_coro::executor, time);
    constexpr auto token = asio::as_tuple(asio::use_awaitable);
    co_await timer.async_wait(token);
}

asio::awaitable<Result<void>> inject_by_action(const Endpoints& endpoints, Json event,
                                               std::chrono::milliseconds patience) {
    auto tls = net::TlsContext::client(net::TlsOptions());
    if (tls.has_error()) {
        co_return tls.error();
    }
    Transcript unused;
    const auto executor = co_await asio::this_coro::executor;
    const WireContext context{executor, &tls.value(), &unused, patience};
    Wire wire(context, "inject");
    Json params;
    params["event"] = std::move(event);
    Request request = post("/.sandbox_inject").json(params);
    if (!endpoints.token.empty()) {
        request = std::move(request).header("Authorization", "Token " + endpoints.token);
    }
    co_await wire.connect(*endpoints.http);
    co_await wire.send(request.bytes(endpoints.http->host_header()));
    const HttpReply reply = co_await read_reply(wire, "POST");
    const Json body = reply.json();
    if (reply.status != 200 || member(body, "retcode") != 0) {
        co_return failure(
            fmt::format(".sandbox_inject: {} {}", reply.text(), printable(reply.body)));
    }
    co_return Result<void>();
}

}  // namespace cqhttp::conformance
