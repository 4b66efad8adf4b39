#include "gateway/net/http_message.hpp"

#include "gateway/net/http_answer.hpp"
#include "gateway/tests/support/catch.hpp"

#include <array>
#include <cstdlib>
#include <fcntl.h>
#include <unistd.h>

namespace cqhttp::net {
namespace {

int open_null() {
    return ::open("/dev/null", O_RDONLY);
}

bool is_open(int descriptor) {
    return ::fcntl(descriptor, F_GETFD) != -1;
}

std::string written(const HttpResponse& response, AnswerForm form = {}) {
    std::string out;
    append_answer(out, response, form);
    return out;
}

}  // namespace

TEST_CASE("http message: a header is found in any case and the first one counts", "[AUTH-022]") {
    const std::array<HeaderView, 3> headers{
        {{"Host", "a"}, {"authorization", "Token x"}, {"Authorization", "Token y"}}};
    HttpRequest request;
    request.headers = headers;
    REQUIRE(request.header("AUTHORIZATION") == "Token x");
    REQUIRE(request.header("host") == "a");
    REQUIRE_FALSE(request.header("Hos").has_value());
    REQUIRE_FALSE(request.header("").has_value());
}

TEST_CASE("http message: a file body closes its file once", "[DATA-001]") {
    const int descriptor = open_null();
    {
        FileBody first(descriptor, 10);
        FileBody second(std::move(first));
        REQUIRE(second.descriptor() == descriptor);
        REQUIRE(second.size() == 10);
        REQUIRE(is_open(descriptor));
    }
    REQUIRE_FALSE(is_open(descriptor));
}

TEST_CASE("http message: a file body that is replaced is closed", "[DATA-001]") {
    const int old_file = open_null();
    const int new_file = open_null();
    {
        FileBody body(old_file, 1);
        body = FileBody(new_file, 2);
        REQUIRE(body.descriptor() == new_file);
        REQUIRE_FALSE(is_open(old_file));
    }
    REQUIRE_FALSE(is_open(new_file));
}

TEST_CASE("http message: every status of this program has a reason", "[HTTP-021]") {
    for (const unsigned status : {100u, 101u, 200u, 204u, 304u, 400u, 401u, 403u, 404u, 405u, 406u,
                                  408u, 413u, 426u, 431u, 500u, 501u, 503u}) {
        INFO(status);
        REQUIRE(reason_phrase(status) != "Unknown");
    }
    REQUIRE(reason_phrase(200) == "OK");
    REQUIRE(reason_phrase(406) == "Not Acceptable");
    REQUIRE(reason_phrase(299) == "Unknown");
}

TEST_CASE("http answer: type and length and body are written", "[HTTP-061][HTTP-067]") {
    HttpResponse response;
    response.content_type = "application/json; charset=UTF-8";
    response.body = "{\"a\":\"\xE4\xBD\xA0\"}";
    REQUIRE(written(response) ==
            "HTTP/1.1 200 OK\r\n"
            "Content-Type: application/json; charset=UTF-8\r\n"
            "Content-Length: 11\r\n"
            "\r\n"
            "{\"a\":\"\xE4\xBD\xA0\"}");
}

TEST_CASE("http answer: what the handler lends comes behind the body", "[HTTP-061]") {
    HttpResponse response;
    response.lent_body = "lent";
    REQUIRE(written(response) == "HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nlent");
    response.body = "body and ";
    REQUIRE(written(response) == "HTTP/1.1 200 OK\r\nContent-Length: 13\r\n\r\nbody and lent");
    AnswerForm form;
    form.head = true;
    REQUIRE(written(response, form) == "HTTP/1.1 200 OK\r\nContent-Length: 13\r\n\r\n");
}

TEST_CASE("http answer: an empty answer says so", "[HTTP-066]") {
    REQUIRE(written(HttpResponse::empty(404)) ==
            "HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n");
}

TEST_CASE("http answer: what happens to the connection is written where it is not the default",
          "[HTTP-003]") {
    AnswerForm form;
    form.keep_alive = false;
    REQUIRE(written(HttpResponse::empty(200), form) ==
            "HTTP/1.1 200 OK\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");
    form.http_1_0 = true;
    REQUIRE(written(HttpResponse::empty(200), form) ==
            "HTTP/1.1 200 OK\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");
    form.keep_alive = true;
    REQUIRE(written(HttpResponse::empty(200), form) ==
            "HTTP/1.1 200 OK\r\nContent-Length: 0\r\nConnection: keep-alive\r\n\r\n");
}

TEST_CASE("http answer: headers of the handler are written in their order", "[HTTP-018]") {
    HttpResponse response = HttpResponse::empty(405);
    response.headers = {{"Allow", "GET, POST"}, {"X-Other", ""}};
    REQUIRE(written(response) ==
            "HTTP/1.1 405 Method Not Allowed\r\nContent-Length: 0\r\nAllow: GET, POST\r\n"
            "X-Other: \r\n\r\n");
}

TEST_CASE("http answer: the answer to HEAD has the length and no body", "[HTTP-017]") {
    HttpResponse response;
    response.body = "hello";
    AnswerForm form;
    form.head = true;
    REQUIRE(written(response, form) == "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n");
}

TEST_CASE("http answer: 204 has neither body nor length", "[HTTP-067]") {
    HttpResponse response = HttpResponse::empty(204);
    response.body = "ignored";
    REQUIRE(written(response) == "HTTP/1.1 204 No Content\r\n\r\n");
}

TEST_CASE("http answer: a file gives the length and is sent by someone else", "[DATA-010]") {
    HttpResponse response;
    response.content_type = "application/octet-stream";
    response.file = FileBody(open_null(), 5'000'000'000);
    REQUIRE(written(response) ==
            "HTTP/1.1 200 OK\r\nContent-Type: application/octet-stream\r\n"
            "Content-Length: 5000000000\r\n\r\n");
}

}  // namespace cqhttp::net
