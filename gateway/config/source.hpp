#pragma once

#include "gateway/config/report.hpp"
#include "gateway/protocol/json.hpp"

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

// What a configuration file says, before anybody asks whether it makes sense. INI and JSON look the
// same from here on.
namespace cqhttp::config {

// Where a key stands.
struct Place {
    std::string file;        // as it was opened, or "environment"
    std::string short_name;  // relative to the app directory, e.g. "config/10086001.ini"
    std::size_t line = 0;    // INI only
    std::string section;     // JSON only, may be empty
    std::string key;         // as written; the name of the variable in the environment

    // "/srv/.../config.ini:7: port", "/srv/.../config.json: general.port": how a sentence starts.
    // A key that may be a misplaced secret is not repeated.
    std::string text() const;
    // "config.ini:7", "config.json general", "environment".
    std::string origin() const;
};

struct Entry {
    std::string key;
    protocol::Json value;
    Place place;
    bool only_comment = false;  // INI: the value is empty because a comment follows the '='
};

struct Section {
    std::string name;
    std::vector<Entry> entries;
};

enum class Layout : std::uint8_t {
    ini,
    json_sections,  // members "general" and account numbers
    json_flat,      // the settings themselves
    any,            // decided by name, then by content (CFG-009)
};

struct Source {
    std::filesystem::path path;
    bool flat = false;    // one section without a name
    bool sorted = false;  // JSON members have no order: accounts go by number
    std::vector<Section> sections;

    const Section* find(std::string_view section) const;
    // The account numbers that sections are named after.
    std::vector<std::int64_t> accounts() const;
};

// Files above this size are no configuration.
inline constexpr std::size_t max_file_size = 10 * 1024 * 1024;

// An account number: digits without leading zeros that fit 64 bits.
std::optional<std::int64_t> parse_account(std::string_view text);

// Reads and parses one file. Nothing if it cannot be used; the report says why, with line and key
// (CFG-007, CFG-017, CFG-018, CFG-019).
std::optional<Source> read_source(const std::filesystem::path& path, const std::string& short_name,
                                  Layout layout, Report& report);

}  // namespace cqhttp::config
