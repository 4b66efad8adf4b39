#pragma once

#include "gateway/action/calls.hpp"
#include "gateway/event/greeter.hpp"
#include "gateway/net/websocket.hpp"
#include "gateway/protocol/action_request.hpp"

#include <boost/asio/awaitable.hpp>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace cqhttp::transport {

namespace asio = boost::asio;

// What a connection is for (WS-003, WS-004, WSR-003).
enum class Role : std::uint8_t { api, event, universal };

// "api", "event", "universal".
std::string_view name_of(Role role) noexcept;

// What the sessions of one transport share.
struct WsCalls {
    action::Calls& calls;
    protocol::RequestParser parser = {};
    std::string text = {};  // of the answer that is being sent
};

// One WebSocket in one role, whoever connected. On api and universal every message is a call, and
// its answer leaves on the same connection in the order of the calls (WS-020 ... WS-042); what one
// read brought is handled together and its answers leave together. On event everything the peer
// says is read and ignored (WS-053). Lives on one event loop. Either a coroutine runs it, or
// whoever has the connection's messages hands them on.
class WsSession {
public:
    WsSession(net::WebSocket socket, Role role, WsCalls& calls, protocol::Caller caller);

    // Until the connection has ended; see end().
    asio::awaitable<void> run();

    // Instead of run(): has these messages told to `receiver`, who hands them to answer().
    void start(net::WsReceiver& receiver) { socket_.start(receiver); }
    // Answers what can be answered at once. True if answers are owed then: pay() is next, and the
    // connection is held until it has ended.
    bool answer(std::span<const net::WsMessage> batch);
    asio::awaitable<void> pay();
    bool paying() const noexcept { return !owed_.empty(); }
    void hold() { socket_.hold(); }
    void go_on() { socket_.go_on(); }

    // What was asked for is answered if that does not take long, then comes the close frame.
    void stop(std::uint16_t code);
    void abort() { socket_.abort(); }

    Role role() const noexcept { return role_; }
    bool open() const noexcept { return socket_.open(); }
    bool takes_events() const noexcept { return role_ != Role::api && socket_.open(); }
    // The first event of a connection for events, before any other is offered (META-003). None for
    // api (META-005).
    void greet(const event::Greeter& greeter, std::size_t filter);
    // Queues an event, or sends some at once. False: the peer reads too slowly; it is being told so
    // with 1013.
    bool offer(const net::SharedFrame& frame) { return took(socket_.send(frame)); }
    bool offer(const net::SharedFrames& frames) { return took(socket_.send(frames)); }
    void flush() { socket_.flush(); }

    const net::WsEnd& end() const noexcept { return socket_.end(); }
    const std::string& peer() const noexcept { return socket_.peer(); }

private:
    // An answer that is owed, in the order of the calls.
    struct Owed {
        account::Answer answer;
        std::optional<std::string> echo;
    };

    bool took(net::WebSocket::Push pushed);
    Owed take(const net::WsMessage& message);
    void send(const protocol::ActionReply& reply, const std::optional<std::string>& echo);

    net::WebSocket socket_;
    WsCalls& calls_;
    Role role_;
    protocol::Caller caller_;
    std::uint16_t stop_code_ = 0;  // of stop() while answers are owed
    std::vector<Owed> owed_;
};

}  // namespace cqhttp::transport
