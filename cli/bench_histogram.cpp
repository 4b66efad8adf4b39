#include "cli/bench_histogram.hpp"

#include <algorithm>
#include <bit>
#include <cmath>

namespace cqhttp::cli::bench {
namespace {

// Values below 128 ns have a bucket each; above, every power of two has 128.
constexpr unsigned bits = 7;
constexpr std::uint64_t per_power = std::uint64_t{1} << bits;
constexpr std::uint64_t longest = (std::uint64_t{1} << 40) - 1;

std::size_t bucket_of(std::uint64_t value) noexcept {
    if (value < per_power) {
        return value;
    }
    const auto shift = static_cast<unsigned>(std::bit_width(value)) - bits - 1;
    return (shift + 1) * per_power + (value >> shift) - per_power;
}

// The largest value that the bucket counts.
std::uint64_t top_of(std::size_t bucket) noexcept {
    if (bucket < per_power) {
        return bucket;
    }
    const std::size_t shift = bucket / per_power - 1;
    return ((per_power + bucket % per_power + 1) << shift) - 1;
}

}  // namespace

Histogram::Histogram() : buckets_(bucket_of(longest) + 1) {}

void Histogram::record(Duration value, std::uint64_t times) noexcept {
    value = std::max(value, Duration{});
    const auto ticks = static_cast<std::uint64_t>(value.count());
    buckets_[bucket_of(std::min(ticks, longest))] += times;
    count_ += times;
    sum_ += static_cast<double>(ticks) * static_cast<double>(times);
    min_ = std::min(min_, value);
    max_ = std::max(max_, value);
}

void Histogram::add(const Histogram& other) noexcept {
    for (std::size_t i = 0; i < buckets_.size(); ++i) {
        buckets_[i] += other.buckets_[i];
    }
    count_ += other.count_;
    sum_ += other.sum_;
    min_ = std::min(min_, other.min_);
    max_ = std::max(max_, other.max_);
}

Histogram::Duration Histogram::mean() const noexcept {
    const double mean = count_ == 0 ? 0 : sum_ / static_cast<double>(count_);
    return Duration(static_cast<Duration::rep>(mean));
}

Histogram::Duration Histogram::percentile(double percent) const noexcept {
    const double share = std::clamp(percent, 0.0, 100.0) / 100;
    const auto rank =
        std::max(std::uint64_t{1},
                 static_cast<std::uint64_t>(std::ceil(share * static_cast<double>(count_))));
    std::uint64_t seen = 0;
    for (std::size_t i = 0; i < buckets_.size(); ++i) {
        seen += buckets_[i];
        if (seen >= rank) {
            return std::min(Duration(static_cast<Duration::rep>(top_of(i))), max_);
        }
    }
    return max_;
}

}  // namespace cqhttp::cli::bench
