#include "conformance/tests/relay.hpp"

#include "conformance/json.hpp"
#include "conformance/quiet_log.hpp"
#include "gateway/base/text.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace cqhttp::conformance::test {
namespace {

using Trick = Deviation::Trick;
constexpr auto as_result = asio::as_tuple(asio::use_awaitable);
constexpr std::size_t largest_body = 32 * 1024 * 1024;

Message parse_message(const std::string& head) {
    Message message;
    const std::string line = head.substr(0, head.find("\r\n"));
    const std::size_t first = line.find(' ');
    const std::size_t last = line.rfind(' ');
    message.method = line.substr(0, first);
    message.target = line.substr(first + 1, last - first - 1);
    message.version = line.substr(last + 1);
    message.headers = parse_headers(head);
    return message;
}

std::string bytes_of(const Message& message) {
    std::string text = message.method + " " + message.target + " " + message.version + "\r\n";
    for (const auto& [name, value] : message.headers) {
        text += name + ": " + value + "\r\n";
    }
    return text + "\r\n" + message.body;
}

std::string bytes_of(const HttpReply& reply, bool with_body) {
    std::string text = fmt::format("HTTP/1.1 {} Relayed\r\n", reply.status);
    for (const auto& [name, value] : reply.headers) {
        if (!iequals(name, "Transfer-Encoding") && (with_body || reply.status == 101)) {
            text += name + ": " + value + "\r\n";
        } else if (!with_body) {
            text += name + ": " + value + "\r\n";
        }
    }
    return text + "\r\n" + (with_body ? reply.body : "");
}

std::size_t announced(const Message& message) {
    return static_cast<std::size_t>(parse_int64(message.header("Content-Length")).value_or(0));
}

}  // namespace

void Message::set_header(std::string_view name, std::string value) {
    remove_header(name);
    headers.emplace_back(name, std::move(value));
}

void Message::remove_header(std::string_view name) {
    std::erase_if(headers, [name](const auto& header) { return iequals(header.first, name); });
}

// A WebSocket in the middle: both of its ends.
struct Relay::Session {
    Session(Wire towards_bot, Wire towards_gateway, Kind of)
        : bot(std::move(towards_bot),
              of == Kind::reverse ? WsLink::Side::client : WsLink::Side::server),
          gateway(std::move(towards_gateway),
                  of == Kind::reverse ? WsLink::Side::server : WsLink::Side::client) {}

    WsLink bot, gateway;
    Place place;
    std::vector<Json> pushed_early;
    int pumps = 2;

    bool events() const { return place.path.starts_with("/event"); }
};

Relay::Relay(asio::io_context& context, const Deviation& deviation)
    : context_(context),
      deviation_(deviation),
      tls_(net::TlsContext::client(net::TlsOptions()).value()),
      tasks_(context.get_executor(), quiet_log("relay")),
      changed_(context.get_executor()) {
    wire_context_.executor = context.get_executor();
    wire_context_.tls = &tls_;
    wire_context_.transcript = &unused_;
    wire_context_.patience = std::chrono::minutes(10);
    changed_.expires_at(asio::steady_timer::time_point::max());
}

Relay::~Relay() = default;

std::uint16_t Relay::open(Kind kind, Url to) {
    if (kind == Kind::post) {
        post_to_ = to;
    }
    acceptors_.push_back(net::listen_on(context_, "127.0.0.1", 0).value());
    net::Acceptor& acceptor = acceptors_.back();
    tasks_.spawn("accept", accept(kind, &acceptor, std::move(to)));
    return acceptor.local_endpoint().port();
}

asio::awaitable<void> Relay::close() {
    boost::system::error_code ignored;
    for (net::Acceptor& acceptor : acceptors_) {
        acceptor.close(ignored);
    }
    for (Wire* wire : wires_) {
        wire->close();
    }
    posts_open_ = 0;
    http_busy_ = false;
    changed_.cancel();
    co_await tasks_.join();
}

asio::awaitable<void> Relay::accept(Kind kind, net::Acceptor* acceptor, Url to) {
    while (acceptor->is_open()) {
        auto [error, accepted] = co_await acceptor->async_accept(as_result);
        if (error) {
            break;
        }
        asio::ip::tcp::socket socket(std::move(accepted));
        const bool http = kind == Kind::http || kind == Kind::post;
        if (http) {
            tasks_.spawn("http", serve_http(kind, std::move(socket), to));
        } else {
            tasks_.spawn("ws", serve_ws(kind, std::move(socket), to));
        }
    }
}

