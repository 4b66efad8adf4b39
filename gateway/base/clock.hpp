#pragma once

#include <chrono>

namespace cqhttp {

// The wall clock, replaceable so that tests decide what time it is. Thread-safe.
class Clock {
public:
    virtual ~Clock() = default;
    virtual std::chrono::system_clock::time_point now() const = 0;

    // Seconds since 1970, the unit of every time in events and action data.
    std::int64_t seconds() const {
        return std::chrono::duration_cast<std::chrono::seconds>(now().time_since_epoch()).count();
    }
};

class SystemClock final : public Clock {
public:
    std::chrono::system_clock::time_point now() const override {
        return std::chrono::system_clock::now();
    }
};

}  // namespace cqhttp
