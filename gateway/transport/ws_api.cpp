#include "gateway/transport/ws_api.hpp"

#include "gateway/event/filters.hpp"
#include "gateway/net/ws_handshake.hpp"
#include "gateway/transport/access.hpp"

#include <span>
#include <utility>

namespace cqhttp::transport {
// Keeps something in a count for as long as this lives.
class WsApi::Counted {
public:
    explicit Counted(std::atomic<std::size_t>& count) noexcept : count_(count) { ++count_; }
    ~Counted() { --count_; }
    Counted(const Counted&) = delete;
    Counted& operator=(const Counted&) = delete;

private:
    std::atomic<std::size_t>& count_;
};

// One connection, from its handshake to its end. Owned by the WsApi.
class WsApi::Visitor final : public net::WsReceiver {
public:
    Visitor(WsApi& api, WsSession session, net::TaskGroup::Place in_server)
        : api_(api), session_(std::move(session)), in_server_(std::move(in_server)) {}

    WsSession& session() noexcept { return session_; }
    void start() { session_.start(*this); }
    void moved_to(std::size_t place) noexcept { place_ = place; }
    std::size_t place() const noexcept { return place_; }

    void received(std::span<const net::WsMessage> batch) override {
        auto work = [&] { answer(batch); };
        if (!api_.tasks_.attempt("ws session", work)) {
            session_.abort();
        }
    }

    void ended() override {
        ended_ = true;
        if (!paying_) {
            api_.see_off(*this);
        }
    }

private:
    // Ends a payment, whatever becomes of the coroutine.
    struct Paid {
        void operator()(Visitor* visitor) const noexcept { visitor->paid(); }
    };
    using Payment = std::unique_ptr<Visitor, Paid>;

    void answer(std::span<const net::WsMessage> batch) {
        if (session_.answer(batch)) {
            session_.hold();
            paying_ = true;
            api_.tasks_.spawn("ws answers", pay(Payment(this)));
        }
    }

    static asio::awaitable<void> pay(Payment payment) { co_await payment->session_.pay(); }

    void paid() noexcept {
        paying_ = false;
        if (session_.paying()) {
            session_.abort();  // it was cancelled or failed
        }
        if (ended_) {
            api_.see_off(*this);
        } else {
            session_.go_on();
        }
    }

    WsApi& api_;
    WsSession session_;
    net::TaskGroup::Place in_server_;
    std::size_t place_ = 0;
    bool paying_ = false;
    bool ended_ = false;
};

WsApi::WsApi(asio::io_context& context, action::Calls& calls, Secret access_token,
             const protocol::Profile& profile, const Limits& limits, net::WsKeepAlive& keep_alive,
             const event::Greeter& greeter, Log log)
    : calls_{calls},
      access_token_(std::move(access_token)),
      profile_(profile),
      limits_(limits),
      keep_alive_(keep_alive),
      greeter_(greeter),
      log_(std::move(log)),
      tasks_(context.get_executor(), log_),
      end_of_turn_(context, [this] { flush(); }) {}

WsApi::~WsApi() = default;

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
    const auto listener =
        *role == Role::api ? nullptr : std::make_shared<const Counted>(listeners_);
    upgrade.take = [this, role = *role, caller, listener](asio::ip::tcp::socket socket,
                                                          std::string early,
                                                          net::TaskGroup::Place place) {
        WsSession session(
            net::WebSocket::accept(std::move(socket), std::move(early), limits_, keep_alive_), role,
            calls_, caller);
        welcome(std::make_unique<Visitor>(*this, std::move(session), std::move(place)));
    };
    return upgrade;
}

void WsApi::welcome(std::unique_ptr<Visitor> visitor) {
    flush();  // what happened before is not for the new one
    WsSession& session = visitor->session();
    session.greet(greeter_, event::Filters::of_account);
    log_.debug("connected role={} peer={}", name_of(session.role()), session.peer());
    if (stopped_) {
        session.stop(net::close_code::going_away);
    }
    Visitors& list = visitors(session.role());
    visitor->moved_to(list.size());
    list.push_back(std::move(visitor));
    ++session_count_;
    listeners_ += session.role() == Role::api ? 0 : 1;
    list.back()->start();
}

void WsApi::see_off(Visitor& visitor) {
    const WsSession& session = visitor.session();
    log_.debug("ended role={} peer={} code={} by_peer={} detail={}", name_of(session.role()),
               session.peer(), session.end().code, session.end().by_peer, session.end().detail);
    --session_count_;
    listeners_ -= session.role() == Role::api ? 0 : 1;
    Visitors& list = visitors(session.role());
    const std::unique_ptr<Visitor> gone = std::exchange(list[visitor.place()], nullptr);
    if (list.back()) {
        list.back()->moved_to(visitor.place());
        list[visitor.place()] = std::move(list.back());
    }
    list.pop_back();
}

bool WsApi::wants_events() const {
    return listeners_ > 0;
}

void WsApi::offer(const SharedText& text) {
    const net::SharedFrame frame(*text);
    // Answers leave on these connections too, and must not overtake an event.
    for (const auto& visitor : visitors(Role::universal)) {
        if (!visitor->session().offer(frame)) {
            lost_slow(visitor->session());
        }
    }
    frames_.add(frame);
    if (frames_.full()) {
        flush();
    }
    end_of_turn_.request();
}

void WsApi::lost_slow(const WsSession& session) {
    ++slow_subscribers_;
    log_.info("slow subscriber closed code=1013 peer={} closed_so_far={}", session.peer(),
              slow_subscribers_.load());
}

void WsApi::flush() {
    if (frames_.empty()) {
        return;
    }
    for (const auto& visitor : visitors(Role::event)) {
        if (!visitor->session().offer(frames_)) {
            lost_slow(visitor->session());
        }
    }
    for (const auto& visitor : visitors(Role::universal)) {
        visitor->session().flush();
    }
    frames_.clear();
}

void WsApi::stop() {
    stopped_ = true;
    flush();
    for (const Visitors& list : visitors_) {
        for (const auto& visitor : list) {
            visitor->session().stop(net::close_code::going_away);
        }
    }
}

void WsApi::abort() {
    for (const Visitors& list : visitors_) {
        for (const auto& visitor : list) {
            visitor->session().abort();
        }
    }
    tasks_.cancel();
}

}  // namespace cqhttp::transport