asio::awaitable<void> Relay::serve_http(Kind kind, asio::ip::tcp::socket socket, Url to) {
    const bool alone = kind == Kind::http && deviation_.trick == Trick::one_at_a_time;
    while (alone && http_busy_) {
        co_await changed_.async_wait(as_result);
    }
    http_busy_ = alone;
    Wire client(wire_context_, "client", std::move(socket));
    WireContext towards_server = wire_context_;
    if (kind == Kind::post && deviation_.trick == Trick::impatient_posts) {
        towards_server.patience = std::chrono::seconds(1);
    }
    Wire server(towards_server, "server");
    hold(client);
    hold(server);
    bool goes_on = co_await server.connect(to);
    while (goes_on) {
        goes_on = co_await exchange(kind, client, server);
    }
    let_go(client);
    let_go(server);
    http_busy_ = false;
    changed_.cancel();
}

asio::awaitable<std::optional<Message>> Relay::read_message(Wire& client) {
    const auto head = co_await read_head(client);
    if (!head) {
        co_return std::nullopt;
    }
    Message message = parse_message(*head);
    const std::size_t size = announced(message);
    const bool chunked = iequals(message.header("Transfer-Encoding"), "chunked");
    const bool cut = deviation_.trick == Trick::first_segment_only;
    bool whole = true;
    while (whole && chunked && !client.buffer().ends_with("0\r\n\r\n")) {
        whole = co_await client.fill();
    }
    while (whole && !cut && size <= largest_body && client.buffer().size() < size) {
        whole = co_await client.fill();
    }
    const std::size_t taken =
        chunked ? client.buffer().size() : std::min(size, client.buffer().size());
    message.body = client.buffer().substr(0, taken);
    client.buffer().erase(0, taken);
    if (cut && !message.header("Content-Length").empty()) {
        message.set_header("Content-Length", std::to_string(message.body.size()));
    }
    co_return message;
}

asio::awaitable<bool> Relay::exchange(Kind kind, Wire& client, Wire& server) {
    auto read = co_await read_message(client);
    if (!read) {
        co_return false;
    }
    Message& message = *read;
    const Message original = message;
    const bool post = kind == Kind::post;
    Place place;
    place.token = token_;
    place.relay = memory_;
    auto* const hook = post ? deviation_.post : deviation_.request;
    if (hook != nullptr) {
        const std::string before = message.body;
        hook(place, message);
        if (message.body != before) {
            message.set_header("Content-Length", std::to_string(message.body.size()));
        }
    }
    std::optional<HttpReply> reply;
    if (!post && deviation_.instead != nullptr) {
        reply = deviation_.instead(place, message);
    }
    if (post && deviation_.trick == Trick::no_group_posts &&
        message.body.find("\"group_id\"") != std::string::npos) {
        reply.emplace();
        reply->status = 204;
    }
    if (!reply) {
        if (post) {
            ++posts_open_;
            push_early(message.body);
        }
        co_await server.send(bytes_of(message));
        reply = co_await read_reply(server, message.method);
        bool again = post && deviation_.trick == Trick::post_again && reply->status >= 300;
        const auto elsewhere = reply->header("Location");
        if (post && deviation_.trick == Trick::follow_posts && elsewhere) {
            message.target = *elsewhere;
            again = true;
        }
        if (again) {
            co_await server.send(bytes_of(message));
            reply = co_await read_reply(server, message.method);
        }
        posts_open_ -= post ? 1 : 0;
        changed_.cancel();
    }
    while (!post && deviation_.trick == Trick::wait_for_posts && posts_open_ > 0) {
        co_await changed_.async_wait(as_result);
    }
    const bool ends = iequals(reply->header("Connection").value_or(""), "close");
    if (post && deviation_.post_answer != nullptr) {
        deviation_.post_answer(place, *reply);
    } else if (!post && deviation_.reply != nullptr) {
        deviation_.reply(place, original, *reply);
    }
    if (post && deviation_.trick == Trick::impatient_posts && reply->timed_out) {
        reply->status = 204;
        server.close();
    }
    if (reply->status == 0) {
        client.close();
        co_return false;
    }
    co_await client.send(bytes_of(*reply, original.method != "HEAD"));
    if (!post && deviation_.trick == Trick::never_close && ends) {
        client.buffer().clear();
        co_await client.idle();
    }
    co_return !ends && (post || deviation_.trick != Trick::close_after_reply);
}

