#include "cli/reverse_server.hpp"

#include "cli/verdict.hpp"
#include "cli/ws_dial.hpp"
#include "cli/ws_trouble.hpp"
#include "gateway/base/text.hpp"
#include "gateway/net/ws_handshake.hpp"

#include <boost/asio/post.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace cqhttp::cli {
namespace {

using std::chrono::milliseconds;
using Kind = Misbehaviour::Kind;

constexpr milliseconds last_resort_after{2000};

}  // namespace

// Keeps a guest in the list for as long as it is served.
class ReverseServer::Presence {
public:
    Presence(std::list<Guest*>& list, Guest& guest)
        : list_(list), place_(list.insert(list.end(), &guest)) {}
    ~Presence() { list_.erase(place_); }
    Presence(const Presence&) = delete;
    Presence& operator=(const Presence&) = delete;

private:
    std::list<Guest*>& list_;
    std::list<Guest*>::iterator place_;
};

ReverseServer::ReverseServer(asio::io_context& context, const Parts& parts)
    : context_(context),
      options_(parts.options),
      token_(parts.token),
      watch_(parts.watch),
      report_(parts.report),
      console_(parts.console),
      log_(console_),
      limits_(ws_limits(milliseconds(0))),
      keep_alive_(context, limits_),
      server_(context, *this, limits_, Log(log_, "listen-reverse")),
      tasks_(context.get_executor(), Log(log_, "listen-reverse")),
      gate_(context),
      deadline_(context),
      patience_(context),
      last_resort_(context) {}

Result<void> ReverseServer::listen() {
    return server_.listen(options_.host, options_.port);
}

std::string ReverseServer::url() const {
    return "ws://" + server_.address();
}

asio::awaitable<int> ReverseServer::run(std::vector<WsCall> calls, std::optional<CallLines> lines) {
    tasks_.spawn("keep_alive", keep_alive_.run());
    tasks_.spawn("calls", call_all(std::move(calls), std::move(lines)));
    start_clock();
    co_await server_.run();
    deadline_.cancel();
    last_resort_.cancel();
    patience_.cancel();
    keep_alive_.stop();
    co_await tasks_.join();
    co_return outcome();
}

void ReverseServer::start_clock() {
    if (options_.watch.timeout.count() == 0) {
        return;
    }
    deadline_.expires_after(options_.watch.timeout);
    deadline_.async_wait([this](const boost::system::error_code& error) {
        if (!error && !stopped_) {
            time_is_up_ = true;
            stop();
        }
    });
}

void ReverseServer::stop() {
    if (std::exchange(stopped_, true)) {
        return;
    }
    server_.stop();
    for (Guest* guest : guests_) {
        guest->socket.close(net::close_code::going_away);
    }
    if (input_) {
        input_->stop();
    }
    gate_.open();
    last_resort_.expires_after(last_resort_after);
    last_resort_.async_wait([this](const boost::system::error_code& error) {
        if (!error) {
            server_.abort();
        }
    });
}

// --- handshakes -------------------------------------------------------------------------------

std::optional<net::HttpResponse> ReverseServer::refuse(const net::HttpRequest& head) {
    const net::WsVerdict verdict = net::judge_offer({head.method, head.headers});
    const ReverseHandshake handshake = read_handshake(head, token_, options_.schemes);
    if (verdict.status != 101) {
        net::HttpResponse response = turn_away(handshake, verdict.status, verdict.problem);
        if (verdict.status == 426) {
            response.headers = net::upgrade_required_headers();
        }
        return response;
    }
    if (options_.misbehaviour.kind == Kind::reject) {
        misbehaved_ = true;
        return turn_away(handshake, options_.misbehaviour.status, "on purpose");
    }
    if (handshake.token == TokenVerdict::missing || handshake.token == TokenVerdict::wrong) {
        const bool missing = handshake.token == TokenVerdict::missing;
        if (options_.once) {
            fail(exit_code::refused);
            done_ = true;
        }
        return turn_away(handshake, missing ? 401 : 403, "");
    }
    return std::nullopt;
}

// The end, if this was it, comes when the answer is on its way.
net::HttpResponse ReverseServer::turn_away(const ReverseHandshake& handshake, unsigned status,
                                           std::string_view reason) {
    report_.handshake(++handshakes_, handshake, status, reason);
    written();
    asio::post(context_, [this] { end_if_done(); });
    net::HttpResponse response = net::HttpResponse::empty(status);
    response.close = true;
    return response;
}

net::HttpAnswer ReverseServer::handle(const net::HttpRequest& request) {
    const net::WsVerdict verdict = net::judge_offer({request.method, request.headers});
    if (verdict.status != 101 || stopped_) {
        return net::HttpResponse::empty(503);
    }
    net::HttpUpgrade upgrade;
    upgrade.answer = net::print_switching(verdict.accept, verdict.protocol);
    upgrade.serve = [this, handshake = read_handshake(request, token_, options_.schemes)](
                        asio::ip::tcp::socket socket, std::string early) {
        return serve(std::move(socket), std::move(early), handshake);
    };
    return upgrade;
}

