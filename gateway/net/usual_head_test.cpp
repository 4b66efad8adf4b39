#include "gateway/net/usual_head.hpp"

#include "gateway/net/request_reader.hpp"
#include "gateway/tests/support/catch.hpp"

#include <array>
#include <string>

namespace cqhttp::net {
namespace {

const std::string good_line = "GET /get_status?a=1 HTTP/1.1\r\n";

std::optional<UsualHead> read(const std::string& text) {
    std::vector<HeaderView> headers;
    const auto head = read_usual_head(text, headers);
    CHECK((head.has_value() || headers.empty()));
    return head;
}

// What the reader makes of a request that comes at once, or byte by byte and so by the full parser.
std::string describe(const std::string& text, std::size_t step) {
    RequestReader reader({256, 64}, "127.0.0.1:1", true);
    std::string found;
    std::string piece;
    for (std::size_t at = 0; at < text.size(); at += step) {
        piece = text.substr(at, step);
        std::string_view data = piece;
        auto next = reader.next(data);
        for (; next == RequestReader::Found::head || next == RequestReader::Found::request;
             next = reader.next(data)) {
            const HttpRequest& request = reader.request();
            found.append(request.method).append(" ").append(request.path).append(" ");
            found.append(request.query).append(" ").append(request.body).append("\n");
            for (const HeaderView& header : request.headers) {
                found.append(header.name).append(": ").append(header.value).append("\n");
            }
            found += reader.keep_alive() ? "stays\n" : "goes\n";
        }
        if (next == RequestReader::Found::error) {
            return found + "error";
        }
    }
    return found + (reader.in_head() ? "in head" : reader.in_body() ? "in body" : "");
}

}  // namespace

TEST_CASE("usual head: its parts lie where they came", "[net]") {
    const std::string text =
        "POST /send_msg?x=%20 HTTP/1.1\r\nHost: a\r\nContent-Length:  12 \r\nX-Empty:\r\n"
        "connection: Keep-Alive\r\n\r\n{}";
    std::vector<HeaderView> headers;
    const auto head = read_usual_head(text, headers);
    REQUIRE(head);
    CHECK(head->size == text.size() - 2);
    CHECK(head->method == "POST");
    CHECK(head->target == "/send_msg?x=%20");
    CHECK(head->content_length == 12);
    REQUIRE(headers.size() == 4);
    CHECK(headers[1].name == "Content-Length");
    CHECK(headers[1].value == "12");
    CHECK(headers[2].value.empty());
    CHECK(headers[0].name.data() == text.data() + text.find("Host"));
}

TEST_CASE("usual head: whatever is unusual is left to the full parser", "[net]") {
    for (const char* line : {"Transfer-Encoding: chunked",
                             "Connection: close",
                             "Connection: upgrade",
                             "Expect: x",
                             "Upgrade: websocket",
                             "Proxy-Connection: keep-alive",
                             "Content-Length: 1x",
                             "Content-Length: +1",
                             "Content-Length:",
                             "Content-Length: 1234567890123456789",
                             "Content-Length: 1\r\ncontent-length: 1",
                             "X : y",
                             ": y",
                             "X",
                             "X: a\tb",
                             "X: \x7f",
                             "X: \xc3\xa9",
                             "X: 12345678\x1f",
                             "X: a\r\n b",
                             "X: a\nY: b",
                             "X: a\rb",
                             " X: a"}) {
        INFO(line);
        CHECK_FALSE(read(good_line + line + "\r\n\r\n"));
    }
    for (const char* line : {"PUT / HTTP/1.1", "GET http://a/ HTTP/1.1", "GET / HTTP/1.0",
                             "GET  / HTTP/1.1", "GET /a b HTTP/1.1", "GET /\xff HTTP/1.1",
                             "GET / HTTP/1.1 ", "get / HTTP/1.1", "POST * HTTP/1.1", "GET /"}) {
        INFO(line);
        CHECK_FALSE(read(std::string(line) + "\r\n\r\n"));
    }
    CHECK(read(good_line + "\r\n"));
}

TEST_CASE("usual head: a part of it is none", "[net]") {
    const std::string text = good_line + "Host: a\r\nContent-Length: 0\r\n\r\n";
    for (std::size_t size = 0; size < text.size(); ++size) {
        CHECK_FALSE(read(text.substr(0, size)));
    }
    CHECK(read(text));
}

// Every byte of a request is replaced by others that mean something somewhere in HTTP.
TEST_CASE("usual head: the full parser finds the same in it", "[net][HTTP-006]") {
    const std::string text =
        "POST /a/?b=c HTTP/1.1\r\nHost: a:1\r\nContent-Length: 4\r\nX-Long: 0123456789 ~\r\n"
        "Connection: keep-alive\r\n\r\nbody" +
        good_line + "\r\n";
    CHECK(describe(text, text.size()) == describe(text, 1));
    for (std::size_t at = 0; at < text.size(); ++at) {
        for (const char byte : {'\0', '\t', '\r', '\n', ' ', '!', '/', ':', ',', '0', '5', '9', 'A',
                                'z', '~', '\x1f', '\x7f', '\x80', '\xff'}) {
            std::string other = text;
            other[at] = byte;
            INFO(other);
            const std::string whole = describe(other, other.size());
            const std::string pieces = describe(other, 1);
            // A head that comes in pieces is looked at when it is complete.
            const bool later = whole.ends_with("error") && pieces.ends_with("in head") &&
                               whole.starts_with(pieces.substr(0, pieces.size() - 7));
            CHECK((whole == pieces || later));
        }
    }
}

}  // namespace cqhttp::net
