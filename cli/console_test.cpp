#include "cli/console.hpp"

#include "gateway/tests/support/catch.hpp"

#include <sstream>

using cqhttp::cli::choose_layout;
using cqhttp::cli::ColorMode;
using cqhttp::cli::Console;
using cqhttp::cli::Surroundings;
using cqhttp::cli::without_controls;

namespace {

Surroundings on_terminal(bool terminal, bool no_color = false) {
    Surroundings surroundings;
    surroundings.terminal = terminal;
    surroundings.no_color = no_color;
    return surroundings;
}

}  // namespace

TEST_CASE("console: colours are for terminals unless somebody says otherwise", "[cli]") {
    REQUIRE(choose_layout(on_terminal(true), ColorMode::automatic).color);
    REQUIRE_FALSE(choose_layout(on_terminal(false), ColorMode::automatic).color);
    REQUIRE_FALSE(choose_layout(on_terminal(true, true), ColorMode::automatic).color);
    REQUIRE(choose_layout(on_terminal(false, true), ColorMode::always).color);
    REQUIRE_FALSE(choose_layout(on_terminal(true), ColorMode::never).color);
}

TEST_CASE("console: the reply and the words about it go to different streams", "[cli]") {
    std::ostringstream out;
    std::ostringstream err;
    Console console(out, err, {});
    console.write("{}\n");
    console.note("something");
    REQUIRE(out.str() == "{}\n");
    REQUIRE(err.str() == "cqhttp-cli: something\n");
    REQUIRE(console.flush());
}

TEST_CASE("console: a note stays one line whatever a peer put into it", "[cli]") {
    std::ostringstream out;
    std::ostringstream err;
    Console console(out, err, {});
    console.note(
        "a\r\nb\x1b[31mc\x7f\xC2\x9B"
        "d你\xC2\xA9");
    REQUIRE(err.str() == "cqhttp-cli: a  b [31mc  d你\xC2\xA9\n");
}

TEST_CASE("console: named control characters may stay", "[cli]") {
    REQUIRE(without_controls("a\n\tb\x01", "\n\t") == "a\n\tb ");
}

TEST_CASE("console: output that cannot be written is noticed", "[cli]") {
    std::ostringstream out;
    std::ostringstream err;
    Console console(out, err, {});
    out.setstate(std::ios::badbit);
    console.write("x");
    REQUIRE_FALSE(console.flush());
}
