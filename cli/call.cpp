#include "cli/commands.hpp"
#include "cli/json_text.hpp"
#include "cli/parameters.hpp"
#include "cli/verdict.hpp"
#include "gateway/base/text.hpp"
#include "gateway/net/http_message.hpp"

#include <fmt/format.h>

#include <array>
#include <fstream>
#include <optional>
#include <string>
#include <utility>

namespace cqhttp::cli {
namespace {

constexpr std::size_t longest_token_file = 64 * 1024;
constexpr std::size_t longest_body = 64 * 1024 * 1024;  // twice what our gateway takes

// The whole stream; the error names it as `what`.
Result<std::string> read_stream(std::istream& stream, std::size_t bound, const std::string& what) {
    std::string text;
    std::array<char, 16 * 1024> piece{};
    while (stream.read(piece.data(), piece.size()) || stream.gcount() > 0) {
        text.append(piece.data(), static_cast<std::size_t>(stream.gcount()));
        if (text.size() > bound) {
            return failure(fmt::format("{} holds more than {} bytes", what, bound));
        }
    }
    if (stream.bad()) {
        return failure("cannot read " + what);
    }
    return text;
}

Result<std::string> read_file(const std::string& path, std::size_t bound) {
    std::ifstream file(path, std::ios::binary);
    if (!file || file.peek() == std::ifstream::traits_type::eof()) {
        // An empty file and a directory open well and give nothing.
        return failure(fmt::format("cannot read {}, or it is empty", path));
    }
    return read_stream(file, bound, path);
}

Result<Secret> read_token(const std::string& path) {
    auto text = read_file(path, longest_token_file);
    if (text.has_error()) {
        return failure("--token-file: " + text.error().detail);
    }
    while (text->ends_with('\n') || text->ends_with('\r')) {
        text->pop_back();
    }
    Secret token(std::move(text.value()));
    if (token.empty()) {
        return failure(fmt::format("--token-file: {} is empty", path));
    }
    if (const auto fault = token_fault(token)) {
        return failure("--token-file: " + *fault);
    }
    return token;
}

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

// A server may send back what it got; the token must not reach a screen or a log that way.
std::string masked(std::string text, const Secret& token) {
    const std::string_view hidden = token.reveal();
    constexpr std::string_view mask = "***";
    for (std::size_t at = 0; !hidden.empty(); at += mask.size()) {
        at = text.find(hidden, at);
        if (at == std::string::npos) {
            break;
        }
        text.replace(at, hidden.size(), mask);
    }
    return text;
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

int run_call(const CallOptions& options, Context& context) {
    Console& console = context.console;
    const auto wrong_usage = [&console](const Error& error) {
        console.note(error.detail);
        return exit_code::usage;
    };
    ApiTarget target = options.target;
    if (!options.token_file.empty()) {
        auto token = read_token(options.token_file);
        if (token.has_error()) {
            return wrong_usage(token.error());
        }
        target.token = std::move(token.value());
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
