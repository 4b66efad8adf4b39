#include "gateway/event/hub.hpp"

#include <algorithm>

namespace cqhttp::event {

void Hub::remove(Subscriber& subscriber) {
    std::erase_if(entries_, [&](const Entry& entry) { return entry.subscriber == &subscriber; });
}

bool Hub::wants_events() const {
    return std::any_of(entries_.begin(), entries_.end(),
                       [](const Entry& entry) { return entry.subscriber->wants_events(); });
}

bool Hub::has_room() const {
    return std::all_of(entries_.begin(), entries_.end(),
                       [](const Entry& entry) { return entry.subscriber->has_room(); });
}

void Hub::publish(Delivery& delivery) {
    for (const Entry& entry : entries_) {
        if (entry.subscriber->wants_events() && delivery.passes(entry.wish.filter)) {
            entry.subscriber->offer(delivery.text(entry.wish.form));
        }
    }
}

}  // namespace cqhttp::event
