#include "gateway/tests/support/tls_door.hpp"

#include "gateway/tests/support/temp_dir.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/buffer.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ssl.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>

#include <array>
#include <cstdio>
#include <exception>
#include <mutex>
#include <thread>
#include <utility>

namespace cqhttp::test {
namespace {

namespace asio = boost::asio;

using asio::ip::tcp;
using boost::system::error_code;
using Secure = asio::ssl::stream<tcp::socket>;

constexpr auto as_values = asio::as_tuple(asio::use_awaitable);

// Makes a key and a certificate, for `context` and for the file.
void make_identity(asio::ssl::context& context, const std::filesystem::path& file) {
    EVP_PKEY* const key = EVP_EC_gen("P-256");
    X509* const certificate = X509_new();
    X509_set_version(certificate, 2);
    ASN1_INTEGER_set(X509_get_serialNumber(certificate), 1);
    X509_gmtime_adj(X509_getm_notBefore(certificate), -60);
    X509_gmtime_adj(X509_getm_notAfter(certificate), 86400);
    X509_set_pubkey(certificate, key);
    X509_NAME* const name = X509_get_subject_name(certificate);
    const auto* text = reinterpret_cast<const unsigned char*>("gateway test");
    X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_ASC, text, -1, -1, 0);
    X509_set_issuer_name(certificate, name);
    X509_EXTENSION* const extension =
        X509V3_EXT_conf_nid(nullptr, nullptr, NID_subject_alt_name, "DNS:localhost,IP:127.0.0.1");
    X509_add_ext(certificate, extension, -1);
    X509_EXTENSION_free(extension);
    X509_sign(certificate, key, EVP_sha256());
    std::FILE* const stream = std::fopen(file.c_str(), "w");
    PEM_write_X509(stream, certificate);
    std::fclose(stream);
    SSL_CTX_use_certificate(context.native_handle(), certificate);
    SSL_CTX_use_PrivateKey(context.native_handle(), key);
    X509_free(certificate);
    EVP_PKEY_free(key);
}

// Both ends of one connection, and whoever pumps between them.
struct Pair {
    Pair(tcp::socket socket, asio::ssl::context& tls)
        : secure(std::move(socket), tls), plain(secure.get_executor()) {}
    void close() {
        error_code ignored;
        secure.next_layer().close(ignored);
        plain.close(ignored);
    }
    Secure secure;
    tcp::socket plain;
};

template <class From, class To>
asio::awaitable<void> pump(std::shared_ptr<Pair> pair, From& from, To& to) {
    std::array<char, 16384> bytes;
    while (true) {
        auto [error, size] = co_await from.async_read_some(asio::buffer(bytes), as_values);
        if (error) {
            break;
        }
        const auto piece = asio::buffer(bytes.data(), size);
        auto [write_error, written] = co_await asio::async_write(to, piece, as_values);
        if (write_error) {
            break;
        }
    }
    pair->close();
}

void rethrow(const std::exception_ptr& error) {
    if (error) {
        std::rethrow_exception(error);
    }
}

}  // namespace

class TlsDoor::Impl {
public:
    explicit Impl(std::uint16_t target)
        : acceptor(context, {asio::ip::address_v4::loopback(), 0}),
          port(acceptor.local_endpoint().port()),
          certificate(folder.path() / "certificate.pem"),
          target_(asio::ip::address_v4::loopback(), target) {
        make_identity(tls_, certificate);
        asio::co_spawn(context, serve(), rethrow);
        thread_ = std::thread([this] { context.run(); });
    }
    ~Impl() {
        context.stop();
        thread_.join();
    }
    Impl(const Impl&) = delete;
    Impl& operator=(const Impl&) = delete;

    std::string name() const {
        const std::lock_guard lock(mutex_);
        return name_;
    }

    TempDir folder;
    asio::io_context context;
    tcp::acceptor acceptor;
    const std::uint16_t port;
    const std::filesystem::path certificate;

private:
    asio::awaitable<void> serve() {
        while (true) {
            auto [error, socket] = co_await acceptor.async_accept(as_values);
            if (error) {
                co_return;
            }
            auto pair = std::make_shared<Pair>(std::move(socket), tls_);
            asio::co_spawn(context, open(std::move(pair)), rethrow);
        }
    }

    asio::awaitable<void> open(std::shared_ptr<Pair> pair) {
        auto [error] = co_await pair->secure.async_handshake(Secure::server, as_values);
        if (error) {
            co_return;
        }
        const char* name =
            SSL_get_servername(pair->secure.native_handle(), TLSEXT_NAMETYPE_host_name);
        remember(name != nullptr ? name : "");
        auto [not_connected] = co_await pair->plain.async_connect(target_, as_values);
        if (not_connected) {
            co_return;
        }
        asio::co_spawn(context, pump(pair, pair->secure, pair->plain), rethrow);
        co_await pump(pair, pair->plain, pair->secure);
    }

    void remember(std::string name) {
        const std::lock_guard lock(mutex_);
        name_ = std::move(name);
    }

    tcp::endpoint target_;
    asio::ssl::context tls_{asio::ssl::context::tls_server};
    mutable std::mutex mutex_;
    std::string name_;
    std::thread thread_;
};

TlsDoor::TlsDoor(std::uint16_t target) : impl_(std::make_unique<Impl>(target)) {}
TlsDoor::~TlsDoor() = default;

std::uint16_t TlsDoor::port() const noexcept {
    return impl_->port;
}

std::string TlsDoor::url(const std::string& host, const std::string& target) const {
    return "wss://" + host + ":" + std::to_string(port()) + target;
}

std::filesystem::path TlsDoor::certificate_file() const {
    return impl_->certificate;
}

std::string TlsDoor::server_name() const {
    return impl_->name();
}

}  // namespace cqhttp::test
