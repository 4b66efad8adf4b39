#include "gateway/event/hub.hpp"

#include <algorithm>

namespace cqhttp::event {

void Hub::remove(Subscriber& subscriber) {
    std::erase(subscribers_, &subscriber);
}

bool Hub::wants_events() const {
    return std::any_of(subscribers_.begin(), subscribers_.end(),
                       [](const Subscriber* subscriber) { return subscriber->wants_events(); });
}

void Hub::publish(const SharedText& text) {
    for (Subscriber* subscriber : subscribers_) {
        subscriber->offer(text);
    }
}

}  // namespace cqhttp::event
