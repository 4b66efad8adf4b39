#include "gateway/account/seed_file.hpp"

#include "gateway/account/default_world.hpp"
#include "gateway/account/world_json.hpp"

#include <cstdint>
#include <fstream>
#include <iterator>
#include <string>
#include <system_error>

namespace cqhttp::account {
namespace {

constexpr std::uintmax_t max_seed = 64 * 1024 * 1024;

}  // namespace

Result<WorldData> read_seed(const std::filesystem::path& seed, std::int64_t self_id) {
    if (seed.empty()) {
        return default_world(self_id);
    }
    const std::string path = seed.string();
    std::error_code error;
    const std::uintmax_t size = std::filesystem::file_size(seed, error);
    if (!error && size > max_seed) {
        return failure("the world file " + path + " is larger than 64 MiB");
    }
    std::ifstream file(seed, std::ios::binary);
    if (error || !file) {
        return failure("cannot read the world file " + path);
    }
    const std::string text{std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
    auto world = parse_world(text, self_id);
    if (!world) {
        return failure("the world file " + path + " has mistakes: " + world.error().detail);
    }
    return world;
}

}  // namespace cqhttp::account
