#pragma once

#include <span>
#include <string_view>

namespace cqhttp::conformance {

// A file of docs/spec, put into the program when it is built so that it also works installed.
struct SpecChapter {
    std::string_view name;  // "01-http-api"
    std::string_view text;
};

std::span<const SpecChapter> spec_chapters();

}  // namespace cqhttp::conformance
