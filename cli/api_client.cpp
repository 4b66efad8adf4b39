#include "cli/api_client.hpp"

#include "gateway/base/text.hpp"
#include "gateway/base/version.hpp"
#include "gateway/net/http_client.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/error.hpp>
#include <boost/asio/io_context.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <exception>

namespace cqhttp::cli {
namespace {

namespace asio = boost::asio;

// Everything an action name may hold goes as it is, because a server need not decode percent signs
// there (HTTP-014); what would end the path, or is not ASCII, is encoded all the same.
std::string encode_segment(std::string_view name) {
    constexpr std::string_view plain = "!$&'()*+,;=:@";
    std::string out;
    for (const char c : name) {
        if (plain.find(c) != std::string_view::npos) {
            out += c;
        } else {
            out += percent_encode(std::string_view(&c, 1));
        }
    }
    return out;
}

std::string encode_pairs(const protocol::Params& params) {
    std::string out;
    for (const protocol::Param& param : params) {
        out += out.empty() ? "" : "&";
        out += percent_encode(param.name);
        out += '=';
        out += percent_encode(param.text);
    }
    return out;
}

// The outcome is left in `outcome`, which the caller keeps alive until the loop has run out of
// work.
asio::awaitable<void> send(net::HttpClient& client, net::ClientRequest request,
                           net::ClientLimits limits,
                           std::optional<Result<net::ClientResponse>>& outcome) {
    auto response = co_await client.send(std::move(request), limits);
    outcome.emplace(std::move(response));
}

class HttpApiClient final : public ApiClient {
public:
    HttpApiClient(ApiTarget target, net::TlsContext tls)
        : target_(std::move(target)),
          tls_(std::move(tls)),
          client_(context_.get_executor(), tls_) {}

    Result<ApiAnswer> call(const ApiCall& call) override {
        std::optional<Result<net::ClientResponse>> outcome;
        std::string thrown;
        const auto done = [&thrown](const std::exception_ptr& error) {
            try {
                if (error) {
                    std::rethrow_exception(error);
                }
            } catch (const std::exception& exception) {
                thrown = exception.what();
            }
        };
        asio::co_spawn(context_, send(client_, make_http_request(target_, call), limits(), outcome),
                       done);
        context_.restart();
        context_.run();
        if (!outcome) {
            return failure("internal error while calling: " + thrown);
        }
        if (outcome->has_error()) {
            return explain(outcome->error());
        }
        net::ClientResponse& response = outcome->value();
        return ApiAnswer{response.status, std::move(response.headers), std::move(response.body)};
    }

private:
    net::ClientLimits limits() const {
        net::ClientLimits limits;
        limits.total = target_.timeout;
        if (target_.timeout.count() > 0) {
            limits.connect = std::min(limits.connect, target_.timeout);
        }
        return limits;
    }

    Error explain(Error error) const {
        const bool timed_out = error.code == asio::error::timed_out;
        const std::string hint = advice(client_.stage(), timed_out);
        error.detail += hint.empty() ? "" : "; " + hint;
        return error;
    }

    ApiTarget target_;
    asio::io_context context_{1};
    net::TlsContext tls_;
    net::HttpClient client_;
};

}  // namespace

std::string_view ApiAnswer::header(std::string_view name) const {
    for (const auto& [key, value] : headers) {
        if (iequals(key, name)) {
            return value;
        }
    }
    return {};
}

std::string advice(net::ClientStage stage, bool timed_out) {
    switch (stage) {
        case net::ClientStage::resolve: return "is the host name in --url right?";
        case net::ClientStage::connect:
            return "is the gateway running there? --url or CQHTTP_URL says where to look";
        case net::ClientStage::tls:
            return "if the certificate is your own, name its issuer with --ca-file; a plain HTTP "
                   "port needs http://";
        case net::ClientStage::send:
        case net::ClientStage::receive:
            return timed_out ? "--timeout SECONDS waits longer"
                             : "does an HTTP API listen on this port? a TLS port needs https://";
    }
    return {};
}

net::ClientRequest make_http_request(const ApiTarget& target, const ApiCall& call) {
    net::ClientRequest request;
    request.url = target.url;
    std::string& path = request.url.target;
    if (path.ends_with('/')) {
        path.pop_back();
    }
    path += "/" + encode_segment(call.action);
    request.headers.emplace_back("User-Agent", fmt::format("cqhttp-cli/{}", product_version));
    request.headers.emplace_back("Accept", "application/json");
    if (!target.token.empty()) {
        request.headers.emplace_back("Authorization",
                                     fmt::format("{} {}", target.scheme, target.token.reveal()));
    }
    switch (call.encoding) {
        case Encoding::query: {
            const std::string query = encode_pairs(call.params);
            path += query.empty() ? "" : "?" + query;
            break;
        }
        case Encoding::form:
            request.method = "POST";
            request.headers.emplace_back("Content-Type", "application/x-www-form-urlencoded");
            request.body = encode_pairs(call.params);
            break;
        case Encoding::json:
            request.method = "POST";
            request.headers.emplace_back("Content-Type", "application/json");
            request.body = call.body ? *call.body : call.params.to_json();
            break;
    }
    return request;
}

Result<std::unique_ptr<ApiClient>> make_api_client(const ApiTarget& target) {
    if (target.url.scheme == Scheme::ws || target.url.scheme == Scheme::wss) {
        return failure(
            "calls over WebSocket are not supported: give the address of the HTTP API, "
            "--url http://HOST:PORT");
    }
    auto tls = net::TlsContext::client(target.tls);
    if (tls.has_error()) {
        return tls.error();
    }
    return std::unique_ptr<ApiClient>(
        std::make_unique<HttpApiClient>(target, std::move(tls.value())));
}

}  // namespace cqhttp::cli
