#include "cli/sandbox_caller.hpp"

#include "cli/verdict.hpp"
#include "gateway/protocol/action_request.hpp"

#include <fmt/format.h>

#include <utility>

namespace cqhttp::cli {

SandboxCaller::SandboxCaller(ApiTarget target, protocol::ProfileId profile,
                             std::unique_ptr<ApiClient> client, Console& console)
    : target_(std::move(target)),
      profile_(profile),
      client_(std::move(client)),
      console_(&console) {}

std::optional<SandboxCaller> SandboxCaller::make(const SandboxTarget& target, Context& context) {
    auto named = with_token_file(target.api, target.token_file);
    if (named.has_error()) {
        context.console.note(named.error().detail);
        return std::nullopt;
    }
    auto client = context.make_client(*named);
    if (client.has_error()) {
        context.console.note(client.error().detail);
        return std::nullopt;
    }
    return SandboxCaller(std::move(*named), target.profile, std::move(*client), context.console);
}

std::optional<std::string> SandboxCaller::ask(std::string_view action, protocol::Params params,
                                              std::string_view about) {
    ApiCall call;
    call.action = action;
    call.params = std::move(params);
    const std::string prefix = about.empty() ? "" : fmt::format("{}: ", about);
    const auto answer = client_->call(call);
    if (answer.has_error()) {
        console_->note(masked(prefix + answer.error().detail, target_.token));
        exit_code_ = exit_code::no_answer;
        return std::nullopt;
    }
    CallFacts facts;
    facts.action = action;
    facts.profile = profile_;
    facts.params = &call.params;
    facts.scheme = target_.scheme;
    facts.token_given = !target_.token.empty();
    const Verdict verdict = judge(*answer, facts);
    exit_code_ = verdict.exit_code;
    if (verdict.exit_code != exit_code::ok) {
        for (const std::string& note : verdict.notes) {
            console_->note(masked(prefix + note, target_.token));
        }
        return std::nullopt;
    }
    // The parts of the reply as they came.
    protocol::Params reply;
    protocol::RequestParser parser;
    const protocol::Param* data =
        parser.add_json_params(reply, answer->body) ? reply.find("data") : nullptr;
    const bool nothing = data == nullptr || data->kind == protocol::ParamKind::null;
    return nothing ? "null" : std::string(data->text);
}

}  // namespace cqhttp::cli
