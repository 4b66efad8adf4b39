#include "conformance/peer/tls_identity.hpp"

#include "gateway/base/ensure.hpp"

#include <boost/asio/ssl/context.hpp>
#include <openssl/bio.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>

namespace cqhttp::conformance {
namespace {

template <auto release>
struct Release {
    template <class T>
    void operator()(T* object) const {
        release(object);
    }
};
using Key = std::unique_ptr<EVP_PKEY, Release<EVP_PKEY_free>>;
using Certificate = std::unique_ptr<X509, Release<X509_free>>;
using Extension = std::unique_ptr<X509_EXTENSION, Release<X509_EXTENSION_free>>;
using Memory = std::unique_ptr<BIO, Release<BIO_free>>;

// For a day, since an hour: clocks of containers are not always right.
Certificate make_certificate(const std::string& host, EVP_PKEY* key) {
    constexpr long hour = 3600;
    Certificate certificate(X509_new());
    X509_set_version(certificate.get(), 2);
    ASN1_INTEGER_set(X509_get_serialNumber(certificate.get()), 1);
    X509_gmtime_adj(X509_getm_notBefore(certificate.get()), -hour);
    X509_gmtime_adj(X509_getm_notAfter(certificate.get()), 24 * hour);
    X509_set_pubkey(certificate.get(), key);
    X509_NAME* const name = X509_get_subject_name(certificate.get());
    const auto* text = reinterpret_cast<const unsigned char*>("conformance suite");
    X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_ASC, text, -1, -1, 0);
    X509_set_issuer_name(certificate.get(), name);
    const std::string alternative = "DNS:" + host;
    const Extension extension(
        X509V3_EXT_conf_nid(nullptr, nullptr, NID_subject_alt_name, alternative.c_str()));
    X509_add_ext(certificate.get(), extension.get(), -1);
    X509_sign(certificate.get(), key, EVP_sha256());
    return certificate;
}

}  // namespace

TlsIdentity::TlsIdentity(const std::string& host)
    : context_(std::make_unique<boost::asio::ssl::context>(boost::asio::ssl::context::tls_server)) {
    const Key key(EVP_EC_gen("P-256"));
    ensure(key != nullptr, "OpenSSL knows P-256");
    const Certificate made = make_certificate(host, key.get());
    const Memory memory(BIO_new(BIO_s_mem()));
    PEM_write_bio_X509(memory.get(), made.get());
    char* text = nullptr;
    const long size = BIO_get_mem_data(memory.get(), &text);
    certificate_.assign(text, static_cast<std::size_t>(size));
    SSL_CTX* const native = context_->native_handle();
    const bool usable = SSL_CTX_use_certificate(native, made.get()) == 1 &&
                        SSL_CTX_use_PrivateKey(native, key.get()) == 1;
    ensure(usable, "a certificate that was just made can be used");
}

TlsIdentity::~TlsIdentity() = default;

}  // namespace cqhttp::conformance
