#pragma once

#include "gateway/protocol/profile.hpp"

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <stdexcept>
#include <string>
#include <string_view>

namespace cqhttp::config::test {

// A directory for one test, gone afterwards. Paths that start with "4.0/" or "4.15/" lie in the app
// directory of that version, others below the root.
class TemporaryTree {
public:
    TemporaryTree() {
        std::string name =
            (std::filesystem::temp_directory_path() / "cqhttp-config-XXXXXX").string();
        if (::mkdtemp(name.data()) == nullptr) {
            throw std::runtime_error("no temporary directory");
        }
        root_ = name;
    }
    ~TemporaryTree() {
        std::error_code ignored;
        std::filesystem::remove_all(root_, ignored);
    }
    TemporaryTree(const TemporaryTree&) = delete;
    TemporaryTree& operator=(const TemporaryTree&) = delete;

    const std::filesystem::path& root() const { return root_; }

    std::filesystem::path at(std::string_view path) const {
        const std::string_view head = path.substr(0, path.find('/'));
        const std::string_view rest = path.substr(std::min(path.size(), head.size() + 1));
        using protocol::ProfileId;
        if (head == "4.0" || head == "4.15") {
            const auto id = head == "4.0" ? ProfileId::cqhttp_4_0 : ProfileId::cqhttp_4_15;
            const auto directory = root_ / protocol::profile(id).app_directory;
            return rest.empty() ? directory : directory / rest;
        }
        return root_ / path;
    }

    std::filesystem::path write(std::string_view path, std::string_view text) const {
        const std::filesystem::path file = at(path);
        std::filesystem::create_directories(file.parent_path());
        std::ofstream(file, std::ios::binary) << text;
        return file;
    }

    std::string read(std::string_view path) const {
        std::ostringstream text;
        text << std::ifstream(at(path), std::ios::binary).rdbuf();
        return text.str();
    }

private:
    std::filesystem::path root_;
};

}  // namespace cqhttp::config::test
