#include "conformance/target/work_folder.hpp"

#include <cerrno>
#include <cstdlib>
#include <fstream>
#include <sstream>

namespace cqhttp::conformance {
namespace {

constexpr std::streamoff longest = 256 * 1024;

}  // namespace

Result<WorkFolder> WorkFolder::make(const std::string& purpose) {
    std::error_code ignored;
    std::string name =
        (std::filesystem::temp_directory_path(ignored) / ("cqhttp-" + purpose + "-XXXXXX"))
            .string();
    if (::mkdtemp(name.data()) == nullptr) {
        return failure(boost::system::error_code(errno, boost::system::system_category()),
                       "cannot make a folder like " + name);
    }
    return WorkFolder(name);
}

WorkFolder::~WorkFolder() {
    if (!path_.empty()) {
        std::error_code ignored;
        std::filesystem::remove_all(path_, ignored);
    }
}

std::string read_text(const std::filesystem::path& file) {
    std::ifstream in(file, std::ios::binary);
    in.seekg(0, std::ios::end);
    const std::streamoff size = in.tellg();
    in.seekg(std::max<std::streamoff>(0, size - longest));
    std::ostringstream text;
    text << in.rdbuf();
    return text.str();
}

Result<std::string> read_whole(const std::filesystem::path& file) {
    std::error_code error;
    std::ifstream in(file, std::ios::binary);
    if (!in || !std::filesystem::is_regular_file(file, error)) {
        return failure("cannot read " + file.string());
    }
    std::ostringstream text;
    text << in.rdbuf();
    return text.str();
}

Result<void> write_text(const std::filesystem::path& file, std::string_view text) {
    std::ofstream out(file, std::ios::binary | std::ios::trunc);
    out << text;
    out.close();
    if (!out) {
        return failure("cannot write " + file.string());
    }
    return {};
}

}  // namespace cqhttp::conformance
