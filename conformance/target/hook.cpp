#include "conformance/target/hook.hpp"

#include "conformance/target/process.hpp"
#include "conformance/target/work_folder.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <fmt/format.h>

#include <array>
#include <cstdio>
#include <fcntl.h>
#include <memory>
#include <unistd.h>

namespace cqhttp::conformance {
namespace {

constexpr std::chrono::seconds for_people(60);
constexpr auto as_result = asio::as_tuple(asio::use_awaitable);

// What a person has to do for an event.
std::string instruction(const Json& event) {
    const std::string type = dump(member(event, "message_type"));
    if (type == "\"private\"") {
        return "send the bot a private message with this text: " + dump(member(event, "message"));
    }
    if (type == "\"group\"") {
        return fmt::format("write in group {}: {}", dump(member(event, "group_id")),
                           dump(member(event, "message")));
    }
    return "cause this event: " + dump(event);
}

// Says how much time is left, every second on a terminal and once elsewhere, and then ends the wait
// for input.
class CountDown : public std::enable_shared_from_this<CountDown> {
public:
    explicit CountDown(asio::posix::stream_descriptor& input)
        : input_(&input), timer_(input.get_executor()), live_(::isatty(STDERR_FILENO) != 0) {}

    void go_on() {
        if (input_ == nullptr) {
            return;
        }
        if (left_.count() == 0) {
            input_->cancel();
            return;
        }
        std::fprintf(stderr, "%sthen press Enter, within %2d s ... ", live_ ? "\r" : "",
                     static_cast<int>(left_.count()));
        std::fflush(stderr);
        const std::chrono::seconds step = live_ ? std::chrono::seconds(1) : left_;
        left_ -= step;
        timer_.expires_after(step);
        timer_.async_wait([self = shared_from_this()](boost::system::error_code error) {
            if (!error) {
                self->go_on();
            }
        });
    }

    void stop() {
        input_ = nullptr;
        timer_.cancel();
        std::fputs("\n", stderr);
    }

private:
    asio::posix::stream_descriptor* input_;  // null when it is over
    asio::steady_timer timer_;
    bool live_;
    std::chrono::seconds left_ = for_people;
};

asio::awaitable<Result<void>> ask(Json event) {
    const auto executor = co_await asio::this_coro::executor;
    const int flags = ::fcntl(STDIN_FILENO, F_GETFL);
    asio::posix::stream_descriptor input(executor, ::dup(STDIN_FILENO));
    std::fprintf(stderr, "\nPlease %s\n", instruction(event).c_str());
    const auto count_down = std::make_shared<CountDown>(input);
    count_down->go_on();
    std::array<char, 256> line{};
    const auto space = asio::buffer(line);
    auto [error, size] = co_await input.async_read_some(space, as_result);
    count_down->stop();
    ::fcntl(STDIN_FILENO, F_SETFL, flags);  // the shell shares them and does not like O_NONBLOCK
    if (error) {
        co_return failure("nobody caused the event");
    }
    co_return Result<void>();
}

}  // namespace

asio::awaitable<Result<void>> use_hook(Hook hook, Json event, Endpoints endpoints,
                                       std::chrono::milliseconds patience) {
    if (hook.interactive) {
        *hook.asking = true;
        auto answer = co_await ask(std::move(event));
        *hook.asking = false;
        co_return answer;
    }
    auto folder = WorkFolder::make("hook");
    if (folder.has_error()) {
        co_return folder.error();
    }
    Process::Command command;
    command.words = {"/bin/sh", "-c", hook.command};
    command.log = folder->path() / "log";
    command.input = dump(event) + "\n";
    const auto tell = [&command](const char* name, std::string_view scheme,
                                 const std::optional<Url>& url) {
        if (url) {
            command.environment.emplace_back(
                name, fmt::format("{}{}://{}", scheme, url->tls() ? "s" : "", url->host_header()));
        }
    };
    tell("CQHTTP_TARGET_HTTP", "http", endpoints.http);
    tell("CQHTTP_TARGET_WS", "ws", endpoints.ws);
    command.environment.emplace_back("CQHTTP_TARGET_TOKEN", endpoints.token);
    auto process = Process::start(command);
    if (process.has_error()) {
        co_return process.error();
    }
    // A script may need a while to start.
    const bool ended = co_await process->wait(4 * patience);
    if (!ended || !process->succeeded()) {
        co_return failure(fmt::format("the inject command ended with {}: {}",
                                      process->ended().value_or("no end in time"),
                                      read_text(command.log)));
    }
    co_return Result<void>();
}

}  // namespace cqhttp::conformance
