// The writing half of WsConnection.
#include "gateway/net/ws_connection.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/buffer.hpp>
#include <boost/asio/deferred.hpp>
#include <boost/asio/post.hpp>

#include <algorithm>
#include <array>
#include <cerrno>
#include <sys/socket.h>
#include <utility>

namespace cqhttp::net {
namespace {

using boost::system::error_code;

constexpr std::size_t pieces_per_write = 64;
constexpr std::size_t tls_record = 16 * 1024;

}  // namespace

std::optional<std::array<char, 4>> WsConnection::mask() noexcept {
    if (role_ == WsRole::server) {
        return std::nullopt;
    }
    return loop_->make_mask();
}

// Whether one more text may be queued, which is worth trying to write what is there.
WsConnection::Push WsConnection::admit() {
    if (open() && is_full()) {
        flush();
    }
    if (!open()) {
        return Push::closed;
    }
    return is_full() ? Push::full : Push::queued;
}

WsConnection::Push WsConnection::send(std::string_view text) {
    const Push admitted = admit();
    if (admitted == Push::queued) {
        output_.push(loop_->texts(), WsOpcode::text, text, mask());
    }
    return admitted;
}

WsConnection::Push WsConnection::send(const SharedFrame& frame) {
    if (role_ == WsRole::client) {
        return send(frame.text());  // every frame of a client has a mask of its own
    }
    const Push admitted = admit();
    if (admitted == Push::queued) {
        output_.push(frame.bytes_);
    }
    return admitted;
}

WsConnection::Push WsConnection::send(const SharedFrames& frames) {
    if (!open()) {
        return Push::closed;
    }
    std::size_t written = 0;
    if (output_.empty() && !writing_ && !tls() && role_ == WsRole::server) {
        written = write_now(frames.pieces_, frames.size_);
        if (written == frames.size_) {
            return Push::queued;
        }
    }
    for (const SharedFrame& frame : frames.frames_) {
        if (written >= frame.bytes().size()) {
            written -= frame.bytes().size();
            continue;
        }
        if (const Push pushed = send(frame); pushed != Push::queued) {
            return pushed;
        }
        if (written != 0) {
            output_.consume(loop_->texts(), std::exchange(written, 0));
        }
    }
    flush();
    return Push::queued;
}

void WsConnection::push_control(WsOpcode opcode, std::string_view payload) {
    output_.push(loop_->texts(), opcode, payload, mask());
}

bool WsConnection::is_full() const noexcept {
    const std::size_t bytes = queued_bytes();
    return bytes != 0 && (bytes >= limits_.outbox_bytes || output_.texts() >= limits_.outbox_texts);
}

bool WsConnection::has_room() const noexcept {
    return queued_bytes() == 0 || (queued_bytes() * 2 < limits_.outbox_bytes &&
                                   output_.texts() * 2 < limits_.outbox_texts);
}

// Everything else is written: queues a pong that had to wait, or the close frame.
bool WsConnection::push_last_frames() {
    if (close_queued_) {
        return false;
    }
    if (rare_ && rare_->pong) {
        push_control(WsOpcode::pong, *rare_->pong);
        rare_->pong.reset();
    }
    if (closing_) {
        close_queued_ = true;
        push_control(WsOpcode::close, print_close(close_code_));
    }
    return !output_.empty();
}

void WsConnection::flush() {
    if (writing_ || broken_ || ended_) {
        return;
    }
    while (!output_.empty() || push_last_frames()) {
        if (tls()) {
            write_secure();
            return;
        }
        if (!write_plain()) {
            return;
        }
    }
    settle();
}

void WsConnection::flush_soon() {
    if (output_.empty() || std::exchange(flush_due_, true)) {
        return;
    }
    auto work = [self = shared_from_this()] {
        self->flush_due_ = false;
        self->flush();
    };
    if (tls()) {
        asio::post(secure_->get_executor(), std::move(work));
    } else {
        asio::post(plain_->context(), std::move(work));
    }
}

// True if there may be room for more.
bool WsConnection::write_plain() {
    std::array<iovec, pieces_per_write> room;
    const auto pieces = std::span(room).first(output_.gather(room));
    std::size_t offered = 0;
    for (const iovec& piece : pieces) {
        offered += piece.iov_len;
    }
    const std::size_t written = write_now(pieces, offered);
    output_.consume(loop_->texts(), written);
    if (rare_ && has_room()) {
        wake_room();
    }
    return written == offered;
}

// Writes what the socket takes. If that is not all, it is waited for, or broken.
std::size_t WsConnection::write_now(std::span<const iovec> pieces, std::size_t size) {
    msghdr message{};
    message.msg_iov = const_cast<iovec*>(pieces.data());  // it is only read
    message.msg_iovlen = pieces.size();
    ssize_t written = -1;
    do {
        written = ::sendmsg(plain_->native_handle(), &message, MSG_NOSIGNAL | MSG_DONTWAIT);
    } while (written < 0 && errno == EINTR);
    if (written == static_cast<ssize_t>(size)) {
        return size;
    }
    if (written >= 0 || errno == EAGAIN || errno == EWOULDBLOCK) {
        wait_writable();
    } else {
        write_failed(error_code(errno, boost::system::system_category()));
    }
    return static_cast<std::size_t>(std::max<ssize_t>(written, 0));
}

void WsConnection::wait_writable() {
    writing_ = true;
    auto ready = [self = shared_from_this()](const error_code& error) { self->writable(error); };
    plain_->async_wait(PolledSocket::Wait::write, std::move(ready));
}

void WsConnection::writable(const error_code& error) {
    writing_ = false;
    if (ended_) {
        return;
    }
    if (error) {
        write_failed(error);
    } else {
        const std::size_t before = output_.bytes();
        flush();
        heard_ = heard_ || output_.bytes() < before;  // a peer that reads is alive
    }
    if (crowded_) {
        batch_handled();
    }
}

// TLS encrypts one record at a time, from memory that must not change meanwhile: frames are copied
// there, which also makes one record of many small ones.
void WsConnection::write_secure() {
    Rare& state = rare();
    if (staged() == 0) {
        state.staging.clear();
        state.staged_sent = 0;
        std::array<iovec, pieces_per_write> pieces;
        const std::size_t count = output_.gather(pieces);
        for (std::size_t i = 0; i < count && state.staging.size() < tls_record; ++i) {
            const std::size_t room = tls_record - state.staging.size();
            state.staging.append(static_cast<const char*>(pieces[i].iov_base),
                                 std::min(room, pieces[i].iov_len));
        }
        output_.consume(loop_->texts(), state.staging.size());
    }
    writing_ = true;
    auto written = [self = shared_from_this()](const error_code& error, std::size_t size) {
        self->written_secure(error, size);
    };
    const auto rest = asio::buffer(state.staging) + state.staged_sent;
    secure_->async_write_some(rest, std::move(written));
}

void WsConnection::written_secure(const error_code& error, std::size_t size) {
    writing_ = false;
    if (ended_) {
        return;
    }
    if (error) {
        write_failed(error);
        return;
    }
    heard_ = heard_ || stalled_;
    stalled_ = false;
    rare_->staged_sent += size;
    if (has_room()) {
        wake_room();
    }
    if (staged() != 0) {
        write_secure();
    } else {
        flush();
    }
}

// The reader finds out what happened: the peer may have said so in a close frame that is still
// unread. It has as long as an ending may take.
void WsConnection::write_failed(const error_code& error) {
    broken_ = true;
    output_.clear(loop_->texts());
    rare().write_error = error;
    rare_->staging.clear();
    rare_->staged_sent = 0;
    wake_room();
    if (closing_) {
        finish();
    } else {
        start_close_timer();
    }
}

asio::awaitable<void> WsConnection::room() {
    const auto self = shared_from_this();
    constexpr auto token = asio::as_tuple(asio::deferred);
    if (!has_room()) {
        flush();
    }
    while (open() && !has_room()) {
        co_await rare().room.async_wait(token);
    }
}

void WsConnection::wake_room() {
    if (rare_) {
        rare_->room.cancel();
    }
}

std::size_t WsConnection::staged() const noexcept {
    return rare_ ? rare_->staging.size() - rare_->staged_sent : 0;
}

}  // namespace cqhttp::net
