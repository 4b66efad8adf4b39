#pragma once

#include <boost/asio/awaitable.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/beast/http/message.hpp>
#include <boost/beast/http/string_body.hpp>

namespace cqhttp::bench {

using UpgradeRequest = boost::beast::http::request<boost::beast::http::string_body>;

// The WebSocket half of the baseline, as one writes it with Beast in an afternoon: a read, an
// answer, a write; subscribers with a queue each. On /event it only listens; anywhere else it
// answers send_private_msg, get_login_info and .sandbox_inject, which sends its event to all who
// listen. Ends with the connection.
boost::asio::awaitable<void> serve_websocket(boost::asio::ip::tcp::socket socket,
                                             UpgradeRequest request);

}  // namespace cqhttp::bench
