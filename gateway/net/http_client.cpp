#include "gateway/net/http_client.hpp"

#include "gateway/base/ensure.hpp"
#include "gateway/base/text.hpp"
#include "gateway/net/client_stream.hpp"
#include "gateway/net/interruption.hpp"
#include "gateway/net/polled_socket.hpp"
#include "gateway/net/request_head.hpp"
#include "gateway/net/usual_answer.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/buffer.hpp>
#include <boost/asio/deferred.hpp>
#include <boost/asio/error.hpp>
#include <boost/asio/ssl/error.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http/error.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/read.hpp>
#include <boost/beast/http/string_body.hpp>
#include <boost/system/system_error.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <limits>
#include <optional>
#include <tuple>

namespace cqhttp::net {
namespace {

namespace http = boost::beast::http;
using boost::system::error_code;
using Clock = std::chrono::steady_clock;
using ResponseParser = http::response_parser<http::string_body>;

constexpr auto as_result = asio::as_tuple(asio::use_awaitable);
constexpr auto as_values = asio::as_tuple(asio::deferred);  // without a frame for the wait
constexpr std::size_t largest_usual_answer = 2048;

std::string in_words(std::chrono::milliseconds time) {
    return time.count() % 1000 == 0 ? fmt::format("{} s", time.count() / 1000)
                                    : fmt::format("{} ms", time.count());
}

// Sending it twice does no harm (RFC 9110 section 9.2.2). Others are sent again only if no byte of
// them can have been read.
bool may_be_repeated(std::string_view method) {
    return method == "GET" || method == "HEAD" || method == "OPTIONS";
}

bool same_origin(const Url& a, const Url& b) {
    return a.tls() == b.tls() && a.port == b.port && a.host == b.host;
}

std::string receive_cause(const error_code& error, const ClientLimits& limits) {
    if (error == http::error::end_of_stream) {
        return "connection closed before an answer came";
    }
    if (error == http::error::partial_message || error == asio::ssl::error::stream_truncated) {
        return "connection closed in the middle of the answer";
    }
    if (error == http::error::header_limit) {
        return fmt::format("the head of the answer is longer than {} bytes", limits.head);
    }
    if (error == http::error::body_limit) {
        return fmt::format("the answer is longer than {} bytes", limits.body);
    }
    if (error.category() == http::make_error_code(http::error::bad_version).category()) {
        return "the answer is not HTTP: " + error.message();
    }
    return error.message();
}

// A socket as Beast reads from one that has no wait: where nothing is there, that is the error.
class NowReadable {
public:
    // `known` is what reading has failed with before.
    NowReadable(PolledSocket& socket, const error_code& known) : socket_(socket), known_(known) {}

    template <class Buffers>
    std::size_t read_some(const Buffers& buffers, error_code& error) {
        error = known_;
        const asio::mutable_buffer room = *asio::buffer_sequence_begin(buffers);
        return error ? 0 : socket_.read_some({static_cast<char*>(room.data()), room.size()}, error);
    }
    template <class Buffers>
    std::size_t read_some(const Buffers& buffers) {
        error_code error;
        const std::size_t size = read_some(buffers, error);
        if (error) {
            throw boost::system::system_error(error);
        }
        return size;
    }

private:
    PolledSocket& socket_;
    error_code known_;
};

ClientResponse take_response(ResponseParser& parser) {
    auto& message = parser.get();
    ClientResponse response;
    response.status = message.result_int();
    for (const auto& field : message) {
        response.headers.emplace_back(field.name_string(), field.value());
    }
    response.body = std::move(message.body());
    return response;
}

}  // namespace

std::string ClientResponse::header(std::string_view name) const {
    const auto found = std::find_if(headers.begin(), headers.end(),
                                    [name](const auto& each) { return iequals(each.first, name); });
    return found == headers.end() ? std::string() : found->second;
}

class HttpClient::Impl {
public:
    Impl(asio::any_io_executor client_executor, TlsContext& tls_context)
        : executor(std::move(client_executor)), tls(&tls_context), interruption(executor) {}

