#include "cli/verdict.hpp"

#include "cli/catalogue_view.hpp"
#include "cli/console.hpp"
#include "gateway/base/text.hpp"
#include "gateway/protocol/action_reply.hpp"
#include "gateway/protocol/json.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <utility>

namespace cqhttp::cli {
namespace {

using protocol::ActionSpec;
using protocol::ParamSpec;
namespace retcode = protocol::retcode;

constexpr std::size_t excerpt_bytes = 160;

constexpr std::array<std::pair<std::int32_t, std::string_view>, 21> meanings{{
    {retcode::bad_params, "a parameter is missing or not allowed"},
    {retcode::bad_data,
     "the account has no such data, or no access to it (such as a group it is not in)"},
    {retcode::failed, "the operation failed: not enough rights, or trouble with a file"},
    {retcode::no_credential, "the account's credentials are not valid"},
    {retcode::no_worker, "the gateway's worker pool is not running, so _async is not possible"},
    {retcode::bad_request, "the gateway could not read the call"},
    {retcode::unknown_action, "no such action, see cqhttp-cli actions"},
    {retcode::message_too_long, "the message is longer than the platform allows"},
    {retcode::target_not_in_group, "the user is not in that group"},
    {retcode::bad_media, "an image or record file cannot be used"},
    {retcode::anonymous_duration, "an anonymous member cannot be banned for 0 seconds"},
    {retcode::anonymous_flag, "the flag does not name an anonymous member"},
    {retcode::anonymous_not_allowed, "anonymous chat is not possible there"},
    {retcode::leave_not_member, "the account is not in that group, so it cannot leave"},
    {retcode::leave_owner, "an owner cannot leave; is_dismiss=true dissolves the group"},
    {retcode::dismiss_not_owner, "only the owner can dissolve a group"},
    {retcode::not_found,
     "refused: no such message or request, already handled, or a daily limit is reached"},
    {retcode::no_relation, "the account has no relation to that user: no friend, no common group"},
    {retcode::banned, "the account is banned from speaking in that group"},
    {retcode::not_in_group, "the account is not in that group or discuss group"},
    {retcode::no_rights, "the account's role in the group does not allow it"},
}};

struct Reply {
    std::string status;
    std::int64_t retcode = 0;
    std::string wording = {};  // why it failed, from implementations that say so
};

std::optional<Reply> read_reply(std::string_view body) {
    const auto document = protocol::parse_json(body);
    if (document.has_error() || !document->is_object()) {
        return std::nullopt;
    }
    const auto status = document->find("status");
    const auto code = document->find("retcode");
    if (status == document->end() || code == document->end()) {
        return std::nullopt;
    }
    const auto* word = status->get_ptr<const std::string*>();
    const auto* number = code->get_ptr<const std::int64_t*>();
    if (word == nullptr || number == nullptr) {
        return std::nullopt;
    }
    const auto wording = document->find("wording");
    const auto* why = wording == document->end() ? nullptr : wording->get_ptr<const std::string*>();
    return Reply{*word, *number, why == nullptr ? std::string() : *why};
}

bool names(const ParamSpec& spec, std::string_view name) {
    return spec.name == name || (!spec.alias.empty() && spec.alias == name);
}

// Which required parameters the call lacks and which of its parameters the action does not have.
std::string compare_params(const ActionSpec& spec, const CallFacts& facts) {
    const auto params = params_of(spec, facts.profile);
    std::string missing;
    std::string unknown;
    for (const ParamSpec& param : params) {
        const bool given = facts.params->find(param.name) != nullptr ||
                           (!param.alias.empty() && facts.params->find(param.alias) != nullptr);
        if (param.required && !given) {
            missing += fmt::format("{}{}", missing.empty() ? "missing: " : ", ", param.name);
        }
    }
    for (const protocol::Param& given : *facts.params) {
        const auto is_it = [&given](const ParamSpec& param) { return names(param, given.name); };
        if (std::none_of(params.begin(), params.end(), is_it)) {
            unknown +=
                fmt::format("{}{}", unknown.empty() ? "not a parameter of it: " : ", ", given.name);
        }
    }
    return missing.empty() || unknown.empty() ? missing + unknown : missing + "; " + unknown;
}

void note_unknown_action(Verdict& verdict, const CallFacts& facts) {
    const ActionSpec* spec = find_described(facts.action, facts.profile);
    if (spec == nullptr) {
        const std::string question = suggest_action(facts.action, facts.profile);
        if (!question.empty()) {
            verdict.notes.push_back(question);
        }
    } else if (!spec->profiles.contains(facts.profile)) {
        verdict.notes.push_back(
            fmt::format("{} is part of {} only", spec->name, profile_names(spec->profiles)));
    } else if (spec->owner == protocol::ActionOwner::sandbox) {
        verdict.notes.emplace_back(
            "the sandbox is not open to us: gateway.sandbox_control = loopback lets programs on "
            "the "
            "gateway's machine in; other implementations have none");
    } else if (spec->name == facts.action) {
        verdict.notes.push_back(
            fmt::format("{} is an action of {}, so this gateway may speak another profile or --url "
                        "may name something else",
                        facts.action, protocol::profile(facts.profile).name));
    }
}

void note_failure(Verdict& verdict, const Reply& reply, const CallFacts& facts) {
    std::string line =
        fmt::format("retcode {}: {}", reply.retcode,
                    reply.wording.empty() ? explain_retcode(reply.retcode) : reply.wording);
    const ActionSpec* spec = find_described(facts.action, facts.profile);
    const bool about_params =
        reply.retcode == retcode::bad_params && spec != nullptr && reply.wording.empty();
    if (about_params) {
        line += fmt::format("; {} takes {}", spec->name, describe_params(*spec, facts.profile));
    }
    verdict.notes.push_back(std::move(line));
    if (about_params && facts.params != nullptr) {
        std::string difference = compare_params(*spec, facts);
        if (!difference.empty()) {
            verdict.notes.push_back(std::move(difference));
        }
    }
    if (reply.retcode == retcode::unknown_action) {
        note_unknown_action(verdict, facts);
    }
}

void judge_reply(Verdict& verdict, const Reply& reply, const CallFacts& facts) {
    const bool good_status = reply.status == "ok" || reply.status == "async";
    const bool good_code = reply.retcode == retcode::ok || reply.retcode == retcode::async;
    verdict.exit_code = good_status && good_code ? exit_code::ok : exit_code::failed;
    if (good_status != good_code) {
        verdict.notes.push_back(
            fmt::format("the reply contradicts itself: status \"{}\" with "
                        "retcode {}",
                        reply.status, reply.retcode));
    }
    if (!good_code) {
        note_failure(verdict, reply, facts);
    }
}

void judge_refusal(Verdict& verdict, unsigned status, const CallFacts& facts) {
    verdict.exit_code = exit_code::refused;
    if (status == 403) {
        verdict.notes.emplace_back("403: the access token is wrong");
        if (!facts.token_given) {
            verdict.notes.back() =
                "403: refused, although no access token was sent; "
                "--token-file FILE or CQHTTP_TOKEN gives one";
        }
    } else if (facts.token_given) {
        const std::string_view other = facts.scheme == "Token" ? "Bearer" : "Token";
        verdict.notes.push_back(
            fmt::format("401: the gateway does not see an access token; it may not know the scheme "
                        "{}: try --scheme {}",
                        facts.scheme, other));
    } else {
        verdict.notes.emplace_back(
            "401: the gateway wants an access token: --token-file FILE or CQHTTP_TOKEN");
    }
}

std::string excerpt(std::string_view body) {
    const std::string_view start = trim(body).substr(0, excerpt_bytes);
    const std::string shown = replace_invalid_utf8(start);
    return trim(body).size() > start.size() ? shown + "..." : shown;
}

void note_bad_request(Verdict& verdict, const CallFacts& facts) {
    verdict.notes.emplace_back("400: the gateway cannot read the request body");
    if (facts.params != nullptr) {
        return;
    }
    const auto body = protocol::parse_json(facts.body);
    if (body.has_error()) {
        verdict.notes.push_back("--data is not JSON: " + body.error().detail);
    } else if (!body->is_object()) {
        verdict.notes.emplace_back(R"(--data wants one object, like {"user_id":10001})");
    }
}

void judge_other(Verdict& verdict, const ApiAnswer& answer, const CallFacts& facts) {
    verdict.exit_code = exit_code::not_a_reply;
    const unsigned status = answer.status;
    if (status == 404) {
        verdict.notes.emplace_back("404: no such action, see cqhttp-cli actions");
        note_unknown_action(verdict, facts);
    } else if (status == 400) {
        note_bad_request(verdict, facts);
    } else if (status == 405) {
        verdict.notes.emplace_back("405: the method is not allowed: try with or without --get");
    } else if (status == 406 || status == 415) {
        verdict.notes.push_back(fmt::format(
            "{}: the gateway does not take this content type: try --form or --get", status));
    } else if (status == 413) {
        verdict.notes.emplace_back("413: the request is larger than the gateway accepts");
    } else if (status == 426) {
        verdict.notes.emplace_back(
            "426: this is a WebSocket address; --url wants that of the HTTP API");
    } else if (status >= 300 && status < 400) {
        verdict.notes.push_back(
            fmt::format("{}: redirected to \"{}\"; if that is the gateway, give "
                        "it as --url",
                        status, answer.header("Location")));
    } else if (status >= 500) {
        verdict.notes.push_back(
            fmt::format("{}: the gateway, or a proxy before it, failed", status));
    } else {
        verdict.notes.push_back(fmt::format("the answer is not a CQHTTP reply: status {}, {}",
                                            status,
                                            answer.body.empty() ? "empty"
                                                                : "no JSON with status and "
                                                                  "retcode"));
    }
    if (!verdict.is_reply && !trim(answer.body).empty()) {
        verdict.notes.push_back("it says: " + excerpt(answer.body));
    }
}

}  // namespace

std::string explain_retcode(std::int64_t code) {
    for (const auto& [known, meaning] : meanings) {
        if (known == code) {
            return std::string(meaning);
        }
    }
    return code < 0 ? "a code of the chat platform"
                    : "not a code of CQHTTP; the implementation's own documentation may say more";
}

Verdict judge(const ApiAnswer& answer, const CallFacts& facts) {
    Verdict verdict;
    const auto reply = read_reply(answer.body);
    verdict.is_reply = reply.has_value();
    if (answer.status == 401 || answer.status == 403) {
        judge_refusal(verdict, answer.status, facts);
    } else if (answer.status >= 200 && answer.status < 300 && reply) {
        judge_reply(verdict, *reply, facts);
    } else {
        judge_other(verdict, answer, facts);
    }
    return verdict;
}

}  // namespace cqhttp::cli
