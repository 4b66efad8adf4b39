// gateway.threads: connections on several loops behave as on one.
#include "gateway/tests/integration/injector.hpp"
#include "gateway/tests/integration/reverse_support.hpp"
#include "gateway/tests/support/catch.hpp"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <memory>
#include <signal.h>
#include <string>
#include <vector>

namespace cqhttp::test {
namespace {

GatewayOptions with_threads(int threads, const std::string& settings = {}) {
    return {"use_ws = yes\ngateway.threads = " + std::to_string(threads) + "\n" + settings};
}

std::string send_message(const std::string& text, int echo) {
    return R"({"action":"send_private_msg","params":{"user_id":10001,"message":")" + text +
           R"("},"echo":)" + std::to_string(echo) + "}";
}

// A friend says a number.
std::string say_number(int number) {
    return R"({"action":".sandbox_inject","params":{"event":{"post_type":"message",)"
           R"("message_type":"private","user_id":10001,"message":")" +
           std::to_string(number) + R"("}},"echo":)" + std::to_string(number) + "}";
}

// Those that serve, by their names: a sanitizer has a thread of its own.
std::size_t threads_of(GatewayUnderTest& gateway) {
    std::size_t threads = 1;  // the home loop's
    const std::filesystem::path process = "/proc/" + std::to_string(gateway.process().pid());
    for (const auto& task : std::filesystem::directory_iterator(process / "task")) {
        std::ifstream file(task.path() / "comm");
        std::string name;
        std::getline(file, name);
        threads += name.starts_with("loop ") ? 1U : 0U;
    }
    return threads;
}

// The number of a message that is sent now.
int sent_id(const GatewayUnderTest& gateway) {
    const PeerResponse response =
        http(gateway.port(), "GET", "/send_private_msg?user_id=10001&message=m");
    return Json::parse(response.body).at("data").at("message_id").get<int>();
}

using Peers = std::vector<std::unique_ptr<WsPeer>>;

Peers connect(const GatewayUnderTest& gateway, const std::string& target, int count) {
    Peers peers;
    for (int i = 0; i < count; ++i) {
        peers.push_back(std::make_unique<WsPeer>(gateway.port("ws"), target));
        REQUIRE(peers.back()->status() == 101);
    }
    return peers;
}

// Answers in order up to a close frame; how many there were.
int answers_until_closed(WsPeer& peer, int code) {
    int number = 0;
    PeerFrame frame = peer.receive();
    for (; frame.text(); frame = peer.receive()) {
        const Json reply = Json::parse(frame.payload);
        REQUIRE(reply.at("echo") == number++);
        REQUIRE(reply.at("retcode") == 0);
    }
    CHECK(frame.close_code() == code);
    return number;
}

}  // namespace

TEST_CASE("threads: calls on many connections at once are answered in order on each",
          "[threads][WS-021][HTTP-006]") {
    const int threads = GENERATE(2, 4);
    CAPTURE(threads);
    GatewayUnderTest gateway(with_threads(threads));
    gateway.start();
    constexpr int connections = 12, calls = 25;
    Peers sockets = connect(gateway, "/api/", connections);
    std::vector<std::unique_ptr<HttpPeer>> clients;
    for (int c = 0; c < connections; ++c) {
        clients.push_back(std::make_unique<HttpPeer>(gateway.port()));
    }
    for (int i = 0; i < calls; ++i) {
        const std::string number = std::to_string(i);
        for (const auto& socket : sockets) {
            socket->send(send_message("w" + number, i));
        }
        for (const auto& client : clients) {
            client->send("GET /send_private_msg?user_id=10001&message=h" + number +
                         " HTTP/1.1\r\nHost: x\r\n\r\n");
        }
    }
    std::vector<int> ids;
    for (const auto& socket : sockets) {
        int last = 0;
        for (int i = 0; i < calls; ++i) {
            const Json reply = Json::parse(socket->receive_text());
            REQUIRE(reply.at("echo") == i);
            const int id = reply.at("data").at("message_id").get<int>();
            REQUIRE(id > last);  // carried out in order
            ids.push_back(last = id);
        }
    }
    for (const auto& client : clients) {
        int last = 0;
        for (int i = 0; i < calls; ++i) {
            const PeerResponse response = client->receive();
            REQUIRE(response.status == 200);
            const int id = Json::parse(response.body).at("data").at("message_id").get<int>();
            REQUIRE(id > last);
            ids.push_back(last = id);
        }
    }
    std::sort(ids.begin(), ids.end());
    CHECK(std::adjacent_find(ids.begin(), ids.end()) == ids.end());
    CHECK(ids.size() == 2 * connections * calls);
    CHECK(gateway.stop() == 0);
}

