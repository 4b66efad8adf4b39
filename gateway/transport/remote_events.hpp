#pragma once

#include "gateway/base/text.hpp"
#include "gateway/event/hub.hpp"
#include "gateway/net/loop.hpp"

#include <atomic>
#include <cstddef>

namespace cqhttp::transport {

// A transport on another loop as the hub sees it. An event goes there by one errand, whatever the
// number of its connections, in order with the answers that go there. Where that loop falls behind,
// the pipeline waits, and its bound decides. Lives on the home loop.
class RemoteEvents final : public event::Subscriber {
public:
    // `subscriber` lives on `loop` and may be asked from here whether it wants events. `most`
    // bounds the bytes that are on their way; a single event may be longer.
    RemoteEvents(net::Loop& loop, event::Subscriber& subscriber, std::size_t most);

    bool wants_events() const override { return subscriber_.wants_events(); }
    void offer(const SharedText& text) override;
    bool has_room() const override { return under_way_.load(std::memory_order_relaxed) < most_; }

private:
    net::Loop& loop_;
    event::Subscriber& subscriber_;
    std::size_t most_;
    std::atomic<std::size_t> under_way_ = 0;  // bytes
};

}  // namespace cqhttp::transport
