#include "cli/bench_socket.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <arpa/inet.h>
#include <cerrno>
#include <cstring>
#include <memory>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/resource.h>
#include <unistd.h>

namespace cqhttp::cli::bench {
namespace {

constexpr std::size_t ports_per_address = 20'000;
constexpr std::uint32_t first_loopback = 0x7F000001;
constexpr int backlog = 4096;

const sockaddr_in& as_v4(const Endpoint& endpoint) {
    return reinterpret_cast<const sockaddr_in&>(endpoint.address);
}

const sockaddr_in6& as_v6(const Endpoint& endpoint) {
    return reinterpret_cast<const sockaddr_in6&>(endpoint.address);
}

Result<void> bind_source(const Descriptor& socket, std::size_t number) {
    sockaddr_in source{};
    source.sin_family = AF_INET;
    source.sin_addr.s_addr =
        htonl(first_loopback + static_cast<std::uint32_t>(number / ports_per_address));
    // The port is chosen on connecting, when the peer's address is known.
    const int yes = 1;
    ::setsockopt(socket.number(), IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT, &yes, sizeof yes);
    if (::bind(socket.number(), reinterpret_cast<const sockaddr*>(&source), sizeof source) != 0) {
        return system_failure("cannot use a further address of this machine");
    }
    return {};
}

}  // namespace

Descriptor::~Descriptor() {
    if (valid()) {
        ::close(number_);
    }
}

Descriptor& Descriptor::operator=(Descriptor&& other) noexcept {
    std::swap(number_, other.number_);
    return *this;
}

Error system_failure(std::string doing) {
    return failure({errno, boost::system::system_category()}, std::move(doing));
}

bool Endpoint::loopback() const noexcept {
    if (address.ss_family == AF_INET) {
        return ntohl(as_v4(*this).sin_addr.s_addr) >> 24 == 127;
    }
    return IN6_IS_ADDR_LOOPBACK(&as_v6(*this).sin6_addr);
}

std::uint16_t Endpoint::port() const noexcept {
    const bool v4 = address.ss_family == AF_INET;
    return ntohs(v4 ? as_v4(*this).sin_port : as_v6(*this).sin6_port);
}

Result<Endpoint> resolve(const std::string& host, std::uint16_t port) {
    addrinfo hints{};
    hints.ai_family = AF_UNSPEC;
    hints.ai_socktype = SOCK_STREAM;
    hints.ai_flags = AI_NUMERICSERV;
    addrinfo* list = nullptr;
    const int code = ::getaddrinfo(host.c_str(), std::to_string(port).c_str(), &hints, &list);
    if (code != 0) {
        return failure(fmt::format("cannot look up {}: {}", host, ::gai_strerror(code)));
    }
    const std::unique_ptr<addrinfo, decltype(&::freeaddrinfo)> owner(list, &::freeaddrinfo);
    // "localhost" has two addresses and most servers listen on the IPv4 one only.
    const addrinfo* chosen = list;
    for (const addrinfo* one = list; one != nullptr; one = one->ai_next) {
        if (one->ai_family == AF_INET) {
            chosen = one;
            break;
        }
    }
    Endpoint endpoint;
    std::memcpy(&endpoint.address, chosen->ai_addr, chosen->ai_addrlen);
    endpoint.size = chosen->ai_addrlen;
    return endpoint;
}

Result<Descriptor> begin_connect(const Endpoint& endpoint, std::size_t number) {
    const int family = endpoint.address.ss_family;
    Descriptor socket(::socket(family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
    if (!socket.valid()) {
        return system_failure("cannot open a socket");
    }
    const int yes = 1;
    ::setsockopt(socket.number(), IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes);
    if (family == AF_INET && endpoint.loopback() && number >= ports_per_address) {
        if (auto bound = bind_source(socket, number); bound.has_error()) {
            return bound.error();
        }
    }
    if (::connect(socket.number(), endpoint.get(), endpoint.size) != 0 && errno != EINPROGRESS) {
        return system_failure("cannot connect");
    }
    return socket;
}

std::string connect_problem(const Descriptor& socket) {
    int error = 0;
    socklen_t size = sizeof error;
    if (::getsockopt(socket.number(), SOL_SOCKET, SO_ERROR, &error, &size) != 0 || error != 0) {
        return std::strerror(error != 0 ? error : errno);
    }
    Endpoint local, peer;
    local.size = peer.size = sizeof local.address;
    ::getsockname(socket.number(), reinterpret_cast<sockaddr*>(&local.address), &local.size);
    ::getpeername(socket.number(), reinterpret_cast<sockaddr*>(&peer.address), &peer.size);
    if (local.size == peer.size && std::memcmp(&local.address, &peer.address, local.size) == 0) {
        return "nobody listens there";
    }
    return {};
}

Result<Descriptor> listen_on(const Endpoint& endpoint) {
    Descriptor socket(
        ::socket(endpoint.address.ss_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
    const int yes = 1;
    if (socket.valid()) {
        ::setsockopt(socket.number(), SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
    }
    if (!socket.valid() || ::bind(socket.number(), endpoint.get(), endpoint.size) != 0 ||
        ::listen(socket.number(), backlog) != 0) {
        return system_failure(fmt::format("cannot listen on port {}", endpoint.port()));
    }
    return socket;
}

std::uint16_t local_port(const Descriptor& socket) {
    Endpoint local;
    local.size = sizeof local.address;
    ::getsockname(socket.number(), reinterpret_cast<sockaddr*>(&local.address), &local.size);
    return local.port();
}

Result<void> raise_file_limit(std::size_t wanted) {
    rlimit limit{};
    ::getrlimit(RLIMIT_NOFILE, &limit);
    if (limit.rlim_cur >= wanted) {
        return {};
    }
    if (limit.rlim_max < wanted) {
        return failure(
            fmt::format("{} connections need {} open files, and this shell allows {}: raise it "
                        "with ulimit -n, or take fewer connections",
                        wanted, wanted, limit.rlim_max));
    }
    limit.rlim_cur = wanted;
    if (::setrlimit(RLIMIT_NOFILE, &limit) != 0) {
        return system_failure("cannot raise the number of open files");
    }
    return {};
}

}  // namespace cqhttp::cli::bench
