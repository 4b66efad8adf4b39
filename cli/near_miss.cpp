#include "cli/near_miss.hpp"

#include "gateway/base/text.hpp"

#include <algorithm>
#include <utility>

namespace cqhttp::cli {
namespace {

constexpr std::size_t longest_word = 64;
constexpr std::size_t shortest_part = 4;
constexpr std::size_t most_answers = 3;

}  // namespace

std::size_t edit_distance(std::string_view a, std::string_view b) {
    const std::string first = to_lower(a);
    const std::string second = to_lower(b);
    const std::size_t width = second.size() + 1;
    std::vector<std::size_t> before_last(width);
    std::vector<std::size_t> last(width);
    std::vector<std::size_t> row(width);
    for (std::size_t j = 0; j < width; ++j) {
        last[j] = j;
    }
    for (std::size_t i = 1; i <= first.size(); ++i) {
        row[0] = i;
        for (std::size_t j = 1; j < width; ++j) {
            const std::size_t replaced = last[j - 1] + (first[i - 1] == second[j - 1] ? 0 : 1);
            row[j] = std::min({replaced, last[j] + 1, row[j - 1] + 1});
            const bool swapped =
                i > 1 && j > 1 && first[i - 1] == second[j - 2] && first[i - 2] == second[j - 1];
            if (swapped) {
                row[j] = std::min(row[j], before_last[j - 2] + 1);
            }
        }
        std::swap(before_last, last);
        std::swap(last, row);
    }
    return last[width - 1];
}

std::vector<std::string_view> near_misses(std::string_view word,
                                          std::span<const std::string_view> candidates) {
    std::vector<std::pair<std::size_t, std::string_view>> found;
    if (word.empty() || word.size() > longest_word) {
        return {};
    }
    const std::string lower = to_lower(word);
    const std::size_t farthest = std::clamp<std::size_t>(word.size() / 4, 1, 4);
    for (const std::string_view candidate : candidates) {
        const std::size_t distance = edit_distance(word, candidate);
        if (distance <= farthest) {
            found.emplace_back(distance, candidate);
        } else if (word.size() >= shortest_part &&
                   candidate.find(lower) != std::string_view::npos) {
            found.emplace_back(longest_word + distance, candidate);
        }
    }
    const auto by_rank = [](const auto& a, const auto& b) { return a.first < b.first; };
    std::stable_sort(found.begin(), found.end(), by_rank);
    std::vector<std::string_view> words;
    for (std::size_t i = 0; i < found.size() && i < most_answers; ++i) {
        words.push_back(found[i].second);
    }
    return words;
}

std::string did_you_mean(std::span<const std::string_view> words) {
    if (words.empty()) {
        return {};
    }
    std::string text = "did you mean ";
    for (std::size_t i = 0; i < words.size(); ++i) {
        if (i > 0) {
            text += i + 1 == words.size() ? " or " : ", ";
        }
        text += words[i];
    }
    return text + "?";
}

}  // namespace cqhttp::cli
