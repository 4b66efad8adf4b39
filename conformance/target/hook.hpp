#pragma once

#include "conformance/json.hpp"
#include "conformance/target/target.hpp"

#include <chrono>
#include <filesystem>
#include <memory>
#include <string>

namespace cqhttp::conformance {

// How events are caused where the target itself offers nothing for it.
struct Hook {
    std::string command;       // run by the shell with the event as JSON on standard input
    bool interactive = false;  // ask a person instead
    // Whether one has been asked and has not answered yet.
    std::shared_ptr<bool> asking = std::make_shared<bool>(false);
    bool empty() const noexcept { return command.empty() && !interactive; }
};

// Runs the command, or asks on the terminal and waits for the Enter key.
asio::awaitable<Result<void>> use_hook(Hook hook, Json event, Endpoints endpoints,
                                       std::chrono::milliseconds patience);

}  // namespace cqhttp::conformance
