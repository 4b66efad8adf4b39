#pragma once

#include "gateway/net/http_server.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/post.hpp>

#include <array>
#include <cerrno>
#include <chrono>
#include <cstdlib>
#include <exception>
#include <functional>
#include <future>
#include <memory>
#include <mutex>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <sys/socket.h>
#include <sys/time.h>
#include <thread>
#include <utility>
#include <vector>

namespace cqhttp::net::test {

// What the tests read of a request after it is gone.
struct SeenRequest {
    std::string method, path, query, body, peer;
    std::vector<std::pair<std::string, std::string>> headers;
    bool loopback = false;
};

// Answers with what the test says; echoes the body by default. Records what was asked.
class TestHandler final : public HttpHandler {
public:
    std::function<std::optional<HttpResponse>(const HttpRequest&)> on_refuse;
    std::function<HttpAnswer(const HttpRequest&)> on_handle;

    std::optional<HttpResponse> refuse(const HttpRequest& head) override {
        return on_refuse ? on_refuse(head) : std::nullopt;
    }

    HttpAnswer handle(const HttpRequest& request) override {
        SeenRequest seen{std::string(request.method),
                         std::string(request.path),
                         std::string(request.query),
                         std::string(request.body),
                         std::string(request.peer),
                         {},
                         request.loopback};
        for (const HeaderView& header : request.headers) {
            seen.headers.emplace_back(header.name, header.value);
        }
        {
            const std::lock_guard lock(mutex_);
            seen_.push_back(std::move(seen));
        }
        if (on_handle) {
            return on_handle(request);
        }
        HttpResponse response;
        response.content_type = "text/plain";
        response.body = std::string(request.path) + ":" + std::string(request.body);
        return response;
    }

    std::vector<SeenRequest> seen() const {
        const std::lock_guard lock(mutex_);
        return seen_;
    }

private:
    mutable std::mutex mutex_;
    std::vector<SeenRequest> seen_;
};

// A server on a free port of 127.0.0.1, run by a thread of its own. The destructor stops it. `Sink`
// keeps what is logged.
template <class Sink>
class ServerUnderTest {
public:
    explicit ServerUnderTest(Limits limits = {}, std::string host = "127.0.0.1")
        : server_(context, handler, limits, Log(log, "http")) {
        const Result<void> listening = server_.listen(host, 0);
        if (!listening) {
            throw std::runtime_error(listening.error().detail);
        }
        port = server_.port();
    }

    ~ServerUnderTest() {
        stop();
        abort();
        join();
    }

    // Handlers are set before.
    void start() {
        auto ended = [this](std::exception_ptr error) {
            if (error) {
                std::terminate();
            }
            ended_.set_value();
        };
        asio::co_spawn(context, server_.run(), std::move(ended));
        thread_ = std::thread([this] { context.run(); });
    }

    void stop() {
        asio::post(context, [this] { server_.stop(); });
    }
    void abort() {
        asio::post(context, [this] { server_.abort(); });
    }
    // Returns when run() has returned; false after a minute.
    bool has_ended() {
        return ended_future_.wait_for(std::chrono::minutes(1)) == std::future_status::ready;
    }
    std::size_t connections() {
        std::promise<std::size_t> number;
        asio::post(context, [&] { number.set_value(server_.connections()); });
        return number.get_future().get();
    }
    void join() {
        if (thread_.joinable()) {
            thread_.join();
        }
    }
    HttpServer& server() { return server_; }

    Sink log;
    asio::io_context context{1};
    TestHandler handler;
    std::uint16_t port = 0;

private:
    HttpServer server_;
    std::promise<void> ended_;
    std::future<void> ended_future_ = ended_.get_future();
    std::thread thread_;
};

struct Answer {
    unsigned status = 0;
    std::string head;  // with the status line, without the empty line
    std::string body;

    bool has(std::string_view line) const { return head.find(line) != std::string::npos; }
};

// The other end of a connection: a plain blocking socket. Every wait ends after a minute with an
// exception, so that a fault fails a test instead of hanging it.
class Peer {
public:
    explicit Peer(std::uint16_t port, const std::string& host = "127.0.0.1") : socket_(context_) {
        socket_.connect({asio::ip::make_address(host), port});
        prepare();
    }

    explicit Peer(asio::ip::tcp::socket socket) : socket_(std::move(socket)) { prepare(); }

