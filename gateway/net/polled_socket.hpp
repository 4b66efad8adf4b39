#pragma once

#include "gateway/net/poller.hpp"

#include <boost/asio/associated_cancellation_slot.hpp>
#include <boost/asio/async_result.hpp>
#include <boost/asio/cancellation_type.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/system/error_code.hpp>

#include <cstddef>
#include <span>
#include <string_view>
#include <utility>

namespace cqhttp::net {

// A connected TCP socket that is waited for by the poller of its loop instead of by Asio. Reading
// and writing never block. Handlers of waits are called by the poller, whatever executor they have:
// there is one loop with one thread.
class PolledSocket {
public:
    using Wait = Poller::Wait;

    // Takes the descriptor away from Asio. The executor belongs to an io_context.
    template <class Executor>
    explicit PolledSocket(asio::basic_stream_socket<asio::ip::tcp, Executor> socket)
        : poller_(asio::use_service<Poller>(
              asio::query(socket.get_executor(), asio::execution::context))) {
        boost::system::error_code error;
        adopt(socket.release(error));
    }
    ~PolledSocket();
    PolledSocket(const PolledSocket&) = delete;
    PolledSocket& operator=(const PolledSocket&) = delete;

    // Completes when the socket is ready or broken, and with operation_aborted after cancel() or
    // close().
    template <class Token>
    auto async_wait(Wait kind, Token&& token) {
        auto initiation = [this, kind](auto handler) { this->start(kind, std::move(handler)); };
        return asio::async_initiate<Token, void(boost::system::error_code)>(std::move(initiation),
                                                                            token);
    }

    // The same for who is never cancelled without closing the socket: listens to no signal of
    // cancellation, which would have to be set up for every wait.
    template <class Token>
    auto async_wait_until_closed(Wait kind, Token&& token) {
        auto initiation = [this, kind](auto handler) {
            poller_.wait(entry_, kind, ReadyHandler(std::move(handler)));
        };
        return asio::async_initiate<Token, void(boost::system::error_code)>(std::move(initiation),
                                                                            token);
    }

    // error::would_block where there is nothing to read or no room to write, error::eof at the end.
    std::size_t read_some(std::span<char> room, boost::system::error_code& error) noexcept;
    std::size_t write_some(std::string_view bytes, boost::system::error_code& error) noexcept;
    // Both, one after the other, with one call.
    std::size_t write_some(std::string_view first, std::string_view second,
                           boost::system::error_code& error) noexcept;
    // Nothing to read and not closed, as far as that can be known now. For a socket that nobody
    // waits for and whose last input was taken.
    bool is_quiet();
    void shutdown_send(boost::system::error_code& error) noexcept;
    void cancel() { poller_.cancel(entry_); }
    void close() noexcept;

    int native_handle() const noexcept { return entry_.descriptor; }
    asio::io_context& context() noexcept { return poller_.context(); }

    // Gives the descriptor back to Asio. Nobody may be waiting.
    asio::ip::tcp::socket release();

private:
    template <class Handler>
    void start(Wait kind, Handler handler) {
        const auto slot = asio::get_associated_cancellation_slot(handler);
        if (slot.is_connected()) {
            auto slot_to_fill = slot;
            slot_to_fill.assign([this](asio::cancellation_type type) {
                if (type != asio::cancellation_type::none) {
                    cancel();
                }
            });
        }
        poller_.wait(entry_, kind, ReadyHandler(std::move(handler)));
    }

    void adopt(int descriptor);

    Poller& poller_;
    Poller::Entry entry_;
};

}  // namespace cqhttp::net
