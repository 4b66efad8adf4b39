#pragma once

#include "gateway/base/text.hpp"

#include <boost/asio/awaitable.hpp>

#include <chrono>
#include <optional>
#include <string>

namespace cqhttp::event {

// Posts an event and waits for the answer. Implemented by the HTTP POST transport.
class Reporter {
public:
    virtual ~Reporter() = default;
    // The body of a 2xx answer (QOP-001); nothing for any other outcome, which was logged.
    // `at_most` bounds the whole of it, zero leaves that to the settings.
    virtual boost::asio::awaitable<std::optional<std::string>> report(
        SharedText text, std::chrono::milliseconds at_most) = 0;
};

}  // namespace cqhttp::event
