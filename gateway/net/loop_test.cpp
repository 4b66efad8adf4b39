#include "gateway/net/loop.hpp"

#include "gateway/net/http_server.hpp"
#include "gateway/net/net_test_support.hpp"
#include "gateway/tests/support/catch.hpp"
#include "gateway/tests/support/recording_log.hpp"
#include "gateway/tests/support/run_coro.hpp"

#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <algorithm>
#include <array>
#include <atomic>
#include <set>
#include <string>
#include <thread>

namespace cqhttp::net {
namespace {

using test::Answer;
using test::Peer;
using test::TestHandler;

class Note final : public Errand {
public:
    Note(std::vector<int>& seen, int number) : seen_(seen), number_(number) {}
    void run() override { seen_.push_back(number_); }

private:
    std::vector<int>& seen_;
    int number_;
};

TEST_CASE("mailbox: what a turn sends arrives together and in order", "[net][mailbox]") {
    asio::io_context from(1), to(1);
    Mailbox mailbox(from, to);
    std::vector<int> seen;
    std::vector<std::unique_ptr<Note>> notes;
    asio::post(from, [&] {
        for (int i = 0; i < 100; ++i) {
            notes.push_back(std::make_unique<Note>(seen, i));
            mailbox.send(*notes.back());
        }
    });
    REQUIRE(from.poll() == 2);  // the turn and its end
    CHECK(seen.empty());
    CHECK(to.poll() == 1);
    REQUIRE(seen.size() == 100);
    for (int i = 0; i < 100; ++i) {
        CHECK(seen[static_cast<std::size_t>(i)] == i);
    }
}

TEST_CASE("mailbox: a loop that has not looked yet is not woken again", "[net][mailbox]") {
    asio::io_context from(1), to(1);
    Mailbox mailbox(from, to);
    std::vector<int> seen;
    for (int i = 0; i < 5; ++i) {
        mailbox.post([&seen, i] { seen.push_back(i); });
        from.restart();
        REQUIRE(from.poll() == 1);
    }
    CHECK(to.poll() == 1);
    CHECK(seen == std::vector<int>{0, 1, 2, 3, 4});
}

TEST_CASE("mailbox: an errand may be sent again and others from where it runs", "[net][mailbox]") {
    asio::io_context here(1), there(1);
    Mailbox out(here, there), back(there, here);
    std::vector<int> seen;
    Note note(seen, 7);
    out.post([&] { back.send(note); });
    here.poll();
    there.poll();
    here.restart();
    here.poll();
    CHECK(seen == std::vector<int>{7});
    out.send(note);
    here.restart();
    here.poll();
    there.restart();
    there.poll();
    CHECK(seen == std::vector<int>{7, 7});
}

TEST_CASE("mailbox: one that goes before the end of the turn delivers nothing", "[net][mailbox]") {
    asio::io_context from(1), to(1);
    std::vector<int> seen;
    Note note(seen, 1);
    std::optional<Mailbox> mailbox(std::in_place, from, to);
    mailbox->send(note);
    mailbox.reset();
    from.poll();
    CHECK(to.poll() == 0);
    CHECK(seen.empty());
}

TEST_CASE("loop: errands of two threads run on each side in the order they were sent", "[net]") {
    asio::io_context home(1);
    Loop loop(home, 2);
    constexpr int count = 20'000;
    std::vector<int> there, here;
    std::thread::id its_thread;
    auto send_all = [&]() -> asio::awaitable<void> {
        for (int i = 0; i < count; ++i) {
            loop.from_home().post([&, i] {
                its_thread = std::this_thread::get_id();
                there.push_back(i);
                loop.to_home().post([&here, i] { here.push_back(i); });
            });
            if (i % 100 == 99) {
                co_await asio::post(home, asio::use_awaitable);  // the next turn
            }
        }
        co_await loop.round_trip();
    };
    cqhttp::test::run_coro(home, send_all());
    CHECK(its_thread != std::this_thread::get_id());
    REQUIRE(there.size() == count);
    REQUIRE(here.size() == count);
    CHECK(std::is_sorted(there.begin(), there.end()));
    CHECK(std::is_sorted(here.begin(), here.end()));
}

// A server with two further loops; every handler notes its thread.
class SpreadServer {
public:
    explicit SpreadServer(Limits limits = {}) : limits_(limits) {
        for (std::size_t number = 2; number <= 3; ++number) {
            loops_.push_back(std::make_unique<Loop>(context_, number));
        }
        server_.emplace(context_, handlers_[0], limits_, Log(log, "http"));
        REQUIRE(server_->listen("127.0.0.1", 0).has_value());
        port = server_->port();
        server_->spread(*loops_[0], handlers_[1]);
        server_->spread(*loops_[1], handlers_[2]);
    }
    ~SpreadServer() {
        asio::post(context_, [this] { server_->abort(); });
        thread_.join();
        server_.reset();
        loops_.clear();
    }

