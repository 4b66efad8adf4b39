// The part of WsConnection that reads for a receiver: between two messages there is only a handler
// in the socket.
#include "gateway/base/ensure.hpp"
#include "gateway/net/ws_connection.hpp"

#include <boost/asio/post.hpp>

#include <utility>

namespace cqhttp::net {

void WsConnection::start(WsReceiver& receiver) {
    ensure(!tls() && receiver_ == nullptr, "a connection without TLS has one receiver");
    receiver_ = &receiver;
    if (ended_) {
        tell_end();
        return;
    }
    const std::span<char> early = take_early();
    heard_ = heard_ || !early.empty();
    receive(early);
}

void WsConnection::go_on() {
    held_ = false;
    batch_handled();
}

// Waiting each time, and not reading until nothing is left, lets every other connection have its
// turn.
void WsConnection::listen() {
    if (last_word_ != LastWord::none) {
        act_on_last_word();
        forget();
    }
    flush();
    if (ended_) {
        return;
    }
    auto ready = [self = shared_from_this()](const boost::system::error_code&) {
        self->readable();
    };
    plain_->async_wait(PolledSocket::Wait::read, std::move(ready));
}

// What is wrong with a socket shows when it is read.
void WsConnection::readable() {
    if (!ended_) {
        receive(read_input());
    }
}

void WsConnection::receive(std::span<char> data) {
    std::vector<WsMessage> batch = loop_->lend_batch();
    parse(data, batch);
    const bool any = !batch.empty();
    if (any) {
        receiver_->received(batch);
    }
    loop_->give_back(std::move(batch));
    if (last_word_ == LastWord::none) {  // otherwise what it said lies there
        forget();
    }
    if (any) {
        batch_handled();
    } else {
        listen();
    }
}

void WsConnection::batch_handled() {
    if (ended_) {
        return;
    }
    if (held_ || !has_room()) {
        flush();
    }
    if (held_) {
        return;
    }
    crowded_ = open() && !has_room();
    if (!crowded_) {
        listen();
    }
}

// The receiver may be in the middle of something, or further up in this call.
void WsConnection::tell_end() {
    if (receiver_ == nullptr) {
        return;
    }
    auto tell = [self = shared_from_this()] {
        if (self->receiver_ != nullptr) {
            self->receiver_->ended();
        }
    };
    asio::post(plain_->context(), std::move(tell));
}

}  // namespace cqhttp::net
