#pragma once

#include "gateway/base/limits.hpp"
#include "gateway/net/client_stream.hpp"
#include "gateway/net/polled_socket.hpp"
#include "gateway/net/websocket.hpp"
#include "gateway/net/ws_frame.hpp"
#include "gateway/net/ws_keep_alive.hpp"
#include "gateway/net/ws_output.hpp"

#include <boost/asio/awaitable.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ssl/stream.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/system/error_code.hpp>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace cqhttp::net {

// The inside of a WebSocket: one state, changed between awaits only. Completion handlers own it
// together with the WebSocket, so that an operation which ends after its owner finds out; after
// detach() it touches nothing of its surroundings.
//
// An ending goes through three stages. `closing`: our close frame goes out behind what is queued
// and nothing more is accepted for sending. `over`: nothing of what arrives is of interest any
// more, but the peer must see our close frame and not a reset, so input is read and thrown away
// until it ends. `ended`: the socket is closed. One timer, Limits::ws_close, bounds the first two
// together.
class WsConnection : public std::enable_shared_from_this<WsConnection> {
public:
    using Push = WebSocket::Push;

    struct Start {
        WsRole role;
        std::string early;  // bytes that came behind the handshake
    };

    WsConnection(ClientStream stream, Start start, const Limits& limits, WsLoop& loop);
    ~WsConnection();
    WsConnection(const WsConnection&) = delete;
    WsConnection& operator=(const WsConnection&) = delete;

    // The functions of WebSocket.
    asio::awaitable<bool> read(std::vector<WsMessage>& batch);
    void start(WsReceiver& receiver);
    void hold() noexcept { held_ = true; }
    void go_on();
    Push send(std::string_view text);
    Push send(const SharedFrame& frame);
    Push send(const SharedFrames& frames);
    void flush();
    void flush_soon();
    bool has_room() const noexcept;
    asio::awaitable<void> room();
    void close(std::uint16_t code);
    void close_soon(std::uint16_t code);
    void drop(std::uint16_t code);
    void abort();
    bool open() const noexcept { return !closing_ && !broken_ && !ended_; }
    const WsEnd& end() const noexcept { return end_; }
    std::size_t queued_bytes() const noexcept { return output_.bytes() + staged(); }
    const std::string& peer() const noexcept { return peer_; }

    // The owner goes: ends at once and lets go of everything shared.
    void detach();

    // Called by the loop: the connection's place in its list, and the look at a silent peer.
    void moved_to(std::size_t place) noexcept { place_ = place; }
    void check(WsLoop::Clock::time_point now);

private:
    // What the last bytes of an input said; acted upon when the messages before it are handled.
    enum class LastWord : std::uint8_t { none, close, error };

    // What most connections never need, or need at their end only.
    struct Rare;

    bool tls() const noexcept { return secure_ != nullptr; }
    void close_socket() noexcept;
    Rare& rare();

    // ws_receiving.cpp: reading for a receiver.
    void listen();
    void readable();
    void receive(std::span<char> data);
    void batch_handled();
    void tell_end();

    // ws_connection.cpp: reading and ending.
    std::span<char> read_input();
    std::span<char> take_early() noexcept;
    void parse(std::span<char> data, std::vector<WsMessage>& batch);
    void act_on_last_word();
    void answer_ping(std::string_view payload);
    void forget() noexcept;
    void input_ended(const boost::system::error_code& error);
    void begin_close(std::uint16_t code);
    void close_timed_out();
    void start_close_timer();
    void settle();
    void note(bool by_peer, std::uint16_t code, std::string detail);
    void finish();
    bool has_unread_input();

    // ws_writing.cpp: writing.
    Push admit();
    std::optional<std::array<char, 4>> mask() noexcept;
    void push_control(WsOpcode opcode, std::string_view payload);
    bool is_full() const noexcept;
    bool push_last_frames();
    bool write_plain();
    std::size_t write_now(std::span<const iovec> pieces, std::size_t size);
    void wait_writable();
    void writable(const boost::system::error_code& error);
    void write_secure();
    void written_secure(const boost::system::error_code& error, std::size_t size);
    void write_failed(const boost::system::error_code& error);
    void wake_room();
    std::size_t staged() const noexcept;

    std::optional<PolledSocket> plain_;  // exactly one of the two is there
    std::unique_ptr<asio::ssl::stream<asio::ip::tcp::socket>> secure_;
    WsLoop* loop_;  // until the connection has ended
    WsReceiver* receiver_ = nullptr;
    const Limits& limits_;
    std::size_t place_ = 0;
    WsDecoder decoder_;
    WsOutput output_;
    WorkspacePool::Lease input_;  // while messages lie in it
    std::unique_ptr<Rare> rare_;
    WsLoop::Clock::time_point silent_since_;
    WsEnd end_;
    std::string peer_;
    std::uint16_t close_code_ = 0;  // of the close frame we send
    WsRole role_;
    LastWord last_word_ = LastWord::none;
    bool held_ = false;          // the receiver takes nothing now
    bool crowded_ = false;       // nothing is read for it until there is room
    bool noted_ = false;         // end_ says how it ends
    bool heard_ = true;          // a sign of life since the last check
    bool pinged_ = false;        // and none since our ping
    bool writing_ = false;       // the socket takes no more, or TLS is writing
    bool flush_due_ = false;     // at the end of the turn
    bool stalled_ = false;       // TLS was writing at the last check
    bool leaving_ = false;       // close_soon() was called
    bool closing_ = false;       // our close frame was asked for
    bool close_queued_ = false;  // and is in the output
    bool peer_closed_ = false;   // the peer's close frame was read
    bool over_ = false;          // input is thrown away
    bool fin_sent_ = false;      // our direction of the TCP connection is closed
    bool broken_ = false;        // nothing can be written any more
    bool ended_ = false;
};

// The early bytes are `fresh` until they have been parsed, and stay for the messages in them.
struct WsConnection::Rare {
    explicit Rare(const asio::any_io_executor& executor) : close_timer(executor), room(executor) {
        room.expires_at(asio::steady_timer::time_point::max());
    }

    asio::steady_timer close_timer;
    WsLoop::Clock::time_point close_until;  // of close_soon()
    asio::steady_timer room;                // never expires; cancelled to wake room()
    std::string early;
    bool fresh = false;
    std::optional<std::string> pong;  // the latest ping's payload, while the output is blocked
    boost::system::error_code write_error;
    std::string secure_input;
    std::string staging;  // what TLS is writing
    std::size_t staged_sent = 0;
};

}  // namespace cqhttp::net
