#pragma once

#include <chrono>
#include <cstdint>
#include <vector>

namespace cqhttp::cli::bench {

// Durations counted in buckets whose width is at most 1/128 of their value: exact enough for
// percentiles, constant in memory, and cheap enough to fill a million times a second. Everything
// from 0 to 18 minutes has a bucket of its own; what is longer counts as 18 minutes, but max() and
// mean() are exact.
class Histogram {
public:
    using Duration = std::chrono::nanoseconds;

    Histogram();

    void record(Duration value, std::uint64_t times = 1) noexcept;
    void add(const Histogram& other) noexcept;

    std::uint64_t count() const noexcept { return count_; }
    Duration min() const noexcept { return count_ == 0 ? Duration{} : min_; }
    Duration max() const noexcept { return max_; }
    Duration mean() const noexcept;
    // The duration that `percent` of all values do not exceed; zero where nothing was recorded.
    Duration percentile(double percent) const noexcept;

private:
    std::vector<std::uint64_t> buckets_;
    std::uint64_t count_ = 0;
    double sum_ = 0;
    Duration min_{Duration::max()};
    Duration max_{};
};

}  // namespace cqhttp::cli::bench
