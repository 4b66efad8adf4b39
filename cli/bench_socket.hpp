#pragma once

#include "gateway/base/result.hpp"
#include "gateway/base/url.hpp"

#include <cstdint>
#include <string>
#include <sys/socket.h>
#include <utility>

// Sockets of the operating system, without a library between: what measures must cost less than
// what is measured.
namespace cqhttp::cli::bench {

// Owns one file descriptor.
class Descriptor {
public:
    Descriptor() = default;
    explicit Descriptor(int number) : number_(number) {}
    ~Descriptor();
    Descriptor(Descriptor&& other) noexcept : number_(std::exchange(other.number_, -1)) {}
    Descriptor& operator=(Descriptor&& other) noexcept;

    int number() const noexcept { return number_; }
    bool valid() const noexcept { return number_ >= 0; }

private:
    int number_ = -1;
};

// What the system said about the call that has just failed.
Error system_failure(std::string doing);

struct Endpoint {
    sockaddr_storage address{};
    socklen_t size = 0;

    const sockaddr* get() const noexcept { return reinterpret_cast<const sockaddr*>(&address); }
    bool loopback() const noexcept;
    std::uint16_t port() const noexcept;
};

// The first address of that host. Blocks while a name is looked up.
Result<Endpoint> resolve(const std::string& host, std::uint16_t port);

// A socket that is connecting; it is connected, or has failed, once it can be written. The
// `number`th of one run: past 20 000 connections of one loopback address the ports run out, so
// further ones come from 127.0.0.2 and so on.
Result<Descriptor> begin_connect(const Endpoint& endpoint, std::size_t number);

// Why it is not connected; empty if it is. A client that tries a port nobody listens on may be
// given that very port and be connected to itself: that is a failure, too.
std::string connect_problem(const Descriptor& socket);

Result<Descriptor> listen_on(const Endpoint& endpoint);
std::uint16_t local_port(const Descriptor& socket);

// Allows this process that many open files, as far as the system lets it.
Result<void> raise_file_limit(std::size_t wanted);

}  // namespace cqhttp::cli::bench
