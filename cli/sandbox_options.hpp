#pragma once

#include "cli/api_client.hpp"
#include "cli/console.hpp"
#include "gateway/protocol/json.hpp"
#include "gateway/protocol/profile.hpp"

#include <cstdint>
#include <optional>
#include <string>

namespace cqhttp::cli {

// Whose sandbox.
struct SandboxTarget {
    ApiTarget api;
    std::string token_file;  // read by the command; wins over api.token
    protocol::ProfileId profile = protocol::ProfileId::cqhttp_4_0;
};

struct InjectOptions {
    // One of the three: an act of the command line, a file of events, a script.
    protocol::Json event;        // with "self" where a number is the account's
    std::string event_file;      // "-": standard input
    std::string script_file;     // the same
    std::string message;         // of an act that says something; "-": standard input
    bool plain_message = false;  // it is text, without CQ codes
    bool json = false;
    SandboxTarget target;
    ColorMode color = ColorMode::automatic;
};

enum class SandboxQuestion : std::uint8_t { show, requests, effects, reset };

struct SandboxOptions {
    SandboxQuestion question = SandboxQuestion::show;
    bool all = false;        // requests that are decided, too
    std::int64_t since = 0;  // effects with a number above it
    SandboxTarget target;
    ColorMode color = ColorMode::automatic;
};

}  // namespace cqhttp::cli
