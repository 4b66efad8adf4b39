#include "gateway/net/ws_frame.hpp"

#include "gateway/tests/support/catch.hpp"

#include <algorithm>
#include <chrono>
#include <random>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

using std::string_literals::operator""s;
using std::string_view_literals::operator""sv;

namespace cqhttp::net {
namespace {

constexpr std::array<char, 4> key{'\x37', '\xfa', '\x21', '\x3d'};
constexpr std::size_t bound = 1000;

// A frame written by hand: first byte, then a masked payload whose length fits the second byte.
std::string masked(unsigned first, std::string_view payload, std::array<char, 4> mask = key) {
    std::string frame;
    frame.push_back(static_cast<char>(first));
    if (payload.size() < 126) {
        frame.push_back(static_cast<char>(0x80U | payload.size()));
    } else {
        frame.push_back('\xfe');
        frame.push_back(static_cast<char>(payload.size() >> 8U));
        frame.push_back(static_cast<char>(payload.size() & 0xFFU));
    }
    frame.append(mask.data(), mask.size());
    for (std::size_t i = 0; i < payload.size(); ++i) {
        frame.push_back(static_cast<char>(payload[i] ^ mask[i % 4]));
    }
    return frame;
}

std::string text_of(const WsDecoder& decoder, WsDecoder::Found found) {
    switch (found) {
        case WsDecoder::Found::message:
            return (decoder.message().binary ? "binary:" : "text:") +
                   std::string(decoder.message().payload);
        case WsDecoder::Found::ping: return "ping:" + std::string(decoder.text());
        case WsDecoder::Found::pong: return "pong:" + std::string(decoder.text());
        case WsDecoder::Found::close:
            return "close:" + std::to_string(decoder.code()) + ":" + std::string(decoder.text());
        case WsDecoder::Found::error: return "error:" + std::to_string(decoder.code());
        case WsDecoder::Found::nothing: break;
    }
    return "nothing";
}

using Log = std::vector<std::string>;

// Feeds the pieces one after the other, as reads would bring them.
Log decode(std::vector<std::string> pieces, WsRole role = WsRole::server,
           std::size_t max_message = bound) {
    WsDecoder decoder(role, max_message);
    Log log;
    for (std::string& piece : pieces) {
        std::span<char> data(piece);
        while (!data.empty()) {
            const auto found = decoder.next(data);
            if (found == WsDecoder::Found::nothing) {
                break;
            }
            log.push_back(text_of(decoder, found));
            if (found == WsDecoder::Found::close || found == WsDecoder::Found::error) {
                return log;
            }
        }
        decoder.forget();
    }
    return log;
}

std::vector<std::string> one_by_one(std::string_view bytes) {
    std::vector<std::string> pieces;
    for (const char byte : bytes) {
        pieces.emplace_back(1, byte);
    }
    return pieces;
}

}  // namespace

TEST_CASE("ws frame: the examples of RFC 6455 are read", "[WS-015][WS-014]") {
    const Log hello{"text:Hello"};
    CHECK(decode({"\x81\x05Hello"}, WsRole::client) == hello);
    CHECK(decode({"\x81\x85\x37\xfa\x21\x3d\x7f\x9f\x4d\x51\x58"}) == hello);
    CHECK(decode({"\x01\x03Hel", "\x80\x02lo"}, WsRole::client) == hello);
    CHECK(decode({"\x89\x05Hello"}, WsRole::client) == Log{"ping:Hello"});
    CHECK(decode({"\x8a\x85\x37\xfa\x21\x3d\x7f\x9f\x4d\x51\x58"}) == Log{"pong:Hello"});
    const std::string binary(256, 'b');
    CHECK(decode({"\x82\x7e\x01\x00"s + binary}, WsRole::client) == Log{"binary:" + binary});
    const std::string large(65536, 'b');
    CHECK(decode({"\x82\x7f\x00\x00\x00\x00\x00\x01\x00\x00"s + large}, WsRole::client, 65536) ==
          Log{"binary:" + large});
}

TEST_CASE("ws frame: what breaks the protocol is an error with its code", "[WS-017][WS-018]") {
    struct Row {
        std::string name, bytes;
        std::string expect;
        WsRole role = WsRole::server;
    };
    const std::string start = masked(0x01, "a");
    const std::vector<Row> rows{
        {"unmasked frame from a client", "\x81\x01x", "error:1002"},
        {"masked frame from a server", masked(0x81, "x"), "error:1002", WsRole::client},
        {"reserved bit 1", masked(0xC1, "x"), "error:1002"},
        {"reserved bit 2", masked(0xA1, "x"), "error:1002"},
        {"reserved bit 3", masked(0x91, "x"), "error:1002"},
        {"reserved bit of a control frame", masked(0xC9, "x"), "error:1002"},
        {"opcode 3", masked(0x83, "x"), "error:1002"},
        {"opcode 7", masked(0x87, "x"), "error:1002"},
        {"opcode 11", masked(0x8B, "x"), "error:1002"},
        {"opcode 15", masked(0x8F, "x"), "error:1002"},
        {"fragmented ping", masked(0x09, "x"), "error:1002"},
        {"fragmented close", masked(0x08, ""), "error:1002"},
        {"ping of 126 bytes", masked(0x89, std::string(126, 'p')), "error:1002"},
        {"continuation of nothing", masked(0x80, "x"), "error:1002"},
        {"text inside a fragmented message", start + masked(0x81, "x"), "error:1002"},
        {"binary inside a fragmented message", start + masked(0x02, "x"), "error:1002"},
        {"16 bit length below 126", "\x81\xfe\x00\x7d"s, "error:1002"},
        {"64 bit length below 65536", "\x81\xff\x00\x00\x00\x00\x00\x00\xff\xff"s, "error:1002"},
        {"length beyond 63 bits", "\x81\xff\x80\x00\x00\x00\x00\x00\x00\x00"s, "error:1002"},
        {"close with half a status", masked(0x88, "\x03"), "error:1002"},
        {"close with 999", masked(0x88, "\x03\xe7"), "error:1002"},
        {"close with 1004", masked(0x88, "\x03\xec"), "error:1002"},
        {"close with 1005", masked(0x88, "\x03\xed"), "error:1002"},
        {"close with 1006", masked(0x88, "\x03\xee"), "error:1002"},
        {"close with 1015", masked(0x88, "\x03\xf7"), "error:1002"},
        {"close with 2999", masked(0x88, "\x0b\xb7"), "error:1002"},
        {"close with 5000", masked(0x88, "\x13\x88"), "error:1002"},
        {"close with a reason that is not UTF-8", masked(0x88, "\x03\xe8\xff"), "error:1007"},
        {"text that is not UTF-8", masked(0x81, "ab\xc3(cdefgh"), "error:1007"},
        {"text with a surrogate", masked(0x81, "\xed\xa0\x80"), "error:1007"},
        {"text cut inside a character", masked(0x81, "\xe4\xbd"), "error:1007"},
        {"unmasked text that is not UTF-8", "\x81\x02\xc3(", "error:1007", WsRole::client},
        {"fragments that are not UTF-8", masked(0x01, "\xe4") + masked(0x80, "x"), "error:1007"},
        {"header of a message over the bound", "\x81\xfe\x03\xe9"s, "error:1009"},
        {"header of 64 bits over the bound", "\x82\xff\x00\x00\x00\x00\x01\x00\x00\x00"s,
         "error:1009"},
        {"fragments over the bound together",
         masked(0x01, std::string(600, 'a')) + masked(0x00, std::string(400, 'a')) + "\x00\x81"s,
         "error:1009"},
    };
    for (const Row& row : rows) {
        INFO(row.name);
        CHECK(decode({row.bytes}, row.role) == Log{row.expect});
        CHECK(decode(one_by_one(row.bytes), row.role) == Log{row.expect});
    }
}

TEST_CASE("ws frame: what the protocol allows is accepted", "[WS-015][WS-018][WSR-052]") {
    struct Row {
        std::string name, bytes;
        Log expect;
    };
    const std::string full(1000, 'a');
    const std::vector<Row> rows{
        {"empty text", masked(0x81, ""), {"text:"}},
        {"empty binary", masked(0x82, ""), {"binary:"}},
        {"binary of any bytes", masked(0x82, "\xff\xfe\x00"sv), {"binary:\xff\xfe\x00"s}},
        {"text of characters of every length",
         masked(0x81, "a\xc3\xa9\xe4\xbd\xa0\xf0\x9f\x98\x80"),
         {"text:a\xc3\xa9\xe4\xbd\xa0\xf0\x9f\x98\x80"}},
        {"character cut by a fragment",
         masked(0x01, "\xe4") + masked(0x80, "\xbd\xa0"),
         {"text:\xe4\xbd\xa0"}},
        {"empty fragments",
         masked(0x01, "") + masked(0x00, "") + masked(0x00, "x") + masked(0x80, ""),
         {"text:x"}},
        {"ping inside a fragmented message",
         masked(0x01, "a") + masked(0x89, "p") + masked(0x00, "b") + masked(0x8A, "q") +
             masked(0x80, "c"),
         {"ping:p", "pong:q", "text:abc"}},
        {"close inside a fragmented message",
         masked(0x01, "a") + masked(0x88, "\x03\xe8"),
         {"close:1000:"}},
        {"two fragmented messages in a row",
         masked(0x01, "a") + masked(0x80, "b") + masked(0x02, "\xff") + masked(0x80, "d"),
         {"text:ab",
          "binary:\xff"
          "d"}},
        {"ping of 125 bytes",
         masked(0x89, std::string(125, 'p')),
         {"ping:" + std::string(125, 'p')}},
        {"empty ping", masked(0x89, ""), {"ping:"}},
        {"message of exactly the bound", masked(0x81, full), {"text:" + full}},
        {"fragments of exactly the bound",
         masked(0x01, full.substr(0, 999)) + masked(0x80, "a"),
         {"text:" + full}},
        {"close without a status", masked(0x88, ""), {"close:1005:"}},
        {"close with 1000", masked(0x88, "\x03\xe8"), {"close:1000:"}},
        {"close with 1014", masked(0x88, "\x03\xf6"), {"close:1014:"}},
        {"close with 3000", masked(0x88, "\x0b\xb8"), {"close:3000:"}},
        {"close with 4999 and a reason",
         masked(0x88,
                "\x13\x87"
                "bye"),
         {"close:4999:bye"}},
        {"nothing after a close is looked at",
         masked(0x88, "\x03\xe8") + "\xff\xff",
         {"close:1000:"}},
    };
    for (const Row& row : rows) {
        INFO(row.name);
        CHECK(decode({row.bytes}) == row.expect);
        CHECK(decode(one_by_one(row.bytes)) == row.expect);
    }
}

TEST_CASE("ws frame: the same bytes cut in every way give the same messages", "[WS-015]") {
    const std::string bytes = masked(0x81, "one") + masked(0x01, "two ") + masked(0x89, "ping") +
                              masked(0x00, std::string(300, 'x')) + masked(0x80, "\xe4\xbd\xa0") +
                              masked(0x82, std::string(200, '\xff')) + masked(0x8A, "") +
                              masked(0x81, "") +
                              masked(0x88,
                                     "\x03\xe9"
                                     "done");
    const Log whole = decode({bytes});
    REQUIRE(whole.size() == 7);
    for (std::size_t cut = 1; cut < bytes.size(); ++cut) {
        INFO("cut at " << cut);
        REQUIRE(decode({bytes.substr(0, cut), bytes.substr(cut)}) == whole);
    }
    std::mt19937 random(20231);
    for (int round = 0; round < 2000; ++round) {
        std::vector<std::string> pieces;
        std::size_t at = 0;
        while (at < bytes.size()) {
            const std::size_t length = 1 + random() % 40;
            pieces.push_back(bytes.substr(at, length));
            at += length;
        }
        INFO("round " << round);
        REQUIRE(decode(std::move(pieces)) == whole);
    }
}

TEST_CASE("ws frame: messages stay readable until they are forgotten", "[WS-040]") {
    WsDecoder decoder(WsRole::server, bound);
    std::string bytes = masked(0x01, "fragmented ") + masked(0x80, "message") +
                        masked(0x81, "whole") + masked(0x01, "second ") + masked(0x80, "one") +
                        masked(0x01, "not complete");
    std::span<char> data(bytes);
    std::vector<WsMessage> batch;
    while (decoder.next(data) == WsDecoder::Found::message) {
        batch.push_back(decoder.message());
    }
    REQUIRE(batch.size() == 3);
    CHECK(batch[0].payload == "fragmented message");
    CHECK(batch[1].payload == "whole");
    CHECK(batch[2].payload == "second one");
    CHECK(data.empty());
    decoder.forget();
    std::string rest = masked(0x80, "!");
    data = rest;
    REQUIRE(decoder.next(data) == WsDecoder::Found::message);
    CHECK(decoder.message().payload == "not complete!");
}

TEST_CASE("ws frame: a whole frame is handed out where it lies", "[WS-040]") {
    WsDecoder decoder(WsRole::server, bound);
    std::string bytes = masked(0x81, "in place");
    std::span<char> data(bytes);
    REQUIRE(decoder.next(data) == WsDecoder::Found::message);
    CHECK(decoder.message().payload.data() == bytes.data() + 6);
}

TEST_CASE("ws frame: masking works at every offset and length", "[WSR-021]") {
    const std::string plain = "The quick brown fox jumps over the lazy dog";
    for (std::size_t offset = 0; offset < 9; ++offset) {
        for (std::size_t length = 0; length + offset <= plain.size(); ++length) {
            std::string data = plain.substr(offset, length);
            std::string expect = data;
            for (std::size_t i = 0; i < length; ++i) {
                expect[i] = static_cast<char>(expect[i] ^ key[(offset + i) % 4]);
            }
            apply_mask(data, key, offset);
            REQUIRE(data == expect);
            REQUIRE_FALSE(apply_mask(data, key, offset));
            REQUIRE(data == plain.substr(offset, length));
        }
    }
    for (std::size_t place = 0; place < 20; ++place) {
        std::string data(20, 'a');
        data[place] = '\x80';
        apply_mask(data, key);
        CHECK(apply_mask(data, key));
    }
}

TEST_CASE("ws frame: frames are printed in the shortest form", "[WS-019][WSR-021]") {
    const auto printed = [](std::size_t size) {
        std::string out;
        append_frame(out, WsOpcode::text, std::string(size, 'x'));
        CHECK(printed_frame_length(out + "behind it") == out.size());
        return out.substr(0, out.size() - size);
    };
    CHECK(printed(0) == "\x81\x00"s);
    CHECK(printed(125) == "\x81\x7d");
    CHECK(printed(126) == "\x81\x7e\x00\x7e"s);
    CHECK(printed(65535) == "\x81\x7e\xff\xff");
    CHECK(printed(65536) == "\x81\x7f\x00\x00\x00\x00\x00\x01\x00\x00"s);

    std::string out = "before";
    append_frame(out, WsOpcode::text, "Hello", key);
    CHECK(out == "before\x81\x85\x37\xfa\x21\x3d\x7f\x9f\x4d\x51\x58");
    CHECK(printed_frame_length(std::string_view(out).substr(6)) == 11);
    CHECK(print_close(1000) == "\x03\xe8");
    CHECK(print_close(close_code::none).empty());
    CHECK(print_close(close_code::abnormal).empty());
}

// A quadratic decoder needs hours for these; the bounds only catch that.
TEST_CASE("ws frame: small pieces cost no more than their bytes", "[WS-015]") {
    const auto start = std::chrono::steady_clock::now();
    WsDecoder decoder(WsRole::server, 4'000'000);

    std::string fragment = masked(0x01, "x");
    std::string bytes = fragment;
    for (int i = 0; i < 1'000'000; ++i) {
        bytes += masked(0x00, i % 2 == 0 ? "y" : "");
    }
    bytes += masked(0x80, "z");
    std::span<char> data(bytes);
    REQUIRE(decoder.next(data) == WsDecoder::Found::message);
    CHECK(decoder.message().payload.size() == 500'002);

    std::string large;
    append_frame(large, WsOpcode::binary, std::string(2'000'000, 'b'), key);
    auto found = WsDecoder::Found::nothing;
    for (char& byte : large) {
        data = std::span<char>(&byte, 1);
        found = decoder.next(data);
        decoder.forget();
    }
    CHECK(found == WsDecoder::Found::message);
    CHECK(std::chrono::steady_clock::now() - start < std::chrono::seconds(20));
}

}  // namespace cqhttp::net
