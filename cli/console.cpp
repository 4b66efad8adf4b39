#include "cli/console.hpp"

#include "gateway/base/text.hpp"

#include <cstdlib>
#include <sys/ioctl.h>
#include <unistd.h>

namespace cqhttp::cli {
namespace {

std::string environment(const char* name) {
    const char* value = std::getenv(name);
    return value == nullptr ? std::string() : std::string(value);
}

std::size_t find_columns(bool terminal) {
    const auto named = parse_int64(environment("COLUMNS"));
    if (named && *named > 0) {
        return static_cast<std::size_t>(*named);
    }
    if (!terminal) {
        return 0;
    }
    winsize size{};
    if (::ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0) {
        return size.ws_col;
    }
    return 80;
}

// C2 80 ... C2 9F is U+0080 ... U+009F, which some terminals obey like escape sequences.
bool is_c1(std::string_view text, std::size_t at) {
    return text[at] == '\xC2' && at + 1 < text.size() &&
           static_cast<unsigned char>(text[at + 1]) < 0xA0;
}

}  // namespace

Surroundings look_around() {
    Surroundings found;
    found.url = environment("CQHTTP_URL");
    found.token = Secret(environment("CQHTTP_TOKEN"));
    found.secret = Secret(environment("CQHTTP_SECRET"));
    found.terminal = ::isatty(STDOUT_FILENO) == 1;
    found.no_color = !environment("NO_COLOR").empty() || environment("TERM") == "dumb";
    found.columns = find_columns(found.terminal);
    return found;
}

Layout choose_layout(const Surroundings& surroundings, ColorMode mode) {
    Layout layout;
    layout.terminal = surroundings.terminal;
    layout.columns = surroundings.columns;
    layout.color = mode == ColorMode::always || (mode == ColorMode::automatic &&
                                                 surroundings.terminal && !surroundings.no_color);
    return layout;
}

Console::Console(std::ostream& out, std::ostream& err, Layout layout)
    : out_(out), err_(err), layout_(layout) {}

void Console::write(std::string_view text) {
    out_.write(text.data(), static_cast<std::streamsize>(text.size()));
}

void Console::note(std::string_view line) {
    out_.flush();
    err_ << "cqhttp-cli: " << without_controls(line) << '\n';
    err_.flush();
}

bool Console::flush() {
    out_.flush();
    return out_.good();
}

std::string without_controls(std::string_view text, std::string_view keep) {
    std::string safe;
    safe.reserve(text.size());
    for (std::size_t at = 0; at < text.size(); ++at) {
        const auto byte = static_cast<unsigned char>(text[at]);
        const bool control = byte < 0x20 || byte == 0x7F;
        if (is_c1(text, at)) {
            safe += ' ';
            ++at;
        } else if (control && keep.find(text[at]) == std::string_view::npos) {
            safe += ' ';
        } else {
            safe += text[at];
        }
    }
    return safe;
}

std::string masked(std::string text, const Secret& hidden) {
    const std::string_view secret = hidden.reveal();
    constexpr std::string_view mask = "***";
    for (std::size_t at = 0; !secret.empty(); at += mask.size()) {
        at = text.find(secret, at);
        if (at == std::string::npos) {
            break;
        }
        text.replace(at, secret.size(), mask);
    }
    return text;
}

}  // namespace cqhttp::cli
