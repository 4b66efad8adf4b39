#pragma once

#include "gateway/base/secret.hpp"

#include <cstddef>
#include <cstdint>
#include <ostream>
#include <string>
#include <string_view>

namespace cqhttp::cli {

// What the program promises to scripts; every --help lists it.
namespace exit_code {
inline constexpr int ok = 0;
inline constexpr int failed = 1;
inline constexpr int usage = 2;
inline constexpr int no_answer = 3;
inline constexpr int refused = 4;
inline constexpr int not_a_reply = 5;
inline constexpr int wrong_echo = 6;
inline constexpr int interrupted = 130;
}  // namespace exit_code

enum class ColorMode : std::uint8_t { automatic, always, never };

// What the program was started in. Tests make their own.
struct Surroundings {
    std::string url;          // CQHTTP_URL
    Secret token;             // CQHTTP_TOKEN
    Secret secret;            // CQHTTP_SECRET
    bool terminal = false;    // standard output is one
    bool no_color = false;    // NO_COLOR is set, or the terminal is dumb
    std::size_t columns = 0;  // of the terminal, or COLUMNS; 0: lines are not wrapped
};
Surroundings look_around();

struct Layout {
    bool terminal = false;  // for eyes: JSON over several lines, control characters made harmless
    bool color = false;
    std::size_t columns = 0;
};
Layout choose_layout(const Surroundings& surroundings, ColorMode mode);

// Results go to one stream and everything else to the other, so that a pipe sees results only.
class Console {
public:
    Console(std::ostream& out, std::ostream& err, Layout layout);

    const Layout& layout() const noexcept { return layout_; }

    // A piece of the result, byte for byte.
    void write(std::string_view text);
    // A line for people on standard error, "cqhttp-cli: " before it. Control characters, which may
    // come from a peer, become blanks.
    void note(std::string_view line);
    // False if a piece of the result could not be written (a full disk).
    bool flush();

private:
    std::ostream& out_;
    std::ostream& err_;
    Layout layout_;
};

// `text` with every control character but those in `keep` as a blank: safe on a terminal.
std::string without_controls(std::string_view text, std::string_view keep = {});

// `text` with every occurrence of `hidden` as "***": a server may send back what it got, and a
// token must not reach a screen or a log that way.
std::string masked(std::string text, const Secret& hidden);

}  // namespace cqhttp::cli
