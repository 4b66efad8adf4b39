#pragma once

#include <condition_variable>
#include <cstdint>
#include <functional>
#include <mutex>
#include <string>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

namespace cqhttp::test {

// A request as it came.
struct Posted {
    std::string request_line;
    std::vector<std::pair<std::string, std::string>> headers;
    std::string body;
    int connection = 0;  // the first is 1

    std::string header(std::string_view name) const;  // in any case; empty without one
};

// Bytes to answer with, and whether the connection ends then.
struct PostAnswer {
    std::string bytes;
    bool close = false;
};

// The backend events are posted to: a listening socket of 127.0.0.1 with a thread that serves one
// connection after another and answers as the test says, given the request and its number from 1.
// Unless a test is about them, meta events are answered 204 and not counted.
class PostReceiver {
public:
    enum class MetaEvents { answered, counted };
    using Answerer = std::function<PostAnswer(const Posted&, std::size_t number)>;

    explicit PostReceiver(Answerer answerer, MetaEvents meta_events = MetaEvents::answered);
    ~PostReceiver();
    PostReceiver(const PostReceiver&) = delete;
    PostReceiver& operator=(const PostReceiver&) = delete;

    std::uint16_t port() const noexcept { return port_; }
    std::string url(const std::string& target) const;
    // Everything that came, as soon as it is `number` requests; throws when they do not come.
    std::vector<Posted> wait_for(std::size_t number) const;

private:
    void run();
    void serve(int socket, int connection);

    Answerer answerer_;
    MetaEvents meta_events_;
    int listener_ = -1;
    std::uint16_t port_ = 0;
    mutable std::mutex mutex_;
    mutable std::condition_variable came_;
    std::vector<Posted> posted_;
    int current_ = -1;
    bool ended_ = false;
    std::thread thread_;
};

}  // namespace cqhttp::test
