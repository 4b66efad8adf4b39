#pragma once

#include "cli/api_client.hpp"
#include "cli/console.hpp"

#include <chrono>
#include <cstdint>
#include <string>
#include <sys/types.h>
#include <vector>

namespace cqhttp::cli {

enum class BenchScenario : std::uint8_t { http, ws, events, report, connections, mixed };

// Loads a target and measures it. Which fields count depends on the scenario.
struct BenchOptions {
    BenchScenario scenario = BenchScenario::http;
    std::string name;  // of the result; empty: made from the scenario
    ApiTarget target;
    std::string token_file;          // read by the command; wins over target.token
    std::string action;              // what is called, or causes an event; empty: ours
    std::vector<std::string> pairs;  // its parameters, as typed
    Encoding encoding = Encoding::json;
    std::size_t connections = 64;
    std::size_t in_flight = 1;
    bool in_order = false;

    std::size_t subscribers = 0;
    std::size_t burst = 1;
    std::size_t event_bytes = 350;

    std::string listen_host = "127.0.0.1";
    std::uint16_t listen_port = 0;
    std::size_t addresses = 1;  // the target posts each event to
    bool only_receive = false;  // somebody else causes the events
    Secret secret;
    std::string secret_file;

    std::string path = "event";  // connections: event, api or http
    Url ws_url;                  // mixed: beside target.url
    std::size_t ws_connections = 0;
    double event_rate = 0;

    double rate = 0;
    std::uint64_t requests = 0;
    std::chrono::milliseconds duration{5'000};
    std::chrono::milliseconds warm_up{1'000};
    std::chrono::milliseconds hold{1'000};
    std::vector<pid_t> pids;    // of the target; empty: found by its port
    bool another_host = false;  // whose load is none of this machine's business
    bool json = false;
    ColorMode color = ColorMode::automatic;
};

// Two files of results.
struct BenchCompareOptions {
    std::string first, second;
    double at_most = 0;  // server CPU per operation, second to first; 0: anything
    bool json = false;
    ColorMode color = ColorMode::automatic;
};

}  // namespace cqhttp::cli
