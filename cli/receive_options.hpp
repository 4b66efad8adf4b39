#pragma once

#include "cli/console.hpp"
#include "cli/signature_options.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace cqhttp::cli {

struct ReceivePostOptions {
    std::string host = "127.0.0.1";
    std::uint16_t port = 8080;
    SecretSource source;
    // What is answered.
    std::optional<std::string> reply;       // the text of a quick reply to messages
    std::string respond;                    // a file that is the answer to every event
    std::vector<std::string> respond_when;  // FILTER=FILE, as typed
    unsigned status = 0;                    // 0: 200, or 204 without a body
    // How it misbehaves.
    std::chrono::milliseconds delay{0};
    bool hang = false;
    bool truncate = false;
    // When it ends.
    std::size_t count = 0;                 // 0: never by itself
    std::chrono::milliseconds timeout{0};  // 0: none
    std::string save;                      // folder for the bodies
    bool json = false;
    bool include = false;
    ColorMode color = ColorMode::automatic;
};

}  // namespace cqhttp::cli