    void start(const std::function<HttpAnswer(const HttpRequest&)>& handle) {
        for (TestHandler& handler : handlers_) {
            handler.on_handle = handle;
        }
        auto ended = [this](std::exception_ptr error) {
            if (error) {
                std::terminate();
            }
            ended_ = true;
        };
        asio::co_spawn(context_, server_->run(), ended);
        thread_ = std::thread([this] { context_.run(); });
    }
    void stop() {
        asio::post(context_, [this] { server_->stop(); });
    }
    // After the end of run().
    bool ended() {
        for (int i = 0; i < 6000 && !ended_; ++i) {
            std::this_thread::sleep_for(std::chrono::milliseconds(10));
        }
        return ended_;
    }

    cqhttp::test::RecordingLog log;
    std::uint16_t port = 0;

private:
    Limits limits_;
    asio::io_context context_{1};
    Loops loops_;
    std::array<TestHandler, 3> handlers_;
    std::optional<HttpServer> server_;
    std::atomic<bool> ended_ = false;
    std::thread thread_;
};

HttpAnswer name_thread(const HttpRequest& request) {
    HttpResponse response;
    response.body = std::to_string(std::hash<std::thread::id>()(std::this_thread::get_id())) + " " +
                    std::string(request.path);
    return response;
}

std::string get(const std::string& path, const std::string& more = {}) {
    return "GET " + path + " HTTP/1.1\r\nHost: h\r\n" + more + "\r\n";
}

TEST_CASE("http server: connections are spread over the loops in turn", "[net]") {
    SpreadServer server;
    server.start(name_thread);
    std::vector<std::unique_ptr<Peer>> peers;
    std::vector<std::string> threads;
    for (int i = 0; i < 9; ++i) {
        peers.push_back(std::make_unique<Peer>(server.port));
        peers.back()->send(get("/0"));
        const std::string body = peers.back()->read_answer().body;
        threads.push_back(body.substr(0, body.find(' ')));
    }
    CHECK(std::set<std::string>(threads.begin(), threads.end()).size() == 3);
    for (std::size_t i = 3; i < threads.size(); ++i) {
        CHECK(threads[i] == threads[i - 3]);
    }
    // All at once, each in order.
    for (int i = 1; i <= 50; ++i) {
        for (const auto& peer : peers) {
            peer->send(get("/" + std::to_string(i)));
        }
    }
    for (std::size_t p = 0; p < peers.size(); ++p) {
        for (int i = 1; i <= 50; ++i) {
            CHECK(peers[p]->read_answer().body == threads[p] + " /" + std::to_string(i));
        }
    }
}

TEST_CASE("http server: the bound of connections is one for all loops", "[net][HTTP-004]") {
    Limits limits;
    limits.connections = 4;
    SpreadServer server(limits);
    server.start(name_thread);
    std::vector<std::unique_ptr<Peer>> peers;
    for (int i = 0; i < 4; ++i) {
        peers.push_back(std::make_unique<Peer>(server.port));
        peers.back()->send(get("/"));
        REQUIRE(peers.back()->read_answer().status == 200);
    }
    for (int i = 0; i < 3; ++i) {
        Peer refused(server.port);
        refused.send(get("/"));
        CHECK(refused.read_answer().status == 503);
    }
    CHECK(server.log.count(LogLevel::warn, "too many connections") == 1);
    // One on another loop ends and makes room.
    peers[1]->send(get("/", "Connection: close\r\n"));
    REQUIRE(peers[1]->read_answer().status == 200);
    CHECK(peers[1]->is_closed());
    unsigned status = 0;
    for (int i = 0; i < 1000 && status != 200; ++i) {
        Peer next(server.port);
        next.send(get("/"));
        status = next.read_answer().status;
    }
    CHECK(status == 200);
}

TEST_CASE("http server: stop answers what is in flight on every loop", "[net]") {
    SpreadServer server;
    std::atomic<int> waiting = 0;
    std::atomic<bool> open = false;
    // A function that outlives the coroutine, unlike a lambda that captures.
    struct Slow {
        static asio::awaitable<HttpResponse> answer(std::atomic<int>& waiting,
                                                    std::atomic<bool>& open) {
            ++waiting;
            asio::steady_timer timer(co_await asio::this_coro::executor);
            while (!open) {
                timer.expires_after(std::chrono::milliseconds(2));
                co_await timer.async_wait(asio::use_awaitable);
            }
            HttpResponse response;
            response.body = "done";
            co_return response;
        }
    };
    server.start([&](const HttpRequest&) { return HttpAnswer(Slow::answer(waiting, open)); });
    std::vector<std::unique_ptr<Peer>> busy, idle;
    for (int i = 0; i < 3; ++i) {
        idle.push_back(std::make_unique<Peer>(server.port));
    }
    for (int i = 0; i < 6; ++i) {
        busy.push_back(std::make_unique<Peer>(server.port));
        busy.back()->send(get("/slow"));
    }
    for (int i = 0; i < 6000 && waiting < 6; ++i) {
        std::this_thread::sleep_for(std::chrono::milliseconds(10));
    }
    REQUIRE(waiting == 6);
    server.stop();
    for (const auto& peer : idle) {
        CHECK(peer->is_closed());
    }
    open = true;
    for (const auto& peer : busy) {
        const Answer answer = peer->read_answer();
        CHECK(answer.body == "done");
        CHECK(answer.has("Connection: close"));
        CHECK(peer->is_closed());
    }
    CHECK(server.ended());
}

}  // namespace
}  // namespace cqhttp::net
