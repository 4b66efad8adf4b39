#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace cqhttp::config {

struct IniEntry {
    std::string key;
    std::string value;
    std::size_t line = 0;
    bool only_comment = false;  // nothing but a comment follows the '=' (CFG-016)
};

struct IniSection {
    std::string name;
    std::size_t line = 0;
    std::vector<IniEntry> entries;
};

struct IniFault {
    std::size_t line = 0;
    std::string key;       // empty where the line has none
    std::string sentence;  // never quotes the line: it may hold a token
};

struct IniFile {
    std::vector<IniEntry> before_sections;  // keys above the first [section]
    std::vector<IniSection> sections;
    std::vector<IniFault> faults;  // every one, in the order of lines (CFG-017)
};

// Reads the INI syntax of the original (CFG-015 ... CFG-017): [section], key=value, comments on
// lines of their own after ; or # and, in values, after white space and #. The text is valid UTF-8
// without byte order mark.
IniFile parse_ini(std::string_view text);

}  // namespace cqhttp::config
