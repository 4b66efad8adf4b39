#include "cli/call_ledger.hpp"

#include "gateway/base/text.hpp"
#include "gateway/protocol/action_reply.hpp"
#include "gateway/protocol/json.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace cqhttp::cli {
namespace {

using protocol::Json;
using Kind = CallLedger::Finding::Kind;

constexpr std::size_t excerpt_bytes = 120;

std::string excerpt(const std::string& echo) {
    const std::string start = replace_invalid_utf8(echo.substr(0, excerpt_bytes));
    return echo.size() > excerpt_bytes ? start + "..." : start;
}

bool equal_values(std::string_view a, std::string_view b) {
    const auto first = protocol::parse_json(a);
    const auto second = protocol::parse_json(b);
    return first.has_value() && second.has_value() && *first == *second;
}

// A peer that cannot read a call may not know its echo (ECHO-009).
bool is_bad_request(const Json& reply) {
    const auto code = reply.find("retcode");
    return code != reply.end() && *code == Json(protocol::retcode::bad_request);
}

}  // namespace

void CallLedger::sent(std::size_t number, std::optional<std::string> echo) {
    waiting_.push_back({number, std::move(echo)});
}

CallLedger::Finding CallLedger::take(std::string_view message) {
    const auto parsed = protocol::parse_json(message);
    const bool object = parsed.has_value() && parsed->is_object();
    if (object && parsed->contains("post_type")) {
        return {Kind::event, 0, {}};
    }
    if (waiting_.empty()) {
        return {Kind::stray, 0, "a message that answers no call"};
    }
    if (!object) {
        return answered(waiting_.begin(), {});  // whoever looks at it will see what it is
    }
    const protocol::FrameRequest read = parser_.read_frame(message);
    return read.echo ? by_echo(*read.echo) : without_echo(is_bad_request(*parsed));
}

CallLedger::Finding CallLedger::answered(Place place, std::string remark) {
    Finding finding{Kind::answer, place->number, std::move(remark)};
    waiting_.erase(place);
    return finding;
}

CallLedger::Finding CallLedger::by_echo(const std::string& echo) {
    const auto same = std::find_if(waiting_.begin(), waiting_.end(),
                                   [&](const Waiting& call) { return call.echo == echo; });
    if (same != waiting_.end()) {
        return answered(same, {});
    }
    const auto equal = std::find_if(waiting_.begin(), waiting_.end(), [&](const Waiting& call) {
        return call.echo && equal_values(*call.echo, echo);
    });
    if (equal != waiting_.end()) {
        return answered(equal, fmt::format("the echo was sent as {} and came back as {}",
                                           excerpt(*equal->echo), excerpt(echo)));
    }
    const Waiting& first = waiting_.front();
    if (waiting_.size() > 1) {
        return {Kind::stray, 0,
                fmt::format("an answer with the echo {}, for which no call waits", excerpt(echo))};
    }
    if (!first.echo) {
        return {Kind::stray, 0,
                fmt::format("the answer has the echo {}, but none was sent", excerpt(echo))};
    }
    return {Kind::stray, 0,
            fmt::format("the answer has the echo {}, but {} was sent", excerpt(echo),
                        excerpt(*first.echo))};
}

CallLedger::Finding CallLedger::without_echo(bool bad_request) {
    const auto plain = std::find_if(waiting_.begin(), waiting_.end(),
                                    [](const Waiting& call) { return !call.echo; });
    if (plain != waiting_.end()) {
        return answered(plain, {});
    }
    // Other implementations leave out an echo that is null (ECHO-007).
    const auto null = std::find_if(waiting_.begin(), waiting_.end(),
                                   [](const Waiting& call) { return call.echo == "null"; });
    if (null != waiting_.end()) {
        return answered(null, "the echo null did not come back");
    }
    if (bad_request) {
        return answered(waiting_.begin(), "the echo did not come back");
    }
    return {
        Kind::stray, 0,
        fmt::format("the answer has no echo, but {} was sent", excerpt(*waiting_.front().echo))};
}

}  // namespace cqhttp::cli
