#include "conformance/wire.hpp"

#include "gateway/net/client_stream.hpp"
#include "gateway/net/interruption.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/buffer.hpp>
#include <boost/asio/error.hpp>
#include <boost/asio/ssl/error.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>
#include <fmt/format.h>
#include <openssl/ssl.h>

#include <array>
#include <optional>
#include <utility>

namespace cqhttp::conformance {
namespace {

using asio::ip::tcp;
using boost::system::error_code;

constexpr auto as_result = asio::as_tuple(asio::use_awaitable);

bool is_end(const error_code& error) {
    return error == asio::error::eof || error == asio::ssl::error::stream_truncated;
}

}  // namespace

struct Wire::Impl {
    Impl(WireContext known, std::string called)
        : context(std::move(known)), name(std::move(called)), interruption(context.executor) {}

    // Notes why an operation failed.
    bool failed(const error_code& error, std::string_view doing) {
        timed_out = interruption.cause() == net::Interruption::Cause::time;
        interruption.reset();
        if (timed_out) {
            trouble = fmt::format("{} within {}", doing, to_text(context.patience));
        } else if (is_end(error)) {
            trouble = "the connection was closed";
        } else if (error == asio::error::connection_reset || error == asio::error::broken_pipe) {
            trouble = "the connection was reset";
        } else {
            trouble = error.message();
        }
        context.transcript->note(name, trouble);
        close();
        return false;
    }

    void close() {
        if (stream) {
            error_code ignored;
            stream->socket().close(ignored);
        }
    }

    void arm() { interruption.set_deadline(std::chrono::steady_clock::now() + context.patience); }

    WireContext context;
    std::string name;
    net::Interruption interruption;
    std::optional<net::ClientStream> stream;
    std::string buffer;
    std::string trouble;
    bool timed_out = false;
    bool show = true;
    std::array<char, 16 * 1024> chunk{};
};

Wire::Wire(WireContext context, std::string name)
    : impl_(std::make_unique<Impl>(std::move(context), std::move(name))) {}

Wire::Wire(WireContext context, std::string name, tcp::socket accepted)
    : Wire(std::move(context), std::move(name)) {
    impl_->stream.emplace();
    impl_->stream->plain.emplace(std::move(accepted));
}

Wire::~Wire() = default;
Wire::Wire(Wire&&) noexcept = default;
Wire& Wire::operator=(Wire&&) noexcept = default;

asio::awaitable<bool> Wire::connect(Url url) {
    Impl& self = *impl_;
    net::ClientStage stage{};
    net::ClientConnecting connecting{url, *self.context.tls, self.interruption, stage};
    self.arm();
    auto made = co_await net::connect_to(self.context.executor, connecting);
    if (made.has_error()) {
        self.timed_out = self.interruption.cause() == net::Interruption::Cause::time;
        self.interruption.reset();
        self.trouble = made.error().detail;
        if (self.timed_out) {
            self.trouble += fmt::format(" within {}", to_text(self.context.patience));
        }
        self.context.transcript->note(self.name, self.trouble);
        co_return false;
    }
    self.interruption.reset();
    self.stream.emplace(std::move(made.value()));
    self.context.transcript->note(self.name, "connected to " + net::host_and_port(url));
    co_return true;
}

asio::awaitable<bool> Wire::secure(asio::ssl::context& identity) {
    Impl& self = *impl_;
    self.stream->secure =
        std::make_unique<asio::ssl::stream<tcp::socket>>(std::move(*self.stream->plain), identity);
    self.stream->plain.reset();
    self.arm();
    const auto watch = self.interruption.watch(self.stream->socket());
    auto [error] =
        co_await self.stream->secure->async_handshake(asio::ssl::stream_base::server, as_result);
    if (error) {
        co_return self.failed(error, "TLS did not come about");
    }
    self.interruption.reset();
    co_return true;
}

std::string Wire::server_name() const {
    if (!impl_->stream || !impl_->stream->secure) {
        return {};
    }
    const char* const name =
        SSL_get_servername(impl_->stream->secure->native_handle(), TLSEXT_NAMETYPE_host_name);
    return name == nullptr ? "" : name;
}

asio::awaitable<bool> Wire::send(std::string bytes, std::string shown) {
    Impl& self = *impl_;
    if (!open()) {
        co_return false;
    }
    self.context.transcript->sent(self.name, shown.empty() ? bytes : shown);
    self.arm();
    const auto watch = self.interruption.watch(self.stream->socket());
    error_code error;
    const auto data = asio::buffer(bytes);
    if (self.stream->plain) {
        auto [failure, size] = co_await asio::async_write(*self.stream->plain, data, as_result);
        error = failure;
    } else {
        auto [failure, size] = co_await asio::async_write(*self.stream->secure, data, as_result);
        error = failure;
    }
    if (error) {
        co_return self.failed(error, "the peer did not take what was sent");
    }
    self.interruption.reset();
    co_return true;
}

asio::awaitable<bool> Wire::fill() {
    impl_->arm();
    return idle();
}

asio::awaitable<bool> Wire::idle() {
    Impl& self = *impl_;
    if (!open()) {
        self.interruption.reset();
        co_return false;
    }
    const auto watch = self.interruption.watch(self.stream->socket());
    error_code error;
    std::size_t size = 0;
    const auto space = asio::buffer(self.chunk);
    if (self.stream->plain) {
        auto [failure, got] = co_await self.stream->plain->async_read_some(space, as_result);
        error = failure;
        size = got;
    } else {
        auto [failure, got] = co_await self.stream->secure->async_read_some(space, as_result);
        error = failure;
        size = got;
    }
    if (error) {
        co_return self.failed(error, "nothing came");
    }
    self.interruption.reset();
    const std::string_view came(self.chunk.data(), size);
    self.buffer.append(came);
    if (self.show) {
        self.context.transcript->received(self.name, came);
    }
    co_return true;
}

asio::awaitable<bool> Wire::ended() {
    while (open()) {
        co_await fill();
    }
    co_return !impl_->timed_out;
}

std::string& Wire::buffer() noexcept {
    return impl_->buffer;
}

const std::string& Wire::trouble() const noexcept {
    return impl_->trouble;
}

bool Wire::timed_out() const noexcept {
    return impl_->timed_out;
}

bool Wire::open() const noexcept {
    return impl_->stream && impl_->stream->socket().is_open();
}

bool Wire::quiet() const {
    return open() && impl_->buffer.empty() && impl_->stream->is_quiet();
}

void Wire::half_close() {
    if (open()) {
        error_code ignored;
        impl_->stream->socket().shutdown(tcp::socket::shutdown_send, ignored);
    }
}

void Wire::close() {
    impl_->close();
}

void Wire::reset() {
    if (open()) {
        error_code ignored;
        impl_->stream->socket().set_option(asio::socket_base::linger(true, 0), ignored);
        impl_->close();
    }
}

void Wire::show_bytes(bool show) noexcept {
    impl_->show = show;
}

const std::string& Wire::name() const noexcept {
    return impl_->name;
}

const WireContext& Wire::context() const noexcept {
    return impl_->context;
}

std::string to_text(std::chrono::milliseconds time) {
    if (time.count() % 1000 == 0) {
        return fmt::format("{} s", time.count() / 1000);
    }
    return fmt::format("{} ms", time.count());
}

}  // namespace cqhttp::conformance
