#include "gateway/net/request_reader.hpp"

#include "gateway/tests/support/catch.hpp"

#include <algorithm>
#include <string>
#include <vector>

namespace cqhttp::net {
namespace {

using Found = RequestReader::Found;

constexpr RequestReader::Bounds small_bounds{256, 64};

// What came out of some bytes, in words: "head GET /a", "request body", "error 400", "more".
struct Reading {
    explicit Reading(RequestReader::Bounds bounds = small_bounds)
        : reader(bounds, "127.0.0.1:1", true) {}

    // Hands the bytes over in memory that is gone afterwards, as a shared buffer is.
    void feed(const std::string& bytes) {
        const std::string copy = bytes;
        std::string_view data = copy;
        for (;;) {
            switch (reader.next(data)) {
                case Found::nothing: return;
                case Found::head: found.push_back("head " + line()); break;
                case Found::request:
                    found.push_back("request " + line() + " " + std::string(reader.request().body));
                    break;
                case Found::error:
                    found.push_back("error " + std::to_string(reader.error_status()));
                    return;
            }
        }
    }

    std::string line() const {
        const HttpRequest& request = reader.request();
        return std::string(request.method) + " " + std::string(request.path) + " " +
               std::string(request.query);
    }

    RequestReader reader;
    std::vector<std::string> found;
};

std::vector<std::string> read(const std::string& bytes) {
    Reading reading;
    reading.feed(bytes);
    return reading.found;
}

std::vector<std::string> read_in_pieces(const std::string& bytes, std::size_t size) {
    Reading reading;
    for (std::size_t start = 0; start < bytes.size(); start += size) {
        reading.feed(bytes.substr(start, size));
    }
    return reading.found;
}

using Words = std::vector<std::string>;

const std::string chunked_post =
    "POST /c HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n"
    "5;name=\"value\"\r\nhello\r\n1\r\n \r\nA\r\n0123456789\r\n0\r\nX-Trailer: x\r\n\r\n";

}  // namespace

TEST_CASE("request reader: requests in pieces cost no more than the one before",
          "[HTTP-006][HTTP-007]") {
    Reading reading;
    for (int i = 0; i < 200; ++i) {
        reading.feed("POST /a HTTP/1.1\r\nContent-Length: 2\r\n\r\n");
        reading.feed("{}GET /b HTTP/1.1\r\n");
        reading.feed("\r\n");
    }
    CHECK(reading.found.size() == 800);
    CHECK(reading.found[796] == "head POST /a ");
    CHECK(reading.found[797] == "request POST /a  {}");
    CHECK(reading.found[799] == "request GET /b  ");
}

TEST_CASE("request reader: an empty chunked body may come in any pieces", "[HTTP-006]") {
    const std::string bytes =
        "POST /c HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"
        "GET /d HTTP/1.1\r\n\r\n";
    const std::vector<std::string> whole = read(bytes);
    CHECK(whole == std::vector<std::string>{"head POST /c ", "request POST /c  ", "head GET /d ",
                                            "request GET /d  "});
    for (std::size_t size = 1; size < bytes.size(); ++size) {
        INFO(size);
        CHECK(read_in_pieces(bytes, size) == whole);
    }
}

TEST_CASE("request reader: path and query are split at the first question mark", "[HTTP-015]") {
    REQUIRE(read("GET /a/b?x=1?y=2 HTTP/1.1\r\nHost: h\r\n\r\n") ==
            Words{"head GET /a/b x=1?y=2", "request GET /a/b x=1?y=2 "});
    REQUIRE(read("GET /a? HTTP/1.1\r\n\r\n").front() == "head GET /a ");
}

TEST_CASE("request reader: forms of the target", "[HTTP-010]") {
    struct Row {
        std::string target, line;
    };
    const std::vector<Row> rows{
        {"http://host:1/p/q?a=b", "head GET /p/q a=b"},
        {"HTTPS://host/p", "head GET /p "},
        {"http://host", "head GET / "},
        {"http://host?a=/b", "head GET / a=/b"},
        {"*", "head GET * "},
        {"//x", "head GET //x "},
        {"/\xE4\xBD\xA0?m=\xE5\xA5\xBD", "head GET /\xE4\xBD\xA0 m=\xE5\xA5\xBD"},
        {"relative", "error 400"},
        {"ftp://host/x", "error 400"},
        {"?a=b", "error 400"},
    };
    for (const Row& row : rows) {
        INFO(row.target);
        REQUIRE(read("GET " + row.target + " HTTP/1.1\r\nHost: h\r\n\r\n").front() == row.line);
    }
    REQUIRE(read("CONNECT h:443 HTTP/1.1\r\n\r\n").front() == "head CONNECT h:443 ");
}

TEST_CASE("request reader: any segmentation gives the same requests", "[HTTP-006][HTTP-007]") {
    const std::string bytes =
        "\r\nPOST /a?q HTTP/1.1\r\nHost: h\r\nContent-Length: 11\r\nX-Empty:\r\n\r\nhello world\r\n"
        "GET http://h HTTP/1.1\r\n\r\n" +
        chunked_post + "POST /e HTTP/1.1\r\nContent-Length: 0\r\n\r\nGET /last HTTP/1.0\r\n\r\n";
    const Words expected{"head POST /a q",  "request POST /a q hello world",
                         "head GET / ",     "request GET /  ",
                         "head POST /c ",   "request POST /c  hello 0123456789",
                         "head POST /e ",   "request POST /e  ",
                         "head GET /last ", "request GET /last  "};
    for (std::size_t size = 1; size <= bytes.size(); ++size) {
        INFO("pieces of " << size);
        REQUIRE(read_in_pieces(bytes, size) == expected);
    }
}

TEST_CASE("request reader: headers are kept over pieces", "[HTTP-006]") {
    const std::string bytes =
        "POST /a HTTP/1.1\r\nHost: h\r\nAuthorization:  Token x \r\nX-Empty:\r\n"
        "Content-Length: 4\r\n\r\nbody";
    for (const std::size_t size : {1u, 7u, 60u, 200u}) {
        INFO("pieces of " << size);
        Reading reading;
        for (std::size_t start = 0; start < bytes.size(); start += size) {
            reading.feed(bytes.substr(start, size));
            if (start + size < bytes.size()) {
                reading.feed("");
            }
        }
        REQUIRE(reading.found.size() == 2);
    }
    Reading reading;
    const std::string head = bytes.substr(0, bytes.size() - 4);
    reading.feed(head);
    std::string_view data = "body";
    REQUIRE(reading.reader.next(data) == Found::request);
    const HttpRequest& request = reading.reader.request();
    REQUIRE(request.headers.size() == 4);
    REQUIRE(request.header("authorization") == "Token x");
    REQUIRE(request.header("x-empty") == "");
    REQUIRE(request.body == "body");
    REQUIRE(request.peer == "127.0.0.1:1");
    REQUIRE(request.loopback);
}

TEST_CASE("request reader: what is not a request is an error", "[HTTP-021]") {
    struct Row {
        std::string name, bytes;
        unsigned status = 400;
    };
    const std::vector<Row> rows{
        {"TLS client hello", std::string("\x16\x03\x01\x02\x00\x01\x00\x01", 8)},
        {"words", "hello there\r\n\r\n"},
        {"HTTP 2 preface", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"},
        {"HTTP 3 version", "GET / HTTP/3.0\r\n\r\n"},
        {"HTTP 0.9", "GET /\r\n\r\n"},
        {"no version", "GET / \r\n\r\n"},
        {"other protocol", "GET / SIP/2.0\r\n\r\n"},
        {"line feeds alone", "GET / HTTP/1.1\n\n"},
        {"space in the target", "GET /a b HTTP/1.1\r\n\r\n"},
        {"NUL in the target", std::string("GET /a\0b HTTP/1.1\r\n\r\n", 22)},
        {"escape in the target", "GET /a\x1b[0m HTTP/1.1\r\n\r\n"},
        {"delete in the target", "GET /a\x7f HTTP/1.1\r\n\r\n"},
        {"space before the colon", "GET / HTTP/1.1\r\nHost : h\r\n\r\n"},
        {"header without a colon", "GET / HTTP/1.1\r\nHost\r\n\r\n"},
        {"header without a name", "GET / HTTP/1.1\r\n: x\r\n\r\n"},
        {"control character in a header", "GET / HTTP/1.1\r\nA: b\x01\r\n\r\n"},
        {"folded header", "GET / HTTP/1.1\r\nA: b\r\n c\r\n\r\n"},
        {"length is a word", "POST / HTTP/1.1\r\nContent-Length: x\r\n\r\n"},
        {"length is negative", "POST / HTTP/1.1\r\nContent-Length: -1\r\n\r\n"},
        {"length is empty", "POST / HTTP/1.1\r\nContent-Length:\r\n\r\n"},
        {"length with a plus", "POST / HTTP/1.1\r\nContent-Length: +1\r\n\r\n"},
        {"length beyond 64 bits",
         "POST / HTTP/1.1\r\nContent-Length: 99999999999999999999\r\n\r\n"},
        {"two lengths", "POST / HTTP/1.1\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n"},
        {"length and chunks",
         "POST / HTTP/1.1\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n"},
        {"chunks and length",
         "POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\nContent-Length: 1\r\n\r\n"},
        {"chunks twice",
         "POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n"},
        {"chunks in HTTP 1.0", "POST / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n"},
        {"another coding", "POST / HTTP/1.1\r\nTransfer-Encoding: gzip\r\n\r\n", 501},
        {"coding under chunks", "POST / HTTP/1.1\r\nTransfer-Encoding: gzip, chunked\r\n\r\n", 501},
    };
    for (const Row& row : rows) {
        INFO(row.name);
        REQUIRE(read(row.bytes).back() == "error " + std::to_string(row.status));
        const Words slowly = read_in_pieces(row.bytes + "\r\n\r\n", 1);
        REQUIRE(std::count(slowly.begin(), slowly.end(), "error " + std::to_string(row.status)) >
                0);
    }
}

TEST_CASE("request reader: bad chunks are an error", "[HTTP-007]") {
    const std::string head = "POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n";
    for (const std::string bytes : {"x\r\n", "-1\r\n", "\r\n\r\n", "1\r\nabc\r\n", "1 x\r\na\r\n",
                                    "11111111111111111\r\n", "0x1\r\na\r\n\r\n"}) {
        INFO(bytes);
        REQUIRE(read(head + bytes).back() == "error 400");
        REQUIRE(read_in_pieces(head + bytes, 1).back() == "error 400");
    }
}

TEST_CASE("request reader: a head may be as long as its bound and not longer", "[HTTP-009]") {
    const std::string start = "GET / HTTP/1.1\r\nA: ";
    const std::string fits = start + std::string(256 - start.size() - 4, 'x') + "\r\n\r\n";
    const std::string over = start + std::string(257 - start.size() - 4, 'x') + "\r\n\r\n";
    for (const std::size_t size : {1u, 100u, 255u, 256u, 1000u}) {
        INFO("pieces of " << size);
        REQUIRE(read_in_pieces(fits, size) == Words{"head GET / ", "request GET /  "});
        REQUIRE(read_in_pieces(over, size).back() == "error 431");
    }
    REQUIRE(read("GET /" + std::string(1'000'000, 'x')).back() == "error 431");
    REQUIRE(read(fits + fits).size() == 4);
}

TEST_CASE("request reader: a body may be as long as its bound and not longer", "[HTTP-008]") {
    const std::string fits = "POST / HTTP/1.1\r\nContent-Length: 64\r\n\r\n" + std::string(64, 'x');
    REQUIRE(read(fits).back() == "request POST /  " + std::string(64, 'x'));
    REQUIRE(read("POST / HTTP/1.1\r\nContent-Length: 65\r\n\r\n") ==
            Words{"head POST / ", "error 413"});
    REQUIRE(read("POST / HTTP/1.1\r\nContent-Length: 18446744073709551615\r\n\r\n").back() ==
            "error 413");
    const std::string chunked = "POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n";
    const std::string half = "20\r\n" + std::string(32, 'x') + "\r\n";
    REQUIRE(read(chunked + half + half + "0\r\n\r\n").back() ==
            "request POST /  " + std::string(64, 'x'));
    REQUIRE(read(chunked + half + half + "1\r\n").back() == "error 413");
    REQUIRE(read(chunked + "41\r\n").back() == "error 413");
    REQUIRE(read(chunked + "ffffffffffffffff\r\n").back() == "error 413");
}

TEST_CASE("request reader: trailers and chunk extensions are bounded", "[HTTP-007]") {
    const std::string chunked = "POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n";
    REQUIRE(read(chunked + "1;" + std::string(300, 'x')).back() == "error 431");
    REQUIRE(read(chunked + "0\r\nA: " + std::string(300, 'x')).back() == "error 431");
    REQUIRE(read_in_pieces(chunked + "0\r\nA: " + std::string(300, 'x'), 10).back() == "error 431");
}

TEST_CASE("request reader: a skipped body is bounded and not kept", "[HTTP-020]") {
    Reading reading;
    const std::string start = "POST /a HTTP/1.1\r\nContent-Length: 100\r\n\r\n";
    std::string_view data = start;
    REQUIRE(reading.reader.next(data) == Found::head);
    reading.reader.skip_body(100);
    REQUIRE(reading.reader.next(data) == Found::nothing);
    const std::string rest = std::string(100, 'x') + "GET /b HTTP/1.1\r\n\r\n";
    reading.feed(rest);
    REQUIRE(reading.found == Words{"request POST /a  ", "head GET /b ", "request GET /b  "});

    Reading chunked;
    const std::string chunks = "POST /a HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n64\r\n" +
                               std::string(100, 'x') + "\r\n1\r\n";
    data = chunks;
    REQUIRE(chunked.reader.next(data) == Found::head);
    chunked.reader.skip_body(100);
    REQUIRE(chunked.reader.next(data) == Found::error);
}

TEST_CASE("request reader: what the client says about its connection", "[HTTP-003]") {
    struct Row {
        std::string bytes;
        bool keep_alive, http_1_0;
    };
    const std::vector<Row> rows{
        {"GET / HTTP/1.1\r\n\r\n", true, false},
        {"GET / HTTP/1.1\r\nConnection: close\r\n\r\n", false, false},
        {"GET / HTTP/1.1\r\nconnection: foo, Close\r\n\r\n", false, false},
        {"GET / HTTP/1.1\r\nConnection: keep-alive\r\n\r\n", true, false},
        {"GET / HTTP/1.0\r\n\r\n", false, true},
        {"GET / HTTP/1.0\r\nConnection: Keep-Alive\r\n\r\n", true, true},
    };
    for (const Row& row : rows) {
        INFO(row.bytes);
        Reading reading;
        std::string_view data = row.bytes;
        REQUIRE(reading.reader.next(data) == Found::head);
        REQUIRE(reading.reader.keep_alive() == row.keep_alive);
        REQUIRE(reading.reader.http_1_0() == row.http_1_0);
    }
}

TEST_CASE("request reader: what is known about a body from its head", "[HTTP-007]") {
    struct Row {
        std::string bytes;
        bool body, expects_continue;
        std::optional<std::uint64_t> length;
    };
    const std::string expect = "Expect: 100-Continue\r\n";
    const std::vector<Row> rows{
        {"GET / HTTP/1.1\r\n\r\n", false, false, 0},
        {"GET / HTTP/1.1\r\n" + expect + "\r\n", false, false, 0},
        {"POST / HTTP/1.1\r\nContent-Length: 3\r\n" + expect + "\r\n", true, true, 3},
        {"POST / HTTP/1.0\r\nContent-Length: 3\r\n" + expect + "\r\n", true, false, 3},
        {"POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n" + expect + "\r\n", true, true,
         std::nullopt},
    };
    for (const Row& row : rows) {
        INFO(row.bytes);
        Reading reading;
        std::string_view data = row.bytes;
        REQUIRE_FALSE(reading.reader.in_body());
        REQUIRE(reading.reader.next(data) == Found::head);
        REQUIRE(reading.reader.has_body() == row.body);
        REQUIRE(reading.reader.expects_continue() == row.expects_continue);
        REQUIRE(reading.reader.content_length() == row.length);
        REQUIRE(reading.reader.in_body());
    }
}

TEST_CASE("request reader: line breaks between requests begin nothing", "[HTTP-003]") {
    Reading reading;
    reading.feed("\r\n\r\n\n");
    REQUIRE(reading.found.empty());
    REQUIRE_FALSE(reading.reader.in_head());
    reading.feed("G");
    REQUIRE(reading.reader.in_head());
}

TEST_CASE("request reader: a trailer does not become a header", "[HTTP-007]") {
    Reading reading;
    std::string_view data = chunked_post;
    REQUIRE(reading.reader.next(data) == Found::head);
    REQUIRE(reading.reader.next(data) == Found::request);
    REQUIRE_FALSE(reading.reader.request().header("X-Trailer").has_value());
}

}  // namespace cqhttp::net
