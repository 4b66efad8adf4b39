#pragma once

#include <boost/asio/awaitable.hpp>

#include <functional>
#include <string>

namespace cqhttp::action {

namespace asio = boost::asio;

// Starts a coroutine that somebody else owns and awaits; the name appears in the log if it throws.
using Spawn = std::function<void(std::string name, asio::awaitable<void> task)>;

}  // namespace cqhttp::action
