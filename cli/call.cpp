#include "cli/commands.hpp"
#include "cli/input.hpp"
#include "cli/json_text.hpp"
#include "cli/parameters.hpp"
#include "cli/verdict.hpp"
#include "cli/ws_call.hpp"
#include "gateway/net/http_message.hpp"

#include <fmt/format.h>

#include <optional>
#include <string>
#include <utility>

namespace cqhttp::cli {
namespace {

constexpr std::size_t longest_body = 64 * 1024 * 1024;  // twice what our gateway takes

Result<std::string> read_data(const std::string& data, std::istream& input) {
    if (data == "-") {
        return read_stream(input, longest_body, "standard input");
    }
    if (!data.starts_with('@')) {
        return data;
    }
    auto text = read_file(data.substr(1), longest_body);
    if (text.has_error()) {
        return failure("--data: " + text.error().detail);
    }
    return text;
}

Result<ApiCall> make_call(const CallOptions& options, std::istream& input) {
    ApiCall call;
    call.action = options.action;
    call.encoding = options.encoding;
    if (options.data) {
        auto body = read_data(*options.data, input);
        if (body.has_error()) {
            return body.error();
        }
        call.body = std::move(body.value());
        return call;
    }
    auto params = read_parameters({options.pairs, options.param_json}, options.encoding);
    if (params.has_error()) {
        return params.error();
    }
    call.params = std::move(params.value());
    return call;
}

std::string head_text(const ApiAnswer& answer, const Secret& token) {
    std::string text =
        fmt::format("HTTP/1.1 {} {}\n", answer.status, net::reason_phrase(answer.status));
    for (const auto& [name, value] : answer.headers) {
        const std::string line = masked(fmt::format("{}: {}", name, value), token);
        text += without_controls(line) + "\n";
    }
    return text + "\n";
}

std::string body_text(const ApiAnswer& answer, const Verdict& verdict, const CallOptions& options,
                      const Layout& layout) {
    if (options.raw) {
        return answer.body;
    }
    if (verdict.is_reply) {
        return format_json(answer.body, {.pretty = layout.terminal, .color = layout.color}) + "\n";
    }
    if (!options.include) {
        return {};
    }
    return layout.terminal ? without_controls(answer.body, "\n\t") + "\n" : answer.body;
}

}  // namespace

int run(const CallOptions& options, Context& context) {
    Console& console = context.console;
    const auto wrong_usage = [&console](const Error& error) {
        console.note(error.detail);
        return exit_code::usage;
    };
    auto named = with_token_file(options.target, options.token_file);
    if (named.has_error()) {
        return wrong_usage(named.error());
    }
    const ApiTarget target = std::move(named.value());
    if (target.url.scheme == Scheme::ws || target.url.scheme == Scheme::wss) {
        return run_over_websocket(options, target, context);
    }
    const auto client = context.make_client(target);
    if (client.has_error()) {
        return wrong_usage(client.error());
    }
    const auto call = make_call(options, context.input);
    if (call.has_error()) {
        return wrong_usage(call.error());
    }
    const auto answer = client.value()->call(*call);
    if (answer.has_error()) {
        console.note(masked(answer.error().detail, target.token));
        return exit_code::no_answer;
    }
    CallFacts facts;
    facts.action = options.action;
    facts.profile = options.profile;
    facts.params = call->body ? nullptr : &call->params;
    facts.body = call->body ? std::string_view(*call->body) : std::string_view();
    facts.scheme = target.scheme;
    facts.token_given = !target.token.empty();
    const Verdict verdict = judge(*answer, facts);
    if (options.include) {
        console.write(head_text(*answer, target.token));
    }
    console.write(body_text(*answer, verdict, options, console.layout()));
    const bool written = console.flush();
    for (const std::string& note : verdict.notes) {
        console.note(masked(note, target.token));
    }
    if (!written) {
        console.note("the reply could not be written to standard output");
        return exit_code::no_answer;
    }
    return verdict.exit_code;
}

}  // namespace cqhttp::cli
