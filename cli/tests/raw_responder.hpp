#pragma once

#include <condition_variable>
#include <cstdint>
#include <mutex>
#include <string>
#include <thread>

namespace cqhttp::cli::test {

// A server on a free loopback port that reads one HTTP request and answers with given bytes,
// whatever they are. It shares no code with the program under test. Lives as long as its test; a
// thread of its own does the work.
class RawResponder {
public:
    // Sends `answer` and closes. With `hold` it keeps silent until the peer goes or the test ends.
    explicit RawResponder(std::string answer, bool hold = false);
    ~RawResponder();
    RawResponder(const RawResponder&) = delete;
    RawResponder& operator=(const RawResponder&) = delete;

    // "http://127.0.0.1:40123".
    std::string url() const;

    // The request, once it has come completely. Throws after 20 s.
    std::string request();

private:
    void serve();
    std::string read_request(int connection);
    bool wait_readable(int descriptor) const;

    std::string answer_;
    bool hold_;
    std::uint16_t port_ = 0;  // before the sockets: binding them sets it
    int listener_ = -1;
    int stop_ = -1;  // an eventfd that ends every wait
    std::mutex mutex_;
    std::condition_variable arrived_;
    bool complete_ = false;
    std::string request_;
    std::thread thread_;
};

// "HTTP/1.1 200 OK" and the like before a JSON body.
std::string http_answer(const std::string& status_line, const std::string& body,
                        const std::string& more_headers = "");

// Reserves a loopback port on which nothing listens: connecting is refused.
class ClosedPort {
public:
    ClosedPort();
    ~ClosedPort();
    ClosedPort(const ClosedPort&) = delete;
    ClosedPort& operator=(const ClosedPort&) = delete;
    std::string url() const;

private:
    std::uint16_t port_ = 0;  // before the socket: binding it sets it
    int socket_ = -1;
};

}  // namespace cqhttp::cli::test
