#pragma once

#include "gateway/base/result.hpp"

#include <boost/asio/awaitable.hpp>

#include <chrono>
#include <cstddef>
#include <string>

namespace cqhttp::account {

struct FetchRequest {
    std::string url;                      // http or https
    std::chrono::milliseconds timeout{};  // of the whole download; 0: only the gateway's own bound
    std::size_t max_bytes = 0;
};

// Downloads for enhanced CQ codes (ENH-001). An interface, because this layer knows no sockets.
class Fetcher {
public:
    virtual ~Fetcher() = default;
    // The body of a 2xx answer, complete and not empty (ENH-006); anything else is an error.
    virtual boost::asio::awaitable<Result<std::string>> fetch(FetchRequest request) = 0;
};

}  // namespace cqhttp::account
