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

// Client side TLS settings, shared by every connection. TLS 1.2 and later.
class TlsContext {
public:
    static Result<TlsContext> client(const TlsOptions& options);
    TlsContext(TlsContext&&) noexcept;
    TlsContext& operator=(TlsContext&&) noexcept;
    ~TlsContext();

    boost::asio::ssl::context& native() noexcept { return *context_; }
    bool verify() const noexcept { return verify_; }

private:
    TlsContext(std::unique_ptr<boost::asio::ssl::context> context, bool verify);
    std::unique_ptr<boost::asio::ssl::context> context_;
    bool verify_;
};

}  // namespace cqhttp::net
