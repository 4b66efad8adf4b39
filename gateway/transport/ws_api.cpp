#include "gateway/transport/ws_api.hpp"

#include "gateway/event/filters.hpp"
#include "gateway/net/ws_handshake.hpp"
#include "gateway/transport/access.hpp"

#include <algorithm>
#include <utility>

namespace cqhttp::transport {
namespace {

// Keeps a session in the list for as long as it runs.
class Entry {
public:
    Entry(std::list<WsSession*>& list, WsSession& session)
        : list_(list), place_(list.insert(list.end(), &session)) {}
    ~Entry() { list_.erase(place_); }
    Entry(const Entry&) = delete;
    Entry& operator=(const Entry&) = delete;

private:
    std::list<WsSession*>& list_;
    std::list<WsSession*>::iterator place_;
};

}  // namespace

WsApi::WsApi(asio::io_context& context, action::Dispatcher& dispatcher, Secret access_token,
             const protocol::Profile& profile, const Limits& limits, net::WsKeepAlive& keep_alive,
             const event::Greeter& greeter, Log log)
    : dispatcher_(dispatcher),
      access_token_(std::move(access_token)),
      profile_(profile),
      limits_(limits),
      keep_alive_(keep_alive),
      greeter_(greeter),
      log_(std::move(log)),
      end_of_turn_(context, [this] { flush(); }) {}

// With and without the slash at the end, and nothing behind it (WS-003); the query plays no part
// (WS-007).
std::optional<Role> WsApi::role_of(std::string_view path) const noexcept {
    if (path == "/api" || path == "/api/") {
        return Role::api;
    }
    if (path == "/event" || path == "/event/") {
        return Role::event;
    }
    if (path == "/" && profile_.universal_role) {
        return Role::universal;
    }
    return std::nullopt;
}

std::optional<net::HttpResponse> WsApi::refuse(const net::HttpRequest& head) {
    if (!role_of(head.path)) {
        return net::HttpResponse::empty(404);  // WS-006
    }
    if (auto refused = refuse_access(access_token_, head, profile_)) {
        refusals_.tell(log_, head, refused->status);
        return refused;
    }
    const net::WsVerdict verdict = net::judge_offer({head.method, head.headers});
    if (verdict.status == 101) {
        return std::nullopt;
    }
    net::HttpResponse response = net::HttpResponse::empty(verdict.status);
    if (verdict.status == 426) {
        response.headers = net::upgrade_required_headers();
    }
    response.content_type = "text/plain; charset=UTF-8";
    response.body = std::string(verdict.problem) + "\n";
    response.close = true;
    return response;
}

net::HttpAnswer WsApi::handle(const net::HttpRequest& request) {
    const auto role = role_of(request.path);
    const net::WsVerdict verdict = net::judge_offer({request.method, request.headers});
    if (!role || verdict.status != 101 || stopped_) {
        return net::HttpResponse::empty(503);
    }
    const protocol::Caller caller{request.loopback};
    net::HttpUpgrade upgrade;
    upgrade.answer = net::print_switching(verdict.accept, verdict.protocol);
    upgrade.serve = [this, role = *role, caller](asio::ip::tcp::socket socket, std::string early) {
        return serve(std::move(socket), std::move(early), role, caller);
    };
    return upgrade;
}

asio::awaitable<void> WsApi::serve(asio::ip::tcp::socket socket, std::string early, Role role,
                                   protocol::Caller caller) {
    net::WebSocket websocket =
        net::WebSocket::accept(std::move(socket), std::move(early), limits_, keep_alive_);
    WsSession session(std::move(websocket), role, dispatcher_, parser_, caller);
    session.greet(greeter_, event::Filters::of_account);
    const Entry entry(sessions_, session);
    log_.debug("connected role={} peer={}", name_of(role), session.peer());
    if (stopped_) {
        session.stop(net::close_code::going_away);
    }
    co_await session.run();
    log_.debug("ended role={} peer={} code={} by_peer={} detail={}", name_of(role), session.peer(),
               session.end().code, session.end().by_peer, session.end().detail);
}

bool WsApi::wants_events() const {
    return std::any_of(sessions_.begin(), sessions_.end(),
                       [](const WsSession* session) { return session->takes_events(); });
}

void WsApi::offer(const SharedText& text) {
    const net::SharedFrame frame(*text);
    for (WsSession* session : sessions_) {
        if (!session->takes_events() || session->offer(frame)) {
            continue;
        }
        ++slow_subscribers_;
        log_.info("slow subscriber closed code=1013 peer={} closed_so_far={}", session->peer(),
                  slow_subscribers_);
    }
    end_of_turn_.request();
}

void WsApi::flush() {
    for (WsSession* session : sessions_) {
        if (session->takes_events()) {
            session->flush();
        }
    }
}

void WsApi::stop() {
    stopped_ = true;
    for (WsSession* session : sessions_) {
        session->stop(net::close_code::going_away);
    }
}

void WsApi::abort() {
    for (WsSession* session : sessions_) {
        session->abort();
    }
}

}  // namespace cqhttp::transport
