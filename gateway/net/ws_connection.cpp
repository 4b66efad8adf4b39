#include "gateway/net/ws_connection.hpp"

#include "gateway/net/listener.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/buffer.hpp>
#include <boost/asio/deferred.hpp>
#include <boost/asio/error.hpp>
#include <boost/asio/ssl/error.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <sys/socket.h>
#include <utility>

namespace cqhttp::net {
namespace {

using asio::ip::tcp;
using boost::system::error_code;

constexpr auto as_result = asio::as_tuple(asio::deferred);
constexpr std::size_t tls_record = 16 * 1024;
// How long a client waits for the server to end TCP after both close frames: the next attempt must
// not come much later than its interval says (WSR-041).
constexpr std::chrono::milliseconds client_patience(1000);

std::string describe_close(std::string_view reason) {
    std::string text = "closed by the peer";
    if (!reason.empty()) {
        text += ": ";
        text += reason;
        // The peer's words go into one line of our log.
        std::replace_if(
            text.begin(), text.end(), [](char c) { return (c >= 0 && c < 0x20) || c == 0x7F; },
            ' ');
    }
    return text;
}

std::string describe_end(const error_code& error) {
    if (error == asio::error::eof || error == asio::ssl::error::stream_truncated) {
        return "the connection ended without a close frame";
    }
    return "connection lost: " + error.message();
}

}  // namespace

WsConnection::WsConnection(ClientStream stream, Start start, const Limits& limits, WsLoop& loop)
    : secure_(std::move(stream.secure)),
      loop_(&loop),
      limits_(limits),
      decoder_(start.role, limits.ws_message),
      silent_since_(WsLoop::Clock::now()),
      role_(start.role) {
    error_code ignored;
    // Answers are gathered here already; waiting for more would only delay the last of them.
    tcp::socket& socket = tls() ? secure_->next_layer() : *stream.plain;
    socket.set_option(tcp::no_delay(true), ignored);
    peer_ = to_text(socket.remote_endpoint(ignored));
    if (!tls()) {
        plain_.emplace(std::move(socket));
    }
    if (!start.early.empty()) {
        rare().early = std::move(start.early);
        rare().fresh = true;
    }
    place_ = loop.add(*this);
}

WsConnection::~WsConnection() = default;

WsConnection::Rare& WsConnection::rare() {
    if (!rare_) {
        rare_ = tls() ? std::make_unique<Rare>(secure_->get_executor())
                      : std::make_unique<Rare>(plain_->context().get_executor());
    }
    return *rare_;
}

asio::awaitable<bool> WsConnection::read(std::vector<WsMessage>& batch) {
    const auto self = shared_from_this();  // the owner may go while this waits
    batch.clear();
    act_on_last_word();
    forget();
    flush();
    while (!ended_) {
        std::span<char> data = take_early();
        if (!data.empty()) {
            heard_ = true;
        } else if (tls()) {
            rare().secure_input.resize(tls_record);
            const auto buffer = asio::buffer(rare_->secure_input);
            auto [error, size] = co_await secure_->async_read_some(buffer, as_result);
            if (ended_) {
                break;
            }
            if (error) {
                input_ended(error);
            }
            heard_ = true;
            data = std::span(rare_->secure_input).first(size);
        } else {
            // No buffer is held while nothing comes. Waiting each time, and not reading until
            // nothing is left, lets every other connection have its turn.
            auto [error] = co_await plain_->async_wait(PolledSocket::Wait::read, as_result);
            if (ended_) {
                break;
            }
            if (error) {
                input_ended(error);
            } else {
                data = read_input();
            }
        }
        parse(data, batch);
        if (!batch.empty()) {
            co_return true;
        }
        act_on_last_word();
        forget();
        flush();
    }
    co_return false;
}

std::span<char> WsConnection::take_early() noexcept {
    if (!rare_ || !rare_->fresh) {
        return {};
    }
    rare_->fresh = false;
    return rare_->early;
}

std::span<char> WsConnection::read_input() {
    if (!input_) {
        input_ = loop_->buffers().lend();
    }
    error_code error;
    const std::size_t size = plain_->read_some(input_->input, error);
    if (!error) {
        heard_ = true;
        return std::span<char>(input_->input).first(size);
    }
    if (error != asio::error::would_block) {
        input_ended(error);
    }
    return {};
}

void WsConnection::parse(std::span<char> data, std::vector<WsMessage>& batch) {
    while (!over_ && !peer_closed_ && !data.empty()) {
        switch (decoder_.next(data)) {
            case WsDecoder::Found::nothing: return;
            case WsDecoder::Found::message:
                if (!closing_) {
                    batch.push_back(decoder_.message());
                }
                break;
            case WsDecoder::Found::ping: answer_ping(decoder_.text()); break;
            case WsDecoder::Found::pong: break;
            case WsDecoder::Found::close: last_word_ = LastWord::close; return;
            case WsDecoder::Found::error: last_word_ = LastWord::error; return;
        }
    }
}

void WsConnection::answer_ping(std::string_view payload) {
    if (close_queued_ || broken_) {
        return;
    }
    if (writing_) {
        // A flood of pings must not pile up: while the peer does not read, only its latest ping is
        // kept, which RFC 6455 section 5.5.3 allows.
        rare().pong = std::string(payload);
    } else {
        push_control(WsOpcode::pong, payload);
    }
}

void WsConnection::act_on_last_word() {
    const LastWord word = std::exchange(last_word_, LastWord::none);
    if (word == LastWord::none || ended_) {
        return;
    }
    const std::uint16_t code = decoder_.code();
    if (word == LastWord::close) {
        peer_closed_ = true;
        note(true, code, describe_close(decoder_.text()));
    } else {
        over_ = true;
        note(true, code, "the peer broke the protocol: " + std::string(decoder_.text()));
    }
    begin_close(code);
}

void WsConnection::close(std::uint16_t code) {
    act_on_last_word();
    if (!closing_ && !ended_) {
        note(false, code, "closed by us");
        begin_close(code);
    }
}

void WsConnection::close_soon(std::uint16_t code) {
    if (leaving_ || last_word_ != LastWord::none || !open()) {
        return;  // it is ending anyway
    }
    leaving_ = true;
    auto due = [self = shared_from_this(), code](const error_code& error) {
        if (!error) {
            self->close(code);
        }
    };
    Rare& state = rare();
    state.close_until = WsLoop::Clock::now() + limits_.ws_close;
    state.close_timer.expires_after(limits_.ws_close / 4);
    state.close_timer.async_wait(std::move(due));
}

void WsConnection::drop(std::uint16_t code) {
    if (!ended_ && !close_queued_) {
        output_.keep_started(loop_->texts());
        if (rare_) {
            rare_->pong.reset();
        }
    }
    close(code);
}

void WsConnection::abort() {
    note(false, close_code::abnormal, "cut by us");
    finish();
}

void WsConnection::detach() {
    receiver_ = nullptr;
    abort();
    input_.reset();
}

// Idempotent; the first code is the one that is sent.
void WsConnection::begin_close(std::uint16_t code) {
    if (!closing_) {
        closing_ = true;
        close_code_ = code;
        start_close_timer();
        wake_room();
    }
    if (broken_) {
        finish();
    }
    flush();
    if (crowded_) {
        crowded_ = false;
        listen();
    }
}

// Everything is written: goes on with an ending.
void WsConnection::settle() {
    if (!close_queued_) {
        return;
    }
    if (peer_closed_ && role_ == WsRole::server) {
        finish();  // the server closes TCP first
        return;
    }
    over_ = over_ || peer_closed_;
    if (over_ && !tls() && !fin_sent_) {
        fin_sent_ = true;
        error_code ignored;
        plain_->shutdown_send(ignored);
    }
}

void WsConnection::start_close_timer() {
    auto expired = [self = shared_from_this()](const error_code& error) {
        if (!error && !self->ended_) {
            self->close_timed_out();
        }
    };
    const bool client_waits = peer_closed_ && role_ == WsRole::client;
    const auto patience =
        client_waits ? std::min(limits_.ws_close, client_patience) : limits_.ws_close;
    const auto until = WsLoop::Clock::now() + patience;
    rare().close_timer.expires_at(leaving_ ? std::min(rare_->close_until, until) : until);
    rare_->close_timer.async_wait(std::move(expired));
}

void WsConnection::close_timed_out() {
    if (!noted_) {
        note(true, close_code::abnormal, describe_end(rare_->write_error));
    } else if (!peer_closed_ && !over_) {
        end_.detail += ", and the peer did not answer in time";
    }
    finish();
}

void WsConnection::input_ended(const error_code& error) {
    if (error == asio::error::operation_aborted) {
        abort();
        return;
    }
    note(true, close_code::abnormal, describe_end(error));
    finish();
}

void WsConnection::note(bool by_peer, std::uint16_t code, std::string detail) {
    if (!noted_) {
        noted_ = true;
        end_ = WsEnd{by_peer, code, std::move(detail), WsLoop::Clock::now()};
    }
}

void WsConnection::finish() {
    if (ended_) {
        return;
    }
    ended_ = true;
    close_socket();
    output_.clear(loop_->texts());
    loop_->remove(place_);
    if (rare_) {
        rare_->close_timer.cancel();
        rare_->room.cancel();
    }
    tell_end();
}

void WsConnection::close_socket() noexcept {
    if (tls()) {
        error_code ignored;
        secure_->next_layer().close(ignored);
    } else {
        plain_->close();
    }
}

// Messages handed out are not used any more.
void WsConnection::forget() noexcept {
    input_.reset();
    decoder_.forget();
    if (rare_ && !rare_->fresh && rare_->early.capacity() != 0) {
        rare_->early = std::string();
    }
}

bool WsConnection::has_unread_input() {
    char byte = 0;
    const int descriptor = tls() ? secure_->next_layer().native_handle() : plain_->native_handle();
    return ::recv(descriptor, &byte, 1, MSG_PEEK | MSG_DONTWAIT) > 0;
}

void WsConnection::check(WsLoop::Clock::time_point now) {
    if (closing_ || broken_) {
        return;  // another timer runs
    }
    stalled_ = tls() && writing_;
    if (heard_) {
        heard_ = false;
        pinged_ = false;
        silent_since_ = now;
        return;
    }
    if (now - silent_since_ < limits_.ws_ping) {
        return;
    }
    if (!pinged_) {
        pinged_ = true;
        silent_since_ = now;
        if (!writing_) {
            push_control(WsOpcode::ping, {});
            flush();
        }
        return;
    }
    // The owner may be busy with a long call and not read. What has come then is a sign of life,
    // unless the peer does not read either.
    if (!writing_ && has_unread_input()) {
        heard_ = true;
        return;
    }
    note(true, close_code::abnormal,
         fmt::format("{} for {} ms", writing_ ? "the peer read nothing" : "no answer to a ping",
                     limits_.ws_ping.count()));
    finish();
}

}  // namespace cqhttp::net