asio::awaitable<void> Relay::obey_strangers(Wire client, Message request, Url to) {
    hold(client);
    HttpReply welcome;
    welcome.status = 101;
    welcome.headers = {{"Upgrade", "websocket"},
                       {"Connection", "Upgrade"},
                       {"Sec-WebSocket-Accept", accept_for(request.header("Sec-WebSocket-Key"))}};
    co_await client.send(bytes_of(welcome, true));
    if (deviation_.trick == Trick::upgrade_and_obey) {
        request.set_header("Authorization", "Token " + token_);
        Wire server(wire_context_, "server");
        co_await server.connect(to);
        co_await server.send(bytes_of(request));
        co_await read_reply(server, "GET");
        let_go(client);
        const auto session =
            std::make_shared<Session>(std::move(client), std::move(server), Kind::ws);
        hold(session->bot.wire());
        hold(session->gateway.wire());
        if (request.path().starts_with("/api")) {
            const Frame call = co_await session->bot.receive();
            FrameOut passed;
            passed.payload = call.payload;
            co_await session->gateway.send(std::move(passed));
            co_await session->gateway.receive();
        }
        co_await session->bot.close(1000);
        let_go(session->bot.wire());
        let_go(session->gateway.wire());
        co_return;
    }
    let_go(client);
    WsLink link(std::move(client), WsLink::Side::server);
    hold(link.wire());
    co_await link.send_text("authorization failed");
    co_await link.close(1000);
    let_go(link.wire());
}

asio::awaitable<void> Relay::serve_ws(Kind kind, asio::ip::tcp::socket socket, Url to) {
    Wire client(wire_context_, "client", std::move(socket));
    Wire server(wire_context_, "server");
    hold(client);
    hold(server);
    const auto head = co_await read_head(client);
    Message request = parse_message(head.value_or(" "));
    const Message original = request;
    Place place;
    place.token = token_;
    place.path = request.path();
    place.query = request.query();
    place.reverse = kind == Kind::reverse;
    place.number = ++visits_[(place.reverse ? "reverse " : "") + place.path];
    place.relay = memory_;
    if (deviation_.trick == Trick::back_off && place.reverse) {
        co_await back_off(place.number);
    }
    if (kind == Kind::reverse && request.header("Host").find(':') != std::string::npos) {
        request.set_header("Host", to.host_header());  // as without a relay
    }
    auto* const hook = kind == Kind::reverse ? deviation_.reverse_handshake : deviation_.handshake;
    if (hook != nullptr) {
        hook(place, request);
    }
    HttpReply reply;
    bool connected = head.has_value() && !request.method.empty();
    if (connected) {
        connected = co_await server.connect(to);
    }
    if (connected) {
        co_await server.send(bytes_of(request));
        reply = co_await read_reply(server, "GET");
    }
    let_go(client);
    let_go(server);
    const bool stranger = kind == Kind::ws && (reply.status == 401 || reply.status == 403);
    if (stranger && (deviation_.trick == Trick::upgrade_everybody ||
                     deviation_.trick == Trick::upgrade_and_obey)) {
        tasks_.spawn("stranger", obey_strangers(std::move(client), request, to));
        co_return;
    }
    auto* const answered = place.reverse ? deviation_.reverse_reply : deviation_.handshake_reply;
    if (answered != nullptr) {
        answered(place, original, reply);
    }
    if (reply.status == 101) {
        co_await post_connect(place);
    }
    if (reply.status != 0) {
        co_await client.send(bytes_of(reply, true));
    }
    if (reply.status != 101) {
        co_return;
    }
    const bool reverse = kind == Kind::reverse;
    Wire& towards_bot = reverse ? server : client;
    Wire& towards_gateway = reverse ? client : server;
    const auto session =
        std::make_shared<Session>(std::move(towards_bot), std::move(towards_gateway), kind);
    session->place = place;
    hold(session->bot.wire());
    hold(session->gateway.wire());
    sessions_.insert(session);
    if (!session->events() && !reverse && deviation_.trick == Trick::events_on_api) {
        tasks_.spawn("events", add_events(session, to));
    }
    if (reverse && deviation_.trick == Trick::twice) {
        tasks_.spawn("twice", visit_twice(request, to));
    }
    tasks_.spawn("from bot", pump(session, true));
    tasks_.spawn("from gateway", pump(session, false));
}

asio::awaitable<void> Relay::visit_twice(Message request, Url to) {
    Wire wire(wire_context_, "twice");
    hold(wire);
    const bool connected = co_await wire.connect(to);
    if (connected) {
        co_await wire.send(bytes_of(request));
        co_await wire.ended();
    }
    let_go(wire);
}

asio::awaitable<void> Relay::add_events(std::shared_ptr<Session> session, Url to) {
    to.target = "/event";
    Headers headers;
    if (!token_.empty()) {
        headers.emplace_back("Authorization", "Token " + token_);
    }
    Wire wire(wire_context_, "events");
    WsOpening opening = co_await open_websocket(std::move(wire), to, headers);
    if (!opening.link) {
        co_return;
    }
    hold(opening.link->wire());
    for (;;) {
        const Frame frame = co_await opening.link->receive();
        if (frame.op != opcode::text) {
            break;
        }
        co_await session->bot.send_text(frame.payload);
    }
    let_go(opening.link->wire());
}

