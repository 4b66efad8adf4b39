#include "cli/input.hpp"

#include "cli/commands.hpp"

#include <fmt/format.h>

#include <array>
#include <fstream>
#include <optional>
#include <utility>

namespace cqhttp::cli {
namespace {

constexpr std::size_t longest_secret_file = 64 * 1024;

}  // namespace

Result<std::string> read_stream(std::istream& stream, std::size_t bound, const std::string& what) {
    std::string text;
    std::array<char, 16 * 1024> piece{};
    while (stream.read(piece.data(), piece.size()) || stream.gcount() > 0) {
        text.append(piece.data(), static_cast<std::size_t>(stream.gcount()));
        if (text.size() > bound) {
            return failure(fmt::format("{} holds more than {} bytes", what, bound));
        }
    }
    if (stream.bad()) {
        return failure("cannot read " + what);
    }
    return text;
}

Result<std::string> read_file(const std::string& path, std::size_t bound) {
    std::ifstream file(path, std::ios::binary);
    if (!file || file.peek() == std::ifstream::traits_type::eof()) {
        // An empty file and a directory open well and give nothing.
        return failure(fmt::format("cannot read {}, or it is empty", path));
    }
    return read_stream(file, bound, path);
}

Result<Secret> read_secret_file(const std::string& option, const std::string& path) {
    auto text = read_file(path, longest_secret_file);
    if (text.has_error()) {
        return failure(fmt::format("{}: {}", option, text.error().detail));
    }
    while (text->ends_with('\n') || text->ends_with('\r')) {
        text->pop_back();
    }
    Secret secret(std::move(text.value()));
    if (secret.empty()) {
        return failure(fmt::format("{}: {} is empty", option, path));
    }
    return secret;
}

Result<ApiTarget> with_token_file(ApiTarget target, const std::string& token_file) {
    if (token_file.empty()) {
        return target;
    }
    auto token = read_secret_file("--token-file", token_file);
    if (token.has_error()) {
        return token.error();
    }
    if (const auto fault = token_fault(token.value())) {
        return failure("--token-file: " + *fault);
    }
    target.token = std::move(token.value());
    return target;
}

}  // namespace cqhttp::cli
