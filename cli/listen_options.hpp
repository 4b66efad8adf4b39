#pragma once

#include "cli/api_client.hpp"
#include "cli/console.hpp"
#include "gateway/base/secret.hpp"
#include "gateway/protocol/profile.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace cqhttp::cli {

inline constexpr std::string_view default_event_url = "ws://127.0.0.1:6700/event/";

// How what happens is printed: JSON lines in a pipe and lines for people on a terminal unless it is
// said otherwise.
enum class LineForm : std::uint8_t { automatic, json, text };

// Which events a command shows and when it has seen enough, as typed.
struct WatchOptions {
    std::string filter;                    // empty: every event
    std::string until;                     // empty: no certain one
    std::size_t count = 0;                 // 0: any number
    std::chrono::milliseconds timeout{0};  // 0: for ever
};

struct ListenOptions {
    ApiTarget target;  // its timeout is not used
    std::string token_file;
    WatchOptions watch;
    LineForm form = LineForm::automatic;
    bool reconnect = true;
    std::chrono::milliseconds pause{3000};  // between attempts
    bool quiet = false;
    ColorMode color = ColorMode::automatic;
};

// What a reverse server does to clients on purpose.
struct Misbehaviour {
    enum class Kind : std::uint8_t { none, reject, close, drop, stall };
    Kind kind = Kind::none;
    unsigned status = 0;                 // reject: of the answer to the handshake
    std::uint16_t code = 0;              // close: of the close frame
    std::chrono::milliseconds after{0};  // close, drop, stall: since the handshake
};

struct ListenReverseOptions {
    std::string host = "127.0.0.1";
    std::uint16_t port = 8765;
    Secret token;
    std::string token_file;
    std::vector<std::string> calls;              // --call, in order
    std::optional<std::string> calls_file;       // a file with a call on each line, or "-"
    std::chrono::milliseconds patience{30'000};  // for the answer to a call; 0: for ever
    Misbehaviour misbehaviour;
    bool once = false;
    WatchOptions watch;
    LineForm form = LineForm::automatic;
    protocol::ProfileId profile = protocol::ProfileId::cqhttp_4_0;
    // Whose schemes before a token are taken; without it those of every profile.
    std::optional<protocol::ProfileId> schemes;
    ColorMode color = ColorMode::automatic;
};

// Whether lines are JSON there.
constexpr bool prints_json(LineForm form, const Layout& layout) {
    return form == LineForm::json || (form == LineForm::automatic && !layout.terminal);
}

}  // namespace cqhttp::cli
