#pragma once

#include "gateway/config/config.hpp"

#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace cqhttp::config {

inline constexpr std::int64_t default_self_id = 10086001;

// What the command line says about configuration.
struct LoadOptions {
    std::filesystem::path root = "cqhttp";             // --root
    std::optional<std::filesystem::path> config_file;  // --config: replaces the search (CFG-009)
    std::optional<protocol::ProfileId> profile;        // --profile: wins over gateway.profile
    std::vector<std::int64_t> accounts;                // --account; empty: those the files name,
                                                       // or the default account
    bool ephemeral = false;                            // --ephemeral: wins over gateway.ephemeral
    bool write_default = true;                         // false for --check (CFG-006)
    // The environment, for CQHTTP_<KEY> (CFG-010); replaceable in tests.
    std::function<std::optional<std::string>(const std::string&)> environment;
};

struct Loaded {
    // At least one: in the order of --account, else of the INI file, else by number.
    std::vector<AccountConfig> accounts;
    std::vector<std::filesystem::path> files;  // what was read, or written as default
    bool wrote_default = false;
    std::vector<std::string> warnings;  // one sentence each, with file, line and key
};

// Either everything or every mistake: one sentence each, naming file, line, key and what is
// allowed; never a token or secret.
struct LoadOutcome {
    std::optional<Loaded> loaded;
    std::vector<std::string> mistakes;
};

// Finds, reads, merges and checks the configuration (CFG-001 ... CFG-041).
LoadOutcome load(const LoadOptions& options);

// The effective settings for people, one `key = value` per line with where each came from, secrets
// masked (CFG-036): for --check.
std::string describe(const AccountConfig& config);

}  // namespace cqhttp::config
