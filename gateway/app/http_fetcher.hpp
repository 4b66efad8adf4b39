#pragma once

#include "gateway/account/fetcher.hpp"
#include "gateway/base/limits.hpp"
#include "gateway/net/http_client.hpp"
#include "gateway/net/tls.hpp"

#include <boost/asio/any_io_executor.hpp>

#include <set>

namespace cqhttp::app {

// Downloads over HTTP and HTTPS for enhanced CQ codes. One connection per download; redirects are
// not followed. Lives on the account's loop.
class HttpFetcher final : public account::Fetcher {
public:
    HttpFetcher(boost::asio::any_io_executor executor, net::TlsContext tls, const Limits& limits);

    boost::asio::awaitable<Result<std::string>> fetch(account::FetchRequest request) override;

    // Ends the downloads under way; each returns an error soon after.
    void stop();

private:
    boost::asio::any_io_executor executor_;
    net::TlsContext tls_;
    const Limits& limits_;
    std::set<net::HttpClient*> under_way_;
};

}  // namespace cqhttp::app
