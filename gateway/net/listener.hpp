#pragma once

#include "gateway/base/result.hpp"

#include <boost/asio/basic_socket_acceptor.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>

#include <cstdint>
#include <string>

namespace cqhttp::net {

namespace asio = boost::asio;

using Acceptor = asio::basic_socket_acceptor<asio::ip::tcp, asio::io_context::executor_type>;

// Binds and listens on the first address of `host` that can be had, IPv4 first: a number, with or
// without brackets, or a name, which is looked up while the caller waits. The error names the
// address (CFG-034).
Result<Acceptor> listen_on(asio::io_context& context, const std::string& host, std::uint16_t port);

// "127.0.0.1:5700", "[::1]:5700"; IPv4 in an IPv6 socket is written as IPv4.
std::string to_text(const asio::ip::tcp::endpoint& endpoint);
bool is_loopback(const asio::ip::address& address);

// Whether accept() failed for want of something that other connections give back when they end.
bool is_shortage(const boost::system::error_code& error);

}  // namespace cqhttp::net
