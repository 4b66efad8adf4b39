#pragma once

#include "gateway/base/text.hpp"
#include "gateway/event/delivery.hpp"

#include <vector>

namespace cqhttp::event {

// A transport that pushes events: one for all forward connections, one per reverse client.
class Subscriber {
public:
    virtual ~Subscriber() = default;
    // Whether anybody is there to receive: nothing is rendered for nobody.
    virtual bool wants_events() const = 0;
    // Must not block and not throw. The text is complete and shared.
    virtual void offer(const SharedText& text) = 0;
    // False where what was offered has not been taken up yet, and is too much already.
    virtual bool has_room() const { return true; }
};

// The transports of one account, in the order they are served: forward before reverse (WSR-034).
// Each gets the events that pass its filter, in its form.
class Hub {
public:
    // `subscriber` must outlive the hub or be removed.
    void add(Subscriber& subscriber, Wish wish) { entries_.push_back({&subscriber, wish}); }
    void remove(Subscriber& subscriber);

    bool wants_events() const;
    bool has_room() const;
    void publish(Delivery& delivery);

private:
    struct Entry {
        Subscriber* subscriber;
        Wish wish;
    };

    std::vector<Entry> entries_;
};

}  // namespace cqhttp::event
