#include "gateway/transport/http_api.hpp"

#include "gateway/base/text.hpp"
#include "gateway/protocol/action_reply.hpp"
#include "gateway/protocol/form_params.hpp"
#include "gateway/transport/access.hpp"
#include "gateway/transport/data_files.hpp"

#include <algorithm>
#include <array>
#include <string>
#include <utility>

namespace cqhttp::transport {
namespace {

constexpr std::string_view json_type = "application/json; charset=UTF-8";

// So much memory of one answer is kept for the next.
constexpr std::size_t kept_body = 256 * 1024;

// What no name of an action holds: slashes and white space.
constexpr std::array<bool, 256> ends_name = [] {
    std::array<bool, 256> table{};
    for (const char byte : std::string_view("/ \t\n\v\f\r")) {
        table[static_cast<unsigned char>(byte)] = true;
    }
    return table;
}();

// The media type of a Content-Type value, without parameters (HTTP-036, HTTP-037).
std::string_view media_type(std::string_view value) noexcept {
    return trim(value.substr(0, value.find(';')));
}

// "/x" and "/x/" are "x".
std::string_view without_slashes(std::string_view path) noexcept {
    path.remove_prefix(path.starts_with('/') ? 1 : 0);
    path.remove_suffix(path.ends_with('/') ? 1 : 0);
    return path;
}

net::HttpResponse method_not_allowed(std::string_view allowed) {
    net::HttpResponse response = net::HttpResponse::empty(405);
    response.headers.emplace_back("Allow", allowed);
    return response;
}

}  // namespace

std::optional<std::string_view> action_of(std::string_view path) noexcept {
    if (!path.starts_with('/')) {
        return std::nullopt;
    }
    path = without_slashes(path);
    if (path.empty()) {
        return std::nullopt;
    }
    const bool one_name = std::none_of(path.begin(), path.end(), [](char byte) {
        return ends_name[static_cast<unsigned char>(byte)];
    });
    return one_name ? std::optional(path) : std::nullopt;
}

HttpApi::HttpApi(action::Calls& calls, HttpApiOptions options, const protocol::Profile& profile,
                 Log log)
    : calls_(calls), options_(std::move(options)), profile_(profile), log_(std::move(log)) {}

std::optional<net::HttpResponse> HttpApi::refuse(const net::HttpRequest& head) {
    const bool get = head.method == "GET";
    const bool data = get && profile_.data_files && is_data_path(head.path);
    if (data && !options_.serve_data_files) {
        return net::HttpResponse::empty(404);  // DATA-003: before any other check
    }
    if (!data && (!action_of(head.path) || head.path == "/data/")) {
        return net::HttpResponse::empty(404);  // AUTH-023, DATA-013
    }
    if (profile_.cors && options_.enable_cors && head.method == "OPTIONS") {
        return std::nullopt;  // AUTH-052
    }
    if (!get && head.method != "POST") {
        return method_not_allowed("GET, POST");  // HTTP-017, HTTP-018
    }
    auto refused = refuse_access(options_.access_token, head, profile_);
    if (refused) {
        refusals_.tell(log_, head, refused->status);
    }
    return refused;
}

net::HttpAnswer HttpApi::handle(const net::HttpRequest& request) {
    if (request.method == "OPTIONS") {
        net::HttpResponse response = net::HttpResponse::empty(200);  // CORS-002
        response.headers = {{"Access-Control-Allow-Origin", "*"},
                            {"Access-Control-Allow-Methods", "*"},
                            {"Access-Control-Allow-Headers", "*"}};
        return response;
    }
    if (request.method == "GET" && profile_.data_files && is_data_path(request.path)) {
        if (leads_upwards(request.path)) {
            return net::HttpResponse::empty(403);
        }
        return serve_data_file(options_.data_directory, request.path);
    }
    call_.params = {};
    if (const auto status = read_params(request, call_.params)) {
        return net::HttpResponse::empty(*status);
    }
    call_.action = without_slashes(request.path);  // refuse() has seen that it is one name
    call_.caller.loopback = request.loopback;
    account::Answer answer = calls_.call(std::move(call_));
    call_.params = {};  // where nobody has taken them
    if (!answer.ready()) {
        return respond_later(answer.later());
    }
    // The usual answer is written where the connection finds it, in memory that is kept.
    net::HttpAnswer written;
    if (body_.capacity() > kept_body) {
        body_ = std::string();  // not {}, which would keep the memory
    }
    body_.clear();
    auto& response = std::get<net::HttpResponse>(written);
    respond(answer.take(), body_, response);
    response.lent_body = body_;
    return written;
}

std::optional<unsigned> HttpApi::read_params(const net::HttpRequest& request,
                                             protocol::Params& params) {
    // The query comes first: on equal names it wins (HTTP-042, HTTP-043).
    protocol::add_form_params(params, request.query);
    if (request.method != "POST") {
        return std::nullopt;  // HTTP-031
    }
    const auto content_type = request.header("Content-Type");
    if (!content_type) {
        return std::nullopt;  // HTTP-034
    }
    const std::string_view type = media_type(*content_type);
    if (iequals(type, "application/x-www-form-urlencoded")) {
        protocol::add_form_params(params, request.body);
        return std::nullopt;
    }
    if (!iequals(type, "application/json")) {
        return 406;
    }
    if (!parser_.add_json_params(params, request.body)) {
        return 400;
    }
    return std::nullopt;
}

void HttpApi::respond(const protocol::ActionReply& reply, std::string& body,
                      net::HttpResponse& response) const {
    if (reply.retcode == protocol::retcode::unknown_action) {
        response.status = 404;  // HTTP-019
        return;
    }
    response.content_type = json_type;
    protocol::append_reply(body, reply);
    if (profile_.cors && options_.enable_cors) {
        response.headers.emplace_back("Access-Control-Allow-Origin", "*");
    }
}

asio::awaitable<net::HttpResponse> HttpApi::respond_later(
    asio::awaitable<protocol::ActionReply> pending) const {
    const protocol::ActionReply reply = co_await std::move(pending);
    net::HttpResponse response;
    respond(reply, response.body, response);
    co_return response;
}

}  // namespace cqhttp::transport
