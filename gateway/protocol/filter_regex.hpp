#pragma once

#include "gateway/base/result.hpp"

#include <memory>
#include <string_view>

namespace cqhttp::protocol {

// An ECMAScript expression that can be searched for in texts of strangers: no text and no
// expression makes it run for long or deep (FLT-034). Bytes are matched, so a dot is one byte of a
// character beyond ASCII (FLT-035). Immutable.
class FilterRegex {
public:
    static Result<FilterRegex> compile(std::string_view expression);

    // Whether it is found somewhere in `text`. A search that takes too long has found nothing.
    bool found_in(std::string_view text) const;

    FilterRegex(FilterRegex&&) noexcept;
    FilterRegex& operator=(FilterRegex&&) noexcept;
    ~FilterRegex();

private:
    class Impl;
    explicit FilterRegex(std::unique_ptr<Impl> impl);
    std::unique_ptr<Impl> impl_;
};

}  // namespace cqhttp::protocol
