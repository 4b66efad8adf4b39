#include "gateway/tests/support/http_peer.hpp"

#include "gateway/base/text.hpp"

#include <arpa/inet.h>
#include <cerrno>
#include <netinet/in.h>
#include <poll.h>
#include <stdexcept>
#include <sys/socket.h>
#include <unistd.h>

namespace cqhttp::test {

std::string PeerResponse::header(std::string_view name) const {
    for (const auto& [key, value] : headers) {
        if (iequals(key, name)) {
            return value;
        }
    }
    return {};
}

HttpPeer::HttpPeer(std::uint16_t port, int receive_buffer)
    : socket_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    if (receive_buffer > 0) {
        ::setsockopt(socket_, SOL_SOCKET, SO_RCVBUF, &receive_buffer, sizeof receive_buffer);
    }
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    if (::connect(socket_, reinterpret_cast<sockaddr*>(&address), sizeof address) != 0) {
        ::close(socket_);
        throw std::runtime_error("cannot connect to port " + std::to_string(port));
    }
}

HttpPeer::~HttpPeer() {
    ::close(socket_);
}

bool HttpPeer::send(std::string_view bytes) {
    while (!bytes.empty()) {
        pollfd wait{socket_, POLLOUT, 0};
        if (::poll(&wait, 1, static_cast<int>(limit_.count())) <= 0) {
            throw std::runtime_error("the gateway reads nothing");
        }
        const ssize_t sent = ::send(socket_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
        if (sent < 0) {
            return false;
        }
        bytes.remove_prefix(static_cast<std::size_t>(sent));
    }
    return true;
}

void HttpPeer::half_close() {
    ::shutdown(socket_, SHUT_WR);
}

void HttpPeer::reset_at_end() {
    const linger at_once{1, 0};
    ::setsockopt(socket_, SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
}

bool HttpPeer::fill() {
    pollfd wait{socket_, POLLIN, 0};
    if (::poll(&wait, 1, static_cast<int>(limit_.count())) <= 0) {
        throw std::runtime_error("no answer in time");
    }
    char chunk[65536];
    const ssize_t got = ::recv(socket_, chunk, sizeof chunk, 0);
    if (got <= 0) {
        return false;
    }
    buffer_.append(chunk, static_cast<std::size_t>(got));
    return true;
}

bool HttpPeer::ended() {
    return buffer_.empty() && !fill();
}

std::string HttpPeer::receive_some() {
    if (buffer_.empty()) {
        fill();
    }
    return std::exchange(buffer_, {});
}

std::string HttpPeer::receive_head() {
    std::size_t end = 0;
    while ((end = buffer_.find("\r\n\r\n")) == std::string::npos) {
        if (!fill()) {
            return {};
        }
    }
    std::string head = buffer_.substr(0, end + 4);
    buffer_.erase(0, end + 4);
    return head;
}

PeerResponse HttpPeer::receive(bool head_only) {
    PeerResponse response;
    std::string head = receive_head();
    if (head.empty()) {
        return response;
    }
    head.resize(head.size() - 2);
    response.status = std::stoi(head.substr(head.find(' ') + 1, 3));
    for (std::size_t at = head.find("\r\n") + 2; at < head.size();) {
        const std::size_t end = head.find("\r\n", at);
        const std::string line = head.substr(at, end - at);
        const std::size_t colon = line.find(':');
        response.headers.emplace_back(line.substr(0, colon),
                                      std::string(trim(line.substr(colon + 1))));
        at = end + 2;
    }
    const std::string length = response.header("Content-Length");
    const std::size_t expected = head_only || length.empty() ? 0 : std::stoul(length);
    while (buffer_.size() < expected) {
        if (!fill()) {
            throw std::runtime_error("the body is shorter than announced");
        }
    }
    response.body = buffer_.substr(0, expected);
    buffer_.erase(0, expected);
    return response;
}

PeerResponse http(std::uint16_t port, const std::string& method, const std::string& target,
                  const std::vector<std::string>& headers, const std::string& body) {
    HttpPeer peer(port);
    std::string request = method + " " + target + " HTTP/1.1\r\nHost: 127.0.0.1\r\n";
    for (const auto& line : headers) {
        request += line + "\r\n";
    }
    if (!body.empty() || method == "POST") {
        request += "Content-Length: " + std::to_string(body.size()) + "\r\n";
    }
    peer.send(request + "\r\n" + body);
    return peer.receive(method == "HEAD");
}

PeerResponse http_json(std::uint16_t port, const std::string& target, const std::string& body) {
    return http(port, "POST", target, {"Content-Type: application/json"}, body);
}

}  // namespace cqhttp::test
