// What the gateway is compared with: an HTTP server as one writes it with Boost.Beast in an
// afternoon. One thread, one coroutine per connection, JSON by nlohmann. It answers
// send_private_msg with a number and does nothing else: no token, no routes, no limits, no
// timeouts, no log. A request to upgrade makes the connection a WebSocket.

#include "bench/beast_websocket.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/signal_set.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http.hpp>
#include <boost/beast/websocket/rfc6455.hpp>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <charconv>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <map>
#include <string>
#include <string_view>
#include <utility>

namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = beast::http;
using asio::ip::tcp;
using nlohmann::json;

constexpr auto as_values = asio::as_tuple(asio::use_awaitable);
constexpr std::string_view action_path = "/send_private_msg";

std::string decode(std::string_view text) {
    std::string plain;
    for (std::size_t i = 0; i < text.size(); ++i) {
        unsigned byte = 0;
        if (text[i] == '%' && i + 2 < text.size()) {
            std::from_chars(text.data() + i + 1, text.data() + i + 3, byte, 16);
            plain += static_cast<char>(byte);
            i += 2;
        } else {
            plain += text[i] == '+' ? ' ' : text[i];
        }
    }
    return plain;
}

std::map<std::string, std::string> parse_query(std::string_view query) {
    std::map<std::string, std::string> values;
    while (!query.empty()) {
        const std::string_view pair = query.substr(0, query.find('&'));
        const std::size_t equals = pair.find('=');
        if (equals != pair.npos) {
            values.emplace(decode(pair.substr(0, equals)), decode(pair.substr(equals + 1)));
        }
        query.remove_prefix(std::min(pair.size() + 1, query.size()));
    }
    return values;
}

struct Call {
    std::int64_t user_id = 0;
    std::string message;
};

Call read_call(const http::request<http::string_body>& request) {
    Call call;
    if (request.method() == http::verb::post) {
        const json body = json::parse(request.body());
        call.user_id = body.at("user_id").get<std::int64_t>();
        call.message = body.at("message").get<std::string>();
        return call;
    }
    const std::string_view target(request.target().data(), request.target().size());
    const auto query =
        parse_query(target.substr(std::min(target.find('?'), target.size() - 1) + 1));
    call.user_id = std::stoll(query.at("user_id"));
    call.message = query.at("message");
    return call;
}

http::response<http::string_body> answer(const http::request<http::string_body>& request) {
    static std::int64_t last_message_id = 0;
    http::response<http::string_body> response(http::status::ok, request.version());
    response.keep_alive(request.keep_alive());
    response.set(http::field::content_type, "application/json; charset=UTF-8");
    try {
        const std::string_view target(request.target().data(), request.target().size());
        const Call call = read_call(request);
        if (!target.starts_with(action_path) || call.user_id <= 0 || call.message.empty()) {
            response.result(http::status::bad_request);
        } else {
            const json reply = {
                {"status", "ok"}, {"retcode", 0}, {"data", {{"message_id", ++last_message_id}}}};
            response.body() = reply.dump();
        }
    } catch (const std::exception&) {  // no JSON, or a parameter is missing
        response.result(http::status::bad_request);
    }
    response.prepare_payload();
    return response;
}

asio::awaitable<void> serve(tcp::socket socket) {
    beast::flat_buffer buffer;
    while (true) {
        http::request<http::string_body> request;
        auto [unread, received] = co_await http::async_read(socket, buffer, request, as_values);
        if (unread) {
            co_return;
        }
        if (beast::websocket::is_upgrade(request)) {
            co_await cqhttp::bench::serve_websocket(std::move(socket), std::move(request));
            co_return;
        }
        const http::response<http::string_body> response = answer(request);
        auto [unsent, sent] = co_await http::async_write(socket, response, as_values);
        if (unsent || !response.keep_alive()) {
            co_return;
        }
    }
}

void report(std::exception_ptr thrown) {
    if (thrown) {
        std::rethrow_exception(thrown);
    }
}

asio::awaitable<void> accept_all(tcp::acceptor acceptor) {
    while (true) {
        auto [error, socket] = co_await acceptor.async_accept(as_values);
        if (!error) {
            asio::co_spawn(acceptor.get_executor(), serve(std::move(socket)), report);
        }
    }
}

}  // namespace

int main(int argc, char** argv) {
    const auto port = static_cast<std::uint16_t>(argc > 1 ? std::atoi(argv[1]) : 0);
    asio::io_context context(1);
    tcp::acceptor acceptor(context, tcp::endpoint(asio::ip::address_v4::loopback(), port));
    std::printf("%u\n", static_cast<unsigned>(acceptor.local_endpoint().port()));
    std::fflush(stdout);

    asio::signal_set signals(context, SIGINT, SIGTERM);
    auto stop = [&context](const boost::system::error_code&, int) { context.stop(); };
    signals.async_wait(stop);
    asio::co_spawn(context, accept_all(std::move(acceptor)), report);
    context.run();
    return 0;
}
