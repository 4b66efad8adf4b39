#include "bench/http_exchange.hpp"

#include <fmt/format.h>

#include <charconv>

namespace cqhttp::bench {
namespace {

constexpr std::string_view status_ok = "HTTP/1.1 200";
constexpr std::string_view head_end = "\r\n\r\n";
constexpr std::string_view length_field = "\r\nContent-Length: ";
constexpr std::string_view retcode_ok = R"("retcode":0)";
constexpr std::string_view body = R"({"user_id":10001,"message":"hello from the bench"})";

}  // namespace

std::string request_text(Method method, std::string_view token) {
    std::string fields = "Host: 127.0.0.1\r\nUser-Agent: http_load\r\nAccept: */*\r\n";
    if (!token.empty()) {
        fields += fmt::format("Authorization: Token {}\r\n", token);
    }
    if (method == Method::get) {
        return fmt::format(
            "GET /send_private_msg?user_id=10001&message=hello+from+the+bench HTTP/1.1\r\n{}\r\n",
            fields);
    }
    return fmt::format(
        "POST /send_private_msg HTTP/1.1\r\n{}Content-Type: application/json\r\n"
        "Content-Length: {}\r\n\r\n{}",
        fields, body.size(), body);
}

Answer find_answer(std::string_view received) {
    const std::size_t head = received.find(head_end);
    if (head == std::string_view::npos) {
        return {};
    }
    const std::size_t field = received.substr(0, head).find(length_field);
    std::size_t length = 0;
    if (field != std::string_view::npos) {
        const char* digits = received.data() + field + length_field.size();
        std::from_chars(digits, received.data() + head, length);
    }
    const std::size_t start = head + head_end.size();
    if (received.size() - start < length) {
        return {};
    }
    const std::string_view text = received.substr(start, length);
    const bool good = received.starts_with(status_ok) && text.find(retcode_ok) != text.npos;
    return {good ? Answer::State::good : Answer::State::bad, start + length};
}

}  // namespace cqhttp::bench
