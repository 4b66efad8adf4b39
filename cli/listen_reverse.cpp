#include "cli/call_line.hpp"
#include "cli/commands.hpp"
#include "cli/listen_options.hpp"
#include "cli/loop.hpp"
#include "cli/reverse_report.hpp"
#include "cli/reverse_server.hpp"

#include <fmt/format.h>

#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <unistd.h>
#include <utility>

namespace cqhttp::cli {
namespace {

Result<std::vector<WsCall>> read_calls(const std::vector<std::string>& typed) {
    std::vector<WsCall> calls;
    for (const std::string& text : typed) {
        auto call = read_call_line(text);
        if (call.has_error()) {
            return failure(fmt::format("--call: {}", call.error().detail));
        }
        calls.push_back(std::move(call.value()));
    }
    return calls;
}

// Somebody sits before this program, and the terminal is not another program's just now.
bool somebody_types(int descriptor, const Layout& layout) {
    return layout.terminal && ::isatty(descriptor) == 1 && ::tcgetpgrp(descriptor) == ::getpgrp();
}

Result<std::optional<CallLines>> find_lines(const ListenReverseOptions& options,
                                            const Context& context) {
    const int input = context.input_descriptor;
    if (!options.calls_file) {
        if (!somebody_types(input, context.console.layout())) {
            return std::optional<CallLines>();
        }
        return std::optional<CallLines>(CallLines{input, "standard input", true});
    }
    if (*options.calls_file == "-") {
        return std::optional<CallLines>(CallLines{input, "standard input", ::isatty(input) == 1});
    }
    const int file = ::open(options.calls_file->c_str(), O_RDONLY | O_CLOEXEC);
    if (file < 0) {
        return failure(
            fmt::format("--calls: cannot read {}: {}", *options.calls_file, std::strerror(errno)));
    }
    return std::optional<CallLines>(CallLines{file, *options.calls_file, false});
}

// What somebody who starts this for the first time needs to know.
void introduce(const std::string& url, bool typed, Console& console) {
    console.note(
        fmt::format("a gateway comes here with use_ws_reverse = yes, "
                    "ws_reverse_api_url = {}/api/ and ws_reverse_event_url = {}/event/",
                    url, url));
    if (typed) {
        console.note(
            "type calls, for example: send_private_msg user_id=10001 message=hi (Ctrl-C ends)");
    }
}

int serve(const ListenReverseOptions& options, const ReverseServer::Parts& parts,
          std::vector<WsCall> calls, std::optional<CallLines> lines) {
    Loop loop;
    ReverseServer server(loop.context(), parts);
    const auto listening = server.listen();
    if (listening.has_error()) {
        parts.console.note(listening.error().detail +
                           "; --listen HOST:PORT takes another address, port 0 a free one");
        return exit_code::no_answer;
    }
    parts.report.listening(server.url());
    if (!parts.report.flush()) {
        parts.console.note("the output cannot be written");
        return exit_code::no_answer;
    }
    if (!prints_json(options.form, parts.console.layout()) && parts.console.layout().terminal) {
        introduce(server.url(), lines && lines->typed, parts.console);
    }
    return loop.run(server.run(std::move(calls), std::move(lines)), [&server] { server.stop(); });
}

}  // namespace

int run(const ListenReverseOptions& options, Context& context) {
    const auto wrong_usage = [&context](const Error& error) {
        context.console.note(error.detail);
        return exit_code::usage;
    };
    ApiTarget named;
    named.token = options.token;
    const auto with_token = with_token_file(std::move(named), options.token_file);
    if (with_token.has_error()) {
        return wrong_usage(with_token.error());
    }
    auto watch = EventWatch::read(options.watch);
    if (watch.has_error()) {
        return wrong_usage(watch.error());
    }
    auto calls = read_calls(options.calls);
    if (calls.has_error()) {
        return wrong_usage(calls.error());
    }
    auto lines = find_lines(options, context);
    if (lines.has_error()) {
        return wrong_usage(lines.error());
    }
    const int opened =
        *lines && options.calls_file && *options.calls_file != "-" ? (*lines)->descriptor : -1;
    ReverseReport report(context.console,
                         {prints_json(options.form, context.console.layout()), options.schemes});
    const ReverseServer::Parts parts{options, with_token->token, *watch, report, context.console};
    const int code = serve(options, parts, std::move(*calls), *lines);
    if (opened >= 0) {
        ::close(opened);
    }
    return code;
}

}  // namespace cqhttp::cli
