#pragma once

#include "conformance/target/hook.hpp"
#include "conformance/target/target.hpp"

#include <chrono>
#include <set>
#include <string>

namespace cqhttp::conformance {

// What is known about an implementation that already runs.
struct AttachedOptions {
    std::optional<Url> http, ws;
    Secret token, secret;
    PeerPorts peers;
    bool post = false, reverse = false;  // it is configured for the suite's servers
    std::int64_t user = 0, group = 0, discuss = 0;
    std::string data_root;
    bool disposable = false;
    bool sandbox_control = false;  // it understands .sandbox_inject and .sandbox_effects
    std::set<std::string, std::less<>> setups;  // further ones it is configured for, by name
    Hook hook;
    std::chrono::milliseconds patience{5000};
};

std::unique_ptr<Target> make_attached(AttachedOptions options);

}  // namespace cqhttp::conformance
