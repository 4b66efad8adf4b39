#include "gateway/net/http_client.hpp"

#include "gateway/base/ensure.hpp"
#include "gateway/base/text.hpp"
#include "gateway/net/client_stream.hpp"
#include "gateway/net/interruption.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/error.hpp>
#include <boost/asio/ssl/error.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http/error.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/read.hpp>
#include <boost/beast/http/string_body.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <limits>
#include <optional>

namespace cqhttp::net {
namespace {

namespace http = boost::beast::http;
using boost::system::error_code;
using Clock = std::chrono::steady_clock;
using ResponseParser = http::response_parser<http::string_body>;

constexpr auto as_result = asio::as_tuple(asio::use_awaitable);

std::string in_words(std::chrono::milliseconds time) {
    return time.count() % 1000 == 0 ? fmt::format("{} s", time.count() / 1000)
                                    : fmt::format("{} ms", time.count());
}

bool is_token(std::string_view text) {
    constexpr std::string_view marks = "!#$%&'*+-.^_`|~";
    return !text.empty() && std::all_of(text.begin(), text.end(), [&](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
               marks.find(c) != std::string_view::npos;
    });
}

bool is_header_value(std::string_view text) {
    return std::none_of(text.begin(), text.end(), [](char c) {
        const auto byte = static_cast<unsigned char>(c);
        return (byte < 0x20 && c != '\t') || byte == 0x7f;
    });
}

// What cannot be said in HTTP is refused here: a line break in a header would be another header.
Result<void> check(const ClientRequest& request) {
    if (!is_token(request.method)) {
        return failure("not a method: " + request.method);
    }
    const std::string& target = request.url.target;
    const bool printable =
        std::all_of(target.begin(), target.end(), [](char c) { return c > 0x20 && c < 0x7f; });
    if (!target.starts_with('/') || !printable) {
        return failure(request.url.printable() +
                       ": spaces and characters beyond ASCII must be percent-encoded");
    }
    for (const auto& [name, value] : request.headers) {
        if (!is_token(name) || !is_header_value(value)) {
            return failure("not a header that can be sent: " + name);
        }
    }
    return {};
}

std::string head_text(const ClientRequest& request) {
    std::string head;
    head.reserve(512);
    head += request.method;
    head += ' ';
    head += request.url.target;
    head += " HTTP/1.1\r\nHost: ";
    head += request.url.host_header();
    head += "\r\n";
    for (const auto& [name, value] : request.headers) {
        head += name;
        head += ": ";
        head += value;
        head += "\r\n";
    }
    const std::string& method = request.method;
    if (!request.body.empty() || method == "POST" || method == "PUT" || method == "PATCH") {
        head += "Content-Length: ";
        head += std::to_string(request.body.size());
        head += "\r\n";
    }
    head += "\r\n";
    return head;
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
        ensure(!busy, "a client sends one request at a time");
        const Sending sending(*this, limits);
        if (auto checked = check(request); !checked) {
            co_return checked.error();
        }
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
        auto answer = co_await exchange(request, limits);
        if (!answer && kept && may_try_again(request)) {
            auto connected = co_await connect(request.url, limits);
            if (!connected) {
                co_return connected.error();
            }
            answer = co_await exchange(request, limits);
        }
        co_return answer;
    }

    void stop() {
        interruption.stop();
        if (!busy) {
            stream.reset();
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
            client_.interruption.reset();
            client_.end =
                limits.total.count() > 0 ? Clock::now() + limits.total : Clock::time_point::max();
            client_.reusable = false;
        }
        ~Sending() {
            client_.interruption.reset();
            if (client_.reusable) {
                client_.kept_since = Clock::now();
            } else {
                client_.stream.reset();
            }
            client_.busy = false;
        }
        Sending(const Sending&) = delete;
        Sending& operator=(const Sending&) = delete;

    private:
        Impl& client_;
    };

    bool keeps(const Url& url, const ClientLimits& limits) {
        if (stream && (!same_origin(origin, url) || Clock::now() - kept_since > limits.reuse ||
                       !stream->is_quiet())) {
            stream.reset();
        }
        return stream.has_value() && interruption.cause() == Interruption::Cause::none;
    }

    asio::awaitable<Result<void>> connect(const Url& url, const ClientLimits& limits) {
        stream.reset();
        buffer.clear();
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
        stream = std::move(*connected);
        origin = url;
        co_return Result<void>();
    }

    asio::awaitable<Result<ClientResponse>> exchange(const ClientRequest& request,
                                                     const ClientLimits& limits) {
        interruption.set_deadline(end);
        const auto watch = interruption.watch(stream->socket());
        if (stream->secure) {
            co_return co_await exchange_over(*stream->secure, request, limits);
        }
        co_return co_await exchange_over(*stream->plain, request, limits);
    }

    template <class Stream>
    asio::awaitable<Result<ClientResponse>> exchange_over(Stream& peer,
                                                          const ClientRequest& request,
                                                          const ClientLimits& limits) {
        stage = ClientStage::send;
        const std::string head = head_text(request);
        const std::array<asio::const_buffer, 2> parts{asio::buffer(head),
                                                      asio::buffer(request.body)};
        auto [write_error, written] = co_await asio::async_write(peer, parts, as_result);
        sent = written;
        received = false;
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
            auto [read_error, size] = co_await http::async_read(peer, buffer, *parser, as_result);
            error = read_error;
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

    static void begin_answer(std::optional<ResponseParser>& parser, const ClientRequest& request,
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

    bool may_try_again(const ClientRequest& request) const {
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
    std::optional<ClientStream> stream;  // between requests: the one that may be used again
    Url origin;                          // where it goes
    Clock::time_point kept_since;        // when its last request ended
    boost::beast::flat_buffer buffer;
    Clock::time_point end;  // of the request under way
    std::size_t sent = 0;   // bytes of the last exchange
    bool received = false;  // some of its answer
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

void HttpClient::stop() {
    impl_->stop();
}

}  // namespace cqhttp::net
