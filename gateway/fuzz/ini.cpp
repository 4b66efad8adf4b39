// Whatever a configuration file holds, every line is an entry, a fault or nothing.
#include "gateway/config/ini.hpp"

#include "gateway/base/ensure.hpp"
#include "gateway/base/text.hpp"
#include "gateway/fuzz/targets.hpp"

#include <algorithm>
#include <cstddef>
#include <vector>

namespace cqhttp::fuzz {
namespace {

// Checks the lines of entries, which rise, and returns the last.
std::size_t check(const std::vector<config::IniEntry>& entries, std::size_t line) {
    for (const auto& entry : entries) {
        ensure(entry.line > line, "entries come in the order of lines");
        ensure(!entry.key.empty(), "an entry has a key");
        line = entry.line;
    }
    return line;
}

}  // namespace

void ini(std::string_view bytes) {
    if (!is_valid_utf8(bytes)) {
        return;  // refused before it is read
    }
    const config::IniFile file = config::parse_ini(bytes);
    std::size_t line = check(file.before_sections, 0);
    for (const auto& section : file.sections) {
        ensure(section.line > line, "sections come in the order of lines");
        line = check(section.entries, section.line);
    }
    const auto breaks = static_cast<std::size_t>(std::count(bytes.begin(), bytes.end(), '\n'));
    ensure(line <= breaks + 1, "the last line is in the file");
    line = 0;
    for (const auto& fault : file.faults) {
        ensure(fault.line >= line && fault.line <= breaks + 1, "faults come in the order of lines");
        ensure(!fault.sentence.empty(), "a fault says what is wrong");
        line = fault.line;
    }
}

}  // namespace cqhttp::fuzz
