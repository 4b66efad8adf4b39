#include "cli/command_line.hpp"

#include <CLI/CLI.hpp>

#include <utility>

namespace cqhttp::cli {
namespace {

constexpr std::string_view about = R"(Lists the actions of a profile, or explains one.
)";

constexpr std::string_view footer =
    R"(In the list, [name:type=default] may be left out and what stands after -> is the
data of the reply.

Environment:
  COLUMNS                   width of the page; without it that of the terminal
  NO_COLOR                  no colours unless --color always

Exit codes:
  0  printed
  2  the command line is wrong, or there is no such action
  3  the output cannot be written

Examples:
  cqhttp-cli actions
  cqhttp-cli actions send_msg
  cqhttp-cli actions get_friend_list --profile onebot-11
  cqhttp-cli actions --json)";

class ActionsLine final : public CommandLine {
public:
    void declare(CLI::App& app) override {
        app.add_option("NAME", actions_.name, "the action to explain; without it all are listed")
            ->option_text(" ");
        app.add_flag("--json", actions_.json, "an array of objects, for programs");
        look_.declare_profile(app);
        look_.declare_color(app);
    }

    Command finish(const CLI::App&, const Surroundings&) override {
        if (const Fault fault = look_.read(actions_.profile, actions_.color)) {
            return usage_error("actions", *fault);
        }
        return std::move(actions_);
    }

private:
    ActionsOptions actions_;
    LookLine look_;
};

}  // namespace

CommandRow actions_row() {
    return {"actions", about, footer,
            []() -> std::unique_ptr<CommandLine> { return std::make_unique<ActionsLine>(); }};
}

}  // namespace cqhttp::cli
