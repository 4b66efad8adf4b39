#pragma once

#include "gateway/base/text.hpp"

#include <cstddef>

namespace cqhttp::event {

// What a connection for events is told first, when it opens (META-003, WS-063, WSR-036).
class Greeter {
public:
    virtual ~Greeter() = default;
    // Null where nothing is said: the profile has no meta events, or the connection's filter (a
    // number of Filters) stops this one.
    // Called on the loop of the connection.
    virtual SharedText greeting(std::size_t filter) const = 0;
};

}  // namespace cqhttp::event
