#include "gateway/account/media_file.hpp"

#include "gateway/base/ensure.hpp"
#include "gateway/base/text.hpp"

#include <openssl/evp.h>
#include <openssl/rand.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>
#include <utility>

namespace cqhttp::account {
namespace {

namespace fs = std::filesystem;

constexpr int closed = -1;
constexpr mode_t file_mode = 0644;

Error system_failure(std::string doing) {
    return failure(boost::system::error_code(errno, boost::system::system_category()),
                   std::move(doing));
}

Error no_such_file(std::string detail) {
    return Error{make_error_code(boost::system::errc::no_such_file_or_directory),
                 std::move(detail)};
}

bool ends_with_ignoring_case(std::string_view text, std::string_view end) {
    return text.size() >= end.size() && iequals(text.substr(text.size() - end.size()), end);
}

}  // namespace

std::string md5_hex(std::string_view text) {
    std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
    unsigned int size = 0;
    const int done = EVP_Digest(text.data(), text.size(), digest.data(), &size, EVP_md5(), nullptr);
    ensure(done == 1, "the crypto library has MD5");
    return to_hex({reinterpret_cast<const char*>(digest.data()), size});
}

std::string random_name() {
    std::array<unsigned char, 16> bytes{};
    ensure(RAND_bytes(bytes.data(), static_cast<int>(bytes.size())) == 1,
           "the crypto library has random bytes");
    return to_hex({reinterpret_cast<const char*>(bytes.data()), bytes.size()});
}

std::string_view image_extension(std::string_view source) {
    for (const std::string_view known : {".png", ".jpg", ".jpeg", ".gif", ".bmp"}) {
        if (ends_with_ignoring_case(source, known)) {
            return source.substr(source.size() - known.size());
        }
    }
    return {};
}

std::string_view extension_by_content(std::string_view bytes) {
    struct Magic {
        std::string_view start, extension;
    };
    constexpr std::array<Magic, 4> magics{
        {{"\xFF\xD8\xFF", "jpg"}, {"\x89PNG\r\n\x1A\n", "png"}, {"GIF8", "gif"}, {"BM", "bmp"}}};
    for (const Magic& magic : magics) {
        if (bytes.starts_with(magic.start)) {
            return magic.extension;
        }
    }
    return "tmp";
}

Result<fs::path> find_inside(const fs::path& folder, std::string_view name) {
    const fs::path relative(name);
    const bool leads_up = std::find(relative.begin(), relative.end(), "..") != relative.end();
    if (name.empty() || name.find('\0') != std::string_view::npos || relative.is_absolute() ||
        leads_up) {
        return no_such_file("no name of a file in " + folder.string());
    }
    std::error_code error;
    const fs::path root = fs::canonical(folder, error);
    const fs::path file = error ? fs::path() : fs::canonical(root / relative, error);
    const auto inside = std::mismatch(root.begin(), root.end(), file.begin(), file.end());
    const bool found = !error && inside.first == root.end() && fs::is_regular_file(file, error);
    if (!found) {
        return no_such_file("no file " + std::string(name) + " in " + folder.string());
    }
    return file;
}

Result<std::string> read_small_file(const fs::path& file, std::size_t max_bytes) {
    auto source = SourceFile::open(file);
    if (!source) {
        return source.error();
    }
    std::string text;
    std::string piece;
    do {
        if (auto read = source->read(piece, max_bytes + 1); !read) {
            return read.error();
        }
        text += piece;
        if (text.size() > max_bytes) {
            return failure("file " + file.string() + " is too large");
        }
    } while (!piece.empty());
    return text;
}

Result<SourceFile> SourceFile::open(const fs::path& path) {
    const int descriptor = ::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
    if (descriptor < 0) {
        return system_failure("cannot open " + path.string());
    }
    SourceFile file(descriptor);
    struct stat status {};
    if (::fstat(descriptor, &status) != 0 || !S_ISREG(status.st_mode)) {
        return failure(path.string() + " is not a regular file");
    }
    return file;
}

SourceFile::~SourceFile() {
    if (descriptor_ != closed) {
        ::close(descriptor_);
    }
}

SourceFile::SourceFile(SourceFile&& other) noexcept
    : descriptor_(std::exchange(other.descriptor_, closed)) {}

Result<void> SourceFile::read(std::string& buffer, std::size_t most) {
    buffer.resize(most);
    ssize_t got = 0;
    do {
        got = ::read(descriptor_, buffer.data(), most);
    } while (got < 0 && errno == EINTR);
    if (got < 0) {
        return system_failure("cannot read the file");
    }
    buffer.resize(static_cast<std::size_t>(got));
    return {};
}

Result<PendingFile> PendingFile::create(const fs::path& folder, std::string_view extension) {
    std::error_code error;
    fs::create_directories(folder, error);
    fs::path path = folder / ("." + random_name() + std::string(extension));
    const int descriptor = ::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, file_mode);
    if (descriptor < 0) {
        return system_failure("cannot create a file in " + folder.string());
    }
    return PendingFile(std::move(path), descriptor);
}

PendingFile::~PendingFile() {
    if (descriptor_ != closed) {
        ::close(descriptor_);
    }
    if (!path_.empty()) {
        ::unlink(path_.c_str());
    }
}

PendingFile::PendingFile(PendingFile&& other) noexcept
    : path_(std::exchange(other.path_, {})),
      descriptor_(std::exchange(other.descriptor_, closed)) {}

Result<void> PendingFile::append(std::string_view bytes) {
    while (!bytes.empty()) {
        const ssize_t written = ::write(descriptor_, bytes.data(), bytes.size());
        if (written < 0 && errno == EINTR) {
            continue;
        }
        if (written < 0) {
            return system_failure("cannot write " + path_.string());
        }
        bytes.remove_prefix(static_cast<std::size_t>(written));
    }
    return {};
}

Result<void> PendingFile::publish(const fs::path& final_path) {
    if (::close(std::exchange(descriptor_, closed)) != 0) {
        return system_failure("cannot write " + path_.string());
    }
    if (::rename(path_.c_str(), final_path.c_str()) != 0) {
        return system_failure("cannot create " + final_path.string());
    }
    path_.clear();
    return {};
}

}  // namespace cqhttp::account
