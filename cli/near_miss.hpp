#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace cqhttp::cli {

// Number of single letters inserted, removed, replaced or swapped with their neighbour that turn
// one word into the other, the case of ASCII letters aside.
std::size_t edit_distance(std::string_view a, std::string_view b);

// At most three of `candidates` that somebody who typed `word` may have meant, likeliest first:
// words a few letters away, then words that contain it.
std::vector<std::string_view> near_misses(std::string_view word,
                                          std::span<const std::string_view> candidates);

// "did you mean a, b or c?"; empty without any.
std::string did_you_mean(std::span<const std::string_view> words);

}  // namespace cqhttp::cli
