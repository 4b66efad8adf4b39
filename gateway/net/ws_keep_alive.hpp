#pragma once

#include "gateway/base/limits.hpp"
#include "gateway/net/workspace.hpp"
#include "gateway/net/ws_frame.hpp"
#include "gateway/net/ws_output.hpp"

#include <boost/asio/awaitable.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

namespace cqhttp::net {

namespace asio = boost::asio;

class WsConnection;

// What the WebSockets of one event loop share: the list of them and the timer that looks after
// them, memory that only busy ones use, and the source of masks. The inside of WsKeepAlive.
class WsLoop {
public:
    using Clock = std::chrono::steady_clock;

    WsLoop(asio::io_context& context, const Limits& limits);
    ~WsLoop();
    WsLoop(const WsLoop&) = delete;
    WsLoop& operator=(const WsLoop&) = delete;

    asio::awaitable<void> run();
    void stop();

    // The connection keeps its place in the list.
    std::size_t add(WsConnection& connection);
    void remove(std::size_t place) noexcept;

    WorkspacePool& buffers() noexcept { return buffers_; }
    TextPool& texts() noexcept { return texts_; }
    // For the messages of one read; only one connection handles some at a time.
    std::vector<WsMessage> lend_batch() noexcept { return std::exchange(batch_, {}); }
    void give_back(std::vector<WsMessage> batch) noexcept {
        batch.clear();
        batch_ = std::move(batch);
    }
    std::array<char, 4> make_mask() noexcept;

private:
    void check_all();

    asio::steady_timer timer_;
    std::chrono::milliseconds ping_;
    std::vector<WsConnection*> connections_;
    WorkspacePool buffers_;
    TextPool texts_;
    std::vector<WsMessage> batch_;
    std::uint64_t random_;
    bool stopped_ = false;
};

}  // namespace cqhttp::net