// --- clients ----------------------------------------------------------------------------------

asio::awaitable<void> ReverseServer::serve(asio::ip::tcp::socket socket, std::string early,
                                           ReverseHandshake handshake) {
    const std::size_t number = ++handshakes_;
    report_.handshake(number, handshake, 101);
    welcomed_ = true;
    if (options_.misbehaviour.kind == Kind::stall) {
        report_.misbehaves(number, "neither reads nor writes from now on");
        written();
        co_await stall();
        co_return;
    }
    net::WebSocket websocket =
        net::WebSocket::accept(std::move(socket), std::move(early), limits_, keep_alive_);
    Guest guest{number, handshake, websocket};
    const Presence presence(guests_, guest);
    asio::steady_timer timer(context_);
    welcome(guest);
    plan_misbehaviour(number, timer);
    std::vector<net::WsMessage> batch;
    bool more = co_await websocket.read(batch);
    while (more) {
        for (const net::WsMessage& message : batch) {
            take(guest, message.payload);
        }
        written();
        end_if_done();
        more = co_await websocket.read(batch);
    }
    leave(guest);
}

// The socket stays open, and full, until the end.
asio::awaitable<void> ReverseServer::stall() {
    misbehaved_ = true;
    end_if_done();
    while (!stopped_) {
        co_await gate_.wait();
    }
}

void ReverseServer::welcome(Guest& guest) {
    for (const Guest* other : guests_) {
        const bool same = other != &guest && other->socket.open() &&
                          other->handshake.role == guest.handshake.role &&
                          other->handshake.self_id == guest.handshake.self_id;
        if (same && guest.handshake.role != ClientRole::unknown) {
            report_.duplicate(guest.number, other->number, guest.handshake);
        }
    }
    written();
    if (stopped_) {
        guest.socket.close(net::close_code::going_away);
    }
    gate_.open();
    end_if_done();
}

void ReverseServer::plan_misbehaviour(std::size_t number, asio::steady_timer& timer) {
    if (options_.misbehaviour.kind == Kind::none) {
        return;
    }
    timer.expires_after(options_.misbehaviour.after);
    timer.async_wait([this, number](const boost::system::error_code& error) {
        if (!error && !stopped_) {
            misbehave(number);
        }
    });
}

void ReverseServer::misbehave(std::size_t number) {
    Guest* guest = find(number);
    if (guest == nullptr) {
        return;
    }
    misbehaved_ = true;
    if (options_.misbehaviour.kind == Kind::drop) {
        report_.misbehaves(number, "cuts the connection without a close frame");
        guest->socket.abort();
    } else {
        const std::uint16_t code = options_.misbehaviour.code;
        report_.misbehaves(number, code == net::close_code::none
                                       ? std::string("closes without a code")
                                       : fmt::format("closes with {}", code));
        guest->socket.close(code);
    }
    written();
}

void ReverseServer::leave(Guest& guest) {
    report_.closed(guest.number, guest.handshake, guest.socket.end());
    if (pending_ && pending_->guest == guest.number) {
        unanswered(explain_end(guest.socket.end()));
    }
    written();
    gate_.open();
    end_if_done();
}

void ReverseServer::take(Guest& guest, std::string_view message) {
    using Found = CallLedger::Finding::Kind;
    if (done_) {
        return;
    }
    if (!takes_calls(guest.handshake.role)) {
        take_event(guest, message);
        return;
    }
    const CallLedger::Finding found = guest.ledger.take(message);
    if (found.kind == Found::event) {
        take_event(guest, message);
    } else if (found.kind == Found::answer) {
        take_answer(guest, found, message);
    } else {
        report_.stray(guest.number, found.words, message);
        if (pending_ && pending_->guest == guest.number) {
            guest.ledger.forget();
            pending_.reset();
            gate_.open();
        }
        fail(exit_code::wrong_echo);
    }
}

void ReverseServer::take_event(Guest& guest, std::string_view message) {
    const EventWatch::Verdict verdict = watch_.see(message);
    if (verdict.show) {
        report_.event(guest.number, message);
    }
}

void ReverseServer::take_answer(Guest& guest, const CallLedger::Finding& found,
                                std::string_view message) {
    if (!pending_ || found.number != sent_) {
        report_.stray(guest.number, "an answer that came too late", message);
        return;
    }
    const WsCall call = std::move(pending_->call);
    pending_.reset();
    report_.reply(guest.number, call.action, message);
    if (!found.words.empty()) {
        console_.note(fmt::format("{}: {}", call.action, found.words));
    }
    ApiAnswer answer;
    answer.body = message;
    CallFacts facts;
    facts.action = call.action;
    facts.profile = options_.profile;
    facts.params = &call.params;
    const Verdict verdict = judge(answer, facts);
    for (const std::string& line : verdict.notes) {
        console_.note(fmt::format("{}: {}", call.action, line));
    }
    fail(verdict.exit_code);
    gate_.open();
}

