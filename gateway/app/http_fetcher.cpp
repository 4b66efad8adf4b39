#include "gateway/app/http_fetcher.hpp"

#include "gateway/base/url.hpp"
#include "gateway/base/version.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace cqhttp::app {
namespace {

// Keeps a client in the set for as long as its download runs.
class Entry {
public:
    Entry(std::set<net::HttpClient*>& set, net::HttpClient& client) : set_(set), client_(client) {
        set_.insert(&client_);
    }
    ~Entry() { set_.erase(&client_); }
    Entry(const Entry&) = delete;
    Entry& operator=(const Entry&) = delete;

private:
    std::set<net::HttpClient*>& set_;
    net::HttpClient& client_;
};

}  // namespace

HttpFetcher::HttpFetcher(boost::asio::any_io_executor executor, net::TlsContext tls,
                         const Limits& limits)
    : executor_(std::move(executor)), tls_(std::move(tls)), limits_(limits) {}

boost::asio::awaitable<Result<std::string>> HttpFetcher::fetch(account::FetchRequest request) {
    const auto url = parse_url(request.url);
    if (!url) {
        co_return url.error();
    }
    net::ClientLimits bounds;
    bounds.connect = limits_.connect;
    bounds.total = limits_.download;
    if (request.timeout.count() > 0) {
        bounds.total = std::min(bounds.total, request.timeout);
    }
    bounds.body = request.max_bytes == 0 ? limits_.media : request.max_bytes;
    net::ClientRequest get;
    get.url = *url;
    get.headers.emplace_back("User-Agent", fmt::format("cqhttp-gateway/{}", product_version));
    get.headers.emplace_back("Accept", "*/*");

    net::HttpClient client(executor_, tls_);
    const Entry entry(under_way_, client);
    auto answer = co_await client.send(std::move(get), bounds);
    if (!answer) {
        co_return answer.error();
    }
    if (answer->status < 200 || answer->status > 299) {
        co_return failure(fmt::format("{} answered {}", url->printable(), answer->status));
    }
    if (answer->body.empty()) {
        co_return failure(fmt::format("{} answered without a body", url->printable()));
    }
    co_return std::move(answer->body);
}

void HttpFetcher::stop() {
    for (net::HttpClient* client : under_way_) {
        client->stop();
    }
}

}  // namespace cqhttp::app
