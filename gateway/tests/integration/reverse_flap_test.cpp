// A bot whose server comes and goes in every way there is.
#include "gateway/tests/integration/reverse_support.hpp"
#include "gateway/tests/support/catch.hpp"
#include "gateway/tests/support/sanitized.hpp"

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <fstream>
#include <future>
#include <optional>
#include <random>
#include <sstream>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

namespace cqhttp::test {
namespace {

constexpr std::size_t flaps = 200;
constexpr std::size_t flaps_before_measuring = 50;

// How many connections to `port` somebody on this machine still holds open. Those of the gateway
// are open from its side, in whatever way ours ended.
int live_connections_to(std::uint16_t port) {
    std::ifstream table("/proc/net/tcp");
    std::string line;
    std::getline(table, line);
    int live = 0;
    while (std::getline(table, line)) {
        unsigned remote_port = 0;
        unsigned state = 0;
        constexpr unsigned established = 1;
        constexpr unsigned half_closed_by_us = 8;
        if (std::sscanf(line.c_str(), " %*d: %*8x:%*4x %*8x:%4x %2x", &remote_port, &state) == 2 &&
            remote_port == port && (state == established || state == half_closed_by_us)) {
            ++live;
        }
    }
    return live;
}

enum class Flap { hang_up, close_1000, close_1001, reset, stall, silence, refuse };

std::string_view name_of(Flap flap) {
    switch (flap) {
        case Flap::hang_up: return "hang up";
        case Flap::close_1000: return "close 1000";
        case Flap::close_1001: return "close 1001";
        case Flap::reset: return "reset";
        case Flap::stall: return "stall before the handshake";
        case Flap::silence: return "stall after the handshake";
        case Flap::refuse: return "refuse";
    }
    return {};
}

// Every kind often enough, the slow ones seldom, in a random order that is always the same.
std::vector<Flap> order_of_flaps(unsigned seed) {
    std::vector<Flap> order;
    order.insert(order.end(), 2, Flap::silence);
    order.insert(order.end(), 10, Flap::stall);
    constexpr Flap usual[] = {Flap::hang_up, Flap::close_1000, Flap::close_1001, Flap::reset,
                              Flap::refuse};
    while (order.size() < flaps) {
        order.push_back(usual[order.size() % std::size(usual)]);
    }
    std::mt19937 random(seed);
    std::shuffle(order.begin(), order.end(), random);
    return order;
}

// The server of one role. Runs in a thread of its own and throws what went wrong.
class Bot {
public:
    Bot(std::string role, unsigned seed) : role_(std::move(role)), order_(order_of_flaps(seed)) {}

    std::string url() const { return listener_.url(); }

    // Takes the first connection, or gives up what there is for another one.
    void connect() { visitor_ = next(); }

    // All flaps; each ends with a connection that works.
    void run(const GatewayUnderTest& gateway) {
        for (std::size_t i = 0; i < order_.size(); ++i) {
            const Flap flap = order_[i];
            if (i == flaps_before_measuring) {
                memory_ = gateway.resident_bytes();
            }
            try {
                apply(flap, gateway);
                visitor_ = next();
            } catch (const std::exception& error) {
                throw std::runtime_error(role_ + ", flap " + std::to_string(i) + " (" +
                                         std::string(name_of(flap)) + "): " + error.what());
            }
        }
    }

    std::string receive_text() {
        const PeerFrame frame = receive(*visitor_);
        if (!frame.text()) {
            throw std::runtime_error("expected a text, got opcode " + std::to_string(frame.opcode));
        }
        return frame.payload;
    }
    void send(std::string_view text) { visitor_->send(text); }
    bool visited() const { return listener_.visited(); }
    // The table is not read at one moment: what is open for long is seen every time.
    int live_connections() const {
        int live = live_connections_to(listener_.port());
        for (int again = 0; live > 1 && again < 4; ++again) {
            live = std::min(live, live_connections_to(listener_.port()));
        }
        return live;
    }
    std::size_t memory() const { return memory_; }

private:
    // The next frame that is no ping of the gateway's; those are answered.
    static PeerFrame receive(WsVisitor& visitor) {
        PeerFrame frame = visitor.receive();
        while (frame.opcode == 9) {
            visitor.send_bytes(server_frame(10, frame.payload));
            frame = visitor.receive();
        }
        return frame;
    }

