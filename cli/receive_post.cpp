#include "cli/commands.hpp"
#include "cli/loop.hpp"
#include "cli/post_desk.hpp"
#include "cli/post_server.hpp"

#include <fmt/format.h>

#include <chrono>
#include <optional>
#include <utility>

namespace cqhttp::cli {
namespace {

// What became of the run, told to the user and to scripts.
int sum_up(const ReceivePostOptions& options, const PostDesk& desk, Console& console) {
    if (desk.broken()) {
        console.note(*desk.broken());
        return exit_code::no_answer;
    }
    if (desk.received() < options.count) {
        console.note(fmt::format("only {} of {} came within {} s", desk.received(), options.count,
                                 std::chrono::duration<double>(options.timeout).count()));
        return exit_code::failed;
    }
    if (desk.refused() > 0) {
        console.note(
            fmt::format("not signed with this secret: {} of {}", desk.refused(), desk.received()));
        return exit_code::failed;
    }
    return exit_code::ok;
}

}  // namespace

int run(const ReceivePostOptions& options, Context& context) {
    Console& console = context.console;
    const auto wrong_usage = [&console](const Error& error) {
        console.note(error.detail);
        return exit_code::usage;
    };
    const auto secret = read_secret(options.source);
    if (secret.has_error()) {
        return wrong_usage(secret.error());
    }
    auto answers = PostAnswers::read(options);
    if (answers.has_error()) {
        return wrong_usage(answers.error());
    }
    for (const std::string& remark : answers->remarks()) {
        console.note(remark);
    }
    PostDesk desk(options, std::move(*answers), *secret, console);
    if (const auto opened = desk.open_folder(); opened.has_error()) {
        return wrong_usage(opened.error());
    }
    Loop loop;
    PostServer server(loop.context(), options, desk, console);
    const auto listening = server.listen();
    if (listening.has_error()) {
        return wrong_usage(listening.error());
    }
    console.note(fmt::format("receiving events at {}", server.url()));
    const int code = loop.run(server.run(), [&server] { server.abort(); });
    if (code == exit_code::interrupted) {
        console.note(fmt::format("events received: {}", desk.received()));
        return code;
    }
    return sum_up(options, desk, console);
}

}  // namespace cqhttp::cli
