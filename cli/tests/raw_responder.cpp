#include "cli/tests/raw_responder.hpp"

#include <arpa/inet.h>
#include <array>
#include <cerrno>
#include <chrono>
#include <cstdlib>
#include <netinet/in.h>
#include <poll.h>
#include <stdexcept>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <system_error>
#include <unistd.h>

namespace cqhttp::cli::test {
namespace {

constexpr char tls_handshake = 0x16;

int checked(int result, const char* what) {
    if (result < 0) {
        throw std::system_error(errno, std::generic_category(), what);
    }
    return result;
}

// A socket bound to a free port of 127.0.0.1.
int bind_anywhere(std::uint16_t& port) {
    const int descriptor = checked(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0), "socket");
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof address;
    auto* const any = reinterpret_cast<sockaddr*>(&address);
    checked(::bind(descriptor, any, size), "bind");
    checked(::getsockname(descriptor, any, &size), "getsockname");
    port = ntohs(address.sin_port);
    return descriptor;
}

std::string url_of(std::uint16_t port) {
    return "http://127.0.0.1:" + std::to_string(port);
}

// How long the request will be, once its head is there; 0 before.
std::size_t expected_size(const std::string& text) {
    const std::size_t head = text.find("\r\n\r\n");
    if (head == std::string::npos) {
        return 0;
    }
    const std::size_t length = text.find("\r\nContent-Length: ");
    const bool has_body = length < head;
    return head + 4 + (has_body ? std::strtoul(text.c_str() + length + 18, nullptr, 10) : 0);
}

}  // namespace

RawResponder::RawResponder(std::string answer, bool hold)
    : answer_(std::move(answer)), hold_(hold), listener_(bind_anywhere(port_)) {
    checked(::listen(listener_, 1), "listen");
    stop_ = checked(::eventfd(0, EFD_CLOEXEC), "eventfd");
    thread_ = std::thread([this] { serve(); });
}

RawResponder::~RawResponder() {
    const std::uint64_t one = 1;
    if (::write(stop_, &one, sizeof one) != sizeof one) {
        std::abort();
    }
    thread_.join();
    ::close(stop_);
    ::close(listener_);
}

std::string RawResponder::url() const {
    return url_of(port_);
}

std::string RawResponder::request() {
    std::unique_lock lock(mutex_);
    if (!arrived_.wait_for(lock, std::chrono::seconds(60), [this] { return complete_; })) {
        throw std::runtime_error("no request came");
    }
    return request_;
}

bool RawResponder::wait_readable(int descriptor) const {
    std::array<pollfd, 2> waits{{{descriptor, POLLIN, 0}, {stop_, POLLIN, 0}}};
    return ::poll(waits.data(), waits.size(), -1) > 0 && waits[1].revents == 0;
}

std::string RawResponder::read_request(int connection) {
    std::string text;
    std::array<char, 4096> piece{};
    while (expected_size(text) == 0 || text.size() < expected_size(text)) {
        if (!wait_readable(connection)) {
            break;
        }
        const ssize_t count = ::recv(connection, piece.data(), piece.size(), 0);
        if (count <= 0) {
            break;
        }
        text.append(piece.data(), static_cast<std::size_t>(count));
        if (text.front() == tls_handshake) {
            break;  // never becomes an HTTP request
        }
    }
    return text;
}

void RawResponder::serve() {
    if (!wait_readable(listener_)) {
        return;
    }
    const int connection = ::accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
    if (connection < 0) {
        return;
    }
    std::string text = read_request(connection);
    {
        const std::lock_guard lock(mutex_);
        request_ = std::move(text);
        complete_ = true;
    }
    arrived_.notify_all();
    if (hold_) {
        wait_readable(connection);
    } else {
        for (std::size_t sent = 0; sent < answer_.size();) {
            const ssize_t count =
                ::send(connection, answer_.data() + sent, answer_.size() - sent, MSG_NOSIGNAL);
            if (count <= 0) {
                break;
            }
            sent += static_cast<std::size_t>(count);
        }
    }
    ::close(connection);
}

std::string http_answer(const std::string& status_line, const std::string& body,
                        const std::string& more_headers) {
    return status_line + "\r\nContent-Length: " + std::to_string(body.size()) +
           "\r\nContent-Type: application/json; charset=UTF-8\r\n" + more_headers + "\r\n" + body;
}

ClosedPort::ClosedPort() : socket_(bind_anywhere(port_)) {}

ClosedPort::~ClosedPort() {
    ::close(socket_);
}

std::string ClosedPort::url() const {
    return url_of(port_);
}

}  // namespace cqhttp::cli::test
