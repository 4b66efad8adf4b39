#pragma once

#include "gateway/config/source.hpp"

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

// Which files speak for an account (CFG-001, CFG-002). Only names are looked at here.
namespace cqhttp::config {

struct FileRef {
    std::filesystem::path path;
    std::string short_name;  // relative to the app directory
    Layout layout = Layout::ini;
    // Which part of the file counts: a general file has no say about single accounts.
    bool general = true;
    bool account = true;
};

// The files of the first candidate that exists, general before account; empty if none does.
struct Candidate {
    std::vector<FileRef> files;
    std::vector<std::string> shadowed;  // files of later candidates, which are not read
};

Candidate find_candidate(const std::filesystem::path& app_directory, std::int64_t self_id);

// Without a given account: the one file that may name accounts in sections, and those that file
// names in config/ spell, by number. At most one of the two is set.
struct Accounts {
    std::vector<FileRef> sections;
    std::vector<std::int64_t> numbers;
    bool found = false;  // some candidate exists, even if it names no account
};

Accounts find_accounts(const std::filesystem::path& app_directory);

}  // namespace cqhttp::config
