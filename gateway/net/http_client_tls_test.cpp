#include "gateway/net/http_client.hpp"
#include "gateway/net/net_test_support.hpp"
#include "gateway/tests/support/catch.hpp"
#include "gateway/tests/support/run_coro.hpp"

#include <boost/asio/ssl.hpp>
#include <boost/asio/write.hpp>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>

#include <cstdio>
#include <cstdlib>
#include <unistd.h>

namespace cqhttp::net {
namespace {

using std::chrono_literals::operator""s;
using cqhttp::test::run_coro;

template <class T, void (*release)(T*)>
struct Releaser {
    void operator()(T* object) const { release(object); }
};
using Key = std::unique_ptr<EVP_PKEY, Releaser<EVP_PKEY, EVP_PKEY_free>>;
using Certificate = std::unique_ptr<X509, Releaser<X509, X509_free>>;

// A key and a certificate made for one test; the certificate signs itself.
class Identity {
public:
    // `names` as OpenSSL writes them: "DNS:localhost,IP:127.0.0.1". Negative days: expired.
    explicit Identity(const std::string& names, int days = 1)
        : key_(EVP_EC_gen("P-256")), certificate_(X509_new()) {
        X509* const certificate = certificate_.get();
        X509_set_version(certificate, 2);
        ASN1_INTEGER_set(X509_get_serialNumber(certificate), 1);
        X509_gmtime_adj(X509_getm_notBefore(certificate), days < 0 ? days * 86400L : -60);
        X509_gmtime_adj(X509_getm_notAfter(certificate), days < 0 ? -60 : days * 86400L);
        X509_set_pubkey(certificate, key_.get());
        X509_NAME* const name = X509_get_subject_name(certificate);
        const auto* text = reinterpret_cast<const unsigned char*>("gateway test");
        X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_ASC, text, -1, -1, 0);
        X509_set_issuer_name(certificate, name);
        X509_EXTENSION* const extension =
            X509V3_EXT_conf_nid(nullptr, nullptr, NID_subject_alt_name, names.c_str());
        X509_add_ext(certificate, extension, -1);
        X509_EXTENSION_free(extension);
        X509_sign(certificate, key_.get(), EVP_sha256());
        write_file();
    }
    ~Identity() { ::unlink(file.c_str()); }
    Identity(const Identity&) = delete;
    Identity& operator=(const Identity&) = delete;

    void use(asio::ssl::context& context) const {
        SSL_CTX_use_certificate(context.native_handle(), certificate_.get());
        SSL_CTX_use_PrivateKey(context.native_handle(), key_.get());
    }

    std::string file;  // the certificate, for a client that trusts it

private:
    void write_file() {
        char name[] = "/tmp/cqhttp_certificate_XXXXXX";
        FILE* const stream = ::fdopen(::mkstemp(name), "w");
        PEM_write_X509(stream, certificate_.get());
        std::fclose(stream);
        file = name;
    }

    Key key_;
    Certificate certificate_;
};

// Answers requests over TLS, `requests` on each connection, and remembers what it was told.
class TlsServer {
public:
    // `newest` is the newest version it speaks; 0: the newest there is.
    explicit TlsServer(const Identity& identity, int requests = 1, int connections = 1,
                       int newest = 0)
        : acceptor_(context_, {asio::ip::address_v4::loopback(), 0}),
          port(acceptor_.local_endpoint().port()) {
        identity.use(tls_);
        if (newest != 0) {
            SSL_CTX_set_security_level(tls_.native_handle(), 0);
            SSL_CTX_set_max_proto_version(tls_.native_handle(), newest);
        }
        thread_ = std::thread([this, requests, connections] {
            for (int number = 0; number < connections; ++number) {
                serve_one(requests);
            }
        });
    }
    ~TlsServer() {
        ::shutdown(acceptor_.native_handle(), SHUT_RDWR);
        join();
    }
    void join() {
        if (thread_.joinable()) {
            thread_.join();
        }
    }

private:
    void serve_one(int requests) {
        boost::system::error_code error;
        asio::ssl::stream<asio::ip::tcp::socket> stream(context_, tls_);
        acceptor_.accept(stream.next_layer(), error);
        if (error) {
            return;
        }
        stream.handshake(asio::ssl::stream_base::server, error);
        for (int number = 0; number < requests && !error; ++number) {
            const char* name =
                SSL_get_servername(stream.native_handle(), TLSEXT_NAMETYPE_host_name);
            server_name = name != nullptr ? name : "none";
            std::string request;
            std::array<char, 4096> bytes;
            while (!error && request.find("\r\n\r\n") == std::string::npos) {
                request.append(bytes.data(), stream.read_some(asio::buffer(bytes), error));
            }
            const std::string answer =
                "HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\n" + std::to_string(number);
            asio::write(stream, asio::buffer(answer), error);
        }
    }

