#include "gateway/transport/data_files.hpp"

#include "gateway/base/text.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <fcntl.h>
#include <string>
#include <sys/stat.h>
#include <unistd.h>
#include <utility>

namespace cqhttp::transport {
namespace {

constexpr std::string_view prefix = "/data/";
constexpr std::array<std::string_view, 4> folders{"image", "record", "show", "bface"};

struct DataPath {
    std::string_view folder;
    std::string_view name;  // raw
};

std::optional<DataPath> split(std::string_view path) noexcept {
    if (!path.starts_with(prefix)) {
        return std::nullopt;
    }
    path.remove_prefix(prefix.size());
    const auto slash = path.find('/');
    if (slash == std::string_view::npos || slash + 1 == path.size()) {
        return std::nullopt;
    }
    const DataPath parts{path.substr(0, slash), path.substr(slash + 1)};
    if (std::find(folders.begin(), folders.end(), parts.folder) == folders.end()) {
        return std::nullopt;
    }
    return parts;
}

// Where the kernel says an open file lies; links are resolved by then, so no race is left.
std::filesystem::path location_of(int descriptor) {
    std::error_code error;
    auto link = std::filesystem::path("/proc/self/fd") / std::to_string(descriptor);
    auto target = std::filesystem::read_symlink(link, error);
    return error ? std::filesystem::path() : target;
}

bool lies_below(const std::filesystem::path& file, const std::filesystem::path& folder) {
    const auto end = std::mismatch(folder.begin(), folder.end(), file.begin(), file.end());
    return end.first == folder.end() && end.second != file.end();
}

}  // namespace

bool is_data_path(std::string_view path) noexcept {
    return split(path).has_value();
}

bool leads_upwards(std::string_view path) {
    return path.find("..") != std::string_view::npos ||
           percent_decode(path).find("..") != std::string::npos;
}

net::HttpResponse serve_data_file(const std::filesystem::path& data_directory,
                                  std::string_view path) {
    const auto parts = split(path);
    if (!parts) {
        return net::HttpResponse::empty(404);
    }
    std::string name = percent_decode(parts->name);
    std::replace(name.begin(), name.end(), '\\', '/');
    if (name.find('\0') != std::string::npos || name.starts_with('/')) {
        return net::HttpResponse::empty(404);
    }
    std::error_code error;
    const auto folder = std::filesystem::canonical(data_directory / parts->folder, error);
    if (error) {
        return net::HttpResponse::empty(404);
    }
    const auto file_path = folder / name;
    // Without O_NONBLOCK a named pipe in the folder would stop the gateway.
    const int descriptor = ::open(file_path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    if (descriptor < 0) {
        const bool refused = errno == EACCES || errno == EPERM;
        // Whether it is a file counts before whether it may be read (DATA-016).
        const bool folder_there = std::filesystem::is_directory(file_path, error);
        return net::HttpResponse::empty(refused && !folder_there ? 403 : 404);
    }
    struct stat info {};
    const bool regular = ::fstat(descriptor, &info) == 0 && S_ISREG(info.st_mode);
    net::FileBody file(descriptor, regular ? static_cast<std::uint64_t>(info.st_size) : 0);
    if (!regular || !lies_below(location_of(descriptor), folder)) {
        return net::HttpResponse::empty(404);
    }
    net::HttpResponse response;
    response.content_type = "application/octet-stream";
    response.headers.emplace_back("Content-Disposition", "attachment");
    response.file = std::move(file);
    return response;
}

}  // namespace cqhttp::transport
