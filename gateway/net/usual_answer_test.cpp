#include "gateway/net/usual_answer.hpp"

#include "gateway/tests/support/catch.hpp"

#include <boost/asio/buffer.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/string_body.hpp>

#include <string>
#include <vector>

namespace cqhttp::net {
namespace {

std::string with_status(const std::string& line) {
    return line + "\r\nContent-Length: 0\r\n\r\n";
}

std::string with_header(const std::string& header) {
    return "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n" + header + "\r\n\r\nok";
}

}  // namespace

TEST_CASE("usual answer: what servers say is read", "[QOP-001][QOP-002][QOP-005]") {
    struct Row {
        std::string answer;
        unsigned status;
        std::string body;
    };
    const std::vector<Row> rows{
        {"HTTP/1.1 204 No Content\r\n\r\n", 204, ""},
        {"HTTP/1.1 204 No Content\r\nContent-Length: 0\r\n\r\n", 204, ""},
        {"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}", 200, "{}"},
        {"HTTP/1.1 200 OK\r\ncontent-length:2  \r\nDate: Thu, 01 Jan 1970 00:00:00 GMT\r\n"
         "Content-Type: text/html; charset=utf-8\r\nConnection: Keep-Alive\r\n\r\n{}",
         200, "{}"},
        {"HTTP/1.1 202 \r\nETag: W/\"x\"\r\nX-Empty:\r\nContent-Length: 0\r\n\r\n", 202, ""},
        {"HTTP/1.1 299 x\r\nContent-Length: 9\r\n\r\nhalf", 299, "half"},
    };
    for (const Row& row : rows) {
        INFO(row.answer);
        const auto answer = read_usual_answer(row.answer);
        REQUIRE(answer.has_value());
        CHECK(answer->status == row.status);
        CHECK(row.answer.substr(answer->head_size) == row.body);
        CHECK((answer->body_size == row.body.size() || row.body == "half"));
    }
}

TEST_CASE("usual answer: every part of a head is too little", "[net][http-client]") {
    const std::string answer =
        "HTTP/1.1 200 OK\r\nServer: x\r\nContent-Length: 2\r\nConnection: keep-alive\r\n\r\n";
    for (std::size_t size = 0; size < answer.size(); ++size) {
        INFO(size);
        CHECK_FALSE(read_usual_answer(std::string_view(answer).substr(0, size)));
    }
    CHECK(read_usual_answer(answer).value().body_size == 2);
}

TEST_CASE("usual answer: anything unusual is left to the parser that knows all",
          "[QOP-006][POST-016]") {
    const std::vector<std::string> answers{
        with_status("HTTP/1.0 200 OK"),
        with_status("HTTP/1.1 100 Continue"),
        with_status("HTTP/1.1 301 Moved"),
        with_status("HTTP/1.1 404 Not Found"),
        with_status("HTTP/1.1 200"),
        with_status("HTTP/1.1 20 OK"),
        with_status("HTTP/1.1 2000 OK"),
        with_status("HTTP/1.1 2x0 OK"),
        with_status("HTTP/1.1  200 OK"),
        with_status("http/1.1 200 OK"),
        with_status("HTTP/1.1 200 O\x01K"),
        with_status("HTTP/1.1 200 O\xC3\xA9"),
        "HTTP/1.1 200 OK\r\n\r\nuntil the end",
        "HTTP/1.1 204 No Content\r\nContent-Length: 2\r\n\r\nok",
        "HTTP/1.1 200 OK\nContent-Length: 0\n\n",
        "HTTP/1.1 200 OK\r\nContent-Length: \r\n\r\n",
        "HTTP/1.1 200 OK\r\nContent-Length: +2\r\n\r\nok",
        "HTTP/1.1 200 OK\r\nContent-Length: 2, 2\r\n\r\nok",
        "HTTP/1.1 200 OK\r\nContent-Length: 0x2\r\n\r\nok",
        "HTTP/1.1 200 OK\r\nContent-Length: 1000000000000000000\r\n\r\n",
        with_header("Content-Length: 2"),
        with_header("Transfer-Encoding: chunked"),
        with_header("transfer-encoding: identity"),
        with_header("Connection: close"),
        with_header("Connection: keep-alive, close"),
        with_header("CONNECTION: upgrade"),
        with_header("Upgrade: h2c"),
        with_header("Proxy-Connection: close"),
        with_header("X-A: b\r\n folded"),
        with_header("X A: b"),
        with_header("X-A : b"),
        with_header(": b"),
        with_header("no colon"),
        with_header("X-A: \xC3\xA9"),
        with_header(std::string("X-A: \0", 6)),
        with_header("X-A: b\rc"),
    };
    for (const std::string& answer : answers) {
        INFO(answer);
        CHECK_FALSE(read_usual_answer(answer));
    }
}

TEST_CASE("usual answer: the parser that knows all reads the same in it", "[QOP-006]") {
    for (const std::string answer :
         {"HTTP/1.1 204 No Content\r\n\r\n", "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}",
          "HTTP/1.1 201 \r\nContent-Length:   007\r\nX_y-Z: ~!@ \"\r\n\r\n1234567",
          "HTTP/1.1 250 a b\r\nconnection:keep-alive\r\nCONTENT-LENGTH: 0\t\r\n\r\n"}) {
        INFO(answer);
        namespace http = boost::beast::http;
        http::response_parser<http::string_body> parser;
        parser.eager(true);
        boost::system::error_code error;
        const std::size_t used = parser.put(boost::asio::buffer(answer), error);
        REQUIRE_FALSE(error);
        REQUIRE(parser.is_done());
        CHECK(parser.keep_alive());
        const auto usual = read_usual_answer(answer);
        if (!usual) {
            continue;  // it may leave anything to that parser
        }
        CHECK(usual->status == parser.get().result_int());
        CHECK(usual->head_size + usual->body_size == used);
        CHECK(answer.substr(usual->head_size) == parser.get().body());
    }
}

}  // namespace cqhttp::net
