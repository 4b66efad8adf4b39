#pragma once

#include "gateway/base/limits.hpp"
#include "gateway/base/text.hpp"
#include "gateway/net/tls.hpp"
#include "gateway/net/ws_frame.hpp"
#include "gateway/net/ws_handshake.hpp"

#include <boost/asio/awaitable.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <sys/uio.h>
#include <vector>

namespace cqhttp::net {

namespace asio = boost::asio;

class Interruption;
class WsConnection;
class WsLoop;

// How a connection ended.
struct WsEnd {
    bool by_peer = false;                       // the peer closed, lost or broke it, not we
    std::uint16_t code = close_code::abnormal;  // of the peer's close frame, or ours
    std::string detail;                         // for the log: "closed by the peer: going to sleep"
    std::chrono::steady_clock::time_point noticed = {};  // when that became known
};

// A text that many connections send: framed once for a server (no mask), shared by all.
class SharedFrame {
public:
    explicit SharedFrame(std::string_view text);
    const std::string& bytes() const noexcept { return *bytes_; }  // header and payload
    std::string_view text() const noexcept;

private:
    friend class WsConnection;
    SharedText bytes_;
    std::size_t header_ = 0;
};

// Texts that many connections send at the same time: what the system is asked to write is put
// together once for all of them.
class SharedFrames {
public:
    void add(SharedFrame frame);
    void clear() noexcept;
    bool empty() const noexcept { return frames_.empty(); }
    // Whether they should be sent before more are added.
    bool full() const noexcept { return frames_.size() >= most || size_ >= most_bytes; }

private:
    static constexpr std::size_t most = 64;  // as many as one write takes
    static constexpr std::size_t most_bytes = 256 * 1024;

    friend class WsConnection;
    std::vector<SharedFrame> frames_;
    std::vector<iovec> pieces_;
    std::size_t size_ = 0;
};

// What all connections of one loop share: busy ones borrow buffers here, and one timer finds dead
// peers. A connection that was silent for Limits::ws_ping gets a ping, one that stays silent as
// long again is ended (zero: never). Outlives them. Without run() nobody looks for dead peers.
class WsKeepAlive {
public:
    WsKeepAlive(asio::io_context& context, const Limits& limits);
    ~WsKeepAlive();  // run() must have ended
    asio::awaitable<void> run();
    void stop();

private:
    friend class WebSocket;
    std::unique_ptr<WsLoop> loop_;
};

// Is told what a connection brings, instead of reading it: a connection to which nothing happens
// holds no coroutine then.
class WsReceiver {
public:
    virtual ~WsReceiver() = default;
    // Every message that has arrived, at least one; valid during the call. The receiver may do
    // anything with the WebSocket but destroy it. What it has sent is flushed afterwards.
    virtual void received(std::span<const WsMessage> batch) = 0;
    // The connection has ended, see WebSocket::end(). The last call, in a turn of its own.
    virtual void ended() = 0;
};

// One WebSocket after its handshake, accepted or connected, plain or TLS: RFC 6455 with text
// messages out and text or binary messages in, fragments joined, pings answered (WS-014), every
// bound of Limits kept. It never throws, but for a wait that is cancelled from outside. One event
// loop; one reader. Writing is done by the connection itself: send() queues, flush() starts, what
// is queued leaves in as few writes as possible. The limits outlive the connection.
//
// Whoever owns a connection calls read() until it returns false, or has a receiver told until it
// has ended: an ending, whoever began it, goes on in there. What breaks the protocol is answered
// with a close frame of 1002, 1007 or 1009.
class WebSocket {
public:
    enum class Push : std::uint8_t { queued, full, closed };

    // The server side of an upgrade. `early` is what the client sent behind its handshake request.
    static WebSocket accept(asio::ip::tcp::socket socket, std::string early, const Limits& limits,
                            WsKeepAlive& keep_alive);
    // The client side: resolves, connects and does the TLS handshake within Limits::connect, and
    // has the answer to the upgrade within Limits::ws_handshake. stop() of an interruption ends it
    // soon.
    static asio::awaitable<boost::system::result<WebSocket, WsConnectError>> connect(
        asio::io_context& context, WsConnectRequest request, TlsContext& tls, const Limits& limits,
        WsKeepAlive& keep_alive, Interruption* interruption = nullptr);

    WebSocket(WebSocket&&) noexcept;
    WebSocket& operator=(WebSocket&&) noexcept;
    ~WebSocket();  // a connection that is still open is cut

    // Waits until at least one message is there and puts every message that arrived into `batch`
    // (cleared first). False: the connection has ended, see end(). Everything queued by then with
    // send() during the handling of the last batch is flushed first. A close frame that came behind
    // the messages of a batch is answered by the next read(): until then they can be answered.
    asio::awaitable<bool> read(std::vector<WsMessage>& batch);

    // Instead of read(), for a connection without TLS: from now on `receiver` is told. It outlives
    // the WebSocket. A peer that does not read what it is sent is not read from either.
    void start(WsReceiver& receiver);
    // For a receiver that has answers to prepare before it can take more: nothing more is read
    // until go_on(), which comes from outside of received(). A close frame that came behind the
    // last messages waits as long.
    void hold();
    void go_on();

    // Queues a text message. `full` when the outbox holds Limits::outbox_texts or outbox_bytes
    // already and the peer takes nothing; nothing is queued then. So the outbox holds at most its
    // bound and one text, and an empty one takes one text of any size.
    Push send(std::string_view text);
    Push send(const SharedFrame& frame);
    // Writes at once what the peer takes and queues the rest; `full` as soon as one of them is.
    Push send(const SharedFrames& frames);
    // Starts to write what is queued; returns at once.
    void flush();
    // The same at the end of the loop's turn, for what else comes until then.
    void flush_soon();
    // Whether less than half of the outbox is in use.
    bool has_room() const noexcept;
    // Returns when that is so or nothing can be sent any more: for callers that produce only as
    // fast as the peer reads. Flushes before it waits.
    asio::awaitable<void> room();

    // Sends what is queued, then a close frame, and ends when the peer has answered or after
    // Limits::ws_close. read() returns false soon. Idempotent; the first code counts.
    void close(std::uint16_t code);
    // Announces close(code) for an owner that has answers to send first, and does it for one that
    // takes too long: all of it is over after Limits::ws_close.
    void close_soon(std::uint16_t code);
    // The same without what is queued, for a peer that does not read.
    void drop(std::uint16_t code);
    // Cuts the connection at once.
    void abort();

    // Whether send() still makes sense.
    bool open() const noexcept;
    const WsEnd& end() const noexcept;
    std::size_t queued_bytes() const noexcept;
    const std::string& peer() const noexcept;  // "127.0.0.1:40000"

private:
    explicit WebSocket(std::shared_ptr<WsConnection> connection) noexcept;
    std::shared_ptr<WsConnection> connection_;
};

}  // namespace cqhttp::net
