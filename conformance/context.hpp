#pragma once

#include "conformance/case.hpp"
#include "conformance/http.hpp"
#include "conformance/json.hpp"
#include "conformance/peer/post_receiver.hpp"
#include "conformance/peer/ws_server.hpp"
#include "conformance/target/target.hpp"
#include "conformance/transcript.hpp"
#include "conformance/wire.hpp"
#include "conformance/ws.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace cqhttp::conformance {

// A connection to the HTTP API that is opened when it is first used and kept.
class HttpConnection {
public:
    explicit HttpConnection(Context& context);

    // Sends a request and reads its answer.
    asio::awaitable<HttpReply> exchange(Request request);
    // The two halves, for pipelining and for bytes that are no proper request.
    asio::awaitable<bool> send(Request request);
    asio::awaitable<bool> send_bytes(std::string bytes);
    asio::awaitable<HttpReply> receive(std::string method = "GET");
    // Waits for the end of the connection.
    asio::awaitable<bool> ended();
    Wire& wire() noexcept { return wire_; }

private:
    Context& context_;
    Wire wire_;
    bool connected_ = false;
};

// What a case works with. It belongs to the runner; a case keeps no reference to it.
class Context {
public:
    struct Parts {
        WireContext wires;
        Target& target;
        const Endpoints& endpoints;
        Profile profile;
        PostReceiver* post = nullptr;
        WsServer* reverse = nullptr;
    };
    explicit Context(Parts parts);

    Profile profile() const noexcept { return parts_.profile; }
    bool is_40() const noexcept { return parts_.profile == Profile::cqhttp_4_0; }
    bool is_415() const noexcept { return parts_.profile == Profile::cqhttp_4_15; }
    bool is_ob11() const noexcept { return parts_.profile == Profile::onebot_11; }
    const Endpoints& target() const noexcept { return parts_.endpoints; }
    // Whether the target offers what a case can do without.
    bool can(Need need) const { return parts_.target.offers().contains(need); }
    std::chrono::milliseconds patience() const noexcept { return parts_.wires.patience; }
    Transcript& transcript() noexcept { return *parts_.wires.transcript; }

    // HTTP. The access token goes along unless the request says anonymous().
    asio::awaitable<HttpReply> send(Request request);  // over a connection of its own
    // POST with a JSON body.
    asio::awaitable<HttpReply> call(std::string action, Json params = Json::object());
    HttpConnection http() { return HttpConnection(*this); }

    // Forward WebSocket: "/api", "/event", with the access token in the header, or without.
    asio::awaitable<WsOpening> open_ws(std::string path);
    asio::awaitable<WsOpening> open_ws_with(std::string path, Headers headers);

    // The target's connections to the suite's server. The one that is open is used again; otherwise
    // the next that comes is let in. Null if none comes.
    asio::awaitable<WsLink*> reverse_api();
    asio::awaitable<WsLink*> reverse_event();
    asio::awaitable<WsLink*> reverse_both();  // the Universal client, path "/"
    // The target's next attempt to connect, not yet answered. A connection that is open is cut
    // first, so that there is one.
    asio::awaitable<std::optional<Visitor>> reverse_visitor(std::string_view path);
    WsServer& reverse_server() noexcept { return *parts_.reverse; }

    // Event POSTs. Until hold_posts() every one is answered with 204 at once.
    void hold_posts() { parts_.post->answer_all(false); }
    asio::awaitable<std::optional<Posted>> next_post() { return parts_.post->next(); }
    PostReceiver& post() noexcept { return *parts_.post; }

    // Causes an event, e.g. {"post_type":"message","message_type":"private","user_id":1,
    // "message":"hi"}; what is left out is for the target to fill in. The outcome is an error where
    // that was not possible.
    asio::awaitable<Outcome> inject(Json event);
    // A private message from the person the account may write to.
    asio::awaitable<Outcome> inject_message(std::string text);

    // What the account has done since the case began, oldest first, as an array of
    // {"action","params",...}; needs Need::effects.
    asio::awaitable<Json> effects();
    asio::awaitable<void> mark_effects();

    // The card of the account in the group: a parameter that can be read back anywhere.
    asio::awaitable<std::string> own_card();

    // "Authorization" for a token, in the words of the profile.
    Headers authorization(std::string_view token) const;
    // Adds the target's token, if there is one and the request wants it.
    Request with_token(Request request) const;
    Wire new_wire(std::string_view kind);
    // Ends what a case has left behind.
    void finish_case();

private:
    asio::awaitable<WsLink*> reverse(std::string_view path, std::optional<WsLink>& link);
    std::optional<WsLink>& link_of(std::string_view path);

    Parts parts_;
    int wires_made_ = 0;
    std::int64_t effects_before_ = 0;
    std::optional<WsLink> api_, event_, both_;
};

}  // namespace cqhttp::conformance