    asio::awaitable<Result<ClientResponse>> send(ClientRequest request, ClientLimits limits) {
        stage = ClientStage::resolve;
        const auto head = whole_head(request);
        if (!head) {
            co_return head.error();
        }
        const WrittenRequest written{request.url, request.method, *head, request.body, true};
        auto answer = co_await send(written, limits);
        interruption.reset();
        co_return answer;
    }

    asio::awaitable<Result<ClientResponse>> send(WrittenRequest request, ClientLimits limits) {
        ensure(!busy, "a client sends one request at a time");
        const Sending sending(*this, limits);
        if (interruption.cause() != Interruption::Cause::none) {
            co_return interrupted(request.url, limits.total);
        }
        const bool kept = keeps(request.url, limits);
        if (!kept) {
            auto connected = co_await connect(request.url, limits);
            if (!connected) {
                co_return connected.error();
            }
        }
        begin_exchange();
        if (plain && !request.headers) {
            // Here, so that it has no frame of its own. exchange() goes on with what is not usual.
            const auto watch = interruption.watch(*plain);
            write_now(request);
            while (expects_usual_answer(request)) {
                co_await plain->async_wait(PolledSocket::Wait::read, as_values);
                if (auto answer = take_usual_answer(limits)) {
                    co_return std::move(*answer);
                }
            }
        }
        auto answer = co_await exchange(request, limits);
        if (!answer && kept && may_try_again(request)) {
            auto connected = co_await connect(request.url, limits);
            if (!connected) {
                co_return connected.error();
            }
            begin_exchange();
            answer = co_await exchange(request, limits);
        }
        co_return answer;
    }

    void stop() {
        interruption.stop();
        if (!busy) {
            drop();
        }
    }

    ClientStage stage = ClientStage::resolve;

private:
    // Marks the client as busy and starts the clock; undone however send() ends.
    class Sending {
    public:
        Sending(Impl& client, const ClientLimits& limits) : client_(client) {
            client_.busy = true;
            client_.stage = ClientStage::resolve;
            client_.interruption.rest();
            client_.end =
                limits.total.count() > 0 ? Clock::now() + limits.total : Clock::time_point::max();
            client_.reusable = false;
        }
        ~Sending() {
            client_.interruption.rest();
            if (client_.reusable) {
                client_.kept_since = Clock::now();
            } else {
                client_.drop();
            }
            client_.busy = false;
        }
        Sending(const Sending&) = delete;
        Sending& operator=(const Sending&) = delete;

    private:
        Impl& client_;
    };

    bool is_connected() const noexcept { return plain || secure; }
    bool is_quiet() { return plain ? plain->is_quiet() : secure->is_quiet(); }

    void drop() noexcept {
        plain.reset();
        secure.reset();
    }

    bool keeps(const Url& url, const ClientLimits& limits) {
        if (is_connected() && (!same_origin(origin, url) ||
                               Clock::now() - kept_since > limits.reuse || !is_quiet())) {
            drop();
        }
        return is_connected() && interruption.cause() == Interruption::Cause::none;
    }

    asio::awaitable<Result<void>> connect(const Url& url, const ClientLimits& limits) {
        drop();
        const auto connect_end = Clock::now() + limits.connect;
        interruption.set_deadline(std::min(connect_end, end));
        const ClientConnecting connecting{url, *tls, interruption, stage};
        auto connected = co_await connect_to(executor, connecting);
        if (interruption.cause() != Interruption::Cause::none) {
            const auto limit = connect_end < end ? limits.connect : limits.total;
            co_return interrupted(url, limit);
        }
        if (!connected) {
            co_return connected.error();
        }
        if (connected->plain) {
            plain.emplace(std::move(*connected->plain));
        } else {
            secure = std::move(*connected);
        }
        origin = url;
        co_return Result<void>();
    }

    void begin_exchange() {
        interruption.set_deadline(end);
        stage = ClientStage::send;
        buffer.clear();
        sent = 0;
        received = unusual = false;
        write_error.clear();
        read_error.clear();
    }

