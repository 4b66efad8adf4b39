#include "cli/post_server.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/buffer.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>
#include <fmt/format.h>

#include <chrono>
#include <utility>

namespace cqhttp::cli {
namespace {

namespace asio = boost::asio;
using asio::ip::tcp;
using std::chrono_literals::operator""h;

constexpr auto as_values = asio::as_tuple(asio::use_awaitable);

// A backend that closes an idle connection makes its gateway lose an event now and then.
Limits patient_limits() {
    Limits limits;
    limits.http_idle = 24h;
    limits.http_body = 256 * 1024 * 1024;
    return limits;
}

// The body is announced whole and sent half.
std::string half_of(const net::HttpResponse& response) {
    const std::string body =
        response.body.empty() ? std::string(R"({"reply":"cut off"})") : response.body;
    const unsigned status = response.status == 204 ? 200 : response.status;
    return fmt::format(
        "HTTP/1.1 {} {}\r\nContent-Type: application/json\r\nContent-Length: {}\r\n\r\n{}", status,
        net::reason_phrase(status), body.size(), body.substr(0, body.size() / 2));
}

}  // namespace

PostServer::PostServer(asio::io_context& context, const ReceivePostOptions& options, PostDesk& desk,
                       Console& console)
    : context_(context),
      options_(options),
      desk_(desk),
      log_(console),
      server_(context, *this, patient_limits(), Log(log_, "receive-post")),
      timeout_(context) {}

Result<void> PostServer::listen() {
    auto listening = server_.listen(options_.host, options_.port);
    if (listening.has_error()) {
        return failure(listening.error().detail + "; --port 0 takes a free one");
    }
    return listening;
}

std::string PostServer::url() const {
    return fmt::format("http://{}/", server_.address());
}

asio::awaitable<int> PostServer::run() {
    if (options_.timeout.count() > 0) {
        timeout_.expires_after(options_.timeout);
        timeout_.async_wait([this](const boost::system::error_code& error) {
            if (!error) {
                abort();
            }
        });
    }
    co_await server_.run();
    timeout_.cancel();
    co_return exit_code::ok;
}

void PostServer::abort() {
    ending_ = aborted_ = true;
    server_.abort();
    for (asio::steady_timer* timer : waiting_) {
        timer->cancel();
    }
}

// The answer to the request at hand is still written, and so are those that are waited for.
void PostServer::end_after_this() {
    ending_ = true;
    asio::post(context_, [this] {
        if (options_.hang) {
            abort();
        } else {
            server_.stop();
        }
    });
}

std::optional<net::HttpResponse> PostServer::refuse(const net::HttpRequest& head) {
    if (ending_) {
        return net::HttpResponse::empty(503);
    }
    if (head.method == "POST") {
        return {};
    }
    log_.write(LogLevel::warn, "receive-post",
               fmt::format("{} {} is no event POST, answered 405", head.method, head.path));
    net::HttpResponse response = net::HttpResponse::empty(405);
    response.headers.emplace_back("Allow", "POST");
    return response;
}

net::HttpAnswer PostServer::handle(const net::HttpRequest& request) {
    if (ending_) {
        return net::HttpResponse::empty(503);  // its head came before the end
    }
    PostDesk::Answer answer = desk_.take(request);
    if (desk_.broken() || desk_.received() == options_.count) {
        end_after_this();
    }
    net::HttpResponse response;
    response.status = answer.status;
    response.body = std::move(answer.body);
    if (!response.body.empty()) {
        response.content_type = "application/json";
    }
    if (response.status >= 300 && response.status <= 399) {
        response.headers.emplace_back("Location", "/redirected");
    }
    if (options_.truncate && !options_.hang) {
        net::HttpUpgrade upgrade;
        upgrade.serve = [this, bytes = half_of(response)](tcp::socket socket, const std::string&) {
            return answer_half(std::move(socket), bytes);
        };
        return upgrade;
    }
    if (misbehaves()) {
        return answer_late(std::move(response));
    }
    return response;
}

asio::awaitable<void> PostServer::wait(std::chrono::milliseconds time) {
    if (aborted_) {
        co_return;
    }
    asio::steady_timer timer(context_);
    if (options_.hang) {
        timer.expires_at(asio::steady_timer::time_point::max());
    } else {
        timer.expires_after(time);
    }
    waiting_.insert(&timer);
    co_await timer.async_wait(as_values);
    waiting_.erase(&timer);
}

asio::awaitable<net::HttpResponse> PostServer::answer_late(net::HttpResponse response) {
    co_await wait(options_.delay);
    co_return response;
}

asio::awaitable<void> PostServer::answer_half(tcp::socket socket, std::string bytes) {
    co_await wait(options_.delay);
    co_await asio::async_write(socket, asio::buffer(bytes), as_values);
}

}  // namespace cqhttp::cli
