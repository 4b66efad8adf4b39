#include "gateway/tests/integration/injector.hpp"
#include "gateway/tests/support/catch.hpp"
#include "gateway/tests/support/gateway_process.hpp"
#include "gateway/tests/support/sanitized.hpp"
#include "gateway/tests/support/ws_peer.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <arpa/inet.h>
#include <functional>
#include <future>
#include <mutex>
#include <netinet/in.h>
#include <stdexcept>
#include <string>
#include <sys/socket.h>
#include <thread>
#include <unistd.h>
#include <vector>

// Backends that do everything wrong, one after another, under one gateway.
namespace cqhttp::test {
namespace {

using Json = nlohmann::json;

constexpr std::size_t hundred_megabytes = 100'000'000;

// The next request on a socket, whole; empty when the connection ends.
std::string read_post(int socket) {
    std::string text;
    std::size_t wanted = std::string::npos;
    while (text.size() < wanted) {
        char piece[4096];
        const ssize_t got = ::recv(socket, piece, sizeof piece, 0);
        if (got <= 0) {
            return {};
        }
        text.append(piece, static_cast<std::size_t>(got));
        const std::size_t head = text.find("\r\n\r\n");
        const std::size_t length = text.find("Content-Length: ");
        if (head != std::string::npos && length != std::string::npos) {
            wanted = head + 4 + std::stoul(text.substr(length + 16));
        }
    }
    return text;
}

// False when the gateway has closed meanwhile.
bool send_text(int socket, std::string_view text) {
    while (!text.empty()) {
        const ssize_t sent = ::send(socket, text.data(), text.size(), MSG_NOSIGNAL);
        if (sent <= 0) {
            return false;
        }
        text.remove_prefix(static_cast<std::size_t>(sent));
    }
    return true;
}

void send_much(int socket, std::string_view piece) {
    for (std::size_t sent = 0; sent < hundred_megabytes; sent += piece.size()) {
        if (!send_text(socket, piece)) {
            return;
        }
    }
}

void wait_until_closed(int socket) {
    char piece[4096];
    while (::recv(socket, piece, sizeof piece, 0) > 0) {
    }
}

void reset(int socket) {
    const linger now{1, 0};
    ::setsockopt(socket, SOL_SOCKET, SO_LINGER, &now, sizeof now);
}

// What the backend does with a connection, and what the gateway must say about it.
struct Behaviour {
    const char* name;
    std::function<void(int socket)> act;
    const char* stage = nullptr;
    const char* reason = nullptr;
};

// Answers the first request with these bytes and closes.
std::function<void(int)> answers(std::string bytes) {
    return [bytes = std::move(bytes)](int socket) {
        read_post(socket);
        send_text(socket, bytes);
    };
}

// The same, and leaves the closing to the gateway.
std::function<void(int)> answers_and_waits(std::string bytes) {
    return [bytes = std::move(bytes)](int socket) {
        read_post(socket);
        send_text(socket, bytes);
        wait_until_closed(socket);
    };
}

// A listening socket of 127.0.0.1 whose thread gives each connection the next behaviour; when they
// are used up, every POST is answered 204.
class Backend {
public:
    explicit Backend(const std::vector<Behaviour>& behaviours)
        : behaviours_(behaviours), listener_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
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
    ~Backend() { end(); }
    Backend(const Backend&) = delete;
    Backend& operator=(const Backend&) = delete;

    std::string url() const { return fmt::format("http://127.0.0.1:{}/hook", port_); }

    // Is gone: connections are refused from now on.
    void end() {
        if (!thread_.joinable()) {
            return;
        }
        {
            const std::lock_guard lock(mutex_);
            ended_ = true;
            ::shutdown(listener_, SHUT_RDWR);
            ::shutdown(current_, SHUT_RDWR);
        }
        thread_.join();
        ::close(listener_);
    }

private:
    void run() {
        for (std::size_t number = 0;; ++number) {
            const int socket = ::accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
            if (socket < 0) {
                return;
            }
            bool ended = false;
            {
                const std::lock_guard lock(mutex_);
                current_ = socket;
                ended = ended_;
            }
            if (ended) {
                // nothing more is served
            } else if (number < behaviours_.size()) {
                behaviours_[number].act(socket);
            } else {
                while (!read_post(socket).empty()) {
                    send_text(socket, "HTTP/1.1 204 No Content\r\n\r\n");
                }
            }
            const std::lock_guard lock(mutex_);
            current_ = -1;
            ::close(socket);
        }
    }

