#include "gateway/net/polled_socket.hpp"

#include "gateway/tests/support/catch.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/deferred.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/error.hpp>
#include <boost/asio/ip/tcp.hpp>

#include <array>
#include <chrono>
#include <memory>
#include <poll.h>
#include <string>
#include <vector>

namespace cqhttp::net {
namespace {

using asio::ip::tcp;
using boost::system::error_code;
using Wait = PolledSocket::Wait;

// The two ends of a connection.
struct Pair {
    explicit Pair(asio::io_context& context) : near(connect(context, far)) {}

    static tcp::socket connect(asio::io_context& context, tcp::socket& far) {
        tcp::acceptor acceptor(context, tcp::endpoint(asio::ip::address_v4::loopback(), 0));
        far = tcp::socket(context);
        far.connect(acceptor.local_endpoint());
        return acceptor.accept();
    }
    void say(std::string_view text) { far.send(asio::buffer(text)); }
    std::string hear() {
        std::array<char, 64> room{};
        error_code error;
        const std::size_t size = near.read_some(room, error);
        return error ? error.message() : std::string(room.data(), size);
    }

    tcp::socket far{asio::system_executor()};
    PolledSocket near;
};

struct Fixture {
    // Runs the loop until `enough` waits have ended.
    void run(std::size_t enough) {
        const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(60);
        while (ended.size() < enough && std::chrono::steady_clock::now() < deadline) {
            context.restart();
            context.run_one_for(std::chrono::milliseconds(100));
        }
        REQUIRE(ended.size() == enough);
    }
    auto note(std::string name) {
        names.push_back(std::move(name));
        return [this, number = names.size() - 1](error_code error) {
            ended.push_back(names[number] + (error ? " " + error.message() : ""));
        };
    }

