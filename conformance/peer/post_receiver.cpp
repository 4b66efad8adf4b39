#include "conformance/peer/post_receiver.hpp"

#include "conformance/quiet_log.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <fmt/format.h>

#include <charconv>
#include <utility>

namespace cqhttp::conformance {
namespace {

constexpr auto as_result = asio::as_tuple(asio::use_awaitable);
constexpr std::size_t longest_body = 64 * 1024 * 1024;

std::size_t length_of(const Headers& headers) {
    const std::string text = find_header(headers, "Content-Length").value_or("0");
    std::size_t value = 0;
    std::from_chars(text.data(), text.data() + text.size(), value);
    return value;
}

std::string answer_text(int status, const std::string& body, const std::string& type) {
    std::string text = fmt::format("HTTP/1.1 {} {}\r\n", status, status < 300 ? "OK" : "Not OK");
    if (!body.empty()) {
        text += fmt::format("Content-Type: {}\r\n", type);
    }
    if (status != 204) {
        text += fmt::format("Content-Length: {}\r\n", body.size());
    }
    return text + "\r\n" + body;
}

}  // namespace

struct Posted::State {
    explicit State(const asio::any_io_executor& executor) : answered(executor) {
        answered.expires_at(asio::steady_timer::time_point::max());
    }

    std::string request_line;
    Headers headers;
    std::string body;
    int connection = 0;
    std::string bytes;  // of the answer
    bool close = false;
    asio::steady_timer answered;  // cancelled when there is one

    void answer(std::string with, bool then_close) {
        if (bytes.empty() && !close) {
            bytes = std::move(with);
            close = then_close;
            answered.cancel();
        }
    }
};

Posted::Posted(std::shared_ptr<State> state)
    : state_(std::move(state)), unanswered_(state_.get(), [kept = state_](void*) {
          kept->answer(answer_text(204, {}, {}), false);
      }) {}

const std::string& Posted::request_line() const noexcept {
    return state_->request_line;
}
const Headers& Posted::headers() const noexcept {
    return state_->headers;
}
const std::string& Posted::body() const noexcept {
    return state_->body;
}
std::optional<std::string> Posted::header(std::string_view name) const {
    return find_header(state_->headers, name);
}
Json Posted::json() const {
    auto value = parse_json(state_->body);
    return value ? std::move(*value) : Json(Json::value_t::discarded);
}
int Posted::connection() const noexcept {
    return state_->connection;
}

void Posted::answer(int status, std::string body, std::string content_type) {
    answer_bytes(answer_text(status, body, content_type));
}

void Posted::answer_bytes(std::string bytes, bool close) {
    state_->answer(std::move(bytes), close);
}

PostReceiver::PostReceiver(asio::io_context& context, WireContext wires)
    : context_(context),
      wires_(std::move(wires)),
      connections_(context.get_executor(), quiet_log("post receiver")),
      posts_(context.get_executor()),
      failures_(context.get_executor()) {}

PostReceiver::~PostReceiver() = default;

Result<void> PostReceiver::listen(const std::string& host, std::uint16_t port,
                                  TlsIdentity* identity) {
    identity_ = identity;
    auto acceptor = net::listen_on(context_, host, port);
    if (acceptor.has_error()) {
        return acceptor.error();
    }
    acceptor_.emplace(std::move(acceptor.value()));
    boost::system::error_code ignored;
    port_ = acceptor_->local_endpoint(ignored).port();
    return {};
}

asio::awaitable<void> PostReceiver::run() {
    for (int number = 1; acceptor_->is_open(); ++number) {
        auto [error, socket] = co_await acceptor_->async_accept(as_result);
        if (error) {
            break;
        }
        connections_.spawn("post", serve(asio::ip::tcp::socket(std::move(socket)), number));
    }
    co_await connections_.join();
}

void PostReceiver::stop() {
    boost::system::error_code ignored;
    if (acceptor_) {
        acceptor_->close(ignored);
    }
    answer_all(true);
    for (Wire* wire : open_) {
        wire->close();
    }
}

asio::awaitable<std::optional<Posted>> PostReceiver::next() {
    return posts_.next(wires_.patience);
}

void PostReceiver::answer_all(bool on) {
    answer_all_ = on;
    for (Posted& posted : posts_.items()) {
        posted.answer(204);
    }
    posts_.clear();
}

asio::awaitable<void> PostReceiver::serve(asio::ip::tcp::socket socket, int number) {
    Wire wire(wires_, fmt::format("post {}", number), std::move(socket));
    open_.insert(&wire);
    bool secure = true;
    if (identity_ != nullptr) {
        secure = co_await wire.secure(identity_->context());
    }
    if (!secure) {
        failures_.push(wire.trouble());
    }
    while (secure) {
        if (wire.buffer().empty()) {
            const bool more = co_await wire.idle();
            if (!more) {
                break;
            }
        }
        const auto head = co_await read_head(wire);
        if (!head) {
            break;
        }
        const auto state = std::make_shared<Posted::State>(context_.get_executor());
        state->connection = number;
        state->request_line = head->substr(0, head->find("\r\n"));
        state->headers = parse_headers(*head);
        const std::size_t size = length_of(state->headers);
        bool whole = size <= longest_body;
        while (whole && wire.buffer().size() < size) {
            whole = co_await wire.fill();
        }
        if (!whole) {
            break;
        }
        state->body = wire.buffer().substr(0, size);
        wire.buffer().erase(0, size);
        Posted posted(state);
        if (answer_all_) {
            posted.answer(204);
        }
        posts_.push(std::move(posted));
        if (state->bytes.empty() && !state->close) {
            co_await state->answered.async_wait(as_result);
        }
        if (!state->bytes.empty()) {
            co_await wire.send(state->bytes);
        }
        if (state->close) {
            break;
        }
    }
    open_.erase(&wire);
}

}  // namespace cqhttp::conformance
