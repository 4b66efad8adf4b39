#pragma once

#include "cli/api_client.hpp"
#include "gateway/protocol/action_catalogue.hpp"
#include "gateway/protocol/profile.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace cqhttp::cli {

// What was asked, as far as it explains an answer.
struct CallFacts {
    std::string_view action;
    protocol::ProfileId profile = protocol::ProfileId::cqhttp_4_0;
    const protocol::Params* params = nullptr;  // null: --data gave the whole body
    std::string_view body = {};                // then this is it
    std::string_view scheme = "Token";
    bool token_given = false;
};

// What an answer means to the caller.
struct Verdict {
    int exit_code = 0;
    bool is_reply = false;           // the body is JSON with status and retcode
    std::vector<std::string> notes;  // lines for people, most important first
};
Verdict judge(const ApiAnswer& answer, const CallFacts& facts);

// The meaning of a retcode other than 0 and 1, by chapter 06 sections 2 and 8.
std::string explain_retcode(std::int64_t retcode);

}  // namespace cqhttp::cli