// Some 100 ms the first time, then twice as long each time.
asio::awaitable<void> Relay::back_off(int number) {
    const auto pause = std::chrono::milliseconds(50) * (1 << std::min(number, 5));
    asio::steady_timer timer(context_, pause);
    co_await timer.async_wait(as_result);
}

// The POST is under way when the bot has its connection, and nobody waits for its answer.
asio::awaitable<void> Relay::post_connect(const Place& place) {
    const bool events = place.path.starts_with("/event") || place.path == "/";
    if (deviation_.trick != Trick::post_connects || place.reverse || !events || !post_to_) {
        co_return;
    }
    Message message;
    message.method = "POST";
    message.target = post_to_->target;
    message.version = "HTTP/1.1";
    message.body = R"({"time":1,"self_id":10086001,"post_type":"meta_event",)"
                   R"("meta_event_type":"lifecycle","sub_type":"connect"})";
    message.set_header("Host", post_to_->host_header());
    message.set_header("Content-Type", "application/json");
    message.set_header("X-Self-ID", "10086001");
    message.set_header("Content-Length", std::to_string(message.body.size()));
    const auto wire = std::make_shared<Wire>(wire_context_, "connect");
    hold(*wire);
    co_await wire->connect(*post_to_);
    co_await wire->send(bytes_of(message));
    tasks_.spawn("connect", end_post(wire));
}

asio::awaitable<void> Relay::end_post(std::shared_ptr<Wire> wire) {
    co_await read_reply(*wire, "POST");
    let_go(*wire);
}

asio::awaitable<void> Relay::send_text(std::shared_ptr<Session> session, std::string text) {
    co_await session->bot.send_text(std::move(text));
}

void Relay::push_early(const std::string& body) {
    if (deviation_.trick != Trick::push_before_post) {
        return;
    }
    for (const auto& session : sessions_) {
        if (session->events()) {
            session->pushed_early.push_back(parse_json(body).value_or(Json()));
            tasks_.spawn("early", send_text(session, body));
        }
    }
}

// What a frame of one WebSocket does to the others.
void Relay::spread(const Session& session, const Frame& frame) {
    const bool answer = deviation_.trick == Trick::answers_for_all && frame.op == opcode::text &&
                        has_member(frame.json(), "retcode");
    const bool fall = deviation_.trick == Trick::fall_together && frame.op == opcode::close;
    for (const auto& other : sessions_) {
        if (other.get() != &session && answer) {
            tasks_.spawn("answer", send_text(other, frame.payload));
        }
        if (other.get() != &session && fall) {
            other->bot.wire().close();
            other->gateway.wire().close();
        }
    }
}

asio::awaitable<bool> Relay::send_all(WsLink& link, Frames frames) {
    bool sent = true;
    for (Frame& frame : frames) {
        FrameOut out;
        out.op = frame.op;
        out.payload = std::move(frame.payload);
        out.fin = frame.fin;
        out.masked = frame.masked;
        sent = co_await link.send(std::move(out)) && sent;
    }
    co_return sent;
}

asio::awaitable<void> Relay::pump(std::shared_ptr<Session> session, bool from_bot) {
    WsLink& source = from_bot ? session->bot : session->gateway;
    WsLink& sink = from_bot ? session->gateway : session->bot;
    auto* const hook = from_bot ? deviation_.from_bot : deviation_.from_gateway;
    const bool in_turn = deviation_.trick == Trick::push_in_turn && !from_bot && session->events();
    bool open = true;
    while (open) {
        Frame frame = co_await source.receive();
        if (frame.op < 0 && from_bot && deviation_.trick == Trick::break_is_1000) {
            co_await sink.close(1000);
        }
        if (frame.op < 0) {
            break;
        }
        if (frame.op == opcode::close && deviation_.trick == Trick::silent_end && !from_bot) {
            break;
        }
        if (!from_bot && !session->pushed_early.empty() && frame.op == opcode::text) {
            session->pushed_early.pop_back();
            continue;
        }
        spread(*session, frame);
        if (from_bot && deviation_.at_once != nullptr) {
            co_await send_all(source, deviation_.at_once(session->place, frame));
        }
        Frames passed(1, frame);
        if (hook != nullptr) {
            passed = hook(session->place, frame);
        }
        while (in_turn && pushing_) {
            co_await changed_.async_wait(as_result);
        }
        pushing_ = pushing_ || in_turn;
        open = co_await send_all(sink, std::move(passed));
        if (in_turn) {
            pushing_ = false;
            changed_.cancel();
        }
        if (!from_bot && frame.op == opcode::text && deviation_.trick == Trick::drop_after_answer &&
            !session->events()) {
            break;
        }
    }
    session->bot.wire().close();
    session->gateway.wire().close();
    if (--session->pumps == 0) {
        let_go(session->bot.wire());
        let_go(session->gateway.wire());
        sessions_.erase(session);
    }
}

}  // namespace cqhttp::conformance::test
