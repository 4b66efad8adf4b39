#include "gateway/protocol/signature.hpp"

#include "gateway/base/ensure.hpp"
#include "gateway/base/text.hpp"

#include <openssl/core_names.h>
#include <openssl/evp.h>
#include <openssl/params.h>

#include <array>

namespace cqhttp::protocol {
namespace {

constexpr std::string_view prefix = "sha1=";
constexpr std::size_t digest_bytes = 20;

const unsigned char* bytes_of(std::string_view text) {
    return reinterpret_cast<const unsigned char*>(text.data());
}

struct FreeContext {
    void operator()(EVP_MAC_CTX* context) const { EVP_MAC_CTX_free(context); }
};
using Context = std::unique_ptr<EVP_MAC_CTX, FreeContext>;

// Fails only where memory or the library itself is broken.
Context make_context(const Secret& secret) {
    EVP_MAC* const hmac = EVP_MAC_fetch(nullptr, OSSL_MAC_NAME_HMAC, nullptr);
    ensure(hmac != nullptr, "OpenSSL has HMAC");
    Context context(EVP_MAC_CTX_new(hmac));
    EVP_MAC_free(hmac);  // the context keeps it
    std::array<char, 5> sha1{"SHA1"};
    const std::array<OSSL_PARAM, 2> params{
        OSSL_PARAM_construct_utf8_string(OSSL_MAC_PARAM_DIGEST, sha1.data(), 0),
        OSSL_PARAM_construct_end()};
    // A null key would mean "as before", so even an empty one has an address.
    const std::string_view key = secret.reveal();
    const unsigned char* const bytes = key.empty() ? bytes_of(prefix) : bytes_of(key);
    ensure(context && EVP_MAC_init(context.get(), bytes, key.size(), params.data()) == 1,
           "an HMAC-SHA1 key is taken");
    return context;
}

}  // namespace

class Signer::Impl {
public:
    explicit Impl(const Secret& secret) : context_(make_context(secret)) {}

    std::string sign(std::string_view body) {
        std::array<unsigned char, digest_bytes> digest{};
        std::size_t size = 0;
        // Without a key it begins anew with the one it has; that is cheaper than a duplicate.
        const bool signed_it =
            EVP_MAC_init(context_.get(), nullptr, 0, nullptr) == 1 &&
            EVP_MAC_update(context_.get(), bytes_of(body), body.size()) == 1 &&
            EVP_MAC_final(context_.get(), digest.data(), &size, digest.size()) == 1;
        ensure(signed_it && size == digest.size(), "HMAC-SHA1 of memory cannot fail");
        std::string header(prefix);
        header += to_hex({reinterpret_cast<const char*>(digest.data()), digest.size()});
        return header;
    }

    const std::string& sign(const SharedText& body) {
        if (body != last_) {
            signature_ = sign(std::string_view(*body));
            last_ = body;
        }
        return signature_;
    }

private:
    Context context_;
    SharedText last_;  // held, so that no other text can lie where it does
    std::string signature_;
};

Signer::Signer(const Secret& secret) : impl_(std::make_unique<Impl>(secret)) {}
Signer::~Signer() = default;
Signer::Signer(Signer&&) noexcept = default;
Signer& Signer::operator=(Signer&&) noexcept = default;

std::string Signer::sign(std::string_view body) {
    return impl_->sign(body);
}

const std::string& Signer::sign(const SharedText& body) {
    return impl_->sign(body);
}

bool Signer::verify(std::string_view body, std::string_view signature) {
    const std::string expected = sign(body);
    // Neither the prefix nor the length is a secret.
    if (!signature.starts_with(prefix) || signature.size() != expected.size()) {
        return false;
    }
    const std::string digits = to_lower(signature.substr(prefix.size()));
    return equal_in_constant_time(std::string_view(expected).substr(prefix.size()), digits);
}

}  // namespace cqhttp::protocol
