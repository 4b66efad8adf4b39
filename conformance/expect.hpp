#pragma once

#include "conformance/http.hpp"
#include "conformance/json.hpp"
#include "conformance/outcome.hpp"
#include "conformance/ws.hpp"

#include <initializer_list>
#include <string>
#include <string_view>

// Matchers: each looks at one thing and returns how it differs, or nothing. They know nothing of
// cases and targets.
namespace cqhttp::conformance::expect {

// Anything else that must hold.
Check that(bool holds, std::string expected, std::string actual);
Check equal(const Json& expected, const Json& actual, std::string_view what);
Check text(std::string_view expected, std::string_view actual, std::string_view what);

// HTTP. A reply that never came matches none of these.
Check status(const HttpReply& reply, int expected);
Check status_in(const HttpReply& reply, std::initializer_list<int> allowed);
Check header(const HttpReply& reply, std::string_view name, std::string_view value);
Check no_header(const HttpReply& reply, std::string_view name);
// No body, Content-Length: 0.
Check empty_body(const HttpReply& reply);
// 200 with a reply object.
Check ok(const HttpReply& reply);                   // ok, 0
Check failed(const HttpReply& reply, int retcode);  // failed, that retcode, data null
Check failed(const HttpReply& reply);               // failed, any retcode but 0 and 1
Check accepted(const HttpReply& reply);             // async, 1, data null

// The same for what came over a WebSocket.
Check ok(const Frame& frame);
Check failed(const Frame& frame, int retcode);
Check failed(const Frame& frame);
Check accepted(const Frame& frame);
Check text_frame(const Frame& frame);  // one whole text frame with one JSON document
Check echo(const Frame& frame, const Json& expected);
Check no_echo(const Frame& frame);
Check closed_with(const Frame& frame, int code);
// The handshake went well, and as RFC 6455 wants it.
Check opened(const WsOpening& opening);
// There is no connection, or it has ended without anything but a close frame or a text before it.
Check refused(const WsOpening& opening);

// JSON.
Check reply_object(const Json& body);  // status, retcode, data with their types and their rule
enum class Type : std::uint8_t { string, integer, int32, boolean, object, array, null };
Check has(const Json& object, std::string_view name, Type type);
Check lacks(const Json& object, std::string_view name);

// "data" of a reply.
const Json& data_of(const Json& body);

}  // namespace cqhttp::conformance::expect
