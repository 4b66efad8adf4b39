#pragma once

#include "gateway/base/log.hpp"
#include "gateway/base/result.hpp"
#include "gateway/base/url.hpp"
#include "gateway/event/reporter.hpp"
#include "gateway/net/http_client.hpp"
#include "gateway/protocol/profile.hpp"
#include "gateway/protocol/signature.hpp"

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>

namespace cqhttp::transport {

namespace asio = boost::asio;

struct HttpPostOptions {
    Url url;                                   // http or https
    std::shared_ptr<protocol::Signer> signer;  // null: no signature (SIG-002)
    std::int64_t self_id = 0;
    std::chrono::milliseconds connect{10'000};
    std::chrono::milliseconds timeout{
        0};  // of one event, from connecting to the last byte; 0: none
};

// Posts the events of one account to one address (chapter 04), over a connection that is kept. One
// attempt per event (POST-013): what fails is said in the log and not repeated. Failures of one
// kind in a row are said at the first and at every tenth. Called by the pipeline, one event at a
// time, on the account's loop.
class HttpPost final : public event::Reporter {
public:
    HttpPost(asio::any_io_executor executor, net::TlsContext& tls, HttpPostOptions options,
             const protocol::Profile& profile, Log log);

    asio::awaitable<std::optional<std::string>> report(SharedText text,
                                                       std::chrono::milliseconds at_most) override;

    // Without the query: for logs.
    std::string printable_url() const { return options_.url.printable(); }

    // Fails the POST under way, and every later one. Idempotent.
    void stop() { client_.stop(); }

private:
    using Clock = std::chrono::steady_clock;

    net::WrittenRequest write_post(const SharedText& text);
    asio::awaitable<std::optional<std::string>> follow(Result<net::ClientResponse> answer,
                                                       SharedText text, net::ClientLimits limits,
                                                       Clock::time_point begin);
    net::ClientRequest request_to(const Url& url, bool with_body, const SharedText& text);
    void note_success(const net::ClientResponse& answer, const Url& url, const SharedText& text);
    std::optional<Url> redirected(const Url& from, const net::ClientResponse& answer) const;
    void note_failure(const Url& url, std::string what);

    HttpPostOptions options_;
    const protocol::Profile& profile_;
    net::HttpClient client_;
    std::string self_id_, user_agent_;
    Result<std::string> head_start_;  // what the head of every POST to the address begins with
    std::string head_;                // of the POST under way
    Log log_;
    std::string last_failure_;
    std::uint64_t failures_ = 0;       // in a row, of any kind
    std::uint64_t same_failures_ = 0;  // in a row, like the last one
};

// Where an answer's Location leads from the address that gave it; nothing where that is no http or
// https address, or leads out of TLS.
std::optional<Url> follow_location(const Url& from, std::string_view location);

}  // namespace cqhttp::transport
