#include "conformance/http.hpp"

#include "gateway/base/text.hpp"

#include <fmt/format.h>

#include <charconv>

namespace cqhttp::conformance {
namespace {

constexpr std::size_t longest_head = 64 * 1024;
constexpr std::size_t longest_body = 256 * 1024 * 1024;

std::optional<std::size_t> read_number(std::string_view text, int base) {
    std::size_t value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value, base);
    if (error != std::errc() || end != text.data() + text.size() || text.empty()) {
        return std::nullopt;
    }
    return value;
}

// "HTTP/1.1 200 OK"
int read_status(std::string_view head) {
    const std::string_view line = head.substr(0, head.find("\r\n"));
    if (!line.starts_with("HTTP/1.") || line.size() < 12 || line[8] != ' ' ||
        (line.size() > 12 && line[12] != ' ')) {
        return 0;
    }
    const auto status = read_number(line.substr(9, 3), 10);
    return status && *status >= 100 ? static_cast<int>(*status) : 0;
}

// The next line of a chunked body without its end.
asio::awaitable<std::optional<std::string>> read_line(Wire& wire) {
    std::size_t end = 0;
    while ((end = wire.buffer().find("\r\n")) == std::string::npos) {
        const bool more = co_await wire.fill();
        if (!more || wire.buffer().size() > longest_head) {
            co_return std::nullopt;
        }
    }
    std::string line = wire.buffer().substr(0, end);
    wire.buffer().erase(0, end + 2);
    co_return line;
}

asio::awaitable<bool> read_bytes(Wire& wire, std::size_t size, std::string& into) {
    while (wire.buffer().size() < size) {
        const bool more = co_await wire.fill();
        if (!more) {
            into += wire.buffer();
            co_return false;
        }
    }
    into += wire.buffer().substr(0, size);
    wire.buffer().erase(0, size);
    co_return true;
}

asio::awaitable<void> read_chunks(Wire& wire, HttpReply& reply) {
    for (;;) {
        const auto line = co_await read_line(wire);
        const std::string digits = line.value_or("");
        const auto size =
            read_number(trim(std::string_view(digits).substr(0, digits.find(';'))), 16);
        if (!size || reply.body.size() + *size > longest_body) {
            reply.trouble = "the chunked body is malformed";
            wire.close();
            co_return;
        }
        if (*size == 0) {
            break;
        }
        const bool whole = co_await read_bytes(wire, *size, reply.body);
        const auto end = co_await read_line(wire);
        if (!whole || !end || !end->empty()) {
            reply.trouble = "the chunked body is malformed";
            wire.close();
            co_return;
        }
    }
    for (;;) {  // trailers
        const auto line = co_await read_line(wire);
        if (!line || line->empty()) {
            co_return;
        }
    }
}

asio::awaitable<void> read_body(Wire& wire, HttpReply& reply) {
    const auto encoding = reply.header("Transfer-Encoding");
    if (encoding && iequals(*encoding, "chunked")) {
        co_await read_chunks(wire, reply);
        co_return;
    }
    const auto length = reply.header("Content-Length");
    if (!length) {
        co_await wire.ended();
        reply.body = std::exchange(wire.buffer(), std::string());
        co_return;
    }
    const auto size = read_number(*length, 10);
    if (!size || *size > longest_body) {
        reply.trouble = "Content-Length is \"" + *length + "\"";
        wire.close();
        co_return;
    }
    const bool whole = co_await read_bytes(wire, *size, reply.body);
    if (!whole) {
        reply.trouble = fmt::format("Content-Length announces {} bytes, {} came; {}", *size,
                                    reply.body.size(), wire.trouble());
    }
}

}  // namespace

std::optional<std::string> find_header(const Headers& headers, std::string_view name) {
    for (const auto& [key, value] : headers) {
        if (iequals(key, name)) {
            return value;
        }
    }
    return std::nullopt;
}

Request Request::header(std::string name, std::string value) && {
    headers_.emplace_back(std::move(name), std::move(value));
    return std::move(*this);
}

Request Request::json(std::string body) && {
    body_ = std::move(body);
    return std::move(*this).header("Content-Type", "application/json");
}

Request Request::json(const Json& body) && {
    return std::move(*this).json(dump(body));
}

Request Request::form(std::string body) && {
    body_ = std::move(body);
    return std::move(*this).header("Content-Type", "application/x-www-form-urlencoded");
}

Request Request::body(std::string body) && {
    body_ = std::move(body);
    return std::move(*this);
}

Request Request::anonymous() && {
    wants_token_ = false;
    return std::move(*this);
}

std::string Request::bytes(std::string_view host) const {
    std::string text = fmt::format("{} {} HTTP/1.1\r\nHost: {}\r\n", method_, target_, host);
    for (const auto& [name, value] : headers_) {
        text += fmt::format("{}: {}\r\n", name, value);
    }
    const bool chunked = find_header(headers_, "Transfer-Encoding").has_value();
    const bool has_length = find_header(headers_, "Content-Length").has_value();
    if ((body_ || method_ == "POST") && !chunked && !has_length) {
        text += fmt::format("Content-Length: {}\r\n", body_ ? body_->size() : 0);
    }
    text += "\r\n";
    return text + body_.value_or("");
}

Json HttpReply::json() const {
    auto value = parse_json(body);
    return value ? std::move(*value) : Json(Json::value_t::discarded);
}

std::string HttpReply::text() const {
    if (status == 0) {
        return "no answer: " + trouble;
    }
    std::string text = fmt::format("HTTP {}", status);
    if (!trouble.empty()) {
        text += ", " + trouble;
    }
    return text;
}

asio::awaitable<std::optional<std::string>> read_head(Wire& wire) {
    std::size_t end = 0;
    while ((end = wire.buffer().find("\r\n\r\n")) == std::string::npos) {
        if (wire.buffer().size() > longest_head) {
            co_return std::nullopt;
        }
        const bool more = co_await wire.fill();
        if (!more) {
            co_return std::nullopt;
        }
    }
    std::string head = wire.buffer().substr(0, end + 2);
    wire.buffer().erase(0, end + 4);
    co_return head;
}

Headers parse_headers(std::string_view head) {
    Headers headers;
    std::size_t at = head.find("\r\n");
    while (at != std::string_view::npos && at + 2 < head.size()) {
        const std::size_t end = head.find("\r\n", at + 2);
        const std::string_view line = head.substr(at + 2, end - at - 2);
        const std::size_t colon = line.find(':');
        const std::string_view value =
            colon == std::string_view::npos ? "" : trim(line.substr(colon + 1));
        headers.emplace_back(line.substr(0, colon), value);
        at = end;
    }
    return headers;
}

asio::awaitable<HttpReply> read_reply(Wire& wire, std::string method) {
    HttpReply reply;
    for (;;) {
        const auto head = co_await read_head(wire);
        if (!head) {
            reply.trouble = wire.trouble().empty() ? "the head is too long" : wire.trouble();
            reply.timed_out = wire.timed_out();
            co_return reply;
        }
        reply.status = read_status(*head);
        reply.headers = parse_headers(*head);
        if (reply.status == 0) {
            reply.trouble = "what came is not HTTP/1.1: " + head->substr(0, head->find("\r\n"));
            wire.close();
            co_return reply;
        }
        if (reply.status >= 200 || reply.status == 101) {
            break;  // 100 Continue and the like are skipped
        }
    }
    if (method != "HEAD" && reply.status != 101 && reply.status != 204 && reply.status != 304) {
        co_await read_body(wire, reply);
    }
    co_return reply;
}

}  // namespace cqhttp::conformance
