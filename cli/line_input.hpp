#pragma once

#include "gateway/base/result.hpp"

#include <boost/asio/awaitable.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>

#include <cstddef>
#include <optional>
#include <string>

namespace cqhttp::cli {

namespace asio = boost::asio;

// Reads lines of a descriptor (a terminal, pipe, socket or file) as they come, while other things
// go on in the loop. The descriptor stays blocking for those who share it: a terminal's output is
// the same thing as its input.
class LineInput {
public:
    // `descriptor` stays the caller's. `what` names it in errors.
    LineInput(asio::io_context& context, int descriptor, std::string what);
    ~LineInput();
    LineInput(const LineInput&) = delete;
    LineInput& operator=(const LineInput&) = delete;

    // The next line without its line break; nothing at the end or after stop(). One caller.
    asio::awaitable<Result<std::optional<std::string>>> next();
    void stop();
    const std::string& name() const noexcept { return what_; }

private:
    bool take_line(std::string& line);
    bool is_readable() const;
    Result<bool> read_some();

    int descriptor_;
    std::string what_;
    // An epoll set that holds the descriptor: what Asio waits for, and makes non-blocking.
    std::optional<asio::posix::stream_descriptor> watch_;
    std::string buffer_;
    std::size_t searched_ = 0;  // of the buffer, without a line break
    bool ended_ = false;
};

}  // namespace cqhttp::cli
