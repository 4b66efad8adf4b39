#include "conformance/peer/ws_server.hpp"

#include "conformance/quiet_log.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <fmt/format.h>

#include <utility>

namespace cqhttp::conformance {
namespace {

constexpr auto as_result = asio::as_tuple(asio::use_awaitable);

}  // namespace

Visitor::Visitor(Wire wire, std::string head)
    : wire_(std::move(wire)),
      request_line_(head.substr(0, head.find("\r\n"))),
      headers_(parse_headers(head)) {}

std::string Visitor::path() const {
    const std::size_t start = request_line_.find(' ') + 1;
    return request_line_.substr(start, request_line_.find(' ', start) - start);
}

asio::awaitable<WsLink> Visitor::let_in() {
    const std::string key = header("Sec-WebSocket-Key").value_or("");
    std::string answer = fmt::format(
        "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
        "Sec-WebSocket-Accept: {}\r\n\r\n",
        accept_for(key));
    co_await wire_.send(std::move(answer));
    co_return WsLink(std::move(wire_), WsLink::Side::server);
}

asio::awaitable<void> Visitor::refuse(int status) {
    std::string answer = fmt::format(
        "HTTP/1.1 {} Refused\r\nContent-Length: 0\r\nConnection: close\r\n\r\n", status);
    co_await wire_.send(std::move(answer));
    wire_.close();
}

asio::awaitable<void> Visitor::answer(std::string bytes) {
    co_await wire_.send(std::move(bytes));
}

WsServer::WsServer(asio::io_context& context, WireContext wires)
    : context_(context),
      wires_(std::move(wires)),
      greetings_(context.get_executor(), quiet_log("reverse server")),
      api_(context.get_executor()),
      event_(context.get_executor()),
      both_(context.get_executor()),
      failures_(context.get_executor()) {}

WsServer::~WsServer() = default;

Result<void> WsServer::listen(const std::string& host, std::uint16_t port, TlsIdentity* identity) {
    identity_ = identity;
    auto acceptor = net::listen_on(context_, host, port);
    if (acceptor.has_error()) {
        return acceptor.error();
    }
    acceptor_.emplace(std::move(acceptor.value()));
    boost::system::error_code ignored;
    port_ = acceptor_->local_endpoint(ignored).port();
    return {};
}

asio::awaitable<void> WsServer::run() {
    for (int number = 1; acceptor_->is_open(); ++number) {
        auto [error, socket] = co_await acceptor_->async_accept(as_result);
        if (error) {
            break;
        }
        greetings_.spawn("greeting", greet(asio::ip::tcp::socket(std::move(socket)), number));
    }
    co_await greetings_.join();
}

void WsServer::stop() {
    boost::system::error_code ignored;
    if (acceptor_) {
        acceptor_->close(ignored);
    }
    for (Wire* wire : greeted_) {
        wire->close();
    }
}

asio::awaitable<void> WsServer::greet(asio::ip::tcp::socket socket, int number) {
    Wire wire(wires_, fmt::format("reverse {}", number), std::move(socket));
    greeted_.insert(&wire);
    bool secure = true;
    if (identity_ != nullptr) {
        secure = co_await wire.secure(identity_->context());
    }
    auto head = co_await read_head(wire);
    greeted_.erase(&wire);
    if (!secure) {
        failures_.push(wire.trouble());
    }
    if (head) {
        Visitor visitor(std::move(wire), std::move(*head));
        Mailbox<Visitor>& place = box(visitor.path());
        place.push(std::move(visitor));
    }
}

Mailbox<Visitor>& WsServer::box(std::string_view path) {
    if (path.starts_with("/api")) {
        return api_;
    }
    return path.starts_with("/event") ? event_ : both_;
}

asio::awaitable<std::optional<Visitor>> WsServer::next(std::string_view path) {
    for (;;) {
        auto visitor = co_await box(path).next(wires_.patience);
        if (!visitor || visitor->waiting()) {
            co_return visitor;
        }
    }
}

bool WsServer::visited(std::string_view path) {
    return !box(path).empty();
}

}  // namespace cqhttp::conformance
