#include "gateway/tests/support/post_receiver.hpp"

#include "gateway/base/text.hpp"

#include <arpa/inet.h>
#include <chrono>
#include <netinet/in.h>
#include <optional>
#include <stdexcept>
#include <sys/socket.h>
#include <unistd.h>

namespace cqhttp::test {
namespace {

bool fill(int socket, std::string& buffer) {
    char chunk[65536];
    const ssize_t got = ::recv(socket, chunk, sizeof chunk, 0);
    if (got <= 0) {
        return false;
    }
    buffer.append(chunk, static_cast<std::size_t>(got));
    return true;
}

// The next request; nothing when the connection ends.
std::optional<Posted> read_request(int socket, std::string& buffer) {
    std::size_t head_end = 0;
    while ((head_end = buffer.find("\r\n\r\n")) == std::string::npos) {
        if (!fill(socket, buffer)) {
            return std::nullopt;
        }
    }
    Posted posted;
    const std::string head = buffer.substr(0, head_end + 2);
    buffer.erase(0, head_end + 4);
    std::size_t at = head.find("\r\n");
    posted.request_line = head.substr(0, at);
    for (at += 2; at < head.size();) {
        const std::size_t end = head.find("\r\n", at);
        const std::string line = head.substr(at, end - at);
        const std::size_t colon = line.find(':');
        posted.headers.emplace_back(line.substr(0, colon),
                                    std::string(trim(line.substr(colon + 1))));
        at = end + 2;
    }
    const std::string length = posted.header("Content-Length");
    const std::size_t size = length.empty() ? 0 : std::stoul(length);
    while (buffer.size() < size) {
        if (!fill(socket, buffer)) {
            return std::nullopt;
        }
    }
    posted.body = buffer.substr(0, size);
    buffer.erase(0, size);
    return posted;
}

void send_all(int socket, std::string_view bytes) {
    while (!bytes.empty()) {
        const ssize_t sent = ::send(socket, bytes.data(), bytes.size(), MSG_NOSIGNAL);
        if (sent <= 0) {
            return;  // the gateway has given up meanwhile
        }
        bytes.remove_prefix(static_cast<std::size_t>(sent));
    }
}

}  // namespace

std::string Posted::header(std::string_view name) const {
    for (const auto& [key, value] : headers) {
        if (iequals(key, name)) {
            return value;
        }
    }
    return {};
}

PostReceiver::PostReceiver(Answerer answerer, MetaEvents meta_events)
    : answerer_(std::move(answerer)),
      meta_events_(meta_events),
      listener_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof address;
    auto* const plain = reinterpret_cast<sockaddr*>(&address);
    if (::bind(listener_, plain, size) != 0 || ::listen(listener_, 16) != 0 ||
        ::getsockname(listener_, plain, &size) != 0) {
        ::close(listener_);
        throw std::runtime_error("cannot listen on 127.0.0.1");
    }
    port_ = ntohs(address.sin_port);
    thread_ = std::thread([this] { run(); });
}

PostReceiver::~PostReceiver() {
    {
        const std::lock_guard lock(mutex_);
        ended_ = true;
        ::shutdown(listener_, SHUT_RDWR);
        if (current_ >= 0) {
            ::shutdown(current_, SHUT_RDWR);
        }
    }
    thread_.join();
    ::close(listener_);
}

std::string PostReceiver::url(const std::string& target) const {
    return "http://127.0.0.1:" + std::to_string(port_) + target;
}

std::vector<Posted> PostReceiver::wait_for(std::size_t number) const {
    std::unique_lock lock(mutex_);
    const auto enough = [&] { return posted_.size() >= number; };
    if (!came_.wait_for(lock, std::chrono::seconds(60), enough)) {
        throw std::runtime_error("only " + std::to_string(posted_.size()) + " requests came");
    }
    return posted_;
}

void PostReceiver::run() {
    for (int connection = 1;; ++connection) {
        const int socket = ::accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
        if (socket < 0) {
            return;
        }
        {
            const std::lock_guard lock(mutex_);
            current_ = ended_ ? -1 : socket;
        }
        if (current_ >= 0) {
            serve(socket, connection);
        }
        const std::lock_guard lock(mutex_);
        current_ = -1;
        ::close(socket);
    }
}

void PostReceiver::serve(int socket, int connection) {
    std::string buffer;
    while (auto request = read_request(socket, buffer)) {
        if (meta_events_ == MetaEvents::answered &&
            request->body.find(R"("post_type":"meta_event")") != std::string::npos) {
            send_all(socket, "HTTP/1.1 204 No Content\r\n\r\n");
            continue;
        }
        request->connection = connection;
        std::size_t number = 0;
        {
            const std::lock_guard lock(mutex_);
            posted_.push_back(*request);
            number = posted_.size();
        }
        came_.notify_all();
        const PostAnswer answer = answerer_(*request, number);
        send_all(socket, answer.bytes);
        if (answer.close) {
            return;
        }
    }
}

}  // namespace cqhttp::test