TEST_CASE("threads: subscribers on every loop are greeted first and get every event in order",
          "[threads][META-003][WS-060][WS-063][PIPE-008][PIPE-010]") {
    const int threads = GENERATE(2, 4);
    CAPTURE(threads);
    GatewayUnderTest gateway(with_threads(threads, "gateway.profile = onebot-11"));
    gateway.start();
    WsPeer acting(gateway.port("ws"), "/api/");
    constexpr int happened = 200, late = 100;
    std::string burst;
    for (int i = 0; i < happened; ++i) {
        burst += text_frame(say_number(i));
    }
    Peers early = connect(gateway, "/event/", 8);
    acting.send_bytes(burst);
    // These come while things happen.
    Peers later = connect(gateway, "/event/", 8);
    for (int i = 0; i < happened; ++i) {
        REQUIRE(Json::parse(acting.receive_text()).at("echo") == i);
    }
    for (int i = happened; i < happened + late; ++i) {
        acting.send(say_number(i));
        REQUIRE(Json::parse(acting.receive_text()).at("retcode") == 0);
    }
    std::vector<std::string> texts;
    for (const auto& peer : early) {
        const Json greeting = Json::parse(peer->receive_text());
        REQUIRE(greeting.at("meta_event_type") == "lifecycle");
        REQUIRE(greeting.at("sub_type") == "connect");
        for (int i = 0; i < happened + late; ++i) {
            const std::string text = peer->receive_text();
            REQUIRE(Json::parse(text).at("raw_message") == std::to_string(i));
            if (&peer == &early.front()) {
                texts.push_back(text);
            } else {
                REQUIRE(text == texts[static_cast<std::size_t>(i)]);
            }
        }
    }
    for (const auto& peer : later) {
        REQUIRE(Json::parse(peer->receive_text()).at("meta_event_type") == "lifecycle");
        int next =
            std::stoi(Json::parse(peer->receive_text()).at("raw_message").get<std::string>());
        CHECK(next <= happened);
        for (++next; next < happened + late; ++next) {
            REQUIRE(Json::parse(peer->receive_text()).at("raw_message") == std::to_string(next));
        }
    }
    CHECK(gateway.stop() == 0);
}

TEST_CASE("threads: an event reaches whoever was let in before it was asked for",
          "[threads][WS-060]") {
    GatewayUnderTest gateway(with_threads(3));
    gateway.start();
    Injector injector(gateway.port());
    for (int i = 0; i < 60; ++i) {
        WsPeer listener(gateway.port("ws"), "/event/");
        REQUIRE(listener.status() == 101);
        injector.say(std::to_string(i));
        REQUIRE(Json::parse(listener.receive_text()).at("raw_message") == std::to_string(i));
    }
}

TEST_CASE("threads: on one connection an answer comes before the event that the call caused",
          "[threads][WS-004][WS-021]") {
    const int threads = GENERATE(1, 3);
    CAPTURE(threads);
    GatewayUnderTest gateway(
        with_threads(threads, "gateway.profile = cqhttp-4.15\ngateway.ephemeral = yes"));
    gateway.start();
    constexpr int calls = 50;
    Peers peers = connect(gateway, "/", 6);
    for (const auto& peer : peers) {
        REQUIRE(Json::parse(peer->receive_text()).at("post_type") == "meta_event");
    }
    for (const auto& peer : peers) {
        std::string burst;
        for (int i = 0; i < calls; ++i) {
            burst += text_frame(say_number(i));
        }
        peer->send_bytes(burst);
        int answered = 0, told = 0;
        while (told < calls) {
            const Json text = Json::parse(peer->receive_text());
            if (text.contains("echo")) {
                REQUIRE(text.at("echo") == answered++);
            } else {
                REQUIRE(text.at("raw_message") == std::to_string(told++));
                REQUIRE(told <= answered);
            }
        }
        REQUIRE(answered == calls);
        // The others see the same events, and nothing else.
        for (const auto& other : peers) {
            for (int i = 0; other != peer && i < calls; ++i) {
                REQUIRE(Json::parse(other->receive_text()).at("raw_message") == std::to_string(i));
            }
        }
    }
}

TEST_CASE("threads: calls that wait for room among the events keep their order",
          "[threads][PIPE-010][PIPE-011]") {
    GatewayUnderTest gateway(with_threads(2, "gateway.max_queued_events = 8"));
    gateway.start();
    WsPeer listener(gateway.port("ws"), "/event/");
    for (const auto& peer : connect(gateway, "/api/", 2)) {
        constexpr int calls = 300;
        std::string burst;
        for (int i = 0; i < calls; ++i) {
            burst += text_frame(say_number(i));
        }
        peer->send_bytes(burst);
        for (int i = 0; i < calls; ++i) {
            REQUIRE(Json::parse(peer->receive_text()).at("echo") == i);
            REQUIRE(Json::parse(listener.receive_text()).at("raw_message") == std::to_string(i));
        }
    }
}

