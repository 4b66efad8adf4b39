#include "cli/post_answers.hpp"

#include "cli/input.hpp"
#include "gateway/protocol/json.hpp"

#include <fmt/format.h>

#include <utility>

namespace cqhttp::cli {
namespace {

using protocol::Json;

constexpr std::size_t longest_answer = 256 * 1024 * 1024;

struct Parts {
    std::string_view filter, file;
};

// FILTER=FILE. Both may hold an equals sign where the filter is JSON: it ends where it is complete.
Result<Parts> split(std::string_view typed) {
    const auto wrong = [typed](std::string_view what) {
        return failure(
            fmt::format("--respond-when: {} in \"{}\"; for example "
                        "'{{\"message_type\":\"group\"}}=answer.json'",
                        what, without_controls(typed)));
    };
    std::size_t at = typed.find('=');
    if (at == std::string_view::npos) {
        return wrong("there is no =FILE");
    }
    if (typed.starts_with('{')) {
        at = typed.rfind('=');
        while (at != std::string_view::npos && at > 0 &&
               protocol::parse_json(typed.substr(0, at)).has_error()) {
            at = typed.rfind('=', at - 1);
        }
        if (at == std::string_view::npos || at == 0) {
            return wrong("no JSON object stands before =FILE");
        }
    }
    const Parts parts{typed.substr(0, at), typed.substr(at + 1)};
    if (parts.filter.empty() || parts.file.empty()) {
        return wrong(parts.filter.empty() ? "the filter is missing" : "the file is missing");
    }
    return parts;
}

Result<std::string> read_answer(std::string_view option, std::string_view file,
                                std::vector<std::string>& remarks) {
    auto body = read_file(std::string(file), longest_answer);
    if (body.has_error()) {
        return failure(fmt::format("{}: {}", option, body.error().detail));
    }
    const auto parsed = protocol::parse_json(*body);
    if (parsed.has_error()) {
        remarks.push_back(fmt::format("{} is no JSON, a gateway will ignore it: {}", file,
                                      parsed.error().detail));
    } else if (!parsed->is_object()) {
        remarks.push_back(fmt::format("{} is no JSON object, a gateway will ignore it", file));
    }
    return body;
}

bool is_message(std::string_view event) {
    const auto parsed = protocol::parse_json(event);
    return parsed.has_value() && parsed->is_object() &&
           parsed->value("post_type", Json()) == Json("message");
}

}  // namespace

Result<PostAnswers> PostAnswers::read(const ReceivePostOptions& options) {
    PostAnswers answers;
    for (const std::string& typed : options.respond_when) {
        const auto parts = split(typed);
        if (parts.has_error()) {
            return parts.error();
        }
        const bool is_file = !parts->filter.starts_with('{') && !parts->filter.starts_with('@');
        auto match =
            EventMatch::read("--respond-when", (is_file ? "@" : "") + std::string(parts->filter));
        if (match.has_error()) {
            return match.error();
        }
        auto body = read_answer("--respond-when", parts->file, answers.remarks_);
        if (body.has_error()) {
            return body.error();
        }
        answers.rules_.push_back({std::move(*match), std::move(*body)});
    }
    if (!options.respond.empty()) {
        auto body = read_answer("--respond", options.respond, answers.remarks_);
        if (body.has_error()) {
            return body.error();
        }
        answers.always_ = std::move(*body);
    }
    if (options.reply) {
        answers.reply_ = protocol::dump_json({{"reply", *options.reply}});
    }
    return answers;
}

std::string_view PostAnswers::answer_to(std::string_view event) const {
    for (const Rule& rule : rules_) {
        if (rule.match.holds(event)) {
            return rule.body;
        }
    }
    if (reply_ && is_message(event)) {
        return *reply_;
    }
    return always_;
}

}  // namespace cqhttp::cli
