#pragma once

#include "gateway/action/calls.hpp"
#include "gateway/base/log.hpp"
#include "gateway/base/secret.hpp"
#include "gateway/net/http_server.hpp"
#include "gateway/protocol/action_request.hpp"
#include "gateway/protocol/profile.hpp"
#include "gateway/transport/access.hpp"

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>

namespace cqhttp::transport {

namespace asio = boost::asio;

struct HttpApiOptions {
    Secret access_token;
    bool serve_data_files = false;
    bool enable_cors = false;
    std::filesystem::path data_directory;  // <root>/data
};

// The HTTP API: requests become calls, replies become answers (chapter 01). It decides in the order
// of HTTP-020: route, authorization, content type, body, action. Lives on one event loop, as do its
// connections.
class HttpApi final : public net::HttpHandler {
public:
    HttpApi(action::Calls& calls, HttpApiOptions options, const protocol::Profile& profile,
            Log log);

    std::optional<net::HttpResponse> refuse(const net::HttpRequest& head) override;
    net::HttpAnswer handle(const net::HttpRequest& request) override;

private:
    // Fills `params`; a status where the content type or the body is not to be had.
    std::optional<unsigned> read_params(const net::HttpRequest& request, protocol::Params& params);
    // The head of the answer goes to `response`, its text behind `body`.
    void respond(const protocol::ActionReply& reply, std::string& body,
                 net::HttpResponse& response) const;
    asio::awaitable<net::HttpResponse> respond_later(
        asio::awaitable<protocol::ActionReply> pending) const;

    action::Calls& calls_;
    HttpApiOptions options_;
    const protocol::Profile& profile_;
    Log log_;
    RefusalLog refusals_;
    protocol::RequestParser parser_;
    // Of the call under way, for the memory they have.
    protocol::ActionRequest call_;
    std::string body_;
};

// The action a raw path names: "/x" and "/x/" are "x"; nothing where the path has another shape
// (HTTP-010 ... HTTP-012).
std::optional<std::string_view> action_of(std::string_view path) noexcept;

}  // namespace cqhttp::transport
