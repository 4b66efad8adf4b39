#include "cli/duration.hpp"

#include <array>
#include <charconv>
#include <cmath>
#include <utility>

namespace cqhttp::cli {
namespace {

constexpr double longest = 10.0 * 366 * 24 * 3600 * 1000;
constexpr std::array<std::pair<std::string_view, double>, 5> units{
    {{"", 1000}, {"s", 1000}, {"ms", 1}, {"m", 60'000}, {"h", 3'600'000}}};

}  // namespace

std::optional<std::chrono::milliseconds> parse_duration(std::string_view text) {
    double number = 0;
    const char* const end = text.data() + text.size();
    const auto [rest, error] = std::from_chars(text.data(), end, number, std::chars_format::fixed);
    if (error != std::errc() || !(number >= 0)) {
        return {};
    }
    const std::string_view unit(rest, static_cast<std::size_t>(end - rest));
    for (const auto& [name, factor] : units) {
        if (unit == name && number * factor <= longest) {
            return std::chrono::milliseconds(static_cast<std::int64_t>(std::ceil(number * factor)));
        }
    }
    return {};
}

}  // namespace cqhttp::cli
