#pragma once

#include "gateway/base/result.hpp"

#include <cstdint>
#include <string_view>
#include <utility>

namespace cqhttp::bench {

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
Error system_failure(std::string_view doing);

// A TCP connection to a server on this machine, from 127.0.0.2: a client that keeps trying a port
// nobody listens on yet would some day be given that very port by the system, connect to itself and
// take the server's address. The socket blocks.
Result<Descriptor> connect_to(std::uint16_t port);

}  // namespace cqhttp::bench
