#include "gateway/protocol/token.hpp"

#include "gateway/base/text.hpp"

#include <algorithm>

namespace cqhttp::protocol {
namespace {

bool accepts_scheme(std::string_view scheme, const AuthorizationRules& rules) {
    return (scheme == "Token" && rules.token_scheme) ||
           (scheme == "token" && rules.lower_token_scheme) ||
           (scheme == "Bearer" && rules.bearer_scheme) ||
           (scheme == "bearer" && rules.lower_bearer_scheme);
}

// The token of a header value; nothing where its form is not recognised. A scheme without a token
// presents none.
std::optional<std::string_view> token_of(std::string_view header, const AuthorizationRules& rules) {
    const auto is_blank = [&rules](char byte) {
        return byte == ' ' || (rules.many_blanks && byte == '\t');
    };
    const auto* const end = std::find_if(header.begin(), header.end(), is_blank);
    const std::string_view scheme(header.begin(), end);
    if (end == header.end() || !accepts_scheme(scheme, rules)) {
        return std::nullopt;
    }
    header.remove_prefix(scheme.size() + 1);
    while (rules.many_blanks && !header.empty() && is_blank(header.front())) {
        header.remove_prefix(1);
    }
    return header.empty() ? std::nullopt : std::optional(header);
}

Access compare(const Secret& configured, std::string_view presented) {
    return equal_in_constant_time(configured.reveal(), presented) ? Access::granted : Access::wrong;
}

}  // namespace

Access check_access(const Secret& configured, const Credentials& presented,
                    const Profile& profile) {
    if (configured.empty()) {
        return Access::granted;
    }
    const AuthorizationRules& rules = profile.authorization;
    if (presented.authorization) {
        if (const auto token = token_of(*presented.authorization, rules)) {
            return compare(configured, *token);
        }
        if (!rules.query_after_bad_header) {
            return Access::missing;
        }
    }
    if (presented.query_token && !presented.query_token->empty()) {
        return compare(configured, *presented.query_token);
    }
    return Access::missing;
}

}  // namespace cqhttp::protocol
