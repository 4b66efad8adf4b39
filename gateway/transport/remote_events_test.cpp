#include "gateway/transport/remote_events.hpp"

#include "gateway/tests/support/catch.hpp"
#include "gateway/tests/support/run_coro.hpp"

#include <atomic>
#include <memory>
#include <string>
#include <thread>
#include <vector>

namespace cqhttp::transport {
namespace {

class Listener final : public event::Subscriber {
public:
    bool wants_events() const override { return wants; }
    void offer(const SharedText& text) override {
        thread = std::this_thread::get_id();
        texts.push_back(text);
    }

    std::atomic<bool> wants = true;
    std::thread::id thread;
    std::vector<SharedText> texts;
};

TEST_CASE("remote events: they reach the other loop in order and without a copy", "[transport]") {
    boost::asio::io_context home(1);
    net::Loop loop(home, 2);
    Listener listener;
    RemoteEvents events(loop, listener, 1'000'000);
    CHECK(events.wants_events());
    listener.wants = false;
    CHECK_FALSE(events.wants_events());
    std::vector<SharedText> sent;
    for (int i = 0; i < 1'000; ++i) {
        sent.push_back(std::make_shared<const std::string>(std::to_string(i)));
        events.offer(sent.back());
    }
    test::run_coro(home, loop.round_trip());
    CHECK(listener.texts == sent);
    CHECK(listener.thread != std::this_thread::get_id());
}

TEST_CASE("remote events: there is room again when the other loop has taken them up",
          "[transport]") {
    boost::asio::io_context home(1);
    net::Loop loop(home, 2);
    Listener listener;
    RemoteEvents events(loop, listener, 1'000);
    const auto text = std::make_shared<const std::string>(2'000, 'x');
    CHECK(events.has_room());
    events.offer(text);
    CHECK_FALSE(events.has_room());
    test::run_coro(home, loop.round_trip());
    CHECK(events.has_room());
    CHECK(listener.texts.size() == 1);
}

}  // namespace
}  // namespace cqhttp::transport
