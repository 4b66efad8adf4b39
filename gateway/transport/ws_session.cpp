#include "gateway/transport/ws_session.hpp"

#include "gateway/protocol/action_reply.hpp"

#include <utility>

namespace cqhttp::transport {

std::string_view name_of(Role role) noexcept {
    switch (role) {
        case Role::api: return "api";
        case Role::event: return "event";
        case Role::universal: return "universal";
    }
    return {};
}

WsSession::WsSession(net::WebSocket socket, Role role, WsCalls& calls, protocol::Caller caller)
    : socket_(std::move(socket)), calls_(calls), role_(role), caller_(caller) {}

asio::awaitable<void> WsSession::run() {
    std::vector<net::WsMessage> batch;
    while (true) {
        // Whoever does not read the answers is not read from (one bound, not a buffer).
        if (!socket_.has_room()) {
            co_await socket_.room();
        }
        const bool open = co_await socket_.read(batch);
        if (!open) {
            co_return;
        }
        if (answer(batch)) {
            co_await pay();
        }
    }
}

bool WsSession::answer(std::span<const net::WsMessage> batch) {
    if (role_ == Role::event) {
        return false;
    }
    for (const net::WsMessage& message : batch) {
        Owed next = take(message);
        if (owed_.empty() && next.answer.ready() && socket_.has_room()) {
            send(next.answer.take(), next.echo);
        } else {
            owed_.push_back(std::move(next));
        }
    }
    return !owed_.empty();
}

void WsSession::stop(std::uint16_t code) {
    if (paying()) {
        stop_code_ = code;
        socket_.close_soon(code);
    } else {
        socket_.close(code);
    }
}

WsSession::Owed WsSession::take(const net::WsMessage& message) {
    protocol::FrameRequest& frame = calls_.parser.read_frame(message.payload);
    if (!frame.call) {
        return {protocol::ActionReply::failure(protocol::retcode::bad_request),
                std::move(frame.echo)};
    }
    frame.call->caller = caller_;
    Owed owed{calls_.calls.call(std::move(*frame.call)), std::move(frame.echo)};
    frame.call->params = {};  // where nobody has taken them
    return owed;
}

asio::awaitable<void> WsSession::pay() {
    for (Owed& next : owed_) {
        protocol::ActionReply reply;
        if (next.answer.ready()) {
            reply = next.answer.take();
        } else {
            socket_.flush_soon();
            reply = co_await next.answer.later();
        }
        if (!socket_.has_room()) {
            co_await socket_.room();
        }
        send(reply, next.echo);
    }
    owed_ = std::vector<Owed>();  // not {}, which would keep the memory
    if (stop_code_ != 0) {
        socket_.close(stop_code_);
    }
}

// There is room, or the connection is ending and the answer has nowhere to go.
void WsSession::send(const protocol::ActionReply& reply, const std::optional<std::string>& echo) {
    calls_.text.clear();
    if (echo) {
        protocol::append_reply(calls_.text, reply, *echo);
    } else {
        protocol::append_reply(calls_.text, reply);
    }
    socket_.send(calls_.text);
}

void WsSession::greet(const event::Greeter& greeter, std::size_t filter) {
    if (!takes_events()) {
        return;
    }
    if (const SharedText text = greeter.greeting(filter)) {
        socket_.send(*text);
        socket_.flush();
    }
}

bool WsSession::took(net::WebSocket::Push pushed) {
    if (pushed != net::WebSocket::Push::full) {
        return true;
    }
    socket_.drop(net::close_code::try_again_later);
    return false;
}

}  // namespace cqhttp::transport
