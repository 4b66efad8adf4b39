#include "gateway/net/request_head.hpp"

#include <algorithm>
#include <string_view>

namespace cqhttp::net {
namespace {

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

// Everything but the length and the empty line.
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
    return head;
}

}  // namespace

Result<std::string> head_without_length(const ClientRequest& request) {
    if (auto checked = check(request); !checked) {
        return checked.error();
    }
    return head_text(request);
}

Result<std::string> whole_head(const ClientRequest& request) {
    auto written = head_without_length(request);
    if (!written) {
        return written;
    }
    std::string& head = *written;
    const std::string& method = request.method;
    if (!request.body.empty() || method == "POST" || method == "PUT" || method == "PATCH") {
        head += "Content-Length: ";
        head += std::to_string(request.body.size());
        head += "\r\n";
    }
    head += "\r\n";
    return written;
}

}  // namespace cqhttp::net
