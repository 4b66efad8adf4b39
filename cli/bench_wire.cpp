#include "cli/bench_wire.hpp"

#include "cli/console.hpp"
#include "gateway/base/text.hpp"
#include "gateway/net/http_client.hpp"
#include "gateway/net/ws_frame.hpp"
#include "gateway/protocol/json.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cstring>

namespace cqhttp::cli::bench {
namespace {

constexpr std::array<char, 4> mask{'\x37', '\xfa', '\x21', '\x3d'};
// Digits that stand where a running number will be; they survive every encoding.
constexpr std::string_view placeholder = "90817263";
constexpr std::size_t digits = placeholder.size();
constexpr std::size_t longest_excerpt = 200;
constexpr std::string_view line_end = "\r\n";
constexpr std::string_view head_end = "\r\n\r\n";
constexpr std::string_view echo_member = R"("echo":)";

constexpr std::array<char, 200> two_digits = [] {
    std::array<char, 200> text{};
    for (std::size_t i = 0; i < 100; ++i) {
        text[2 * i] = static_cast<char>('0' + i / 10);
        text[2 * i + 1] = static_cast<char>('0' + i % 10);
    }
    return text;
}();

// std::string_view::find looks at every quote; memmem does not.
std::size_t find(std::string_view text, std::string_view what, std::size_t from = 0) {
    const void* at = ::memmem(text.data() + from, text.size() - from, what.data(), what.size());
    return at == nullptr ? std::string_view::npos
                         : static_cast<std::size_t>(static_cast<const char*>(at) - text.data());
}

bool ends_member(std::string_view text, std::size_t at) {
    return at < text.size() && (text[at] == ',' || text[at] == '}');
}

std::optional<std::uint32_t> number_at(std::string_view text, std::size_t at) {
    std::uint32_t number = 0;
    const char* end = text.data() + text.size();
    const auto [next, error] = std::from_chars(text.data() + at, end, number);
    const bool whole =
        error == std::errc() && ends_member(text, static_cast<std::size_t>(next - text.data()));
    return whole ? std::optional(number) : std::nullopt;
}

// Where the numbers of a usual reply are, as most implementations print it, found without a look at
// the rest.
struct UsualReply {
    KnownText::Range retcode;
    std::size_t echo_at = 0;
    std::optional<std::uint32_t> echo;
};

std::optional<UsualReply> find_usual_reply(std::string_view text, bool with_echo) {
    for (const std::string_view good : {R"("retcode":0)", R"("retcode":1)"}) {
        const std::size_t at = find(text, good);
        if (at == std::string_view::npos || !ends_member(text, at + good.size())) {
            continue;
        }
        UsualReply reply{{at, at + good.size()}, 0, {}};
        if (with_echo) {
            const std::size_t echo = find(text, echo_member);
            if (echo == std::string_view::npos) {
                return {};
            }
            reply.echo_at = echo + echo_member.size();
            reply.echo = number_at(text, reply.echo_at);
            if (!reply.echo) {
                return {};
            }
        }
        return reply;
    }
    return {};
}

int code_of(std::int64_t retcode) {
    switch (retcode) {
        case 1401:
        case 1403: return exit_code::refused;
        case 1400:
        case 1404: return exit_code::not_a_reply;
        default: return exit_code::failed;
    }
}

// Reads the size of a chunk at the front; nothing if it is not there yet or is none.
struct ChunkSize {
    std::size_t bytes = 0, line = 0;
};
std::optional<ChunkSize> chunk_size(std::string_view text) {
    const std::size_t end = text.find(line_end);
    ChunkSize size{0, end + line_end.size()};
    if (end == std::string_view::npos ||
        std::from_chars(text.data(), text.data() + end, size.bytes, 16).ec != std::errc()) {
        return {};
    }
    return size;
}

void read_chunks(std::string_view received, std::size_t at, std::string& chunks,
                 HttpMessage& answer) {
    chunks.clear();
    while (const auto size = chunk_size(received.substr(at))) {
        at += size->line;
        if (received.size() - at < size->bytes + line_end.size()) {
            return;
        }
        chunks.append(received.substr(at, size->bytes));
        at += size->bytes + line_end.size();
        if (size->bytes == 0) {
            answer.state = HttpMessage::State::complete;
            answer.body = chunks;
            answer.size = at;
            return;
        }
    }
}

// Finds the body behind a head that ends at `head`. `open` says that a message may go on to the end
// of the connection, which nothing here waits for.
void find_body(std::string_view received, std::size_t head, bool open, std::string& chunks,
               HttpMessage& message) {
    message.head = received.substr(0, head);
    message.close = iequals(header_value(message.head, "connection"), "close");
    const std::size_t start = head + head_end.size();
    if (iequals(header_value(message.head, "transfer-encoding"), "chunked")) {
        read_chunks(received, start, chunks, message);
        return;
    }
    const std::string_view length = header_value(message.head, "content-length");
    std::size_t bytes = 0;
    const char* end = length.data() + length.size();
    const bool known = std::from_chars(length.data(), end, bytes).ec == std::errc();
    if (!known && (open || !length.empty())) {
        message.state = HttpMessage::State::broken;
        message.body = received.substr(start);
    } else if (received.size() - start >= bytes) {
        message.state = HttpMessage::State::complete;
        message.body = received.substr(start, bytes);
        message.size = start + bytes;
    }
}

}  // namespace

std::array<char, 8> print_number(std::uint32_t number) noexcept {
    std::array<char, 8> text;
    for (std::size_t i = text.size(); i > 0; number /= 100) {
        i -= 2;
        std::memcpy(text.data() + i, two_digits.data() + std::size_t{number % 100} * 2, 2);
    }
    return text;
}

std::string with_running_number(std::string text) {
    constexpr std::string_view mark = "{n}";
    for (std::size_t at = text.find(mark); at != std::string::npos; at = text.find(mark, at)) {
        text.replace(at, mark.size(), placeholder);
    }
    return text;
}

PreparedCall PreparedCall::http(const ApiTarget& target, const ApiCall& call) {
    const net::ClientRequest request = make_http_request(target, call);
    PreparedCall prepared;
    prepared.bytes_ = fmt::format("{} {} HTTP/1.1\r\nHost: {}\r\n", request.method,
                                  request.url.target, request.url.host_header());
    for (const auto& [name, value] : request.headers) {
        prepared.bytes_ += fmt::format("{}: {}\r\n", name, value);
    }
    if (request.method != "GET") {
        prepared.bytes_ += fmt::format("Content-Length: {}\r\n", request.body.size());
    }
    prepared.bytes_ += line_end;
    prepared.bytes_ += request.body;
    prepared.find_numbers(prepared.bytes_, 0);
    return prepared;
}

PreparedCall PreparedCall::ws(const ApiCall& call) {
    const std::string action = protocol::dump_json(call.action);
    const std::string payload = fmt::format(R"({{"action":{},"params":{},"echo":{}}})", action,
                                            call.params.to_json(), first_number);
    PreparedCall prepared;
    net::append_frame(prepared.bytes_, net::WsOpcode::text, payload, mask);
    prepared.masked_ = true;
    const std::size_t header = prepared.bytes_.size() - payload.size();
    prepared.echo_ = prepared.number_at(prepared.bytes_.size() - digits - 1, header);
    prepared.find_numbers(payload, header);
    return prepared;
}

PreparedCall::Number PreparedCall::number_at(std::size_t at, std::size_t payload) const noexcept {
    Number number{at, 0};
    std::array<char, digits> key{};
    for (std::size_t i = 0; masked_ && i < digits; ++i) {
        key[i] = mask[(at - payload + i) % mask.size()];
    }
    std::memcpy(&number.key, key.data(), digits);
    return number;
}

void PreparedCall::find_numbers(std::string_view plain, std::size_t offset) {
    for (std::size_t at = plain.find(placeholder); at != plain.npos;
         at = plain.find(placeholder, at + digits)) {
        numbers_.push_back(number_at(offset + at, offset));
    }
}

void PreparedCall::patch(std::string& out, std::size_t start, Number place,
                         std::uint32_t number) noexcept {
    const auto text = print_number(number);
    std::uint64_t word = 0;
    std::memcpy(&word, text.data(), digits);
    word ^= place.key;
    std::memcpy(out.data() + start + place.at, &word, digits);
}

void PreparedCall::append(std::string& out, std::uint32_t echo, std::uint32_t number) const {
    const std::size_t start = out.size();
    out += bytes_;
    if (echo_) {
        patch(out, start, *echo_, echo);
    }
    for (const Number place : numbers_) {
        patch(out, start, place, number);
    }
}

HttpMessage find_http_answer(std::string_view received, std::string& chunks) {
    constexpr std::string_view version = "HTTP/1.";
    constexpr std::size_t status_at = 9;
    HttpMessage answer;
    if (received.substr(0, version.size()) != version.substr(0, received.size())) {
        answer.state = HttpMessage::State::broken;
        return answer;
    }
    const std::size_t head = find(received, head_end);
    if (head != std::string_view::npos && head > status_at) {
        std::from_chars(received.data() + status_at, received.data() + head, answer.status);
        const bool bodiless = answer.status == 204 || answer.status == 304;
        find_body(received, head, !bodiless, chunks, answer);
    }
    return answer;
}

HttpMessage find_http_request(std::string_view received, std::string& chunks) {
    HttpMessage request;
    const std::size_t head = find(received, head_end);
    if (head != std::string_view::npos) {
        find_body(received, head, false, chunks, request);
    }
    return request;
}

std::string_view header_value(std::string_view head, std::string_view name) {
    for (std::size_t at = find(head, line_end); at != std::string_view::npos;) {
        at += line_end.size();
        const std::size_t next = find(head, line_end, at);
        const std::string_view line = head.substr(at, std::min(next, head.size()) - at);
        if (line.size() > name.size() && line[name.size()] == ':' &&
            iequals(line.substr(0, name.size()), name)) {
            return trim(line.substr(name.size() + 1));
        }
        at = next;
    }
    return {};
}

ReplyFacts read_reply(std::string_view text, bool with_echo) {
    if (const auto usual = find_usual_reply(text, with_echo)) {
        return {usual->echo, {}};
    }
    const auto json = protocol::parse_json(text);
    if (json.has_error() || !json->is_object() || !json->contains("retcode")) {
        return {{}, Fault{exit_code::not_a_reply, "this is no reply: " + excerpt(text)}};
    }
    ReplyFacts facts;
    const auto& retcode = (*json)["retcode"];
    const std::int64_t code = retcode.is_number_integer() ? retcode.get<std::int64_t>() : -1;
    if (code != 0 && code != 1) {
        facts.fault = Fault{code_of(code), "a call failed: " + excerpt(text)};
        return facts;
    }
    if (with_echo) {
        const auto echo = json->find("echo");
        if (echo == json->end() || !echo->is_number_unsigned()) {
            return {{}, Fault{exit_code::failed, "a reply lacks its echo: " + excerpt(text)}};
        }
        facts.echo = echo->get<std::uint32_t>();
    }
    return facts;
}

ReplyFacts ReplyReader::read(std::string_view text, std::string_view head) {
    const auto usual = find_usual_reply(text, with_echo_);
    if (!usual) {
        return read_reply(text, with_echo_);
    }
    text_.learn(text, usual->retcode);
    if (with_echo_ && usual->echo >= first_number) {
        text_.vary({usual->echo_at, usual->echo_at + digits});
        echo_ = usual->echo_at;
    }
    // Only a body that came in one piece follows its head.
    const bool whole = !head.empty() && text.data() == head.data() + head.size() + head_end.size();
    head_.clear();
    if (whole) {
        head_ = head;
        head_ += head_end;
    }
    return {usual->echo, {}};
}

ReplyReader::Known ReplyReader::find_frame(std::string_view received) const noexcept {
    const std::string_view payload = whole_text_frame(received);
    if (!text_.matches(payload)) {
        return {};
    }
    const std::uint32_t echo = eight_digits(payload.data() + echo_);
    const auto end = static_cast<std::size_t>(payload.data() + payload.size() - received.data());
    return echo >= first_number ? Known{end, echo} : Known{};
}

ReplyReader::Known ReplyReader::find_answer(std::string_view received) const noexcept {
    const std::size_t size = head_.size() + text_.size();
    const bool known = !head_.empty() && received.size() >= size && received.starts_with(head_) &&
                       text_.matches(received.substr(head_.size(), text_.size()));
    return {known ? size : 0, 0};
}

std::string_view whole_text_frame(std::string_view received) noexcept {
    constexpr char final_text = '\x81';
    constexpr std::size_t middle_size = 126;
    if (received.size() < 4 || received[0] != final_text) {
        return {};
    }
    const auto byte = [received](std::size_t at) {
        return static_cast<std::size_t>(static_cast<unsigned char>(received[at]));
    };
    std::size_t size = byte(1), header = 2;
    if (size == middle_size) {
        size = byte(2) * 256 + byte(3);
        header = 4;
    } else if (size > middle_size) {
        return {};
    }
    return received.size() - header >= size ? received.substr(header, size) : std::string_view();
}

std::string excerpt(std::string_view text) {
    std::string start = without_controls(text.substr(0, longest_excerpt));
    return text.size() > longest_excerpt ? start + "..." : start;
}

}  // namespace cqhttp::cli::bench
