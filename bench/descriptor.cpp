#include "bench/descriptor.hpp"

#include <arpa/inet.h>
#include <cerrno>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <string>
#include <sys/socket.h>
#include <unistd.h>

namespace cqhttp::bench {
namespace {

sockaddr_in address_of(const char* host, std::uint16_t port) {
    sockaddr_in address = {};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    ::inet_pton(AF_INET, host, &address.sin_addr);
    return address;
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

Error system_failure(std::string_view doing) {
    return failure({errno, boost::system::system_category()}, std::string(doing));
}

Result<Descriptor> connect_to(std::uint16_t port) {
    Descriptor socket(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
    if (!socket.valid()) {
        return system_failure("cannot open a socket");
    }
    const int yes = 1;
    ::setsockopt(socket.number(), IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes);
    const sockaddr_in client = address_of("127.0.0.2", 0);
    if (::bind(socket.number(), reinterpret_cast<const sockaddr*>(&client), sizeof client) != 0) {
        return system_failure("cannot bind to 127.0.0.2");
    }
    const sockaddr_in server = address_of("127.0.0.1", port);
    if (::connect(socket.number(), reinterpret_cast<const sockaddr*>(&server), sizeof server) !=
        0) {
        return system_failure("cannot connect to 127.0.0.1:" + std::to_string(port));
    }
    return socket;
}

}  // namespace cqhttp::bench
