#include "bench/beast_websocket.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/buffer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/beast/core/buffers_to_string.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/websocket.hpp>
#include <nlohmann/json.hpp>

#include <cstdint>
#include <ctime>
#include <deque>
#include <memory>
#include <set>
#include <string>
#include <utility>

namespace cqhttp::bench {
namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace websocket = beast::websocket;
using nlohmann::json;

constexpr auto as_values = asio::as_tuple(asio::use_awaitable);

using Stream = websocket::stream<asio::ip::tcp::socket>;
using Text = std::shared_ptr<const std::string>;

// One who listens. Texts wait in its queue while one is written.
class Subscriber : public std::enable_shared_from_this<Subscriber> {
public:
    explicit Subscriber(Stream& stream) : stream_(stream) {}

    void push(Text text) {
        queue_.push_back(std::move(text));
        if (queue_.size() == 1) {
            write();
        }
    }

private:
    void write() {
        auto written = [self = shared_from_this()](const beast::error_code& error, std::size_t) {
            self->queue_.pop_front();
            if (!error && !self->queue_.empty()) {
                self->write();
            }
        };
        stream_.async_write(asio::buffer(*queue_.front()), std::move(written));
    }

    Stream& stream_;
    std::deque<Text> queue_;
};

std::set<std::shared_ptr<Subscriber>>& subscribers() {
    static std::set<std::shared_ptr<Subscriber>> all;
    return all;
}

std::int64_t next_message_id() {
    static std::int64_t last = 0;
    return ++last;
}

json publish(json event) {
    event["time"] = std::time(nullptr);
    event["self_id"] = 10086001;
    event["sub_type"] = "friend";
    event["message_id"] = next_message_id();
    event["raw_message"] = event["message"];
    event["font"] = 0;
    const auto text = std::make_shared<const std::string>(event.dump());
    for (const auto& subscriber : subscribers()) {
        subscriber->push(text);
    }
    return event;
}

json answer(const std::string& frame) {
    const json request = json::parse(frame);
    const std::string action = request.at("action");
    const json& params = request.at("params");
    json reply = {{"status", "ok"}, {"retcode", 0}, {"data", nullptr}};
    if (action == "send_private_msg" && params.at("user_id").get<std::int64_t>() > 0 &&
        !params.at("message").get<std::string>().empty()) {
        reply["data"] = {{"message_id", next_message_id()}};
    } else if (action == "get_login_info") {
        reply["data"] = {{"user_id", 10086001}, {"nickname", "baseline"}};
    } else if (action == ".sandbox_inject") {
        reply["data"] = publish(params.at("event"));
    } else {
        reply["retcode"] = 1404;
    }
    if (request.contains("echo")) {
        reply["echo"] = request["echo"];
    }
    return reply;
}

asio::awaitable<void> answer_calls(Stream& stream) {
    beast::flat_buffer buffer;
    while (true) {
        auto [unread, size] = co_await stream.async_read(buffer, as_values);
        if (unread) {
            co_return;
        }
        const std::string text = answer(beast::buffers_to_string(buffer.data())).dump();
        buffer.consume(size);
        auto [unsent, sent] = co_await stream.async_write(asio::buffer(text), as_values);
        if (unsent) {
            co_return;
        }
    }
}

asio::awaitable<void> listen(Stream& stream) {
    const auto self = std::make_shared<Subscriber>(stream);
    subscribers().insert(self);
    beast::flat_buffer buffer;
    while (true) {
        auto [unread, size] = co_await stream.async_read(buffer, as_values);
        if (unread) {
            break;
        }
        buffer.consume(size);
    }
    subscribers().erase(self);
}

}  // namespace

asio::awaitable<void> serve_websocket(asio::ip::tcp::socket socket, UpgradeRequest request) {
    Stream stream(std::move(socket));
    stream.text(true);
    auto [refused] = co_await stream.async_accept(request, as_values);
    if (refused) {
        co_return;
    }
    if (request.target().starts_with("/event")) {
        co_await listen(stream);
    } else {
        co_await answer_calls(stream);
    }
}

}  // namespace cqhttp::bench