TEST_CASE("threads: SIGTERM while every loop is busy answers what was read and ends",
          "[threads][WS-034]") {
    GatewayUnderTest gateway(
        with_threads(4, "gateway.close_timeout_ms = 40000\ngateway.drain_timeout_ms = 30000\n"));
    gateway.start();
    CHECK(threads_of(gateway) == 4);
    const int before = sent_id(gateway);
    Peers callers = connect(gateway, "/api/", 9);
    Peers listeners = connect(gateway, "/event/", 6);
    std::string burst;
    for (int i = 0; i < 40; ++i) {
        burst += text_frame(send_message("m", i));
    }
    for (const auto& caller : callers) {
        caller->send_bytes(burst);
    }
    gateway.process().signal(SIGTERM);
    int answered = 0;
    for (const auto& caller : callers) {
        answered += answers_until_closed(*caller, 1001);
    }
    callers.clear();
    for (const auto& listener : listeners) {
        CHECK(listener->receive().close_code() == 1001);
    }
    listeners.clear();
    CHECK(gateway.process().wait() == 0);
    CHECK(gateway.log().find("did not end in time") == std::string::npos);
    // Neither more nor less than what was answered has been done.
    gateway.start();
    CHECK(sent_id(gateway) == before + answered + 1);
}

TEST_CASE("threads: a call that takes too long keeps no loop from ending", "[threads][WS-034]") {
    GatewayUnderTest gateway(
        with_threads(4, "gateway.drain_timeout_ms = 1000\ngateway.download_timeout_ms = 600000\n"));
    gateway.start();
    WsListener silent;  // accepts connections by itself and says nothing
    const std::string picture =
        "[CQ:image,file=http://127.0.0.1:" + std::to_string(silent.port()) + "/x.png]";
    Peers callers = connect(gateway, "/api/", 3);
    std::vector<std::unique_ptr<HttpPeer>> clients;
    std::vector<std::unique_ptr<WsVisitor>> downloads;
    for (int i = 0; i < 3; ++i) {
        callers[static_cast<std::size_t>(i)]->send(send_message(picture, 0));
        clients.push_back(std::make_unique<HttpPeer>(gateway.port()));
        clients.back()->send("GET /send_private_msg?user_id=10001&message=" + picture +
                             " HTTP/1.1\r\nHost: x\r\n\r\n");
    }
    for (int i = 0; i < 6; ++i) {
        downloads.push_back(std::make_unique<WsVisitor>(silent.accept()));
        REQUIRE(downloads.back()->request_line().starts_with("GET /x.png"));
    }
    // One caller has gone by the time there would be an answer.
    callers.pop_back();
    gateway.process().signal(SIGTERM);
    CHECK(gateway.process().wait() == 0);
    CHECK(gateway.log().find("did not end in time and are cut") != std::string::npos);
}

TEST_CASE("threads: the bound of connections is one for all loops and both ends are counted",
          "[threads][HTTP-004]") {
    GatewayUnderTest gateway(with_threads(3, "gateway.max_connections = 5"));
    gateway.start();
    Peers peers = connect(gateway, "/event/", 5);
    WsPeer refused(gateway.port("ws"), "/event/");
    CHECK(refused.status() == 503);
    for (const auto& peer : peers) {
        peer->send_bytes(client_frame(9, "counted?"));
        REQUIRE(peer->receive().opcode == 10);
    }
    gateway.process().signal(SIGUSR1);
    CHECK(gateway.logs("so far connections=5 slow=0"));
    // The other server has a count of its own.
    CHECK(http(gateway.port(), "GET", "/get_login_info").status == 200);
    peers.erase(peers.begin() + 1);
    int status = 0;
    for (int i = 0; i < 2000 && status != 101; ++i) {
        WsPeer next(gateway.port("ws"), "/event/");
        status = next.status();
    }
    CHECK(status == 101);
}

TEST_CASE("threads: another number of them takes effect when the configuration is read again",
          "[threads][CFG-008]") {
    GatewayUnderTest gateway(with_threads(1));
    gateway.start();
    CHECK(threads_of(gateway) == 1);
    for (const int threads : {4, 2, 2, 1}) {
        CAPTURE(threads);
        Peers peers = connect(gateway, "/event/", 6);
        gateway.write_config(with_threads(threads).settings);
        gateway.process().signal(SIGHUP);
        for (const auto& peer : peers) {
            CHECK(peer->receive().close_code() == 1001);
        }
        peers.clear();
        // The port stays the same; it may take a moment until it is served again.
        const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(60);
        bool served = false;
        while (!served && std::chrono::steady_clock::now() < deadline) {
            try {
                served = http(gateway.port(), "GET", "/get_login_info").status == 200;
            } catch (const std::exception&) {
                served = false;
            }
        }
        REQUIRE(served);
        CHECK(threads_of(gateway) == static_cast<std::size_t>(threads));
        Peers again = connect(gateway, "/api/", 6);
        for (const auto& peer : again) {
            peer->send(send_message("m", 0));
            CHECK(Json::parse(peer->receive_text()).at("retcode") == 0);
        }
    }
    CHECK(gateway.stop() == 0);
}

}  // namespace cqhttp::test
