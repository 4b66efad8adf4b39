#include "conformance/transcript.hpp"

#include "gateway/tests/support/catch.hpp"

namespace cqhttp::conformance {

TEST_CASE("transcript: secrets are masked wherever and however they stand", "[conformance]") {
    Transcript transcript;
    transcript.mask("tok~en of/mine");
    transcript.sent("http 1", "Authorization: Token tok~en of/mine\r\n");
    transcript.received("http 1", "GET /?access_token=tok~en%20of%2Fmine HTTP/1.1\r\n");
    const std::string text = to_text(transcript.entries(), "");
    CHECK(text.find("mine") == std::string::npos);
    CHECK(text.find("Token ***") != std::string::npos);
    CHECK(text.find("access_token=*** HTTP") != std::string::npos);
    CHECK(transcript.masked("tok~en of/mine!") == "***!");
}

TEST_CASE("transcript: a secret at the end of a long entry leaves no part of it", "[conformance]") {
    Transcript transcript;
    transcript.mask("abcdefghij");
    transcript.sent("http 1", std::string(4091, 'x') + "abcdefghij");
    CHECK(transcript.entries().front().text.find("abc") == std::string::npos);
    CHECK(transcript.entries().front().size == 4101);
}

TEST_CASE("transcript: the transcript of one case leaves room for the next", "[conformance]") {
    Transcript transcript;
    for (int i = 0; i < 100; ++i) {
        transcript.sent("http 1", std::string(5000, 'x'));
    }
    CHECK(transcript.take().size() == 100);
    CHECK(transcript.entries().empty());
    transcript.sent("http 1", "hello");
    CHECK(transcript.entries().front().text == "hello");
}

TEST_CASE("transcript: bytes are shown so that people can read them", "[conformance]") {
    CHECK(printable("a\r\nb\n\x01\x7f\xff") == "a\nb\n\\x01\\x7f\\xff");
    CHECK(printable("你好") == "你好");
    CHECK(printable("\xc2\x9b") == "\\xc2\\x9b");
    Transcript transcript;
    transcript.sent("http 1", "GET / HTTP/1.1\r\nHost: x\r\n\r\n");
    transcript.received("reverse 12", "x");
    CHECK(to_text(transcript.entries(), "  ") ==
          "  > http 1      GET / HTTP/1.1\n  >             Host: x\n  < reverse 12  x\n");
}

}  // namespace cqhttp::conformance
