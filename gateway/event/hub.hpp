#pragma once

#include "gateway/base/text.hpp"

#include <cstddef>
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
};

// The transports of one account, in the order they are served: forward before reverse (WSR-034).
class Hub {
public:
    // `subscriber` must outlive the hub or be removed.
    void add(Subscriber& subscriber) { subscribers_.push_back(&subscriber); }
    void remove(Subscriber& subscriber);

    bool wants_events() const;
    void publish(const SharedText& text);

private:
    std::vector<Subscriber*> subscribers_;
};

}  // namespace cqhttp::event