    asio::io_context context_;
    asio::ssl::context tls_{asio::ssl::context::tls_server};
    asio::ip::tcp::acceptor acceptor_;

public:
    const std::uint16_t port;
    std::string server_name;  // after join()

private:
    std::thread thread_;
};

class Client {
public:
    explicit Client(const TlsOptions& options) : tls_(TlsContext::client(options).value()) {}

    Result<ClientResponse> get(const std::string& host, std::uint16_t port,
                               ClientLimits limits = {}) {
        limits.reuse = 60s;  // however slow the machine
        ClientRequest request;
        request.url.scheme = Scheme::https;
        request.url.host = host;
        request.url.port = port;
        request.url.target = "/a";
        return run_coro(context_, client_.send(std::move(request), limits));
    }

    ClientStage stage() const { return client_.stage(); }

private:
    asio::io_context context_{1};
    TlsContext tls_;
    HttpClient client_{context_.get_executor(), tls_};
};

TlsOptions trusting(const Identity& identity) {
    TlsOptions options;
    options.ca_file = identity.file;
    return options;
}

std::string handshake_failure(const std::string& host, std::uint16_t port,
                              const std::string& cause) {
    return "TLS handshake with " + host + ":" + std::to_string(port) + " failed: " + cause;
}

}  // namespace

TEST_CASE("http client: a certificate that is trusted and fits is accepted", "[POST-019]") {
    const Identity identity("DNS:localhost");
    TlsServer server(identity, 2);
    Client client(trusting(identity));
    REQUIRE(client.get("localhost", server.port).value().body == "0");
    REQUIRE(client.get("localhost", server.port).value().body == "1");
    server.join();
    REQUIRE(server.server_name == "localhost");
}

TEST_CASE("http client: a certificate for an address is accepted and no name is sent",
          "[POST-019]") {
    const Identity identity("IP:127.0.0.1");
    TlsServer server(identity);
    Client client(trusting(identity));
    REQUIRE(client.get("127.0.0.1", server.port).value().status == 200);
    server.join();
    REQUIRE(server.server_name == "none");
}

TEST_CASE("http client: a certificate nobody vouches for is refused", "[POST-019]") {
    const Identity identity("IP:127.0.0.1");
    TlsServer server(identity);
    Client client({});
    const auto response = client.get("127.0.0.1", server.port);
    REQUIRE(response.error().detail ==
            handshake_failure("127.0.0.1", server.port,
                              "certificate verify failed (self-signed certificate)"));
    REQUIRE(client.stage() == ClientStage::tls);
}

TEST_CASE("http client: a certificate for another host is refused", "[POST-019]") {
    const Identity identity("DNS:example.org,IP:127.0.0.2");
    TlsServer server(identity, 1, 2);
    Client client(trusting(identity));
    REQUIRE(client.get("localhost", server.port).error().detail ==
            handshake_failure("localhost", server.port,
                              "certificate verify failed (hostname mismatch)"));
    REQUIRE(client.get("127.0.0.1", server.port).error().detail ==
            handshake_failure("127.0.0.1", server.port,
                              "certificate verify failed (IP address mismatch)"));
}

