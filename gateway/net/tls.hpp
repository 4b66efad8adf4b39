#pragma once

#include "gateway/base/result.hpp"

#include <memory>
#include <string>

namespace boost::asio::ssl {
class context;
}

namespace cqhttp::net {

struct TlsOptions {
    bool verify = true;   // gateway.tls_verify (POST-019, WSR-010)
    std::string ca_file;  // gateway.tls_ca_file; empty: the system's certificates
};

// Client side TLS settings, shared by every connection. TLS 1.2 and later. A file of certificates
// is read at once, so that a mistake shows at the start; the system's many are read when the first
// connection needs them, which takes 30 ms that most starts need not wait for.
class TlsContext {
public:
    static Result<TlsContext> client(const TlsOptions& options);
    TlsContext(TlsContext&&) noexcept;
    TlsContext& operator=(TlsContext&&) noexcept;
    ~TlsContext();

    // With everything loaded.
    Result<boost::asio::ssl::context*> native();
    bool verify() const noexcept { return verify_; }

private:
    explicit TlsContext(bool verify);
    Result<void> make(const std::string& ca_file);
    std::unique_ptr<boost::asio::ssl::context> context_;  // null: not needed yet
    bool verify_;
};

}  // namespace cqhttp::net