    WsVisitor accept() {
        WsVisitor visitor = listener_.accept();
        if (live_connections() > 1) {  // none: given up, for we were too slow
            throw std::runtime_error("two live connections");
        }
        return visitor;
    }

    // The connection that comes next and is taken into use. Attempts that nobody looked at for long
    // have been given up.
    WsVisitor next() {
        visitor_.reset();
        const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(60);
        while (std::chrono::steady_clock::now() < deadline) {
            WsVisitor visitor = accept();
            visitor.let_in();
            visitor.send_bytes(server_frame(9, "in use?"));
            if (receive(visitor).opcode == 10) {
                return visitor;
            }
        }
        throw std::runtime_error("no connection that works");
    }

    void apply(Flap flap, const GatewayUnderTest& gateway) {
        switch (flap) {
            case Flap::hang_up: visitor_->hang_up(); break;
            case Flap::reset: visitor_->reset(); break;
            case Flap::close_1000: close(1000); break;
            case Flap::close_1001: close(1001); break;
            case Flap::stall: {
                visitor_->hang_up();
                WsVisitor unanswered = accept();
                expect_end(unanswered);
                break;
            }
            case Flap::silence: expect_end(*visitor_); break;
            case Flap::refuse: {
                const std::string line = "connection failed role=" + role_;
                const std::size_t before = count(gateway.log(), line);
                listener_.refuse();
                visitor_->hang_up();
                wait_for_line(gateway, line, before);
                listener_.listen();
                break;
            }
        }
    }

    // Where this thread was not given any time for seconds the gateway may have ended it before.
    void close(int code) {
        visitor_->close(code);
        const PeerFrame frame = receive(*visitor_);
        if (frame.opcode >= 0 && frame.close_code() != code) {
            throw std::runtime_error("the close frame was not answered");
        }
    }

    // The gateway ends the connection, whatever it sends before.
    static void expect_end(WsVisitor& visitor) {
        while (visitor.receive().opcode >= 0) {
        }
    }

    static void wait_for_line(const GatewayUnderTest& gateway, const std::string& line,
                              std::size_t before) {
        const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(60);
        while (count(gateway.log(), line) == before) {
            if (std::chrono::steady_clock::now() > deadline) {
                throw std::runtime_error("no attempt was refused");
            }
            std::this_thread::sleep_for(std::chrono::milliseconds(5));
        }
    }

    std::string role_;
    std::vector<Flap> order_;
    WsListener listener_;
    std::optional<WsVisitor> visitor_;
    std::size_t memory_ = 0;
};

constexpr std::size_t allowed_growth = sanitized ? 64U << 20 : 2U << 20;

}  // namespace

TEST_CASE("reverse: a server that flaps 200 times never has two connections and loses none",
          "[WSR-040][WSR-042][WSR-043][WSR-044][WSR-045][WSR-046][WSR-051]") {
    Bot api("api", 1648451782);
    Bot event("event", 20180406);
    GatewayUnderTest gateway(
        GatewayOptions{"use_ws_reverse = yes\nws_reverse_reconnect_interval = 10\n"
                       "ws_reverse_reconnect_on_code_1000 = true\n"
                       "gateway.handshake_timeout_ms = 200\ngateway.ping_interval_ms = 1000\n"
                       "ws_reverse_api_url = " +
                       api.url() + "\nws_reverse_event_url = " + event.url()});
    gateway.start();
    api.connect();
    event.connect();
    const std::size_t descriptors = gateway.open_descriptors();
    auto other = std::async(std::launch::async, [&] { event.run(gateway); });
    api.run(gateway);
    other.get();

    api.connect();
    event.connect();
    api.send(
        R"({"action":"set_group_kick","params":{"group_id":20001,"user_id":10004},"echo":"e"})");
    const Json reply = Json::parse(api.receive_text());
    CHECK(reply.at("retcode") == 0);
    CHECK(reply.at("echo") == "e");
    const Json notice = Json::parse(event.receive_text());
    CHECK(notice.at("notice_type") == "group_decrease");
    CHECK(notice.at("user_id") == 10004);
    for (const Bot* bot : {&api, &event}) {
        CHECK(bot->live_connections() == 1);
        CHECK_FALSE(bot->visited());
    }
    CHECK(gateway.open_descriptors() == descriptors);
    CHECK(gateway.resident_bytes() < api.memory() + allowed_growth);
}

}  // namespace cqhttp::test
