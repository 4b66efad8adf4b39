#include "gateway/tests/support/ws_listener.hpp"

#include "gateway/base/text.hpp"

#include <openssl/evp.h>
#include <openssl/sha.h>

#include <arpa/inet.h>
#include <array>
#include <netinet/in.h>
#include <poll.h>
#include <stdexcept>
#include <sys/socket.h>
#include <unistd.h>

namespace cqhttp::test {
namespace {

constexpr int limit = 60'000;  // milliseconds

// RFC 6455 section 4.2.2.
std::string accept_of(const std::string& key) {
    const std::string text = key + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";
    std::array<unsigned char, SHA_DIGEST_LENGTH> digest{};
    SHA1(reinterpret_cast<const unsigned char*>(text.data()), text.size(), digest.data());
    std::array<unsigned char, 32> base64{};
    const int size = EVP_EncodeBlock(base64.data(), digest.data(), SHA_DIGEST_LENGTH);
    return {reinterpret_cast<const char*>(base64.data()), static_cast<std::size_t>(size)};
}

// Of 127.0.0.1; port 0: any that is free.
int bound_socket(std::uint16_t port) {
    const int socket = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    const int on = 1;
    ::setsockopt(socket, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    if (::bind(socket, reinterpret_cast<sockaddr*>(&address), sizeof address) != 0) {
        ::close(socket);
        throw std::runtime_error("cannot bind port " + std::to_string(port) + " of 127.0.0.1");
    }
    return socket;
}

std::uint16_t port_of(int socket) {
    sockaddr_in address{};
    socklen_t size = sizeof address;
    if (::getsockname(socket, reinterpret_cast<sockaddr*>(&address), &size) != 0) {
        throw std::runtime_error("a socket without a port");
    }
    return ntohs(address.sin_port);
}

}  // namespace

std::string WsVisitor::header(std::string_view name) const {
    for (std::size_t at = request_.find("\r\n") + 2; at < request_.size();) {
        const std::size_t end = request_.find("\r\n", at);
        const std::string_view line = std::string_view(request_).substr(at, end - at);
        const std::size_t colon = line.find(':');
        if (colon != std::string_view::npos && iequals(line.substr(0, colon), name)) {
            return std::string(trim(line.substr(colon + 1)));
        }
        at = end + 2;
    }
    return {};
}

WsVisitor& WsVisitor::let_in() {
    peer_->send(
        "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
        "Sec-WebSocket-Accept: " +
        accept_of(header("Sec-WebSocket-Key")) + "\r\n\r\n");
    return *this;
}

void WsVisitor::close(int code) {
    std::string status;
    if (code != 0) {
        status += static_cast<char>(code / 256);
        status += static_cast<char>(code % 256);
    }
    peer_->send(server_frame(8, status));
}

std::string WsVisitor::receive_text() {
    PeerFrame frame = receive();
    if (!frame.text() || !frame.masked) {
        throw std::runtime_error("expected a masked text frame, got opcode " +
                                 std::to_string(frame.opcode));
    }
    return std::move(frame.payload);
}

WsListener::WsListener(Start start) : keeper_(bound_socket(0)), port_(port_of(keeper_)) {
    if (start == Start::listening) {
        listen();
    }
}

WsListener::~WsListener() {
    refuse();
    ::close(keeper_);
}

void WsListener::listen() {
    refuse();
    socket_ = bound_socket(port_);
    if (::listen(socket_, 64) != 0) {
        throw std::runtime_error("cannot listen on port " + std::to_string(port_));
    }
}

void WsListener::refuse() {
    if (socket_ >= 0) {
        ::close(socket_);
        socket_ = -1;
    }
}

std::string WsListener::url(const std::string& target) const {
    return "ws://127.0.0.1:" + std::to_string(port_) + target;
}

WsVisitor WsListener::accept() {
    pollfd wait{socket_, POLLIN, 0};
    if (::poll(&wait, 1, limit) <= 0) {
        throw std::runtime_error("nobody connected in time");
    }
    const int accepted = ::accept4(socket_, nullptr, nullptr, SOCK_CLOEXEC);
    if (accepted < 0) {
        throw std::runtime_error("a connection could not be accepted");
    }
    auto peer = std::make_unique<HttpPeer>(HttpPeer::Accepted{accepted});
    std::string request = peer->receive_head();
    if (request.empty()) {
        throw std::runtime_error("a connection without a handshake request");
    }
    return {std::move(peer), std::move(request)};
}

bool WsListener::visited() const {
    pollfd wait{socket_, POLLIN, 0};
    return ::poll(&wait, 1, 0) > 0;
}

}  // namespace cqhttp::test
