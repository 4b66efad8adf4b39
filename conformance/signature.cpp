#include "conformance/signature.hpp"

#include <fmt/format.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>

#include <array>

namespace cqhttp::conformance {

std::string hmac_sha1(std::string_view key, std::string_view text) {
    std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
    unsigned int size = 0;
    HMAC(EVP_sha1(), key.data(), static_cast<int>(key.size()),
         reinterpret_cast<const unsigned char*>(text.data()), text.size(), digest.data(), &size);
    std::string digits;
    for (unsigned int i = 0; i < size; ++i) {
        digits += fmt::format("{:02x}", digest[i]);
    }
    return digits;
}

}  // namespace cqhttp::conformance