    const std::vector<Behaviour>& behaviours_;
    int listener_ = -1;
    int current_ = -1;
    bool ended_ = false;
    std::uint16_t port_ = 0;
    std::mutex mutex_;
    std::thread thread_;
};

std::size_t count(const std::string& text, const std::string& piece) {
    std::size_t found = 0;
    for (std::size_t at = text.find(piece); at != std::string::npos;
         at = text.find(piece, at + 1)) {
        ++found;
    }
    return found;
}

const std::string ok = "HTTP/1.1 200 OK\r\n";
const std::string final_answer = "Content-Length: 2\r\nConnection: close\r\n\r\n{}";

// One that takes the event, sends a head and then far too much.
std::function<void(int)> sends_much(std::string head, std::string piece) {
    return [head = std::move(head), piece = std::move(piece)](int socket) {
        read_post(socket);
        send_text(socket, head);
        send_much(socket, piece);
    };
}

// Neighbours fail for different reasons: the same one again is counted and not logged.
std::vector<Behaviour> wrong_answers() {
    const std::string megabyte(1'000'000, 'x');
    const std::string chunk = fmt::format("{:x}\r\n{}\r\n", megabyte.size(), megabyte);
    const std::string length = fmt::format("Content-Length: {}\r\n\r\n", hundred_megabytes);
    const auto take = [](int socket) { read_post(socket); };
    const auto take_and_reset = [](int socket) {
        read_post(socket);
        reset(socket);
    };
    return {
        {"closes early", take, "stage=receive", "connection closed before an answer came"},
        {"resets", take_and_reset, "stage=receive", "Connection reset by peer"},
        {"500", answers("HTTP/1.1 500 No\r\n" + final_answer), "stage=answer", "status=500"},
        {"302", answers("HTTP/1.1 302 No\r\nLocation: /x\r\n" + final_answer), "stage=answer",
         "status=302"},
        {"404", answers("HTTP/1.1 404 No\r\n" + final_answer), "stage=answer", "status=404"},
        {"half a head", answers(ok + "Content-Le"), "stage=receive", "in the middle of the answer"},
        {"bytes that are no text", answers(std::string("\0\1\2\xFF\xFE garbage\r\n\r\n", 17)),
         "stage=receive", "the answer is not HTTP: bad version"},
        {"half a status line", answers("HTTP/1.1 2"), "stage=receive",
         "in the middle of the answer"},
        {"a page without a head", answers("<html>hello</html>\r\n\r\n"), "stage=receive",
         "the answer is not HTTP: bad version"},
        {"100 MB", sends_much(ok + length, megabyte), "stage=receive",
         "the answer is longer than 1048576 bytes"},
        {"a length that is too long", answers(ok + "Content-Length: 100\r\n\r\n{}"),
         "stage=receive", "in the middle of the answer"},
        {"100 MB in chunks", sends_much(ok + "Transfer-Encoding: chunked\r\n\r\n", chunk),
         "stage=receive", "the answer is longer than 1048576 bytes"},
        {"a negative length", answers(ok + "Content-Length: -5\r\n\r\n{}"), "stage=receive",
         "the answer is not HTTP: bad Content-Length"},
        {"100 MB until the end", sends_much(ok + "\r\n", megabyte), "stage=receive",
         "the answer is longer than 1048576 bytes"},
        {"two lengths", answers(ok + "Content-Length: 2\r\nContent-Length: 3\r\n\r\n{}x"),
         "stage=receive", "the answer is not HTTP: multiple Content-Length"},
        {"a head without an end", sends_much(ok, "X-Padding: " + megabyte + "\r\n"),
         "stage=receive", "the head of the answer is longer than 65536 bytes"},
        {"no chunk", answers(ok + "Transfer-Encoding: chunked\r\n\r\nzz\r\n{}\r\n0\r\n\r\n"),
         "stage=receive", "the answer is not HTTP: bad chunk"},
        {"hangs up at once", [](int) {}, "stage=", ""},
    };
}

// Odd, and good enough.
std::vector<Behaviour> odd_answers() {
    return {
        {"a length that is too short",
         answers_and_waits(ok + "Content-Length: 2\r\n\r\n{}{\"reply\":\"smuggled\"}")},
        {"an interim answer first", answers("HTTP/1.1 100 Continue\r\n\r\n" + ok + final_answer)},
        {"nothing but a head until the end", answers(ok + "\r\n")},
    };
}

std::vector<Behaviour> joined(std::vector<Behaviour> first, std::vector<Behaviour> second) {
    for (Behaviour& behaviour : second) {
        first.push_back(std::move(behaviour));
    }
    return first;
}

// The last line about a failed POST.
std::string last_failure(const std::string& log) {
    const std::size_t start = log.rfind("event not posted");
    return start == std::string::npos ? "" : log.substr(start, log.find('\n', start) - start);
}

}  // namespace

TEST_CASE("post backends: what a backend does wrong is logged once and later events flow",
          "[POST-013][POST-016][POST-018][QOP-003][QOP-004][QOP-006][PIPE-007][PIPE-011]") {
    const std::vector<Behaviour> wrong = wrong_answers();
    const std::vector<Behaviour> all = joined(wrong, odd_answers());
    Backend backend(all);
    GatewayUnderTest gateway({"use_ws = yes\npost_url = " + backend.url()});
    gateway.start();
    WsPeer events(gateway.port("ws"), "/event/");
    Injector injector(gateway.port());
    const std::size_t before = gateway.resident_bytes();
    std::size_t failures = 0;
    for (const Behaviour& behaviour : all) {
        INFO(behaviour.name);
        const Json sent = injector.say(behaviour.name);
        CHECK(Json::parse(events.receive_text()) == sent);
        const std::string log = gateway.log();
        failures += behaviour.stage != nullptr;
        CHECK(count(log, "event not posted") == failures);
        if (behaviour.stage != nullptr) {
            INFO(last_failure(log));
            CHECK(count(last_failure(log), behaviour.stage) == 1);
            CHECK(count(last_failure(log), std::string(" ") + behaviour.reason) > 0);
        }
    }
    CHECK(gateway.resident_bytes() < before + ((sanitized ? 512U : 48U) << 20));
    CHECK(gateway.logs(
        fmt::format("events are posted again url={} not_posted={}", backend.url(), wrong.size())));
    CHECK(injector.data(".sandbox_effects").empty());

    backend.end();
    injector.say("nobody is there");
    CHECK(Json::parse(events.receive_text()).at("raw_message") == "nobody is there");
    CHECK(count(last_failure(gateway.log()), "stage=connect") == 1);
    CHECK(gateway.stop() == 0);
}

TEST_CASE("post backends: what stays silent is given up after the time limit",
          "[POST-013][POST-015][PIPE-011]") {
    const std::vector<Behaviour> silent{
        {"says nothing", answers_and_waits("")},
        {"half a head", answers_and_waits(ok + "Content-Le")},
        {"half a body", answers_and_waits(ok + "Content-Length: 10\r\n\r\n{\"re")},
        {"half a chunk", answers_and_waits(ok + "Transfer-Encoding: chunked\r\n\r\n5\r\n{")},
    };
    Backend backend(silent);
    GatewayUnderTest gateway(
        {"use_ws = yes\ngateway.post_timeout = 1\npost_url = " + backend.url()});
    gateway.start();
    WsPeer events(gateway.port("ws"), "/event/");
    Injector injector(gateway.port());
    for (const Behaviour& behaviour : silent) {
        INFO(behaviour.name);
        const Json sent = injector.say(behaviour.name);
        CHECK(injector.call("get_status").at("retcode") == 0);  // while the POST waits
        CHECK(Json::parse(events.receive_text()) == sent);
    }
    CHECK(count(gateway.log(), ": no answer within 1 s") > 0);
    injector.say("and on it goes");
    CHECK(Json::parse(events.receive_text()).at("raw_message") == "and on it goes");
    CHECK(gateway.stop() == 0);
}

}  // namespace cqhttp::test
