#include "cli/page.hpp"

#include "gateway/base/text.hpp"

#include <algorithm>

namespace cqhttp::cli {

std::vector<std::string> split_words(std::string_view text) {
    std::vector<std::string> words;
    std::size_t at = 0;
    while ((at = text.find_first_not_of(' ', at)) != std::string_view::npos) {
        const std::size_t end = std::min(text.find(' ', at), text.size());
        words.emplace_back(text.substr(at, end - at));
        at = end;
    }
    return words;
}

std::string lay_out(const Paragraph& paragraph, std::span<const std::string> words) {
    std::string out(paragraph.head);
    std::size_t used = count_code_points(paragraph.head);
    bool at_start = true;  // no word on this line yet, and nothing else right of the indent
    if (used < paragraph.indent && !words.empty()) {
        out.append(paragraph.indent - used, ' ');
        used = paragraph.indent;
    } else {
        at_start = used == paragraph.indent;
    }
    for (const std::string& word : words) {
        const std::size_t width = count_code_points(word);
        const std::size_t gap = at_start ? 0 : 1;
        if (!at_start && paragraph.columns > 0 && used + gap + width > paragraph.columns) {
            out += '\n';
            out.append(paragraph.indent, ' ');
            used = paragraph.indent;
        } else {
            out.append(gap, ' ');
            used += gap;
        }
        out += word;
        used += width;
        at_start = false;
    }
    out += '\n';
    return out;
}

}  // namespace cqhttp::cli
