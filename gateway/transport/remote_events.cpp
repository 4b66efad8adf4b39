#include "gateway/transport/remote_events.hpp"

namespace cqhttp::transport {
namespace {

// What a short event costs in memory besides its text.
constexpr std::size_t overhead = 128;

}  // namespace

RemoteEvents::RemoteEvents(net::Loop& loop, event::Subscriber& subscriber, std::size_t most)
    : loop_(loop), subscriber_(subscriber), most_(most) {}

void RemoteEvents::offer(const SharedText& text) {
    under_way_.fetch_add(text->size() + overhead, std::memory_order_relaxed);
    loop_.from_home().post([this, text] {
        under_way_.fetch_sub(text->size() + overhead, std::memory_order_relaxed);
        subscriber_.offer(text);
    });
}

}  // namespace cqhttp::transport
