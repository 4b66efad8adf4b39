#include "gateway/net/request_target.hpp"

#include "gateway/base/text.hpp"

#include <algorithm>
#include <optional>

namespace cqhttp::net {
namespace {

// Rest of an absolute-form target after its scheme: "host/path"; nothing for another form.
std::optional<std::string_view> after_scheme(std::string_view target) {
    for (const std::string_view scheme : {"http://", "https://"}) {
        if (iequals(target.substr(0, scheme.size()), scheme)) {
            return target.substr(scheme.size());
        }
    }
    return std::nullopt;
}

}  // namespace

bool split_target(std::string_view target, HttpRequest& request) {
    if (!target.starts_with('/')) {
        if (const auto rest = after_scheme(target)) {
            target = rest->substr(std::min(rest->find_first_of("/?"), rest->size()));
        } else if (request.method != "CONNECT" && target != "*") {
            return false;
        }
    }
    const std::size_t question = std::min(target.find('?'), target.size());
    request.path = target.substr(0, question);
    request.query = target.substr(std::min(question + 1, target.size()));
    if (request.path.empty()) {
        request.path = "/";
    }
    return true;
}

}  // namespace cqhttp::net
