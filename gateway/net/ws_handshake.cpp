#include "gateway/net/ws_handshake.hpp"

#include "gateway/base/ensure.hpp"
#include "gateway/base/text.hpp"

#include <fmt/format.h>
#include <openssl/evp.h>
#include <openssl/rand.h>

#include <algorithm>
#include <array>
#include <stdexcept>

namespace cqhttp::net {
namespace {

constexpr std::string_view protocol_id = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";
constexpr std::string_view version = "13";
constexpr std::size_t key_bytes = 16;

bool has_token(std::string_view list, std::string_view token) {
    while (!list.empty()) {
        const std::size_t comma = list.find(',');
        if (iequals(trim(list.substr(0, comma)), token)) {
            return true;
        }
        list = comma == std::string_view::npos ? std::string_view() : list.substr(comma + 1);
    }
    return false;
}

// A list may be spread over several headers of one name.
bool has_token(std::span<const HeaderView> headers, std::string_view name, std::string_view token) {
    return std::any_of(headers.begin(), headers.end(), [&](const HeaderView& header) {
        return iequals(header.name, name) && has_token(header.value, token);
    });
}

// The value of a header that must occur exactly once; nothing otherwise.
std::optional<std::string_view> only(std::span<const HeaderView> headers, std::string_view name) {
    std::optional<std::string_view> found;
    for (const HeaderView& header : headers) {
        if (iequals(header.name, name)) {
            if (found) {
                return std::nullopt;
            }
            found = trim(header.value);
        }
    }
    return found;
}

std::string_view first(std::span<const HeaderView> headers, std::string_view name) {
    for (const HeaderView& header : headers) {
        if (iequals(header.name, name)) {
            return trim(header.value);
        }
    }
    return {};
}

bool is_key(std::string_view key) {
    if (key.size() != 24 || !key.ends_with("==")) {
        return false;
    }
    const auto bytes = base64_decode(key);
    return bytes && bytes->size() == key_bytes;
}

bool is_name(std::string_view name) {
    constexpr std::string_view others = "!#$%&'*+-.^_`|~";
    return !name.empty() && std::all_of(name.begin(), name.end(), [&](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
               others.find(c) != std::string_view::npos;
    });
}

// Without line breaks and other control characters: what cannot end or split a header.
bool is_value(std::string_view value) {
    return std::all_of(value.begin(), value.end(), [](char c) {
        return c == '\t' || (static_cast<unsigned char>(c) >= 0x20 && c != 0x7F);
    });
}

bool is_target(std::string_view target) {
    return target.starts_with('/') && std::all_of(target.begin(), target.end(), [](char c) {
               return static_cast<unsigned char>(c) > 0x20 && c != 0x7F;
           });
}

struct AnswerHead {
    unsigned status = 0;  // 0: not HTTP
    std::vector<HeaderView> headers;
};

std::string_view take_line(std::string_view& text) {
    const std::size_t end = text.find("\r\n");
    const std::string_view line = text.substr(0, end);
    text = end == std::string_view::npos ? std::string_view() : text.substr(end + 2);
    return line;
}

unsigned read_status(std::string_view line) {
    const auto is_digit = [](char c) { return c >= '0' && c <= '9'; };
    const bool plausible = line.size() >= 12 && line.starts_with("HTTP/1.") && is_digit(line[7]) &&
                           line[8] == ' ' && is_digit(line[9]) && is_digit(line[10]) &&
                           is_digit(line[11]) && (line.size() == 12 || line[12] == ' ');
    if (!plausible) {
        return 0;
    }
    return static_cast<unsigned>((line[9] - '0') * 100 + (line[10] - '0') * 10 + (line[11] - '0'));
}

AnswerHead read_head(std::string_view head) {
    AnswerHead answer;
    answer.status = read_status(take_line(head));
    while (!head.empty()) {
        const std::string_view line = take_line(head);
        const std::size_t colon = line.find(':');
        if (colon != std::string_view::npos) {
            answer.headers.push_back({line.substr(0, colon), trim(line.substr(colon + 1))});
        }
    }
    return answer;
}

// For a log line: without a query, which may carry a token, and without what is not printable.
std::string printable(std::string_view address) {
    constexpr std::size_t longest = 200;
    std::string text(address.substr(0, std::min(address.find_first_of("?#"), longest)));
    std::replace_if(
        text.begin(), text.end(), [](char c) { return c < 0x20 || c > 0x7E; }, '?');
    return text;
}

std::string_view path_of(const Url& url) {
    return std::string_view(url.target).substr(0, url.target.find('?'));
}

// What is probably wrong with an address whose server names another one.
std::string_view cause_of_redirect(const Url& url, std::string_view location) {
    Url target = url;
    if (location.starts_with('/') && !location.starts_with("//")) {
        target.target = location;
    } else if (auto read = parse_url(location)) {
        target = std::move(*read);
    } else {
        return "another address?";
    }
    if (target.tls() != url.tls()) {
        return target.tls() ? "the server wants TLS: wss:// instead of ws://?"
                            : "the server wants no TLS: ws:// instead of wss://?";
    }
    if (!iequals(target.host, url.host)) {
        return "another host?";
    }
    if (target.port != url.port) {
        return "another port?";
    }
    if (path_of(target) == std::string(path_of(url)) + "/") {
        return "the slash at the end of the address is missing";
    }
    return "another path?";
}

// The usual cause of an answer that is no redirect; empty where there is none.
std::string_view cause_of_status(unsigned status) {
    switch (status) {
        case 401:
        case 403: return " (does the server want another access_token?)";
        case 404: return " (is the path of the address right?)";
        default: break;
    }
    const bool answered = status / 100 == 2 || status == 400 || status == 405 || status == 426;
    return answered ? " (is there a WebSocket at this address?)" : "";
}

WsConnectError refused(const Url& url, const AnswerHead& answer) {
    WsConnectError error;
    error.stage = WsStage::http;
    error.status = answer.status;
    if (answer.status == 0) {
        error.detail = url.printable() + " answered with something that is not HTTP";
        return error;
    }
    error.detail = fmt::format("{} answered {}", url.printable(), answer.status);
    if (answer.status / 100 == 3) {
        error.location = first(answer.headers, "Location");
        error.detail += error.location.empty()
                            ? " to nowhere"
                            : fmt::format(" to {} ({})", printable(error.location),
                                          cause_of_redirect(url, error.location));
    } else {
        error.detail += cause_of_status(answer.status);
    }
    return error;
}

}  // namespace

std::string accept_value(std::string_view key) {
    std::string text(key);
    text += protocol_id;
    std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
    unsigned size = 0;
    const int done =
        EVP_Digest(text.data(), text.size(), digest.data(), &size, EVP_sha1(), nullptr);
    ensure(done == 1 && size == 20, "SHA-1 is there");
    std::string bytes(digest.begin(), digest.begin() + 20);
    return base64_encode(bytes);
}

WsVerdict judge_offer(const WsOffer& offer) {
    const auto& headers = offer.headers;
    const auto broken = [](std::string_view problem) { return WsVerdict{400, {}, problem}; };
    if (!has_token(headers, "Upgrade", "websocket")) {
        return {426, {}, "this address takes WebSocket connections only"};
    }
    if (offer.method != "GET" || offer.http_1_0) {
        return broken("a WebSocket handshake is a GET request of HTTP/1.1");
    }
    if (!has_token(headers, "Connection", "Upgrade")) {
        return broken("the header Connection does not name Upgrade");
    }
    if (only(headers, "Sec-WebSocket-Version") != version) {
        return {426, {}, "the WebSocket version is not 13"};
    }
    const auto key = only(headers, "Sec-WebSocket-Key");
    if (!key || !is_key(*key)) {
        return broken("Sec-WebSocket-Key is not 16 bytes in base64");
    }
    const std::string_view offered = first(headers, "Sec-WebSocket-Protocol");
    const std::string_view protocol = trim(offered.substr(0, offered.find(',')));
    return {101, accept_value(*key), {}, is_name(protocol) ? protocol : std::string_view()};
}

std::string print_switching(std::string_view accept, std::string_view protocol) {
    std::string text = fmt::format(
        "HTTP/1.1 101 Switching Protocols\r\n"
        "Upgrade: websocket\r\n"
        "Connection: Upgrade\r\n"
        "Sec-WebSocket-Accept: {}\r\n",
        accept);
    if (!protocol.empty()) {
        text += fmt::format("Sec-WebSocket-Protocol: {}\r\n", protocol);
    }
    return text + "\r\n";
}

std::vector<std::pair<std::string, std::string>> upgrade_required_headers() {
    return {{"Upgrade", "websocket"}, {"Sec-WebSocket-Version", std::string(version)}};
}

std::string make_key() {
    std::array<unsigned char, key_bytes> bytes{};
    ensure(RAND_bytes(bytes.data(), static_cast<int>(bytes.size())) == 1, "there is randomness");
    return base64_encode(std::string(bytes.begin(), bytes.end()));
}

Result<std::string> print_upgrade_request(const WsConnectRequest& request, std::string_view key) {
    const Url& url = request.url;
    if (!is_target(url.target) || !is_value(url.host_header())) {
        return failure("the address " + printable(url.printable()) +
                       " has a character that HTTP does not allow");
    }
    std::string text = fmt::format(
        "GET {} HTTP/1.1\r\n"
        "Host: {}\r\n"
        "Upgrade: websocket\r\n"
        "Connection: Upgrade\r\n"
        "Sec-WebSocket-Key: {}\r\n"
        "Sec-WebSocket-Version: {}\r\n",
        url.target, url.host_header(), key, version);
    for (const auto& [name, value] : request.headers) {
        if (!is_name(name)) {
            return failure("a header name has a character that HTTP does not allow");
        }
        if (!is_value(value)) {
            return failure("the header " + name + " has a character that HTTP does not allow");
        }
        text += fmt::format("{}: {}\r\n", name, value);
    }
    text += "\r\n";
    return text;
}

std::optional<std::size_t> answer_head_length(std::string_view received) noexcept {
    const std::size_t end = received.find("\r\n\r\n");
    return end == std::string_view::npos ? std::nullopt : std::optional(end + 4);
}

bool may_be_http(std::string_view received) noexcept {
    constexpr std::string_view start = "HTTP/1.";
    return received.substr(0, start.size()) == start.substr(0, received.size());
}

std::optional<WsConnectError> check_answer(const Url& url, std::string_view key,
                                           std::string_view head) {
    const AnswerHead answer = read_head(head);
    if (answer.status != 101) {
        return refused(url, answer);
    }
    const char* wrong = nullptr;
    if (!has_token(answer.headers, "Upgrade", "websocket")) {
        wrong = "a header Upgrade: websocket";
    } else if (!has_token(answer.headers, "Connection", "Upgrade")) {
        wrong = "a header Connection: Upgrade";
    } else if (only(answer.headers, "Sec-WebSocket-Accept") != accept_value(key)) {
        wrong = "the right Sec-WebSocket-Accept";
    } else if (!first(answer.headers, "Sec-WebSocket-Extensions").empty()) {
        wrong = "leaving out extensions, of which none was offered";
    }
    if (wrong == nullptr) {
        return std::nullopt;
    }
    return WsConnectError{
        WsStage::upgrade, 0, {}, fmt::format("{} answered 101 without {}", url.printable(), wrong)};
}

void throw_exception_from_error(const WsConnectError& error, const boost::source_location&) {
    throw std::logic_error("value() of a failed connect: " + error.detail);
}

}  // namespace cqhttp::net
