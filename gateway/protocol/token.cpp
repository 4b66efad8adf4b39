#include "gateway/protocol/token.hpp"

#include "gateway/base/text.hpp"

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
    const std::string_view blanks = rules.many_blanks ? " \t" : " ";
    const std::size_t scheme_end = header.find_first_of(blanks);
    if (scheme_end == std::string_view::npos ||
        !accepts_scheme(header.substr(0, scheme_end), rules)) {
        return std::nullopt;
    }
    const std::size_t begin =
        rules.many_blanks ? header.find_first_not_of(blanks, scheme_end) : scheme_end + 1;
    if (begin >= header.size()) {
        return std::nullopt;
    }
    return header.substr(begin);
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
