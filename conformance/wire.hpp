#pragma once

#include "conformance/transcript.hpp"
#include "gateway/base/url.hpp"
#include "gateway/net/tls.hpp"

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/ip/tcp.hpp>

#include <chrono>
#include <memory>
#include <string>

namespace boost::asio::ssl {
class context;
}

namespace cqhttp::conformance {

namespace asio = boost::asio;

// What connections of a case have in common; outlives them.
struct WireContext {
    asio::any_io_executor executor;
    net::TlsContext* tls = nullptr;
    Transcript* transcript = nullptr;
    std::chrono::milliseconds patience{5000};  // for anything that must happen
};

// One TCP or TLS connection that sends exactly the bytes it is told to and keeps the bytes that
// come, all of them in the transcript. No wait is longer than the patience of its context. What
// goes wrong is an ordinary value, since it is for a matcher to say whether it should have.
class Wire {
public:
    // `name` stands in the transcript.
    Wire(WireContext context, std::string name);
    // Takes over a connection that was accepted.
    Wire(WireContext context, std::string name, asio::ip::tcp::socket accepted);
    ~Wire();
    Wire(Wire&&) noexcept;
    Wire& operator=(Wire&&) noexcept;

    asio::awaitable<bool> connect(Url url);
    // The server's part of TLS on a connection that was accepted and not used yet.
    asio::awaitable<bool> secure(asio::ssl::context& identity);
    // The server that the other side asked TLS for; empty if it did not.
    std::string server_name() const;
    // `shown` stands in the transcript instead of the bytes, if it is not empty.
    asio::awaitable<bool> send(std::string bytes, std::string shown = {});
    // Waits for at least one more byte in buffer(). False: the connection has ended, or none came.
    asio::awaitable<bool> fill();
    // The same without a bound, for the server's side of a connection that may be idle.
    asio::awaitable<bool> idle();
    // Waits for the end of the connection; what comes before it is added to buffer().
    asio::awaitable<bool> ended();

    std::string& buffer() noexcept;
    // Why the last operation returned false: "connection closed", "nothing came within 5 s".
    const std::string& trouble() const noexcept;
    // Whether that was for want of time and not because the connection ended.
    bool timed_out() const noexcept;
    bool open() const noexcept;
    // Open, with nothing to read that has not been read: neither bytes nor the end.
    bool quiet() const;

    void half_close();
    void close();
    // Ends the connection with a TCP reset.
    void reset();

    // Whether bytes that come are put into the transcript as they are (the default); otherwise the
    // reader of a protocol does that in a form that people can read.
    void show_bytes(bool show) noexcept;
    const std::string& name() const noexcept;
    const WireContext& context() const noexcept;

private:
    struct Impl;
    std::unique_ptr<Impl> impl_;
};

// "5 s", "250 ms"
std::string to_text(std::chrono::milliseconds time);

}  // namespace cqhttp::conformance
