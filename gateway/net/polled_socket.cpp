#include "gateway/net/polled_socket.hpp"

#include <boost/asio/error.hpp>

#include <array>
#include <cerrno>
#include <sys/socket.h>
#include <sys/uio.h>
#include <unistd.h>

namespace cqhttp::net {
namespace {

using boost::system::error_code;

error_code last_error() {
    return errno == EAGAIN || errno == EWOULDBLOCK
               ? error_code(asio::error::would_block)
               : error_code(errno, boost::system::system_category());
}

}  // namespace

void PolledSocket::adopt(int descriptor) {
    entry_.descriptor = descriptor;
    poller_.add(entry_);
}

PolledSocket::~PolledSocket() {
    close();
    poller_.remove(entry_);
}

std::size_t PolledSocket::read_some(std::span<char> room, error_code& error) noexcept {
    ssize_t size = -1;
    do {
        size = ::recv(entry_.descriptor, room.data(), room.size(), MSG_DONTWAIT);
    } while (size < 0 && errno == EINTR);
    if (size > 0) {
        error.clear();
        return static_cast<std::size_t>(size);
    }
    error = size == 0 ? error_code(asio::error::eof) : last_error();
    return 0;
}

std::size_t PolledSocket::write_some(std::string_view bytes, error_code& error) noexcept {
    ssize_t size = -1;
    do {
        size = ::send(entry_.descriptor, bytes.data(), bytes.size(), MSG_DONTWAIT | MSG_NOSIGNAL);
    } while (size < 0 && errno == EINTR);
    if (size >= 0) {
        error.clear();
        return static_cast<std::size_t>(size);
    }
    error = last_error();
    return 0;
}

std::size_t PolledSocket::write_some(std::string_view first, std::string_view second,
                                     error_code& error) noexcept {
    // sendmsg() does not write to it.
    std::array<iovec, 2> parts{{{const_cast<char*>(first.data()), first.size()},
                                {const_cast<char*>(second.data()), second.size()}}};
    msghdr message{};
    message.msg_iov = parts.data();
    message.msg_iovlen = parts.size();
    ssize_t size = -1;
    do {
        size = ::sendmsg(entry_.descriptor, &message, MSG_DONTWAIT | MSG_NOSIGNAL);
    } while (size < 0 && errno == EINTR);
    if (size >= 0) {
        error.clear();
        return static_cast<std::size_t>(size);
    }
    error = last_error();
    return 0;
}

bool PolledSocket::is_quiet() {
    if (poller_.is_quiet(entry_)) {
        return true;
    }
    char byte = 0;
    const auto size = ::recv(entry_.descriptor, &byte, 1, MSG_PEEK | MSG_DONTWAIT);
    return size < 0 && (errno == EAGAIN || errno == EWOULDBLOCK);
}

void PolledSocket::shutdown_send(error_code& error) noexcept {
    error = ::shutdown(entry_.descriptor, SHUT_WR) == 0 ? error_code() : last_error();
}

void PolledSocket::close() noexcept {
    if (entry_.descriptor < 0) {
        return;
    }
    cancel();
    // Closing would do that only if no child process shared the socket for a moment.
    poller_.drop_interest(entry_);
    ::close(std::exchange(entry_.descriptor, -1));
}

asio::ip::tcp::socket PolledSocket::release() {
    poller_.drop_interest(entry_);
    sockaddr_storage address{};
    socklen_t size = sizeof address;
    ::getsockname(entry_.descriptor, reinterpret_cast<sockaddr*>(&address), &size);
    asio::ip::tcp::socket socket(poller_.context());
    error_code ignored;  // what is wrong with it shows when it is used
    const auto protocol = address.ss_family == AF_INET6 ? asio::ip::tcp::v6() : asio::ip::tcp::v4();
    const int descriptor = std::exchange(entry_.descriptor, -1);
    socket.assign(protocol, descriptor, ignored);
    if (ignored) {
        ::close(descriptor);
    }
    return socket;
}

}  // namespace cqhttp::net