    asio::io_context context;
    std::vector<std::string> names, ended;
};

// Waits until the system has it.
bool arrived(const Pair& pair, short event) {
    pollfd wanted{pair.near.native_handle(), event, 0};
    return ::poll(&wanted, 1, 60'000) == 1 && (wanted.revents & event) != 0;
}

const std::string cancelled = " " + error_code(asio::error::operation_aborted).message();

}  // namespace

TEST_CASE("polled socket: a wait ends whenever there is something to read", "[net]") {
    Fixture fixture;
    Pair pair(fixture.context);
    CHECK(pair.hear() == error_code(asio::error::would_block).message());
    for (const char* text : {"one", "two", "three"}) {
        pair.near.async_wait(Wait::read, fixture.note(text));
        fixture.context.restart();
        fixture.context.poll();
        pair.say(text);
        fixture.run(fixture.names.size());
        CHECK(fixture.ended.back() == text);
        CHECK(pair.hear() == text);
    }
    pair.say("left");
    pair.near.async_wait(Wait::read, fixture.note("first"));
    fixture.run(4);
    pair.near.async_wait(Wait::read, fixture.note("again, it was not read"));
    fixture.run(5);
    CHECK(pair.hear() == "left");
}

TEST_CASE("polled socket: the end of the peer ends a wait", "[net]") {
    Fixture fixture;
    Pair pair(fixture.context);
    pair.near.async_wait(Wait::read, fixture.note("end"));
    SECTION("closed") {
        pair.far.close();
        fixture.run(1);
        CHECK(pair.hear() == error_code(asio::error::eof).message());
    }
    SECTION("reset") {
        pair.far.set_option(tcp::socket::linger(true, 0));
        pair.far.close();
        fixture.run(1);
        CHECK(pair.hear() == error_code(asio::error::connection_reset).message());
    }
    CHECK(fixture.ended.front() == "end");
}

TEST_CASE("polled socket: reading and writing are waited for at the same time", "[net]") {
    Fixture fixture;
    Pair pair(fixture.context);
    const std::string much(1024 * 1024, 'x');
    error_code error;
    while (!error) {
        pair.near.write_some(much, error);
    }
    REQUIRE(error == asio::error::would_block);
    pair.near.async_wait(Wait::write, fixture.note("write"));
    pair.near.async_wait(Wait::read, fixture.note("read"));
    pair.say("x");
    fixture.run(1);
    CHECK(fixture.ended.back() == "read");
    std::string room(much.size(), ' ');
    while (fixture.ended.size() < 2) {
        REQUIRE(pair.far.read_some(asio::buffer(room)) > 0);
        fixture.context.restart();
        fixture.context.poll();
    }
    CHECK(fixture.ended.back() == "write");
}

TEST_CASE("polled socket: what happens while nobody waits costs nothing and is not lost", "[net]") {
    Fixture fixture;
    Pair quiet(fixture.context);
    Pair pair(fixture.context);
    quiet.near.async_wait(Wait::read, fixture.note("quiet"));
    pair.near.async_wait(Wait::read, fixture.note("first"));
    pair.say("a");
    fixture.run(1);
    SECTION("unread data") {
        pair.say("b");
    }
    SECTION("reset") {
        pair.far.set_option(tcp::socket::linger(true, 0));
        pair.far.close();
    }
    // The loop hears of it once or twice, then there is nothing to do.
    int turns = 0;
    fixture.context.restart();
    while (fixture.context.run_one_for(std::chrono::milliseconds(20)) > 0) {
        REQUIRE(++turns < 10);
    }
    pair.near.async_wait(Wait::read, fixture.note("second"));
    fixture.run(2);
    CHECK(fixture.ended.back() == "second");
}

TEST_CASE("polled socket: cancel and close end a wait later", "[net]") {
    Fixture fixture;
    Pair pair(fixture.context);
    pair.near.async_wait(Wait::read, fixture.note("a"));
    pair.near.cancel();
    CHECK(fixture.ended.empty());
    fixture.run(1);
    pair.near.async_wait(Wait::read, fixture.note("b"));
    pair.near.async_wait(Wait::write, fixture.note("c"));
    pair.near.close();
    fixture.run(3);
    CHECK(fixture.ended ==
          std::vector<std::string>{"a" + cancelled, "b" + cancelled, "c" + cancelled});
    pair.near.async_wait(Wait::read, fixture.note("closed"));
    fixture.run(4);
    CHECK(fixture.ended.back() != "closed");
    // Nobody waits: the loop has nothing to do.
    fixture.context.restart();
    fixture.context.run();
}

TEST_CASE("polled socket: a handler may end the others that are ready", "[net]") {
    Fixture fixture;
    std::vector<std::unique_ptr<Pair>> pairs;
    for (int i = 0; i < 3; ++i) {
        pairs.push_back(std::make_unique<Pair>(fixture.context));
        pairs.back()->say("x");
    }
    int called = 0;
    for (const auto& pair : pairs) {
        pair->near.async_wait(Wait::read, [&, own = pair.get()](error_code error) {
            if (!error) {
                ++called;
                std::erase_if(pairs, [own](const auto& other) { return other.get() != own; });
            }
        });
    }
    fixture.context.run();
    CHECK(called == 1);
    CHECK(pairs.size() == 1);
}

TEST_CASE("polled socket: a loop that is destroyed destroys who waits", "[net]") {
    bool gone = false;
    {
        asio::io_context context;
        auto wait = [&]() -> asio::awaitable<void> {
            struct Mark {
                bool& flag;
                ~Mark() { flag = true; }
            };
            Pair pair(context);
            const Mark mark{gone};
            constexpr auto token = asio::as_tuple(asio::deferred);
            co_await pair.near.async_wait(Wait::read, token);
        };
        asio::co_spawn(context, wait, asio::detached);
        context.poll();
        CHECK_FALSE(gone);
    }
    CHECK(gone);
}

TEST_CASE("polled socket: Asio can have it back", "[net]") {
    Fixture fixture;
    Pair pair(fixture.context);
    pair.near.async_wait(Wait::read, fixture.note("here"));
    pair.say("a");
    fixture.run(1);
    tcp::socket socket = pair.near.release();
    std::array<char, 8> room{};
    CHECK(socket.read_some(asio::buffer(room)) == 1);
    socket.async_read_some(asio::buffer(room), [&](error_code, std::size_t size) {
        fixture.ended.push_back(std::string(room.data(), size));
    });
    pair.say("b");
    fixture.run(2);
    CHECK(fixture.ended.back() == "b");
    CHECK(socket.local_endpoint().port() != 0);
}

TEST_CASE("polled socket: what has come or ended is known before it is used again",
          "[net][POST-013]") {
    Fixture fixture;
    Pair pair(fixture.context);
    Pair other(fixture.context);
    const auto hears = [&](Pair& of, const std::string& text) {
        of.near.async_wait(Wait::read, fixture.note(text));
        of.say(text);
        fixture.run(fixture.names.size());
        return of.hear() == text;
    };
    CHECK(pair.near.is_quiet());  // never waited for
    REQUIRE(hears(pair, "one"));
    REQUIRE(hears(other, "two"));
    CHECK(pair.near.is_quiet());
    CHECK(other.near.is_quiet());
    SECTION("input") {
        other.say("more");
        REQUIRE(arrived(other, POLLIN));
        fixture.context.restart();
        fixture.context.poll();  // what was seen is forgotten
        CHECK(pair.near.is_quiet());
        CHECK_FALSE(other.near.is_quiet());
        CHECK(other.hear() == "more");
        CHECK(other.near.is_quiet());
    }
    SECTION("an end") {
        other.far.close();
        REQUIRE(arrived(other, POLLRDHUP));
        fixture.context.restart();
        fixture.context.poll();
        CHECK(pair.near.is_quiet());
        CHECK_FALSE(other.near.is_quiet());
    }
    SECTION("input of which nobody has been told yet") {
        struct Seen {
            Pair& pair;
            Pair& other;
            bool told = false, other_is_quiet = true;
        } seen{pair, other};
        pair.near.async_wait(Wait::read, [&seen](error_code) {
            seen.told = seen.pair.hear() == "three";
            seen.other_is_quiet = seen.other.near.is_quiet();
        });
        other.say("more");
        REQUIRE(arrived(other, POLLIN));
        pair.say("three");
        const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(60);
        while (!seen.told && std::chrono::steady_clock::now() < deadline) {
            fixture.context.restart();
            fixture.context.run_one_for(std::chrono::milliseconds(100));
        }
        REQUIRE(seen.told);
        CHECK_FALSE(seen.other_is_quiet);
    }
    SECTION("while what is ready is told") {
        struct Seen {
            Pair& pair;
            Pair& other;
            std::size_t told = 0;
            bool quiet = false, ended_is_quiet = true;
        } seen{pair, other};
        for (Pair* each : {&pair, &other}) {
            each->near.async_wait(Wait::read, [&seen](error_code) {
                seen.told += seen.pair.hear() == "three" ? 1U : 0U;
                seen.told += seen.other.hear() == "four" ? 1U : 0U;
                seen.quiet = seen.pair.near.is_quiet();
                seen.ended_is_quiet = seen.other.near.is_quiet();
            });
        }
        pair.say("three");
        other.say("four");
        other.far.close();
        REQUIRE(arrived(pair, POLLIN));
        REQUIRE(arrived(other, POLLRDHUP));
        const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(60);
        while (seen.told < 2 && std::chrono::steady_clock::now() < deadline) {
            fixture.context.restart();
            fixture.context.run_one_for(std::chrono::milliseconds(100));
        }
        REQUIRE(seen.told == 2);
        CHECK(seen.quiet);
        CHECK_FALSE(seen.ended_is_quiet);
    }
}

}  // namespace cqhttp::net
