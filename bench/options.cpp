#include "bench/options.hpp"

#include "gateway/base/text.hpp"

#include <fmt/format.h>

namespace cqhttp::bench {

Result<void> Options::read(int argc, const char* const* argv) {
    for (int i = 1; i < argc; i += 2) {
        const std::string name = argv[i];
        if (name == "--") {
            command.assign(argv + i + 1, argv + argc);
            return {};
        }
        const auto value = name.starts_with("--") ? values.find(name.substr(2)) : values.end();
        if (value == values.end() || i + 1 == argc) {
            std::string known;
            for (const auto& [option, preset] : values) {
                known += fmt::format(" --{} {}", option, preset.empty() ? "..." : preset);
            }
            return failure(fmt::format("{}: no such option, or no value; known:{}", name, known));
        }
        value->second = argv[i + 1];
    }
    return {};
}

Result<std::uint64_t> Options::number(const std::string& name, std::uint64_t most) const {
    const auto value = parse_int64(values.at(name));
    if (!value || *value < 0 || static_cast<std::uint64_t>(*value) > most) {
        return failure(fmt::format("--{} takes a number from 0 to {}", name, most));
    }
    return static_cast<std::uint64_t>(*value);
}

}  // namespace cqhttp::bench
