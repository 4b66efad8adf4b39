#include "conformance/target/template.hpp"

#include "gateway/base/text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <vector>

namespace cqhttp::conformance {
namespace {

struct Mark {
    std::size_t begin = 0, end = 0;  // of {{...}}
    char kind = ' ';                 // '#', '^', '/', or ' ' for a value
    std::string_view name;
};

std::optional<Mark> next_mark(std::string_view text, std::size_t from) {
    const std::size_t begin = text.find("{{", from);
    if (begin == std::string_view::npos) {
        return std::nullopt;
    }
    const std::size_t close = text.find("}}", begin);
    if (close == std::string_view::npos) {
        return std::nullopt;
    }
    Mark mark{begin, close + 2, ' ', trim(text.substr(begin + 2, close - begin - 2))};
    if (!mark.name.empty() &&
        std::string_view("#^/").find(mark.name[0]) != std::string_view::npos) {
        mark.kind = mark.name[0];
        mark.name = trim(mark.name.substr(1));
    }
    return mark;
}

// A section mark that stands alone on its line takes the whole line with it.
void widen(std::string_view text, Mark& mark) {
    std::size_t begin = mark.begin, end = mark.end;
    while (begin > 0 && (text[begin - 1] == ' ' || text[begin - 1] == '\t')) {
        --begin;
    }
    while (end < text.size() && (text[end] == ' ' || text[end] == '\t' || text[end] == '\r')) {
        ++end;
    }
    const bool starts = begin == 0 || text[begin - 1] == '\n';
    const bool ends = end == text.size() || text[end] == '\n';
    if (starts && ends) {
        mark.begin = begin;
        mark.end = std::min(end + 1, text.size());
    }
}

std::size_t line_of(std::string_view text, std::size_t at) {
    const auto head = text.substr(0, at);
    return 1 + static_cast<std::size_t>(std::count(head.begin(), head.end(), '\n'));
}

}  // namespace

Result<std::string> render_template(std::string_view text, const TemplateValues& values) {
    struct Section {
        std::string_view name;
        std::size_t line;
        bool shown;
    };
    std::string out;
    std::vector<Section> open;
    const auto shown = [&open] {
        return std::all_of(open.begin(), open.end(), [](const Section& s) { return s.shown; });
    };
    std::size_t at = 0;
    while (auto mark = next_mark(text, at)) {
        const std::size_t line = line_of(text, mark->begin);
        const auto value = values.find(mark->name);
        if (value == values.end()) {
            return failure(fmt::format("line {}: unknown name {{{{{}}}}}", line, mark->name));
        }
        if (mark->kind != ' ') {
            widen(text, *mark);
        }
        if (shown()) {
            out += text.substr(at, mark->begin - at);
        }
        if (mark->kind == '/') {
            if (open.empty() || open.back().name != mark->name) {
                return failure(
                    fmt::format("line {}: {{{{/{}}}}} closes nothing", line, mark->name));
            }
            open.pop_back();
        } else if (mark->kind != ' ') {
            open.push_back({mark->name, line, value->second.empty() == (mark->kind == '^')});
        } else if (shown()) {
            out += value->second;
        }
        at = mark->end;
    }
    if (!open.empty()) {
        return failure(
            fmt::format("line {}: {{{{#{}}}}} is not closed", open.back().line, open.back().name));
    }
    out += text.substr(at);
    return out;
}

std::set<std::string, std::less<>> template_names(std::string_view text) {
    std::set<std::string, std::less<>> names;
    std::size_t at = 0;
    while (const auto mark = next_mark(text, at)) {
        names.emplace(mark->name);
        at = mark->end;
    }
    return names;
}

}  // namespace cqhttp::conformance
