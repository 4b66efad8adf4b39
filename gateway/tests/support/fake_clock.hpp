#pragma once

#include "gateway/base/clock.hpp"

namespace cqhttp::test {

// Stands still until a test moves it.
class FakeClock final : public Clock {
public:
    explicit FakeClock(std::int64_t seconds = 1'700'000'000)
        : now_(std::chrono::seconds(seconds)) {}

    std::chrono::system_clock::time_point now() const override { return now_; }
    void advance(std::chrono::seconds by) { now_ += by; }

private:
    std::chrono::system_clock::time_point now_;
};

}  // namespace cqhttp::test