    static std::size_t size_of(const WrittenRequest& request) noexcept {
        return request.head.size() + request.body.size();
    }

    // As much of the rest of the request as the socket takes.
    void write_now(const WrittenRequest& request) {
        const std::size_t of_head = std::min(sent, request.head.size());
        error_code error;
        sent += plain->write_some(request.head.substr(of_head), request.body.substr(sent - of_head),
                                  error);
        if (error != asio::error::would_block) {
            write_error = error;
        }
    }

    bool expects_usual_answer(const WrittenRequest& request) {
        const bool expects = sent == size_of(request) && !write_error && !read_error && !unusual &&
                             buffer.size() < largest_usual_answer;
        if (expects) {
            stage = ClientStage::receive;
        }
        return expects;
    }

    // The answer, once all of it is there and nothing but it.
    std::optional<ClientResponse> take_usual_answer(const ClientLimits& limits) {
        const asio::mutable_buffer room = buffer.prepare(largest_usual_answer - buffer.size());
        error_code error;
        const std::size_t size =
            plain->read_some({static_cast<char*>(room.data()), room.size()}, error);
        buffer.commit(size);
        received = received || size > 0;
        if (error) {
            if (error != asio::error::would_block) {
                read_error = error;
            }
            return std::nullopt;
        }
        const auto data = buffer.cdata();
        const std::string_view text(static_cast<const char*>(data.data()), data.size());
        const auto answer = read_usual_answer(text);
        if (!answer || answer->head_size > limits.head || answer->body_size > limits.body ||
            text.size() - answer->head_size > answer->body_size) {
            unusual = true;
            return std::nullopt;
        }
        if (text.size() - answer->head_size < answer->body_size) {
            return std::nullopt;
        }
        reusable = true;
        return ClientResponse{answer->status, {}, std::string(text.substr(answer->head_size))};
    }

    // From where the exchange is: a part of the request may have been sent and some of the answer
    // read.
    asio::awaitable<Result<ClientResponse>> exchange(const WrittenRequest& request,
                                                     const ClientLimits& limits) {
        const auto watch =
            plain ? interruption.watch(*plain) : interruption.watch(secure->socket());
        if (plain) {
            co_await write_plain(request);
        } else {
            co_await write_secure(request);
        }
        if (interruption.cause() != Interruption::Cause::none) {
            co_return interrupted(request.url, limits.total);
        }
        // A server may answer and close before it has read everything: the answer says why.
        if (!write_error) {
            stage = ClientStage::receive;
        }
        std::optional<ResponseParser> parser;
        error_code error;
        do {
            begin_answer(parser, request, limits);
            if (plain) {
                error = co_await read_plain(*parser);
            } else {
                error = co_await read_secure(*parser);
            }
            received = received || parser->got_some() || buffer.size() > 0;
        } while (!error && is_interim(*parser));
        if (interruption.cause() != Interruption::Cause::none) {
            co_return interrupted(request.url, limits.total);
        }
        if (error) {
            const std::string cause =
                write_error ? write_error.message() : receive_cause(error, limits);
            co_return Error{write_error ? write_error : error,
                            fmt::format("{}: {}", request.url.printable(), cause)};
        }
        stage = ClientStage::receive;
        reusable = !write_error && parser->keep_alive() && buffer.size() == 0 &&
                   parser->get().result_int() >= 200;
        co_return take_response(*parser);
    }

    asio::awaitable<void> write_plain(const WrittenRequest& request) {
        while (sent < size_of(request) && !write_error &&
               interruption.cause() == Interruption::Cause::none) {
            write_now(request);
            if (sent < size_of(request) && !write_error) {
                co_await plain->async_wait(PolledSocket::Wait::write, as_values);
            }
        }
    }

    asio::awaitable<void> write_secure(const WrittenRequest& request) {
        const std::array<asio::const_buffer, 2> parts{asio::buffer(request.head),
                                                      asio::buffer(request.body)};
        std::tie(write_error, sent) = co_await asio::async_write(*secure->secure, parts, as_result);
    }

