#pragma once

// What the tests of reverse WebSockets share.
#include "gateway/tests/support/gateway_process.hpp"
#include "gateway/tests/support/ws_listener.hpp"

#include <nlohmann/json.hpp>

#include <cstddef>
#include <string>

namespace cqhttp::test {

using Json = nlohmann::json;

// The addresses of both clients; an empty one is left out.
inline GatewayOptions with_reverse(const std::string& api_url, const std::string& event_url,
                                   const std::string& settings = {}) {
    std::string text = "use_ws_reverse = yes\n";
    text += "ws_reverse_reconnect_interval = 100\n";
    text += api_url.empty() ? "" : "ws_reverse_api_url = " + api_url + "\n";
    text += event_url.empty() ? "" : "ws_reverse_event_url = " + event_url + "\n";
    return {text + settings};
}

inline bool good(const GatewayUnderTest& gateway) {
    const auto reply = http(gateway.port(), "GET", "/get_status");
    return Json::parse(reply.body).at("data").at("good").get<bool>();
}

// A group member is removed: a notice for the event connections.
inline void kick(const GatewayUnderTest& gateway, int user) {
    http(gateway.port(), "GET", "/set_group_kick?group_id=20001&user_id=" + std::to_string(user));
}

// Whether a call is answered: the connection works in the role API.
inline bool answers(WsVisitor& visitor, const std::string& echo) {
    visitor.send(R"({"action":"get_login_info","echo":")" + echo + "\"}");
    const Json reply = Json::parse(visitor.receive_text());
    return reply.at("retcode") == 0 && reply.at("echo") == echo;
}

// Whether the gateway has taken the connection into use.
inline bool pongs(WsVisitor& visitor) {
    visitor.send_bytes(server_frame(9, "there?"));
    const PeerFrame pong = visitor.receive();
    return pong.opcode == 10 && pong.payload == "there?" && pong.masked;
}

inline std::size_t count(const std::string& text, const std::string& piece) {
    std::size_t found = 0;
    for (auto at = text.find(piece); at != std::string::npos; at = text.find(piece, at + 1)) {
        ++found;
    }
    return found;
}

}  // namespace cqhttp::test
