#pragma once

#include "gateway/base/result.hpp"
#include "gateway/base/secret.hpp"
#include "gateway/base/url.hpp"
#include "gateway/net/tls.hpp"
#include "gateway/protocol/params.hpp"

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace cqhttp::net {
struct ClientRequest;
enum class ClientStage : std::uint8_t;
}  // namespace cqhttp::net

namespace cqhttp::cli {

// Where an implementation listens and how it is asked.
struct ApiTarget {
    Url url;  // of the API's root; an action's name is added to its path
    Secret token;
    std::string scheme = "Token";               // word before the token: Token or Bearer
    std::chrono::milliseconds timeout{30'000};  // for the whole call; 0: wait for ever
    net::TlsOptions tls;
};

// How parameters travel over HTTP; a WebSocket has one way only.
enum class Encoding : std::uint8_t { json, form, query };

struct ApiCall {
    std::string action;
    protocol::Params params;
    std::optional<std::string> body;  // sent as it is, instead of the parameters
    Encoding encoding = Encoding::json;
};

struct ApiAnswer {
    unsigned status = 200;
    std::vector<std::pair<std::string, std::string>> headers;
    std::string body;

    // The first header of that name, in any case; empty without one.
    std::string_view header(std::string_view name) const;
};

// Calls actions of one implementation, one after another. Blocks; lives on one thread.
class ApiClient {
public:
    virtual ~ApiClient() = default;
    // The error says what was tried, what went wrong and what to look at. It never holds the token.
    virtual Result<ApiAnswer> call(const ApiCall& call) = 0;
};

// The client for the scheme of the address. The error is the operator's: an address that cannot be
// called, a certificate file that cannot be read.
Result<std::unique_ptr<ApiClient>> make_api_client(const ApiTarget& target);

// The request of one call.
net::ClientRequest make_http_request(const ApiTarget& target, const ApiCall& call);

// What to look at after a failure at that stage; empty where the error says it all.
std::string advice(net::ClientStage stage, bool timed_out);

}  // namespace cqhttp::cli
