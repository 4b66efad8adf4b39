#include "gateway/net/interruption.hpp"

#include "gateway/tests/support/catch.hpp"
#include "gateway/tests/support/run_coro.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <chrono>

namespace cqhttp::net {
namespace {

using std::chrono_literals::operator""h;
using std::chrono_literals::operator""ms;
using Clock = std::chrono::steady_clock;
using Cause = Interruption::Cause;

struct Fixture {
    // The loop tells timers in the order of their times, however slow it is.
    Cause cause_after(std::chrono::milliseconds time) {
        const auto wait = [&]() -> asio::awaitable<void> {
            asio::steady_timer timer(context, begin + time);
            co_await timer.async_wait(asio::use_awaitable);
        };
        test::run_coro(context, wait());
        return interruption.cause();
    }
    Clock::time_point in(std::chrono::milliseconds time) const { return begin + time; }

    asio::io_context context{1};
    Interruption interruption{context.get_executor()};
    const Clock::time_point begin = Clock::now();
};

}  // namespace

TEST_CASE("interruption: a deadline interrupts and is forgotten", "[net]") {
    Fixture fixture;
    fixture.interruption.set_deadline(fixture.in(20ms));
    CHECK(fixture.cause_after(40ms) == Cause::time);
    fixture.interruption.rest();
    CHECK(fixture.cause_after(60ms) == Cause::none);
    fixture.interruption.set_deadline(fixture.in(80ms));
    fixture.interruption.reset();
    CHECK(fixture.cause_after(100ms) == Cause::none);
}

TEST_CASE("interruption: the deadline that was set last counts", "[net][POST-015]") {
    Fixture fixture;
    SECTION("one further away") {
        fixture.interruption.set_deadline(fixture.in(20ms));
        fixture.interruption.rest();
        fixture.interruption.set_deadline(fixture.in(60ms));
        CHECK(fixture.cause_after(40ms) == Cause::none);
        CHECK(fixture.cause_after(80ms) == Cause::time);
    }
    SECTION("one that is nearer") {
        fixture.interruption.set_deadline(fixture.begin + 1h);
        fixture.interruption.rest();
        fixture.interruption.set_deadline(fixture.in(20ms));
        CHECK(fixture.cause_after(40ms) == Cause::time);
    }
    SECTION("none") {
        fixture.interruption.set_deadline(fixture.in(20ms));
        fixture.interruption.set_deadline(Clock::time_point::max());
        CHECK(fixture.cause_after(40ms) == Cause::none);
        fixture.interruption.set_deadline(fixture.in(60ms));
        CHECK(fixture.cause_after(80ms) == Cause::time);
    }
}

TEST_CASE("interruption: what has ended leaves the loop nothing to wait for", "[net]") {
    Fixture fixture;
    SECTION("forgotten") {
        fixture.interruption.set_deadline(fixture.begin + 1h);
        fixture.interruption.reset();
    }
    SECTION("stopped while its timer runs on for nothing") {
        fixture.interruption.set_deadline(fixture.begin + 1h);
        fixture.interruption.rest();
        fixture.interruption.stop();
        CHECK(fixture.interruption.cause() == Cause::stop);
    }
    fixture.context.restart();
    fixture.context.run_for(std::chrono::seconds(60));
    CHECK(fixture.context.stopped());
}

}  // namespace cqhttp::net
