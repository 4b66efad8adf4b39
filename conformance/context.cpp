#include "conformance/context.hpp"

#include "gateway/base/text.hpp"

#include <fmt/format.h>

#include <utility>

namespace cqhttp::conformance {

HttpConnection::HttpConnection(Context& context)
    : context_(context), wire_(context.new_wire("http")) {}

asio::awaitable<HttpReply> HttpConnection::exchange(Request request) {
    const std::string method = request.method();
    co_await send(std::move(request));
    co_return co_await receive(method);
}

asio::awaitable<bool> HttpConnection::send(Request request) {
    const std::string host = context_.target().http->host_header();
    return send_bytes(context_.with_token(std::move(request)).bytes(host));
}

asio::awaitable<bool> HttpConnection::send_bytes(std::string bytes) {
    if (!connected_) {
        connected_ = co_await wire_.connect(*context_.target().http);
    }
    const bool sent = co_await wire_.send(std::move(bytes));
    co_return sent;
}

asio::awaitable<HttpReply> HttpConnection::receive(std::string method) {
    return read_reply(wire_, std::move(method));
}

asio::awaitable<bool> HttpConnection::ended() {
    return wire_.ended();
}

Context::Context(Parts parts) : parts_(std::move(parts)) {}

asio::awaitable<HttpReply> Context::send(Request request) {
    HttpConnection connection(*this);
    HttpReply reply = co_await connection.exchange(std::move(request));
    co_return reply;
}

asio::awaitable<HttpReply> Context::call(std::string action, Json params) {
    return send(conformance::post("/" + action).json(params));
}

asio::awaitable<WsOpening> Context::open_ws(std::string path) {
    return open_ws_with(std::move(path), authorization(target().token));
}

asio::awaitable<WsOpening> Context::open_ws_with(std::string path, Headers headers) {
    Url url = *target().ws;
    url.target = std::move(path);
    return open_websocket(new_wire("ws"), std::move(url), std::move(headers));
}

asio::awaitable<WsLink*> Context::reverse_api() {
    return reverse("/api/", api_);
}

asio::awaitable<WsLink*> Context::reverse_event() {
    return reverse("/event/", event_);
}

asio::awaitable<WsLink*> Context::reverse_both() {
    return reverse("/", both_);
}

std::optional<WsLink>& Context::link_of(std::string_view path) {
    if (path.starts_with("/api")) {
        return api_;
    }
    return path.starts_with("/event") ? event_ : both_;
}

asio::awaitable<std::optional<Visitor>> Context::reverse_visitor(std::string_view path) {
    link_of(path).reset();
    return parts_.reverse->next(path);
}

asio::awaitable<WsLink*> Context::reverse(std::string_view path, std::optional<WsLink>& link) {
    if (link && link->wire().quiet()) {
        co_return &*link;
    }
    link.reset();
    auto visitor = co_await parts_.reverse->next(path);
    if (!visitor) {
        co_return nullptr;
    }
    link.emplace(co_await visitor->let_in());
    if (path != "/api/") {
        co_await link->settle();  // events go to it from here on
    }
    co_return &*link;
}

asio::awaitable<Outcome> Context::inject(Json event) {
    transcript().note("stimulus", dump(event));
    const auto done = co_await parts_.target.inject(std::move(event));
    if (done.has_error()) {
        co_return Outcome::error("the event could not be caused: " + done.error().detail);
    }
    co_return Outcome();
}

asio::awaitable<Outcome> Context::inject_message(std::string text) {
    Json event;
    event["post_type"] = "message";
    event["message_type"] = "private";
    event["user_id"] = target().user;
    event["message"] = std::move(text);
    return inject(std::move(event));
}

asio::awaitable<void> Context::mark_effects() {
    Json params;
    params["since"] = 0;
    const HttpReply reply = co_await call(".sandbox_effects", std::move(params));
    const Json body = reply.json();
    const Json& list = member(body, "data");
    effects_before_ = list.empty() ? 0 : member(list.back(), "number").get<std::int64_t>();
}

asio::awaitable<Json> Context::effects() {
    Json params;
    params["since"] = effects_before_;
    const HttpReply reply = co_await call(".sandbox_effects", std::move(params));
    const Json body = reply.json();
    co_return member(body, "data");
}

asio::awaitable<std::string> Context::own_card() {
    Json params;
    params["group_id"] = target().group;
    params["user_id"] = target().self_id;
    params["no_cache"] = true;
    const HttpReply reply = co_await call("get_group_member_info", std::move(params));
    const Json body = reply.json();
    const Json& card = member(member(body, "data"), "card");
    if (!card.is_string()) {
        co_return "(no card: " + reply.text() + " " + reply.body + ")";
    }
    co_return card.get<std::string>();
}

Headers Context::authorization(std::string_view token) const {
    Headers headers;
    if (!token.empty()) {
        const std::string_view scheme = is_ob11() ? "Bearer" : "Token";
        headers.emplace_back("Authorization", fmt::format("{} {}", scheme, token));
    }
    return headers;
}

Request Context::with_token(Request request) const {
    if (!request.wants_token() || target().token.empty()) {
        return request;
    }
    const Headers headers = authorization(target().token);
    return std::move(request).header(headers[0].first, headers[0].second);
}

Wire Context::new_wire(std::string_view kind) {
    return Wire(parts_.wires, fmt::format("{} {}", kind, ++wires_made_));
}

void Context::finish_case() {
    wires_made_ = 0;
    if (parts_.post != nullptr) {
        parts_.post->answer_all(true);
    }
    for (auto* link : {&api_, &event_, &both_}) {
        if (*link && !(*link)->wire().quiet()) {
            link->reset();
        }
    }
}

}  // namespace cqhttp::conformance
