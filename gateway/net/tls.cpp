#include "gateway/net/tls.hpp"

#include <boost/asio/ssl/context.hpp>
#include <openssl/ssl.h>

#include <utility>

namespace cqhttp::net {

TlsContext::TlsContext(bool verify) : verify_(verify) {}
TlsContext::TlsContext(TlsContext&&) noexcept = default;
TlsContext& TlsContext::operator=(TlsContext&&) noexcept = default;
TlsContext::~TlsContext() = default;

Result<TlsContext> TlsContext::client(const TlsOptions& options) {
    TlsContext tls(options.verify);
    if (options.verify && !options.ca_file.empty()) {
        if (auto made = tls.make(options.ca_file); !made) {
            return made.error();
        }
    }
    return tls;
}

Result<boost::asio::ssl::context*> TlsContext::native() {
    if (!context_) {
        if (auto made = make({}); !made) {
            return made.error();
        }
    }
    return context_.get();
}

Result<void> TlsContext::make(const std::string& ca_file) {
    namespace ssl = boost::asio::ssl;
    auto context = std::make_unique<ssl::context>(ssl::context::tls_client);
    SSL_CTX_set_min_proto_version(context->native_handle(), TLS1_2_VERSION);
    boost::system::error_code error;
    context->set_verify_mode(verify_ ? ssl::verify_peer : ssl::verify_none, error);
    if (error) {
        return failure(error, "cannot set up TLS");
    }
    if (verify_ && ca_file.empty()) {
        context->set_default_verify_paths(error);
        if (error) {
            return failure(error, "cannot read the system's certificates");
        }
    } else if (verify_) {
        context->load_verify_file(ca_file, error);
        if (error) {
            return failure(error, "cannot read certificates from " + ca_file);
        }
    }
    context_ = std::move(context);
    return {};
}

}  // namespace cqhttp::net
