#pragma once

#include "cli/commands.hpp"
#include "cli/sandbox_options.hpp"
#include "gateway/protocol/params.hpp"

#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace cqhttp::cli {

// Calls actions of a sandbox one after another and explains on standard error what fails.
class SandboxCaller {
public:
    // Nothing where the target cannot be used, which was said.
    static std::optional<SandboxCaller> make(const SandboxTarget& target, Context& context);

    // `data` of the reply, as JSON text. Nothing after a failure: `exit_code` is what it means.
    // `about` is what stands before the explanation; it may be empty.
    std::optional<std::string> ask(std::string_view action, protocol::Params params,
                                   std::string_view about = {});

    int exit_code() const noexcept { return exit_code_; }

private:
    SandboxCaller(ApiTarget target, protocol::ProfileId profile, std::unique_ptr<ApiClient> client,
                  Console& console);

    ApiTarget target_;
    protocol::ProfileId profile_;
    std::unique_ptr<ApiClient> client_;
    Console* console_;
    int exit_code_ = 0;
};

}  // namespace cqhttp::cli
