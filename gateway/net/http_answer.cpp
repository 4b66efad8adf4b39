#include "gateway/net/http_answer.hpp"

#include <array>
#include <charconv>

namespace cqhttp::net {
namespace {

void append_number(std::string& out, std::uint64_t number) {
    std::array<char, 20> digits;
    const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), number).ptr;
    out.append(digits.data(), end);
}

void append_status_line(std::string& out, unsigned status) {
    if (status == 200) {
        out += "HTTP/1.1 200 OK\r\n";
        return;
    }
    out += "HTTP/1.1 ";
    append_number(out, status);
    out += ' ';
    out += reason_phrase(status);
    out += "\r\n";
}

}  // namespace

bool may_have_body(unsigned status) noexcept {
    return status >= 200 && status != 204 && status != 304;
}

void append_answer(std::string& out, const HttpResponse& response, AnswerForm form) {
    append_status_line(out, response.status);
    if (!response.content_type.empty()) {
        out += "Content-Type: ";
        out += response.content_type;
        out += "\r\n";
    }
    const bool body = may_have_body(response.status);
    if (body) {
        out += "Content-Length: ";
        append_number(out, response.file ? response.file->size()
                                         : response.body.size() + response.lent_body.size());
        out += "\r\n";
    }
    if (!form.keep_alive) {
        out += "Connection: close\r\n";
    } else if (form.http_1_0) {
        out += "Connection: keep-alive\r\n";
    }
    for (const auto& [name, value] : response.headers) {
        out += name;
        out += ": ";
        out += value;
        out += "\r\n";
    }
    out += "\r\n";
    if (body && !form.head && !response.file) {
        out += response.body;
        out += response.lent_body;
    }
}

}  // namespace cqhttp::net
