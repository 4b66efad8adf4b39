#pragma once

#include "gateway/base/secret.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace cqhttp::cli {

// A body as it came and the value of its X-Signature header as it came.
struct SignedBody {
    std::string_view body;
    std::string_view signature;
};

// Whether a signature is right, and if not, what its maker probably did.
struct SignatureCheck {
    bool valid = false;
    std::string expected;  // the right value
    // Sentences without a full stop. Invalid: what was done otherwise, or that nothing usual
    // explains it; never empty. Valid: what a stricter receiver would refuse. None quotes the
    // secret.
    std::vector<std::string> remarks;
};
SignatureCheck check_signature(const Secret& secret, SignedBody received);

}  // namespace cqhttp::cli
