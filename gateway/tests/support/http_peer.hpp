#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace cqhttp::test {

struct PeerResponse {
    int status = 0;  // 0: the connection ended without an answer
    std::vector<std::pair<std::string, std::string>> headers;
    std::string body;

    std::string header(std::string_view name) const;  // in any case; empty without one
};

// A TCP connection to 127.0.0.1 that sends exactly the bytes it is told to and reads HTTP answers
// by its own few rules. Blocking, with a limit on every wait; throws when the limit passes.
class HttpPeer {
public:
    explicit HttpPeer(std::uint16_t port, int receive_buffer = 0);
    // Takes over a connection that was accepted.
    struct Accepted {
        int socket;
    };
    explicit HttpPeer(Accepted accepted) : socket_(accepted.socket) {}
    ~HttpPeer();
    HttpPeer(const HttpPeer&) = delete;
    HttpPeer& operator=(const HttpPeer&) = delete;

    // False when the gateway has closed the connection meanwhile.
    bool send(std::string_view bytes);
    void half_close();
    // Ends the connection with a reset when this is destroyed.
    void reset_at_end();
    // What comes up to the first empty line, the line included; nothing if the connection ends.
    std::string receive_head();
    PeerResponse receive(bool head_only = false);
    // True when the gateway ends the connection within the limit, with nothing left to read.
    bool ended();
    // Bytes as they come, at least one unless the connection ends.
    std::string receive_some();

private:
    bool fill();

    int socket_ = -1;
    std::string buffer_;
    std::chrono::milliseconds limit_{60'000};
};

// One request on a connection of its own. `headers` are lines without line ends.
PeerResponse http(std::uint16_t port, const std::string& method, const std::string& target,
                  const std::vector<std::string>& headers = {}, const std::string& body = {});
PeerResponse http_json(std::uint16_t port, const std::string& target, const std::string& body);

}  // namespace cqhttp::test
