#pragma once

#include "cli/api_client.hpp"
#include "cli/bench_options.hpp"
#include "cli/console.hpp"
#include "cli/filter_options.hpp"
#include "cli/listen_options.hpp"
#include "cli/receive_options.hpp"
#include "cli/sandbox_options.hpp"
#include "cli/signature_options.hpp"
#include "gateway/protocol/profile.hpp"

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace cqhttp::cli {

inline constexpr std::string_view default_url = "http://127.0.0.1:5700";

struct CallOptions {
    std::string action;
    std::vector<std::string> pairs;  // name=value and name:=JSON, as typed
    std::optional<std::string> param_json;
    std::optional<std::string> data;  // "@file", "-" or the text itself
    Encoding encoding = Encoding::json;
    ApiTarget target;
    std::string token_file;  // read by the command; wins over target.token
    bool raw = false;
    bool include = false;
    // Over a WebSocket only.
    std::optional<std::string> echo;   // JSON text
    std::optional<std::string> calls;  // a file with a call on each line, or "-"
    std::size_t pipeline = 1;          // calls in flight
    protocol::ProfileId profile = protocol::ProfileId::cqhttp_4_0;
    ColorMode color = ColorMode::automatic;
};

struct ActionsOptions {
    std::string name;  // empty: all of the profile
    protocol::ProfileId profile = protocol::ProfileId::cqhttp_4_0;
    bool json = false;
    ColorMode color = ColorMode::automatic;
};

struct ConformanceRequest;
struct ConformanceOptions {
    std::shared_ptr<const ConformanceRequest> request;  // cli/conformance_options.hpp
    ColorMode color = ColorMode::automatic;
};

// The command line is answered by itself: help, version, or what is wrong with it.
struct Printed {
    int exit_code = 0;
    std::string out;
    std::string err;
};

using Command =
    std::variant<Printed, CallOptions, ActionsOptions, FilterTestOptions, VerifySignatureOptions,
                 ReceivePostOptions, ConformanceOptions, ListenOptions, ListenReverseOptions,
                 BenchOptions, BenchCompareOptions, InjectOptions, SandboxOptions>;

// `arguments` are those after the program's name.
Command parse_options(const std::vector<std::string>& arguments, const Surroundings& surroundings);

// Nothing if `token` can stand in a header; otherwise what is wrong, without quoting it.
std::optional<std::string> token_fault(const Secret& token);

}  // namespace cqhttp::cli
