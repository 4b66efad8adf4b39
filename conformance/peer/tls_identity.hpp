#pragma once

#include <memory>
#include <string>

namespace boost::asio::ssl {
class context;
}

namespace cqhttp::conformance {

// A key and a certificate for the suite's servers, made for one start of a target. The certificate
// signs itself, so a target trusts it only where it is told to.
class TlsIdentity {
public:
    // `host` is the name in the certificate.
    explicit TlsIdentity(const std::string& host);
    ~TlsIdentity();
    TlsIdentity(const TlsIdentity&) = delete;
    TlsIdentity& operator=(const TlsIdentity&) = delete;

    boost::asio::ssl::context& context() noexcept { return *context_; }
    // The certificate as PEM text.
    const std::string& certificate() const noexcept { return certificate_; }

private:
    std::unique_ptr<boost::asio::ssl::context> context_;
    std::string certificate_;
};

}  // namespace cqhttp::conformance
