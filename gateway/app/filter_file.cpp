#include "gateway/app/filter_file.hpp"

#include <fmt/format.h>

#include <fstream>
#include <iterator>
#include <string>

namespace cqhttp::app {
namespace {

constexpr std::uintmax_t max_size = 10 * 1024 * 1024;

}  // namespace

Result<protocol::EventFilter> load_filter(const std::filesystem::path& file) {
    std::error_code error;
    if (!std::filesystem::is_regular_file(file, error)) {
        return failure(fmt::format("there is no filter file {}", file.string()));
    }
    if (std::filesystem::file_size(file, error) > max_size || error) {
        return failure(fmt::format("the filter file {} is larger than 10 MiB", file.string()));
    }
    std::ifstream in(file, std::ios::binary);
    const std::string text{std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
    if (!in) {
        return failure(fmt::format("cannot read the filter file {}", file.string()));
    }
    auto filter = protocol::EventFilter::parse(text);
    if (!filter) {
        return failure(fmt::format("the filter file {}: {}", file.string(), filter.error().detail));
    }
    return filter;
}

}  // namespace cqhttp::app
