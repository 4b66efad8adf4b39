#pragma once

#include "cli/console.hpp"
#include "gateway/base/secret.hpp"

#include <string>

namespace cqhttp::cli {

// The signing secret as the command line gives it.
struct SecretSource {
    Secret secret;     // --secret, or CQHTTP_SECRET
    std::string file;  // --secret-file; read by the command, wins over `secret`
};

struct VerifySignatureOptions {
    std::string file;  // the body; "-": standard input
    SecretSource source;
    std::string signature;
    bool sign = false;  // no signature was given: make one
    bool json = false;
    ColorMode color = ColorMode::automatic;
};

}  // namespace cqhttp::cli