// --- calls ------------------------------------------------------------------------------------

asio::awaitable<void> ReverseServer::call_all(std::vector<WsCall> calls,
                                              std::optional<CallLines> lines) {
    for (WsCall& next : calls) {
        co_await call(std::move(next));
    }
    called_ = !lines || lines->typed;
    end_if_done();
    if (lines && !stopped_) {
        input_.emplace(context_, lines->descriptor, lines->name);
        co_await call_lines(lines->typed);
    }
    called_ = true;
    end_if_done();
}

asio::awaitable<void> ReverseServer::call_lines(bool typed) {
    for (std::size_t number = 1; !stopped_; ++number) {
        auto line = co_await input_->next();
        if (line.has_error() || !*line) {
            if (line.has_error()) {
                console_.note(line.error().detail);
                fail(exit_code::usage);
            }
            co_return;
        }
        if (trim(**line).empty()) {
            continue;
        }
        auto read = read_call_line(**line);
        if (read.has_value()) {
            co_await call(std::move(*read));
            continue;
        }
        console_.note(
            typed ? read.error().detail
                  : fmt::format("{}, line {}: {}", input_->name(), number, read.error().detail));
        if (!typed) {
            fail(exit_code::usage);
            done_ = true;
            co_return;
        }
    }
}

asio::awaitable<void> ReverseServer::call(WsCall call) {
    Guest* guest = callee();
    if (guest == nullptr && !stopped_ && handshakes_ > 0) {
        console_.note(call.action + " waits for a client that takes calls");
    }
    while (guest == nullptr && !stopped_) {
        co_await gate_.wait();
        guest = callee();
    }
    if (stopped_) {
        co_return;
    }
    call = with_echo(std::move(call), std::to_string(++sent_));
    guest->ledger.sent(sent_, call.echo);
    guest->socket.send(call.frame);
    guest->socket.flush();
    report_.call(guest->number, call.action);
    written();
    pending_ = Pending{guest->number, std::move(call)};
    start_patience();
    while (pending_ && !stopped_) {
        co_await gate_.wait();
    }
    patience_.cancel();
}

void ReverseServer::start_patience() {
    if (options_.patience.count() == 0) {
        return;
    }
    patience_.expires_after(options_.patience);
    patience_.async_wait([this, call = sent_](const boost::system::error_code& error) {
        if (!error && pending_ && call == sent_) {
            unanswered(fmt::format("nothing came within {} s",
                                   static_cast<double>(options_.patience.count()) / 1000));
        }
    });
}

void ReverseServer::unanswered(const std::string& why) {
    console_.note(fmt::format("{} was not answered: {}", pending_->call.action, why));
    fail(exit_code::no_answer);
    pending_.reset();
    gate_.open();
}

// An API connection before one that may be for calls.
ReverseServer::Guest* ReverseServer::callee() {
    Guest* best = nullptr;
    for (Guest* guest : guests_) {
        const ClientRole role = guest->handshake.role;
        if (guest->socket.open() && takes_calls(role) &&
            (best == nullptr || role < best->handshake.role)) {
            best = guest;
        }
    }
    return best;
}

ReverseServer::Guest* ReverseServer::find(std::size_t number) {
    const auto found = std::find_if(guests_.begin(), guests_.end(),
                                    [number](Guest* guest) { return guest->number == number; });
    return found == guests_.end() ? nullptr : *found;
}

// --- the end ----------------------------------------------------------------------------------

void ReverseServer::written() {
    if (!report_.flush() && !done_) {
        console_.note("the output cannot be written");
        fail(exit_code::no_answer);
        done_ = true;
        asio::post(context_, [this] { stop(); });
    }
}

void ReverseServer::end_if_done() {
    const bool misbehaved = options_.misbehaviour.kind == Kind::none || misbehaved_;
    const bool came = options_.misbehaviour.kind == Kind::reject || welcomed_;
    const bool goal = watch_.has_goal() ? watch_.reached() : options_.once && came;
    done_ = done_ || (goal && called_ && misbehaved);
    if (done_ && !stopped_) {
        stop();
    }
}

void ReverseServer::fail(int code) noexcept {
    code_ = std::max(code_, code);
}

int ReverseServer::outcome() {
    const bool wanted = watch_.has_goal() || options_.once || !called_;
    if (!time_is_up_ || done_ || !wanted) {
        return code_;
    }
    console_.note("time is up: " + (watch_.has_goal() ? watch_.progress()
                                    : welcomed_       ? std::string("not every call was made")
                                                      : std::string("no client came")));
    return std::max<int>(code_, exit_code::failed);
}

}  // namespace cqhttp::cli
