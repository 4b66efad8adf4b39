#pragma once

#include <string>
#include <string_view>
#include <utility>

namespace cqhttp {

// An access token or a signing secret. It has no stream operator and no formatter, so that a log
// line or an error text which names it does not compile; reveal() marks the few places that need
// the bytes: comparing, signing, and the request header that carries it.
class Secret {
public:
    Secret() = default;
    explicit Secret(std::string bytes) : bytes_(std::move(bytes)) {}

    bool empty() const noexcept { return bytes_.empty(); }
    std::string_view reveal() const noexcept { return bytes_; }

private:
    std::string bytes_;
};

}  // namespace cqhttp
