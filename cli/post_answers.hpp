#pragma once

#include "cli/event_match.hpp"
#include "cli/receive_options.hpp"
#include "gateway/base/result.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace cqhttp::cli {

// What receive-post answers: the bodies of --respond-when, --respond and --reply, read once.
class PostAnswers {
public:
    // The error names option and file.
    static Result<PostAnswers> read(const ReceivePostOptions& options);

    // The body for an event, as it came: that of the first --respond-when that holds, else that of
    // --respond or, for a message, --reply. Empty: nothing is to be done.
    std::string_view answer_to(std::string_view event) const;

    // Bodies that a gateway will not execute, in words (QOP-004).
    const std::vector<std::string>& remarks() const noexcept { return remarks_; }

private:
    struct Rule {
        EventMatch match;
        std::string body;
    };
    std::vector<Rule> rules_;
    std::string always_;
    std::optional<std::string> reply_;  // to messages
    std::vector<std::string> remarks_;
};

}  // namespace cqhttp::cli
