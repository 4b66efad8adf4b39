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

asio::awaitable<Result<void>> ask(Json event) {
    const auto executor = co_await asio::this_coro::executor;
    const int terminal = ::dup(STDIN_FILENO);
    asio::posix::stream_descriptor input(executor, terminal);
    asio::steady_timer timer(executor, for_people);
    timer.async_wait([&input](boost::system::error_code error) {
        if (!error) {
            input.cancel();
        }
    });
    std::fprintf(stderr, "\nPlease %s\nthen press Enter, within %d s ... ",
                 instruction(event).c_str(), static_cast<int>(for_people.count()));
    std::array<char, 256> line{};
    const auto space = asio::buffer(line);
    auto [error, size] = co_await input.async_read_some(space, as_result);
    timer.cancel();
    if (error) {
        co_return failure("nobody caused the event");
    }
    co_return Result<void>();
}

}  // namespace

asio::awaitable<Result<void>> use_hook(Hook hook, Json event, Endpoints endpoints,
                                       std::chrono::milliseconds patience) {
    if (hook.interactive) {
        co_return co_await ask(std::move(event));
    }
    auto folder = WorkFolder::make("hook");
    if (folder.has_error()) {
        co_return folder.error();
    }
    Process::Command command;
    command.words = {"/bin/sh", "-c", hook.command};
    command.log = folder->path() / "log";
    command.input = dump(event) + "\n";
    const auto tell = [&command](const char* name, const std::optional<Url>& url) {
        if (url) {
            command.environment.emplace_back(
                name, fmt::format("{}://{}", url->tls() ? "https" : "http", url->host_header()));
        }
    };
    tell("CQHTTP_TARGET_HTTP", endpoints.http);
    tell("CQHTTP_TARGET_WS", endpoints.ws);
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
