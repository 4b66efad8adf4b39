#pragma once

#include "gateway/base/result.hpp"

#include <filesystem>
#include <string>
#include <utility>

namespace cqhttp::conformance {

// A folder of the suite's own below the system's folder for temporary files, removed with its
// owner.
class WorkFolder {
public:
    static Result<WorkFolder> make(const std::string& purpose);
    WorkFolder(WorkFolder&& other) noexcept : path_(std::exchange(other.path_, {})) {}
    WorkFolder& operator=(WorkFolder&& other) noexcept {
        std::swap(path_, other.path_);
        return *this;
    }
    ~WorkFolder();

    const std::filesystem::path& path() const noexcept { return path_; }

private:
    explicit WorkFolder(std::filesystem::path path) : path_(std::move(path)) {}
    std::filesystem::path path_;
};

// The whole file; empty if it cannot be read. A very long one loses its beginning.
std::string read_text(const std::filesystem::path& file);
// The whole file, whatever its size.
Result<std::string> read_whole(const std::filesystem::path& file);
Result<void> write_text(const std::filesystem::path& file, std::string_view text);

}  // namespace cqhttp::conformance