    asio::awaitable<error_code> read_plain(ResponseParser& parser) {
        bool wait = buffer.size() == 0 && !read_error;
        while (true) {
            if (wait) {
                co_await plain->async_wait(PolledSocket::Wait::read, as_values);
            }
            NowReadable readable(*plain, read_error);
            error_code error;
            http::read(readable, buffer, parser, error);
            wait = error == asio::error::would_block;
            if (!wait || interruption.cause() != Interruption::Cause::none) {
                co_return error;
            }
        }
    }

    asio::awaitable<error_code> read_secure(ResponseParser& parser) {
        auto [error, size] = co_await http::async_read(*secure->secure, buffer, parser, as_result);
        co_return error;
    }

    static void begin_answer(std::optional<ResponseParser>& parser, const WrittenRequest& request,
                             const ClientLimits& limits) {
        constexpr std::size_t largest = std::numeric_limits<std::uint32_t>::max();
        parser.emplace();
        parser->header_limit(static_cast<std::uint32_t>(std::min(limits.head, largest)));
        parser->body_limit(limits.body);
        parser->skip(request.method == "HEAD");
    }

    // "100 Continue" and its like announce the answer; 101 is one.
    static bool is_interim(ResponseParser& parser) {
        const unsigned status = parser.get().result_int();
        return status >= 100 && status < 200 && status != 101;
    }

    bool may_try_again(const WrittenRequest& request) const {
        return interruption.cause() == Interruption::Cause::none && !received &&
               (sent == 0 || may_be_repeated(request.method));
    }

    Error interrupted(const Url& url, std::chrono::milliseconds limit) const {
        const bool stopped = interruption.cause() == Interruption::Cause::stop;
        const std::string cause =
            stopped ? std::string("stopped") : "no answer within " + in_words(limit);
        const error_code code = stopped ? asio::error::operation_aborted : asio::error::timed_out;
        switch (stage) {
            case ClientStage::resolve:
                return {code, fmt::format("cannot resolve {}: {}", url.host, cause)};
            case ClientStage::connect:
                return {code, fmt::format("cannot connect to {}: {}", host_and_port(url), cause)};
            case ClientStage::tls:
                return {code,
                        fmt::format("TLS handshake with {} failed: {}", host_and_port(url), cause)};
            case ClientStage::send:
            case ClientStage::receive: break;
        }
        return {code, fmt::format("{}: {}", url.printable(), cause)};
    }

    asio::any_io_executor executor;
    TlsContext* tls;
    Interruption interruption;
    // The connection, if there is one: between requests it may be used again.
    std::optional<PolledSocket> plain;
    std::optional<ClientStream> secure;
    Url origin;                    // where it goes
    Clock::time_point kept_since;  // when its last request ended
    Clock::time_point end;         // of the request under way
    // The last exchange.
    boost::beast::flat_buffer buffer;  // of its answer, not parsed yet
    std::size_t sent = 0;              // bytes
    error_code write_error, read_error;
    bool received = false;  // some of the answer
    bool unusual = false;   // the answer
    bool reusable = false;
    bool busy = false;
};

HttpClient::HttpClient(asio::any_io_executor executor, TlsContext& tls)
    : impl_(std::make_unique<Impl>(std::move(executor), tls)) {}
HttpClient::~HttpClient() = default;
HttpClient::HttpClient(HttpClient&&) noexcept = default;
HttpClient& HttpClient::operator=(HttpClient&&) noexcept = default;

asio::awaitable<Result<ClientResponse>> HttpClient::send(ClientRequest request,
                                                         ClientLimits limits) {
    return impl_->send(std::move(request), limits);
}

ClientStage HttpClient::stage() const noexcept {
    return impl_->stage;
}

asio::awaitable<Result<ClientResponse>> HttpClient::send(WrittenRequest request,
                                                         ClientLimits limits) {
    return impl_->send(request, limits);
}

void HttpClient::stop() {
    impl_->stop();
}

}  // namespace cqhttp::net
