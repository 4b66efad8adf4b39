#include "gateway/config/ini.hpp"

#include "gateway/base/text.hpp"

#include <algorithm>
#include <map>
#include <set>

namespace cqhttp::config {
namespace {

bool is_blank(char c) {
    return c == ' ' || c == '\t';
}

// Where a comment starts in the text after '=': at a # that follows white space.
std::size_t comment_start(std::string_view text) {
    for (std::size_t i = 1; i < text.size(); ++i) {
        if (text[i] == '#' && is_blank(text[i - 1])) {
            return i;
        }
    }
    return std::string_view::npos;
}

class Parser {
public:
    IniFile take() { return std::move(file_); }

    void read_line(std::string_view raw, std::size_t line) {
        const std::string_view text = trim(raw);
        if (text.empty() || text.starts_with(';') || text.starts_with('#')) {
            return;
        }
        if (text.starts_with('[')) {
            read_section(text, line);
        } else {
            read_entry(text, line);
        }
    }

private:
    void fault(std::size_t line, std::string key, std::string sentence) {
        file_.faults.push_back({line, std::move(key), std::move(sentence)});
    }

    void read_section(std::string_view text, std::size_t line) {
        const std::size_t close = text.find(']');
        if (close == std::string_view::npos) {
            fault(line, {}, "a section name must end with ]");
            return;
        }
        const std::string_view rest = trim(text.substr(close + 1));
        if (!rest.empty() && !rest.starts_with('#') && !rest.starts_with(';')) {
            fault(line, {}, "only a comment may follow the ] of a section name");
        }
        std::string name(trim(text.substr(1, close - 1)));
        if (name.empty()) {
            fault(line, {}, "a section needs a name");
        } else if (const auto [seen, added] = section_lines_.emplace(name, line); !added) {
            fault(line, {},
                  "this section was opened before, on line " + std::to_string(seen->second));
        }
        file_.sections.push_back({std::move(name), line, {}});
        key_lines_.clear();
    }

    void read_entry(std::string_view text, std::size_t line) {
        const std::size_t equals = text.find('=');
        if (equals == std::string_view::npos) {
            fault(line, {}, "a line must read key=value");
            return;
        }
        std::string key(trim(text.substr(0, equals)));
        if (key.empty()) {
            fault(line, {}, "the key before the = is missing");
            return;
        }
        if (const auto [seen, added] = key_lines_.emplace(key, line); !added) {
            fault(line, key, "this key was given before, on line " + std::to_string(seen->second));
            return;
        }
        // With the '=' in front a # right after it has no white space before it.
        const std::string_view after = text.substr(equals);
        const std::size_t comment = comment_start(after);
        const std::string_view value = trim(after.substr(0, comment).substr(1));
        auto& entries =
            file_.sections.empty() ? file_.before_sections : file_.sections.back().entries;
        const bool only_comment = value.empty() && comment != std::string_view::npos;
        entries.push_back({std::move(key), std::string(value), line, only_comment});
    }

    IniFile file_;
    std::map<std::string, std::size_t> section_lines_;
    std::map<std::string, std::size_t> key_lines_;  // of the section being read
};

}  // namespace

IniFile parse_ini(std::string_view text) {
    Parser parser;
    for (std::size_t line = 1; !text.empty(); ++line) {
        const std::size_t end = text.find('\n');
        parser.read_line(text.substr(0, end), line);
        text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
    }
    return parser.take();
}

}  // namespace cqhttp::config
