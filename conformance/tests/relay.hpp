#pragma once

#include "conformance/tests/deviation.hpp"
#include "conformance/wire.hpp"
#include "gateway/net/listener.hpp"
#include "gateway/net/task_group.hpp"
#include "gateway/net/tls.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>

#include <cstdint>
#include <list>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>

namespace cqhttp::conformance::test {

// Stands between the suite and a correct gateway and makes it deviate. One executor.
class Relay {
public:
    enum class Kind : std::uint8_t { http, ws, reverse, post };

    Relay(asio::io_context& context, const Deviation& deviation);
    ~Relay();  // close() must have ended

    // Listens on 127.0.0.1 and passes on to `to`; returns the port.
    std::uint16_t open(Kind kind, Url to);
    void set_token(std::string token) { token_ = std::move(token); }
    asio::awaitable<void> close();

private:
    struct Session;
    asio::awaitable<void> accept(Kind kind, net::Acceptor* acceptor, Url to);
    asio::awaitable<void> serve_http(Kind kind, asio::ip::tcp::socket socket, Url to);
    asio::awaitable<bool> exchange(Kind kind, Wire& client, Wire& server);
    asio::awaitable<std::optional<Message>> read_message(Wire& client);
    asio::awaitable<void> serve_ws(Kind kind, asio::ip::tcp::socket socket, Url to);
    asio::awaitable<void> obey_strangers(Wire client, Message request, Url to);
    asio::awaitable<void> pump(std::shared_ptr<Session> session, bool from_bot);
    asio::awaitable<void> add_events(std::shared_ptr<Session> session, Url to);
    asio::awaitable<void> visit_twice(Message request, Url to);
    asio::awaitable<void> back_off(int number);
    asio::awaitable<void> post_connect(const Place& place);
    asio::awaitable<void> end_post(std::shared_ptr<Wire> wire);
    asio::awaitable<void> send_text(std::shared_ptr<Session> session, std::string text);
    asio::awaitable<bool> send_all(WsLink& link, Frames frames);
    void push_early(const std::string& body);
    void spread(const Session& session, const Frame& frame);
    void hold(Wire& wire) { wires_.insert(&wire); }
    void let_go(Wire& wire) { wires_.erase(&wire); }

    asio::io_context& context_;
    const Deviation& deviation_;
    net::TlsContext tls_;
    Transcript unused_;
    WireContext wire_context_;
    net::TaskGroup tasks_;
    std::list<net::Acceptor> acceptors_;
    std::set<Wire*> wires_;
    std::set<std::shared_ptr<Session>> sessions_;
    std::map<std::string, int> visits_;  // by path
    std::shared_ptr<Memory> memory_ = std::make_shared<Memory>();
    std::string token_;
    std::optional<Url> post_to_;
    int posts_open_ = 0;
    bool http_busy_ = false;
    bool pushing_ = false;
    asio::steady_timer changed_;
};

}  // namespace cqhttp::conformance::test