    void send(std::string_view bytes) {
        while (!bytes.empty()) {
            const auto sent =
                ::send(socket_.native_handle(), bytes.data(), bytes.size(), MSG_NOSIGNAL);
            if (sent <= 0) {
                throw std::runtime_error("cannot send");
            }
            bytes.remove_prefix(static_cast<std::size_t>(sent));
        }
    }
    // False if the peer does not take it all.
    bool try_send(std::string_view bytes) {
        try {
            send(bytes);
            return true;
        } catch (const std::runtime_error&) {
            return false;
        }
    }
    void send_each_byte(std::string_view bytes) {
        for (const char& byte : bytes) {
            send({&byte, 1});
        }
    }
    void finish_sending() { socket_.shutdown(asio::ip::tcp::socket::shutdown_send); }

    // The next answer; the one to HEAD announces a body that does not come.
    Answer read_answer(std::string_view method = "GET") {
        Answer answer;
        std::size_t end = 0;
        while ((end = received_.find("\r\n\r\n")) == std::string::npos) {
            need_more();
        }
        answer.head = received_.substr(0, end + 2);
        received_.erase(0, end + 4);
        answer.status = static_cast<unsigned>(std::atoi(answer.head.c_str() + 9));
        const std::size_t length = answer.head.find("Content-Length: ");
        if (length != std::string::npos && method != "HEAD") {
            answer.body = read(std::strtoull(answer.head.c_str() + length + 16, nullptr, 10));
        }
        return answer;
    }

    // The next request, for tests that play the server.
    Answer read_request() { return read_answer(); }

    std::string read(std::size_t size) {
        while (received_.size() < size) {
            need_more();
        }
        const std::string bytes = received_.substr(0, size);
        received_.erase(0, size);
        return bytes;
    }
    std::string read_line() {
        std::size_t end = 0;
        while ((end = received_.find("\r\n")) == std::string::npos) {
            need_more();
        }
        return read(end + 2);
    }

    // Everything until the other side ends the connection; a reset counts as an end.
    std::string read_to_end() {
        while (receive() > 0) {
        }
        return std::exchange(received_, {});
    }
    bool is_closed() { return read_to_end().empty(); }

    asio::ip::tcp::socket& socket() { return socket_; }

private:
    void prepare() {
        const timeval limit{60, 0};
        for (const int option : {SO_RCVTIMEO, SO_SNDTIMEO}) {
            ::setsockopt(socket_.native_handle(), SOL_SOCKET, option, &limit, sizeof limit);
        }
        socket_.set_option(asio::ip::tcp::no_delay(true));
    }
    void need_more() {
        if (receive() == 0) {
            throw std::runtime_error("the connection ended; received: " + received_);
        }
    }
    std::size_t receive() {
        std::array<char, 16384> bytes;
        const auto size = ::recv(socket_.native_handle(), bytes.data(), bytes.size(), 0);
        if (size < 0 && (errno == EAGAIN || errno == EWOULDBLOCK)) {
            throw std::runtime_error("nothing came in time; received: " + received_);
        }
        received_.append(bytes.data(), static_cast<std::size_t>(size > 0 ? size : 0));
        return static_cast<std::size_t>(size > 0 ? size : 0);
    }

    asio::io_context context_;
    asio::ip::tcp::socket socket_;
    std::string received_;
};

// A server that does what a test says: one script per connection, one after another, in a thread of
// its own. The destructor ends it.
class ScriptedServer {
public:
    using Script = std::function<void(Peer&)>;

    explicit ScriptedServer(std::vector<Script> scripts, const std::string& host = "127.0.0.1")
        : acceptor_(context_, {asio::ip::make_address(host), 0}),
          port(acceptor_.local_endpoint().port()),
          thread_([this, scripts = std::move(scripts)] { run(scripts); }) {}

    ~ScriptedServer() {
        ::shutdown(acceptor_.native_handle(), SHUT_RDWR);
        thread_.join();
    }

private:
    void run(const std::vector<Script>& scripts) {
        for (const Script& script : scripts) {
            boost::system::error_code error;
            asio::ip::tcp::socket socket(context_);
            acceptor_.accept(socket, error);
            if (error) {
                return;
            }
            Peer peer(std::move(socket));
            try {
                script(peer);
            } catch (const std::runtime_error&) {
                // The client ended the connection earlier than the script; its own checks tell why.
            }
        }
    }

    asio::io_context context_;
    asio::ip::tcp::acceptor acceptor_;

public:
    const std::uint16_t port;

private:
    std::thread thread_;
};

}  // namespace cqhttp::net::test
