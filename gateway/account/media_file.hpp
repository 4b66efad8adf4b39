#pragma once

#include "gateway/base/result.hpp"

#include <cstddef>
#include <filesystem>
#include <string>
#include <string_view>

// Files of the media folders: names, and writing so that nobody ever sees half a file.
namespace cqhttp::account {

// Lower-case hexadecimal MD5, the original's way to name what was fetched (ENH-002, ENH-007).
std::string md5_hex(std::string_view text);

// 32 hexadecimal digits that nobody can guess.
std::string random_name();

// "image.png" of "http://host/image.png": with its dot, as written, if it is one of the image
// extensions of ENH-002; else empty.
std::string_view image_extension(std::string_view source);

// "jpg", "png", "gif" or "bmp" by the first bytes, else "tmp" (ENH-009).
std::string_view extension_by_content(std::string_view bytes);

// The regular file `name` below `folder`. An error where the name leads outside, through .. or a
// symbolic link too, or nothing is there (ENH-013).
Result<std::filesystem::path> find_inside(const std::filesystem::path& folder,
                                          std::string_view name);

// A whole small text file; an error beyond `max_bytes`.
Result<std::string> read_small_file(const std::filesystem::path& file, std::size_t max_bytes);

// An open file that somebody named: a regular one, or an error. Closes itself.
class SourceFile {
public:
    // Never waits, whatever the path names (a pipe, a device).
    static Result<SourceFile> open(const std::filesystem::path& path);
    ~SourceFile();
    SourceFile(SourceFile&& other) noexcept;
    SourceFile& operator=(SourceFile&&) = delete;

    // Some more bytes into `buffer`, replacing it; none at the end.
    Result<void> read(std::string& buffer, std::size_t most);

private:
    explicit SourceFile(int descriptor) : descriptor_(descriptor) {}
    int descriptor_;
};

// A file on its way into a folder: it has a hidden temporary name there until publish(), and is
// gone without that.
class PendingFile {
public:
    // Creates the folder if need be, and the file, empty. `extension` has its dot.
    static Result<PendingFile> create(const std::filesystem::path& folder,
                                      std::string_view extension = {});
    ~PendingFile();
    PendingFile(PendingFile&& other) noexcept;
    PendingFile& operator=(PendingFile&&) = delete;

    const std::filesystem::path& path() const noexcept { return path_; }
    Result<void> append(std::string_view bytes);
    // Gives it its name at once, replacing a file of that name.
    Result<void> publish(const std::filesystem::path& final_path);

private:
    PendingFile(std::filesystem::path path, int descriptor)
        : path_(std::move(path)), descriptor_(descriptor) {}
    std::filesystem::path path_;  // empty: published or moved from
    int descriptor_;
};

}  // namespace cqhttp::account
