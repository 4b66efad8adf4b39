#include "gateway/net/tls.hpp"

#include <boost/asio/ssl/context.hpp>
#include <openssl/ssl.h>

#include <utility>

namespace cqhttp::net {

TlsContext::TlsContext(std::unique_ptr<boost::asio::ssl::context> context, bool verify)
    : context_(std::move(context)), verify_(verify) {}
TlsContext::TlsContext(TlsContext&&) noexcept = default;
TlsContext& TlsContext::operator=(TlsContext&&) noexcept = default;
TlsContext::~TlsContext() = default;

Result<TlsContext> TlsContext::client(const TlsOptions& options) {
    namespace ssl = boost::asio::ssl;
    auto context = std::make_unique<ssl::context>(ssl::context::tls_client);
    SSL_CTX_set_min_proto_version(context->native_handle(), TLS1_2_VERSION);
    boost::system::error_code error;
    context->set_verify_mode(options.verify ? ssl::verify_peer : ssl::verify_none, error);
    if (error) {
        return failure(error, "cannot set up TLS");
    }
    if (!options.verify) {
        return TlsContext(std::move(context), false);
    }
    if (options.ca_file.empty()) {
        context->set_default_verify_paths(error);
        if (error) {
            return failure(error, "cannot read the system's certificates");
        }
    } else {
        context->load_verify_file(options.ca_file, error);
        if (error) {
            return failure(error, "cannot read certificates from " + options.ca_file);
        }
    }
    return TlsContext(std::move(context), true);
}

}  // namespace cqhttp::net
