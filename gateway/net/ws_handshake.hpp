#pragma once

#include "gateway/base/result.hpp"
#include "gateway/base/url.hpp"
#include "gateway/net/http_message.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace cqhttp::net {

// Value of Sec-WebSocket-Accept for a key (RFC 6455 section 4.2.2).
std::string accept_value(std::string_view key);

// A request that may ask for a WebSocket.
struct WsOffer {
    std::string_view method;
    std::span<const HeaderView> headers;
    bool http_1_0 = false;
};

// What the server says to it.
struct WsVerdict {
    unsigned status = 101;           // 400: a broken handshake; 426: none, or not of version 13
    std::string accept;              // with 101: value of Sec-WebSocket-Accept
    std::string_view problem;        // otherwise: one line for the body of the answer
    std::string_view protocol = {};  // with 101: the first subprotocol that is offered
};

// Extensions that are offered are not taken up, and no Origin is refused (WS-008, WS-010). Of
// subprotocols the first is agreed to, whatever it is: a browser takes an answer without one for a
// failed handshake.
WsVerdict judge_offer(const WsOffer& offer);

// The whole answer with which the connection becomes a WebSocket.
std::string print_switching(std::string_view accept, std::string_view protocol = {});
// The headers an answer with 426 must carry.
std::vector<std::pair<std::string, std::string>> upgrade_required_headers();

// Where a client's connection attempt failed, and what it met.
enum class WsStage : std::uint8_t { resolve, connect, tls, http, upgrade };

struct WsConnectError {
    WsStage stage = WsStage::connect;
    unsigned status = 0;   // of an HTTP answer other than 101
    std::string location;  // of a redirect
    std::string detail;    // a sentence: what was tried and what came
};

struct WsConnectRequest {
    Url url;
    std::vector<std::pair<std::string, std::string>> headers;  // besides those of RFC 6455 and Host
};

// A random key for one handshake.
std::string make_key();

// The whole request; an error where the address or a header cannot be written in HTTP.
Result<std::string> print_upgrade_request(const WsConnectRequest& request, std::string_view key);

// Length of the answer's head including the empty line, once `received` has it.
std::optional<std::size_t> answer_head_length(std::string_view received) noexcept;

// False as soon as the first bytes say that this is no HTTP server.
bool may_be_http(std::string_view received) noexcept;

// Nothing if the head is a 101 that completes the handshake for `key`.
std::optional<WsConnectError> check_answer(const Url& url, std::string_view key,
                                           std::string_view head);

// Value() of a failed connect: what result<T, WsConnectError> asks for, as Error does.
[[noreturn]] void throw_exception_from_error(const WsConnectError& error,
                                             const boost::source_location& where);

}  // namespace cqhttp::net
