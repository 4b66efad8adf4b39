#include "cli/line_input.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/deferred.hpp>
#include <fmt/format.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <poll.h>
#include <sys/epoll.h>
#include <unistd.h>
#include <utility>

namespace cqhttp::cli {
namespace {

constexpr auto as_result = asio::as_tuple(asio::deferred);
constexpr std::size_t longest_line = 64 * 1024 * 1024;

}  // namespace

LineInput::LineInput(asio::io_context& context, int descriptor, std::string what)
    : descriptor_(descriptor), what_(std::move(what)) {
    const int watch = ::epoll_create1(EPOLL_CLOEXEC);
    epoll_event event{};
    event.events = EPOLLIN;
    // A regular file cannot be watched, and need not be: it is always readable.
    if (watch >= 0 && ::epoll_ctl(watch, EPOLL_CTL_ADD, descriptor, &event) == 0) {
        watch_.emplace(context, watch);
    } else if (watch >= 0) {
        ::close(watch);
    }
}

LineInput::~LineInput() = default;

asio::awaitable<Result<std::optional<std::string>>> LineInput::next() {
    std::string line;
    while (!take_line(line)) {
        if (ended_) {
            co_return std::optional<std::string>();
        }
        if (!is_readable() && watch_) {
            auto [error] =
                co_await watch_->async_wait(asio::posix::descriptor_base::wait_read, as_result);
            if (error) {
                co_return std::optional<std::string>();  // stopped
            }
        }
        auto more = read_some();
        if (more.has_error()) {
            co_return more.error();
        }
        ended_ = ended_ || !more.value();
    }
    co_return std::optional<std::string>(std::move(line));
}

void LineInput::stop() {
    ended_ = true;
    buffer_.clear();
    searched_ = 0;
    if (watch_) {
        boost::system::error_code ignored;
        watch_->cancel(ignored);
    }
}

// The last line may lack its line break.
bool LineInput::take_line(std::string& line) {
    std::size_t end = buffer_.find('\n', searched_);
    searched_ = buffer_.size();
    const bool whole = end != std::string::npos;
    if (!whole && (!ended_ || buffer_.empty())) {
        return false;
    }
    end = whole ? end : buffer_.size();
    line = buffer_.substr(0, end);
    buffer_.erase(0, end + (whole ? 1 : 0));
    searched_ = 0;
    if (line.ends_with('\r')) {
        line.pop_back();
    }
    return true;
}

bool LineInput::is_readable() const {
    pollfd entry{descriptor_, POLLIN, 0};
    return ::poll(&entry, 1, 0) > 0;
}

// False at the end.
Result<bool> LineInput::read_some() {
    std::array<char, 16 * 1024> piece{};
    const ssize_t size = ::read(descriptor_, piece.data(), piece.size());
    if (size < 0 && errno != EINTR && errno != EAGAIN) {
        return failure(fmt::format("cannot read {}: {}", what_, std::strerror(errno)));
    }
    if (size > 0) {
        buffer_.append(piece.data(), static_cast<std::size_t>(size));
    }
    if (buffer_.size() > longest_line) {
        return failure(fmt::format("a line of {} holds more than {} bytes", what_, longest_line));
    }
    return size != 0;
}

}  // namespace cqhttp::cli
