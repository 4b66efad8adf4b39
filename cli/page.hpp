#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace cqhttp::cli {

// The blank-separated words of a text.
std::vector<std::string> split_words(std::string_view text);

// Lays words out after `head`: the first line goes on where `head` ends or at column `indent`,
// whichever is further right; later lines start at `indent`. No line passes `columns` (0: one line)
// except for a word that does not fit on any. Ends with a line break.
struct Paragraph {
    std::string_view head;
    std::size_t indent = 0;
    std::size_t columns = 0;
};
std::string lay_out(const Paragraph& paragraph, std::span<const std::string> words);

}  // namespace cqhttp::cli
