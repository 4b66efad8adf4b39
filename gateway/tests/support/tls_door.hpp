#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>

namespace cqhttp::test {

// A port of 127.0.0.1 that speaks TLS and hands what it reads to another port, as a proxy in front
// of a server does. Its certificate, made for this door alone, is for localhost and 127.0.0.1 and
// signs itself; a client that shall trust it reads the file.
class TlsDoor {
public:
    explicit TlsDoor(std::uint16_t target);
    ~TlsDoor();
    TlsDoor(const TlsDoor&) = delete;
    TlsDoor& operator=(const TlsDoor&) = delete;

    std::uint16_t port() const noexcept;
    // "wss://<host>:<port><target>"
    std::string url(const std::string& host, const std::string& target = "/") const;
    std::filesystem::path certificate_file() const;
    // Which name the latest client asked for; empty without one.
    std::string server_name() const;

private:
    class Impl;
    std::unique_ptr<Impl> impl_;
};

}  // namespace cqhttp::test