TEST_CASE("http client: a certificate that has expired is refused", "[POST-019]") {
    const Identity identity("IP:127.0.0.1", -10);
    TlsServer server(identity);
    Client client(trusting(identity));
    REQUIRE(client.get("127.0.0.1", server.port).error().detail ==
            handshake_failure("127.0.0.1", server.port,
                              "certificate verify failed (certificate has expired)"));
}

TEST_CASE("http client: without verification any certificate is accepted", "[POST-019]") {
    const Identity identity("DNS:example.org", -10);
    TlsServer server(identity);
    TlsOptions options;
    options.verify = false;
    Client client(options);
    REQUIRE(client.get("localhost", server.port).value().status == 200);
    server.join();
    REQUIRE(server.server_name == "localhost");
}

TEST_CASE("http client: a server that is stuck at an old version of TLS is refused", "[net][tls]") {
    const Identity identity("IP:127.0.0.1");
    TlsServer server(identity, 1, 1, TLS1_1_VERSION);
    Client client(trusting(identity));
    REQUIRE(client.get("127.0.0.1", server.port).error().detail.starts_with("TLS handshake with"));
}

TEST_CASE("http client: a server that does not speak TLS is recognised", "[net][tls]") {
    const Identity identity("IP:127.0.0.1");
    test::ScriptedServer plain({[](test::Peer& peer) {
                                    peer.read(10);
                                    peer.send("HTTP/1.1 400 Bad Request\r\n\r\n");
                                    peer.read_to_end();
                                },
                                [](test::Peer& peer) {
                                    peer.read(10);
                                    peer.finish_sending();
                                    peer.read_to_end();
                                },
                                [](test::Peer& peer) { peer.read_to_end(); }});
    Client client(trusting(identity));
    REQUIRE(client.get("127.0.0.1", plain.port).error().detail ==
            handshake_failure("127.0.0.1", plain.port,
                              "wrong version number (does the server speak TLS?)"));
    REQUIRE(client.get("127.0.0.1", plain.port).error().detail ==
            handshake_failure("127.0.0.1", plain.port, "connection closed by the peer"));
    ClientLimits limits;
    limits.connect = 1s;  // enough to connect, however slow the machine
    REQUIRE(client.get("127.0.0.1", plain.port, limits).error().detail ==
            handshake_failure("127.0.0.1", plain.port, "no answer within 1 s"));
    REQUIRE(client.stage() == ClientStage::tls);
}

TEST_CASE("http client: a kept TLS connection that was closed is replaced", "[net][tls]") {
    const Identity identity("IP:127.0.0.1");
    TlsServer server(identity, 1, 2);
    Client client(trusting(identity));
    REQUIRE(client.get("127.0.0.1", server.port).value().body == "0");
    REQUIRE(client.get("127.0.0.1", server.port).value().body == "0");
}

TEST_CASE("tls: certificates of the system are read when they are needed", "[POST-019]") {
    const Identity identity("IP:127.0.0.1");
    TlsServer server(identity);
    ::setenv("SSL_CERT_FILE", "/nonexistent/ca.pem", 1);
    Client client(TlsOptions{});
    ::setenv("SSL_CERT_FILE", identity.file.c_str(), 1);
    REQUIRE(client.get("127.0.0.1", server.port).value().body == "0");
    ::unsetenv("SSL_CERT_FILE");
}

TEST_CASE("tls: a certificate file that cannot be read is named", "[POST-019]") {
    TlsOptions options;
    options.ca_file = "/nonexistent/ca.pem";
    REQUIRE(TlsContext::client(options).error().detail.starts_with(
        "cannot read certificates from /nonexistent/ca.pem: "));
}

}  // namespace cqhttp::net
