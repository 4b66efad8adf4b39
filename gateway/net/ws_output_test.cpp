#include "gateway/net/ws_output.hpp"

#include "gateway/tests/support/catch.hpp"

#include <algorithm>
#include <memory>
#include <string>

using std::string_literals::operator""s;

namespace cqhttp::net {
namespace {

std::string gathered(const WsOutput& output, std::size_t* pieces = nullptr) {
    std::array<iovec, 64> list{};
    const std::size_t count = output.gather(list);
    std::string text;
    for (std::size_t i = 0; i < count; ++i) {
        text.append(static_cast<const char*>(list[i].iov_base), list[i].iov_len);
    }
    if (pieces != nullptr) {
        *pieces = count;
    }
    return text;
}

SharedText shared(std::string text) {
    return std::make_shared<const std::string>(std::move(text));
}

}  // namespace

TEST_CASE("ws output: own texts join and shared frames are referenced", "[WS-040][WS-050]") {
    TextPool pool;
    WsOutput output;
    const SharedText frame = shared("\x81\x01s");
    output.push(pool, WsOpcode::text, "a", {});
    output.push(pool, WsOpcode::text, "b", {});
    output.push(frame);
    output.push(pool, WsOpcode::ping, "p", {});
    std::size_t pieces = 0;
    CHECK(gathered(output, &pieces) ==
          "\x81\x01"
          "a\x81\x01"
          "b\x81\x01s\x89\x01p");
    CHECK(pieces == 3);
    CHECK(frame.use_count() == 2);
    CHECK(output.texts() == 3);
    CHECK(output.bytes() == 12);
}

TEST_CASE("ws output: any part may be written at a time", "[WS-061]") {
    TextPool pool;
    for (std::size_t step = 1; step < 20; ++step) {
        WsOutput output;
        std::string expect;
        for (int i = 0; i < 200; ++i) {
            const std::string text(static_cast<std::size_t>(i % 7), 'x');
            if (i % 3 == 0) {
                std::string bytes;
                append_frame(bytes, WsOpcode::text, text);
                output.push(shared(bytes));
            } else {
                output.push(pool, WsOpcode::text, text, {});
            }
            append_frame(expect, WsOpcode::text, text);
        }
        std::string written;
        while (!output.empty()) {
            const std::string next = gathered(output).substr(0, step);
            written += next;
            output.consume(pool, next.size());
        }
        CHECK(written == expect);
        CHECK(output.texts() == 0);
    }
}

TEST_CASE("ws output: a frame that was begun is finished and the others dropped", "[WS-061]") {
    struct Row {
        const char* name;
        std::size_t written;
        std::string left;
    };
    const std::vector<Row> rows{
        {"nothing written", 0, ""},
        {"one byte of the first", 1,
         "\x01"
         "a"},
        {"all of the first", 3, ""},
        {"one byte of the second, which lies in the same piece", 4,
         "\x02"
         "bb"},
        {"both", 7, ""},
        {"one byte of the shared one", 8, "\x01s"},
        {"all but the last byte of the last", 12, "d"},
    };
    for (const Row& row : rows) {
        INFO(row.name);
        TextPool pool;
        WsOutput output;
        output.push(pool, WsOpcode::text, "a", {});
        output.push(pool, WsOpcode::text, "bb", {});
        output.push(shared("\x81\x01s"));
        output.push(pool, WsOpcode::text, "d", {});
        output.consume(pool, row.written);
        output.keep_started(pool);
        CHECK(gathered(output) == row.left);
        CHECK(output.bytes() == row.left.size());
        CHECK(output.empty() == row.left.empty());
        output.push(pool, WsOpcode::close, "\x03\xf5", {});
        CHECK(gathered(output) == row.left + "\x88\x02\x03\xf5");
    }
}

TEST_CASE("ws output: memory goes back when everything is written", "[WS-012]") {
    TextPool pool;
    WsOutput output;
    output.push(pool, WsOpcode::text, std::string(1000, 'x'), {});
    output.consume(pool, output.bytes());
    CHECK(output.empty());
    CHECK(pool.take().capacity() >= 1000);
    output.push(pool, WsOpcode::text, "y", {});
    output.clear(pool);
    CHECK(output.empty());
    CHECK(output.texts() == 0);
    CHECK(gathered(output).empty());
}

}  // namespace cqhttp::net
