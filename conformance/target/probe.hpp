#pragma once

#include "conformance/target/target.hpp"

#include <chrono>

namespace cqhttp::conformance {

// Whether somebody accepts a TCP connection there. The error names the address.
asio::awaitable<Result<void>> probe(Url url, std::chrono::milliseconds patience);

// Waits for a while.
asio::awaitable<void> pause(std::chrono::milliseconds time);

// Calls `.sandbox_inject` of this project's gateway.
asio::awaitable<Result<void>> inject_by_action(const Endpoints& endpoints, Json event,
                                               std::chrono::milliseconds patience);

}  // namespace cqhttp::conformance
